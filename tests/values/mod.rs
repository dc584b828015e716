//! Values of two formats: compared, copied and hashed as if each item had
//! been unpacked.

mod copy;

use crate::formats::formats;
use crate::support::{bytes, check, check_cases, layouts, oracle, same_bytes};
use proptest::prelude::*;
use std::collections::HashSet;
use stridewise::{
    AnyView, AnyViewMut, Complex, CopyValuesPlan, EqualValuesPlan, Format, HashValuesPlan, Layout,
    Level, MismatchError, Mode, Options, Order, Slice, Value, copy_values, equal_values,
    first_value_mismatch, to_contiguous_any, value_hash,
};

/// A source of small random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// The structure of a format.
#[derive(Clone, Debug)]
enum Tree {
    Number,
    Text,
    Opaque,
    Tuple(Vec<Tree>),
    List(Vec<usize>, Box<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![8 => Just(Tree::Number), 1 => Just(Tree::Text), 1 => Just(Tree::Opaque)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let shape = prop::collection::vec(0..4usize, 1..3);
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 0..5).prop_map(Tree::Tuple),
            1 => (shape, inner).prop_map(|(shape, inner)| Tree::List(shape, inner.into())),
        ]
    })
}

/// One of the formats with a structure: kinds by one source, modes and padding
/// by the other.
fn render(tree: &Tree, kinds: &mut Random, random: &mut Random) -> String {
    let mode = if random.below(2) == 0 { "" } else { random.pick(&["@", "=", "<", ">", "^"]) };
    match tree {
        Tree::Number => {
            let number = kinds.pick(&[
                "?", "b", "B", "h", "H", "i", "I", "q", "q", "Q", "e", "f", "d", "Zf", "Zd", "f",
                "d", "w",
            ]);
            format!("{mode}{number}")
        }
        Tree::Text => kinds.pick(&["c", "s", "2s", "2p", "5p"]).to_owned(),
        Tree::Opaque => kinds.pick(&["@O", "@&i", "@X{}"]).to_owned(),
        Tree::Tuple(inner) => {
            let mut text = format!("{mode}T{{");
            for tree in inner {
                text += random.pick(&["", "", "x", "2x"]);
                text += &render(tree, kinds, random);
                text += random.pick(&["", ":name:"]);
            }
            text + random.pick(&["", "x", "@"]) + "}"
        }
        Tree::List(shape, inner) => {
            let (mut shape, mut inner) = (shape.clone(), &**inner);
            while let Tree::List(more, item) = inner {
                shape.extend(more);
                inner = item;
            }
            let shape: Vec<_> = shape.iter().map(|extent| extent.to_string()).collect();
            format!("({}){}", shape.join(","), render(inner, kinds, random))
        }
    }
}

/// A format of the structure, with at least one byte.
fn format_of(tree: &Tree, kinds: &mut Random, random: &mut Random) -> Format {
    let text = match tree {
        // A string of several items.
        Tree::Tuple(inner) if kinds.below(2) == 0 && inner.len() > 1 => {
            inner.iter().map(|tree| render(tree, kinds, random)).collect()
        }
        _ => render(tree, kinds, random),
    };
    let format = Format::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    if format.itemsize() > 0 { format } else { Format::parse(&(text + "x")).unwrap() }
}

/// A value with other numbers, few enough to be met again.
fn fill(value: &Value, random: &mut Random) -> Value {
    let float =
        random.pick(&[0.0, -0.0, 1.0, 2.0, -1.0, 0.5, f64::NAN, f64::INFINITY, 2f64.powi(53)]);
    let (all, float) = (
        |values: &[Value], random: &mut Random| {
            values.iter().map(|value| fill(value, random)).collect()
        },
        float,
    );
    match value {
        Value::Bool(_) => (random.below(2) == 0).into(),
        Value::Int(_) => {
            let ints =
                [0, 1, 2, -1, 100, 1 << 53, (1 << 53) + 1, i64::MAX as i128, u64::MAX as i128];
            random.pick(&ints).into()
        }
        Value::Float(_) => float.into(),
        Value::Complex(_) => {
            Complex { re: float, im: random.pick(&[0.0, 0.0, 0.0, -0.0, 1.0, f64::NAN]) }.into()
        }
        Value::Bytes(_) => random.pick(&[&b""[..], b"a", b"ab", b"a\0", b"b"]).into(),
        Value::Opaque(bytes) => Value::Opaque(vec![random.below(2) as u8; bytes.len()]),
        Value::Tuple(values) => Value::Tuple(all(values, random)),
        Value::List(values) => Value::List(all(values, random)),
        _ => unreachable!("all kinds of values"),
    }
}

/// Writes some value that the format takes.
fn write(format: &Format, item: &mut [u8], random: &mut Random) {
    let some = format.unpack(item).unwrap();
    for _ in 0..8 {
        if format.pack(&fill(&some, random), item).is_ok() {
            break;
        }
    }
}

/// A strided layout of a shape, and memory for it.
fn layout(shape: &[usize], itemsize: usize, random: &mut Random) -> Layout {
    let mut axes: Vec<_> = (0..shape.len()).collect();
    for at in (1..axes.len()).rev() {
        axes.swap(at, random.below(at + 1));
    }
    let gaps: Vec<_> = shape.iter().map(|_| 1 + random.below(3) / 2).collect();
    let large: Vec<_> = axes.iter().map(|&axis| shape[axis] * gaps[axis]).collect();
    let mut layout = Layout::contiguous(&large, itemsize, Order::C).unwrap();
    for (at, &axis) in axes.iter().enumerate() {
        let step = gaps[axis] as isize * random.pick(&[1, 1, -1]);
        layout = layout.slice(at, Slice::new(None, None, step)).unwrap();
    }
    let mut back = vec![0; axes.len()];
    for (at, &axis) in axes.iter().enumerate() {
        back[axis] = at;
    }
    let layout = layout.permute(&back).unwrap();
    let offset = layout.offset() + random.below(3) as isize;
    Layout::new(layout.shape(), layout.strides(), itemsize, offset).unwrap()
}

/// An operand: a format, where its items are, and what they are.
#[derive(Clone, Debug)]
struct Operand {
    format: Format,
    layout: Layout,
    memory: Vec<u8>,
}

impl Operand {
    fn new(format: Format, shape: &[usize], random: &mut Random) -> Operand {
        let layout = layout(shape, format.itemsize(), random);
        let end = if layout.is_empty() { 0 } else { layout.span().end as usize };
        let mut operand = Operand { format, layout, memory: bytes(end, random.0) };
        for at in oracle::offsets(&operand.layout) {
            let item = &mut operand.memory[at as usize..][..operand.format.itemsize()];
            write(&operand.format, item, random);
        }
        operand
    }

    fn view(&self) -> AnyView<'_> {
        AnyView::new(&self.memory, &self.format, self.layout.clone()).expect("inside")
    }

    fn values(&self) -> Vec<Value> {
        let size = self.format.itemsize();
        let item = |at: isize| self.format.unpack(&self.memory[at as usize..][..size]).unwrap();
        oracle::offsets(&self.layout).into_iter().map(item).collect()
    }

    /// Takes the other's values where the format does.
    fn imitate(&mut self, other: &Operand, random: &mut Random) {
        for (at, value) in oracle::offsets(&self.layout).into_iter().zip(other.values()) {
            let item = &mut self.memory[at as usize..][..self.format.itemsize()];
            if self.format.pack(&value, item).is_ok() && random.below(40) == 0 {
                write(&self.format, item, random);
            }
        }
    }
}

/// Two operands of one shape, of formats of mostly one structure and values
/// that are mostly equal.
fn operands(largest: usize) -> impl Strategy<Value = (Operand, Operand)> {
    let shape = prop::collection::vec(0..largest, 0..4);
    (trees(), trees(), shape, any::<u64>()).prop_map(move |(tree, other, mut shape, salt)| {
        let mut random = Random(salt);
        if random.below(16) > 0 {
            shape.iter_mut().for_each(|extent| *extent = (*extent).max(1));
        }
        let kinds = random.below(1000) as u64;
        let first = format_of(&tree, &mut Random(kinds), &mut random);
        let second = match random.below(8) {
            0 => format_of(&other, &mut Random(kinds), &mut random),
            1 => first.clone(),
            2 => format_of(&tree, &mut Random(kinds), &mut random),
            _ => format_of(&tree, &mut Random(kinds + 1), &mut random),
        };
        let a = Operand::new(first, &shape, &mut random);
        let mut b = Operand::new(second, &shape, &mut random);
        b.imitate(&a, &mut random);
        (a, b)
    })
}

fn has_nan(value: &Value) -> bool {
    match value {
        Value::Float(float) => float.is_nan(),
        Value::Complex(Complex { re, im }) => re.is_nan() || im.is_nan(),
        _ => false,
    }
}

/// Equality with NaN equal to NaN.
fn nan_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Tuple(a), Value::Tuple(b)) | (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| nan_equal(a, b))
        }
        _ => a == b || (has_nan(a) && has_nan(b)),
    }
}

#[test]
fn prop_equality_is_that_of_unpacked_values() {
    check(
        "equal_values",
        || operands(5),
        |(a, b)| {
            let (x, y) = (a.values(), b.values());
            let text = format!("{} {}", a.format, b.format);
            for mode in [Mode::Values, Mode::NanEqual] {
                let same = |(x, y): (&Value, &Value)| {
                    if mode == Mode::Values { x == y } else { nan_equal(x, y) }
                };
                let first = x.iter().zip(&y).position(|pair| !same(pair));
                let index = first.map(|at| oracle::index(at, a.layout.shape()));
                let (v, w) = (a.view(), b.view());
                let equal = equal_values(&v, &a.format, &w, &b.format, mode);
                prop_assert_eq!(equal, Ok(first.is_none()), "{} {:?}", &text, mode);
                let found = first_value_mismatch(&v, &a.format, &w, &b.format, mode);
                prop_assert_eq!(found, Ok(index.clone()), "{} {:?}", &text, mode);
                let hashes =
                    [(&v, &a.format), (&w, &b.format)].map(|(v, f)| value_hash(v, f).unwrap());
                if first.is_none() {
                    prop_assert_eq!(hashes[0], hashes[1], "{}", &text);
                } else if mode == Mode::NanEqual && a.format == b.format {
                    prop_assert_ne!(hashes[0], hashes[1], "{}", &text);
                }
                for (level, chunks) in Level::available().zip([3, 1, 2, 3, 1]) {
                    let options =
                        Options { level: Some(level), chunks: Some(chunks), ..Options::default() };
                    let plan = EqualValuesPlan::with(
                        &b.layout, &b.format, &a.layout, &a.format, mode, options,
                    )
                    .unwrap();
                    prop_assert_eq!(plan.run(&w, &v), Ok(first.is_none()), "{} {}", &text, level);
                    prop_assert_eq!(
                        plan.first_mismatch(&w, &v),
                        Ok(index.clone()),
                        "{} {}",
                        &text,
                        level
                    );
                }
            }
            Ok(())
        },
    );
}

#[test]
fn prop_large_views_differ_where_they_do() {
    let cases = layouts().div_ceil(100);
    check_cases(
        cases,
        "equal_values_large",
        || (operands(24), any::<u64>()),
        |((a, mut b), salt)| {
            // The same values everywhere but in one place.
            let mut random = Random(salt);
            let template = a.values().first().map(|value| fill(value, &mut Random(7)));
            let (Some(template), size) = (template, b.format.itemsize()) else { return Ok(()) };
            let mut a = a;
            for operand in [&mut a, &mut b] {
                let size = operand.format.itemsize();
                for at in oracle::offsets(&operand.layout) {
                    let item = &mut operand.memory[at as usize..][..size];
                    if operand.format.pack(&template, item).is_err() {
                        return Ok(());
                    }
                }
            }
            let offsets = oracle::offsets(&b.layout);
            let at = offsets[random.below(offsets.len())] as usize;
            write(&b.format, &mut b.memory[at..][..size], &mut random);
            let first = a.values().iter().zip(&b.values()).position(|(x, y)| x != y);
            let index = first.map(|at| oracle::index(at, a.layout.shape()));
            let plan = EqualValuesPlan::new(&a.layout, &a.format, &b.layout, &b.format).unwrap();
            prop_assert_eq!(plan.run(&a.view(), &b.view()), Ok(first.is_none()));
            prop_assert_eq!(plan.first_mismatch(&a.view(), &b.view()), Ok(index));
            Ok(())
        },
    );
}

/// An array of one axis in C order.
fn line(format: &str, items: &[Value]) -> Operand {
    let format = Format::parse(format).unwrap();
    let size = format.itemsize();
    let layout = Layout::contiguous(&[items.len()], size, Order::C).unwrap();
    let mut memory = vec![0; size * items.len()];
    for (item, bytes) in items.iter().zip(memory.chunks_mut(size)) {
        format.pack(item, bytes).unwrap();
    }
    Operand { format, layout, memory }
}

fn equal(a: &Operand, b: &Operand, mode: Mode) -> bool {
    equal_values(&a.view(), &a.format, &b.view(), &b.format, mode).unwrap()
}

#[test]
fn bits_are_those_of_one_byte_order() {
    let floats = [0.0, 1.5, f64::NAN].map(Value::from);
    let (big, little) = (line(">d", &floats), line("<d", &floats));
    assert!(equal(&big, &little, Mode::Bits));
    assert!(!equal(&big, &little, Mode::Values));
    let zeros = [-0.0, 1.5, f64::NAN].map(Value::from);
    assert!(!equal(&big, &line("<d", &zeros), Mode::Bits));
    assert!(equal(&big, &line("<d", &zeros), Mode::NanEqual));
    let ints = [1, 2].map(Value::from);
    assert!(!equal(&line("<i", &ints), &line("<q", &ints), Mode::Bits));
    assert!(equal(&line("<i", &ints), &line("<q", &ints), Mode::Values));
}

/// As many as plain loops, a scratch or a plan are for.
#[test]
fn rows_of_any_length_are_compared() {
    let numbers = |n: i16| (0..n).map(|i| Value::Int(i128::from(i))).collect::<Vec<_>>();
    for n in [1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1025, 3000] {
        let (same, mut other) = (numbers(n), numbers(n));
        *other.last_mut().unwrap() = Value::Int(-1);
        for (a, b) in [("<i", ">i"), (">h", "<q"), (">q", ">h"), (">i", "<i")] {
            let a = line(a, &same);
            assert!(equal(&a, &line(b, &same), Mode::Values), "{n}");
            assert!(!equal(&a, &line(b, &other), Mode::Values), "{n}");
        }
    }
}

#[test]
fn large_integers_are_not_rounded() {
    let int = line("<q", &[(1i64 << 53).into(), ((1i64 << 53) + 1).into()]);
    let float = line("<d", &[2f64.powi(53).into(), 2f64.powi(53).into()]);
    let found =
        first_value_mismatch(&int.view(), &int.format, &float.view(), &float.format, Mode::Values);
    assert_eq!(found, Ok(Some(vec![1])));
}

#[test]
fn views_that_do_not_fit_are_refused() {
    let (a, b) = (line("<h", &[1, 2, 3].map(Value::from)), line("<i", &[1, 2].map(Value::from)));
    assert!(!equal(&a, &b, Mode::Values));
    let shapes = MismatchError::Shape { dst: vec![3], src: vec![2] };
    let found = first_value_mismatch(&a.view(), &a.format, &b.view(), &b.format, Mode::Values);
    assert_eq!(found, Err(shapes.clone().into()));
    let plan = EqualValuesPlan::new(&a.layout, &a.format, &b.layout, &b.format);
    assert_eq!(plan.unwrap_err(), shapes.into());
    // A format that is not that of the items.
    let error = equal_values(&a.view(), &b.format, &b.view(), &b.format, Mode::Values).unwrap_err();
    assert_eq!(error.to_string(), "itemsize is 2 but the element type takes 4 bytes");
    // Other layouts than planned.
    let plan = EqualValuesPlan::new(&a.layout, &a.format, &a.layout, &a.format).unwrap();
    assert!(matches!(plan.run(&a.view(), &b.view()), Err(MismatchError::Planned { .. })));
}

#[test]
fn prop_value_hashes_depend_on_values_only() {
    check(
        "value_hash",
        || operands(9),
        |(a, _)| {
            let hash = value_hash(&a.view(), &a.format);
            for order in [Order::C, Order::F] {
                let copy = to_contiguous_any(&a.view(), order).unwrap();
                prop_assert_eq!(value_hash(&copy, &a.format), hash.clone());
            }
            for level in Level::available() {
                let options = Options { level: Some(level), ..Options::default() };
                let plan = HashValuesPlan::with(&a.layout, &a.format, options).unwrap();
                prop_assert_eq!(plan.run(&a.view()).ok(), hash.clone().ok(), "{}", level);
            }
            Ok(())
        },
    );
}

/// Formats of all kinds, which have mostly nothing in common.
#[test]
fn prop_any_two_formats_are_compared_and_hashed() {
    let strategy = || (formats(), formats(), any::<u64>());
    check("values_of_any_formats", strategy, |(a, b, salt)| {
        let random = &mut Random(salt);
        let mut operands = Vec::new();
        for text in [&a, if random.below(3) == 0 { &a } else { &b }] {
            let format = Format::parse(text).unwrap();
            if (1..10_000).contains(&format.itemsize()) {
                operands.push(Operand::new(format, &[2], random));
            }
        }
        let [a, b] = &operands[..] else { return Ok(()) };
        let (x, y) = (a.values(), b.values());
        prop_assert_eq!(equal(a, b, Mode::Values), x == y, "{} {}", &a.format, &b.format);
        let same = x.iter().zip(&y).all(|(x, y)| nan_equal(x, y));
        prop_assert_eq!(equal(a, b, Mode::NanEqual), same, "{} {}", &a.format, &b.format);
        let hash = |of: &Operand| value_hash(&of.view(), &of.format).unwrap();
        prop_assert!(!same || hash(a) == hash(b), "{} {}", &a.format, &b.format);
        prop_assert!(equal(a, a, Mode::Bits));
        Ok(())
    });
}

/// The same on every machine, and by another implementation in Python.
#[test]
fn value_hashes_of_literals() {
    let hash = |operand: Operand| value_hash(&operand.view(), &operand.format).unwrap();
    let ints = [1, 2, 3].map(Value::from);
    let halves = [0.5, -0.0, f64::NAN].map(Value::from);
    let texts = [&b""[..], b"seven b", b"more than seven"].map(Value::from);
    let far = [i64::MAX, i64::MIN, (1 << 53) + 1].map(Value::from);
    let complex = [(0.0, 1.0), (2.5, -1.0), (0.0, f64::NAN)];
    let complex = complex.map(|(re, im)| Value::from(Complex { re, im }));
    for (format, items, expected) in [
        ("<b", &ints[..], 1_476_043_914_312_109_189),
        (">Zd", &ints, 1_476_043_914_312_109_189),
        ("<e", &halves, 7_987_019_516_093_315_661),
        (">d", &halves, 7_987_019_516_093_315_661),
        ("20p", &texts, 5_653_178_627_510_963_368),
        (">q", &far, 3_500_178_109_521_297_502),
        ("<Zf", &complex, 8_446_507_134_962_318_803),
        ("<d", &[], 2_806_482_627_441_532_945),
    ] {
        assert_eq!(hash(line(format, items)), expected, "{format}");
    }
}

#[test]
fn integers_near_each_other_have_other_hashes() {
    let mut hashes = HashSet::new();
    let near = (0..2000).flat_map(|n| [i64::MAX - n, i64::MIN + n, (1 << 55) + n, n, -n - 1]);
    for n in near {
        let operand = line("<q", &[n.into()]);
        assert!(hashes.insert(value_hash(&operand.view(), &operand.format).unwrap()), "{n}");
    }
}

/// Items larger than what is hashed at a time.
#[test]
fn large_items_have_the_hash_of_their_values() {
    let value = |n: usize| Value::Tuple(vec![(n as i64 % 5).into(), (n as f64 * 0.5).into()]);
    let list = |items: usize| Value::List((0..items).map(value).collect());
    for items in [1, 700, 3000] {
        let of = |format: &str| {
            let format = Format::parse(&format.replace('N', &items.to_string())).unwrap();
            let size = format.itemsize();
            let mut memory = vec![0; 2 * size];
            memory.chunks_mut(size).for_each(|item| format.pack(&list(items), item).unwrap());
            let layout = Layout::contiguous(&[2], size, Order::C).unwrap();
            Operand { format, layout, memory }
        };
        let (a, b) = (of("(N)T{bd}"), of("(N)T{<d>d}"));
        let hash = |operand: &Operand| value_hash(&operand.view(), &operand.format).unwrap();
        assert_eq!(hash(&a), hash(&b));
        assert!(equal(&a, &b, Mode::Values));
    }
}
