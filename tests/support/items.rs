//! Random items of every format, and lists of them as a model of arrays.

use stridewise::{Slice, Value};

/// Numbers without a pattern, the same for the same seed.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Rng {
        Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end
    }

    /// A number from `low` up to and without `high`.
    fn between(&mut self, low: i128, high: i128) -> i128 {
        let wide = u128::from(self.next()) << 64 | u128::from(self.next());
        low + (wide % (high - low) as u128) as i128
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// Characters of single native items, and of those of a fixed size.
pub(crate) const NATIVE: &str = "?cbBhHiIlLnNfdPqQ";
pub(crate) const STANDARD: &str = "?cbBhHiIlLqQfd";

/// Who is to have the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// An array: every mode, several items, structs.
    NdArray,
    /// What C compilers have single numbers of.
    Array,
    /// One native character, with or without `@`.
    MemoryView,
    /// One character of a byte, with or without `@`.
    Bytes,
}

impl For {
    fn modes(self) -> &'static [&'static str] {
        match self {
            For::NdArray => &["", "@", "<", ">", "=", "!"],
            For::Array => &[""],
            For::MemoryView | For::Bytes => &["@", ""],
        }
    }

    fn characters(self, mode: &str) -> &'static str {
        match self {
            For::NdArray if !matches!(mode, "" | "@") => STANDARD,
            For::NdArray | For::MemoryView => NATIVE,
            For::Array => "bBhHiIlLfd",
            For::Bytes => "Bbc",
        }
    }

    fn counts(self) -> &'static [usize] {
        // 0 is none at all, not a count of 0.
        if self == For::NdArray { &[0, 1, 2, 3] } else { &[0] }
    }
}

/// A format, items of it, and one more.
pub(crate) struct Sample {
    pub(crate) format: String,
    pub(crate) items: Vec<Value>,
    pub(crate) item: Value,
}

/// Bits of the numbers of a character.
fn bits(mode: &str, character: char) -> u32 {
    let native = matches!(mode, "" | "@");
    8 * match character {
        'b' | 'B' => 1,
        'h' | 'H' => 2,
        'i' | 'I' => 4,
        'l' | 'L' if native => size_of::<core::ffi::c_long>() as u32,
        'l' | 'L' => 4,
        'q' | 'Q' => 8,
        _ => size_of::<usize>() as u32,
    }
}

/// A random value of a character.
pub(crate) fn value(rng: &mut Rng, mode: &str, character: char) -> Value {
    match character {
        '?' => (rng.below(2) == 1).into(),
        'c' => Value::Bytes(vec![rng.next() as u8]),
        'f' => Value::Float((rng.next() as i64 as f32).into()),
        'd' => Value::Float(rng.next() as i64 as f64 * 2f64.powi(rng.below(900) as i32)),
        'b' | 'h' | 'i' | 'l' | 'q' | 'n' => {
            let half = 1i128 << (bits(mode, character) - 1);
            Value::Int(rng.between(-half, half))
        }
        _ => Value::Int(rng.between(0, 1i128 << bits(mode, character))),
    }
}

/// A random item of some characters: their tuple, or the value of one.
fn item(rng: &mut Rng, mode: &str, characters: &str) -> Value {
    let mut values: Vec<Value> = characters.chars().map(|one| value(rng, mode, one)).collect();
    if values.len() == 1 { values.remove(0) } else { Value::Tuple(values) }
}

fn sample(rng: &mut Rng, len: usize, mode: &str, parts: &[(usize, char)]) -> Sample {
    let mut format = mode.to_owned();
    let mut characters = String::new();
    for &(count, character) in parts {
        if count > 0 {
            format += &count.to_string();
        }
        format.push(character);
        characters.extend(std::iter::repeat_n(character, count.max(1)));
    }
    let items = (0..len).map(|_| item(rng, mode, &characters)).collect();
    Sample { format, items, item: item(rng, mode, &characters) }
}

/// Items of a mode and a character, with a random count.
fn of_character(rng: &mut Rng, len: usize, whose: For, mode: &str, character: char) -> Sample {
    let count = rng.pick(whose.counts());
    sample(rng, len, mode, &[(count, character)])
}

/// Items of a random format of one character.
pub(crate) fn random(rng: &mut Rng, len: usize, whose: For) -> Sample {
    let mode = rng.pick(whose.modes());
    let characters: Vec<char> = whose.characters(mode).chars().collect();
    let character = rng.pick(&characters);
    of_character(rng, len, whose, mode, character)
}

/// Items of every mode and character, and of one random struct.
pub(crate) fn all(rng: &mut Rng, len: usize, whose: For) -> Vec<Sample> {
    let mut samples = Vec::new();
    for mode in whose.modes() {
        for character in whose.characters(mode).chars() {
            samples.push(of_character(rng, len, whose, mode, character));
        }
    }
    if whose == For::NdArray {
        let mode = rng.pick(whose.modes());
        let characters: Vec<char> = whose.characters(mode).chars().collect();
        let members = 2 + rng.below(8);
        let parts: Vec<_> =
            (0..members).map(|_| (rng.pick(whose.counts()), rng.pick(&characters))).collect();
        samples.push(sample(rng, len, mode, &parts));
    }
    samples
}

/// Whether a format is a native one of one character.
pub(crate) fn is_single(format: &str) -> bool {
    let code = format.strip_prefix('@').unwrap_or(format);
    code.len() == 1 && NATIVE.contains(code)
}

/// Numbers from `range` on.
pub(crate) fn ints(range: impl IntoIterator<Item = i64>) -> Vec<Value> {
    range.into_iter().map(Value::from).collect()
}

/// The product, 1 of none.
pub(crate) fn product(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// All indices of a shape in C order.
pub(crate) fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for &extent in shape {
        let more = |index: Vec<usize>| {
            (0..extent).map(move |i| index.iter().copied().chain([i]).collect::<Vec<_>>())
        };
        all = all.into_iter().flat_map(more).collect();
    }
    all
}

/// A nested list whose item at each index is `item` of it.
pub(crate) fn nested(shape: &[usize], item: &mut dyn FnMut(&[usize]) -> Value) -> Value {
    fn rec(
        shape: &[usize],
        index: &mut Vec<usize>,
        item: &mut dyn FnMut(&[usize]) -> Value,
    ) -> Value {
        let Some(&extent) = shape.get(index.len()) else { return item(index) };
        let list = (0..extent).map(|i| {
            index.push(i);
            let value = rec(shape, index, item);
            index.pop();
            value
        });
        Value::List(list.collect())
    }
    rec(shape, &mut Vec::new(), item)
}

/// Items in C order as a nested list.
pub(crate) fn carray(items: &[Value], shape: &[usize]) -> Value {
    let at = |index: &[usize]| index.iter().zip(shape).fold(0, |at, (&i, &n)| at * n + i);
    nested(shape, &mut |index| items[at(index)].clone())
}

/// Items in F order as a nested list.
pub(crate) fn farray(items: &[Value], shape: &[usize]) -> Value {
    let at = |index: &[usize]| index.iter().zip(shape).rev().fold(0, |at, (&i, &n)| at * n + i);
    nested(shape, &mut |index| items[at(index)].clone())
}

/// The item of a nested list at an index.
pub(crate) fn at<'a>(list: &'a Value, index: &[usize]) -> &'a Value {
    index.iter().fold(list, |list, &i| &elements(list)[i])
}

/// The elements of a list.
pub(crate) fn elements(list: &Value) -> &[Value] {
    match list {
        Value::List(elements) => elements,
        other => panic!("{other} is no list"),
    }
}

/// The items of a nested list of this rank, in C order.
pub(crate) fn flatten(list: &Value, ndim: usize) -> Vec<Value> {
    if ndim == 0 {
        return vec![list.clone()];
    }
    elements(list).iter().flat_map(|inner| flatten(inner, ndim - 1)).collect()
}

/// The indices that Python's slice picks, by its definition; none for step 0.
pub(crate) fn picks(slice: Slice, extent: usize) -> Option<Vec<usize>> {
    let (extent, step) = (extent as isize, slice.step);
    let clip = |bound: isize| {
        let bound = if bound < 0 { bound + extent } else { bound };
        if step > 0 { bound.max(0).min(extent) } else { bound.max(-1).min(extent - 1) }
    };
    let (first, last) = if step > 0 { (0, extent) } else { (extent - 1, -1) };
    let (mut i, end) = (slice.start.map_or(first, clip), slice.stop.map_or(last, clip));
    let mut picked = Vec::new();
    while step > 0 && i < end || step < 0 && i > end {
        picked.push(i as usize);
        i += step;
    }
    (step != 0).then_some(picked)
}

/// The part of a nested list that slices of its first axes pick.
pub(crate) fn multislice(list: &Value, slices: &[Slice]) -> Option<Value> {
    let Some((&first, rest)) = slices.split_first() else { return Some(list.clone()) };
    let elements = elements(list);
    let picked = picks(first, elements.len())?;
    Some(Value::List(
        picked.iter().map(|&i| multislice(&elements[i], rest)).collect::<Option<_>>()?,
    ))
}

/// Puts a nested list in the place of what slices of a list pick.
pub(crate) fn assign(list: &mut Value, slices: &[Slice], value: &Value) {
    let Some((&first, rest)) = slices.split_first() else {
        *list = value.clone();
        return;
    };
    let Value::List(elements) = list else { panic!("no list") };
    let picked = picks(first, elements.len()).expect("no step of 0");
    for (&i, value) in picked.iter().zip(self::elements(value)) {
        assign(&mut elements[i], rest, value);
    }
}

/// Every slice with bounds and steps from `-extent` to `extent`.
pub(crate) fn slices(extent: isize) -> Vec<Slice> {
    let all = || -extent..=extent;
    let bounds = move || all().flat_map(move |start| all().map(move |stop| (start, stop)));
    bounds()
        .flat_map(|(start, stop)| all().map(move |step| Slice::new(Some(start), Some(stop), step)))
        .collect()
}

/// Every order of a few numbers.
pub(crate) fn permutations(of: &[usize]) -> Vec<Vec<usize>> {
    if of.is_empty() {
        return vec![vec![]];
    }
    let with_first = |at: usize| {
        let mut rest = of.to_vec();
        let first = rest.remove(at);
        permutations(&rest).into_iter().map(move |mut tail| {
            tail.insert(0, first);
            tail
        })
    };
    (0..of.len()).flat_map(with_first).collect()
}
