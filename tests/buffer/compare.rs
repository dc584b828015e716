//! Equality: by value, whatever the format and the layout; or of the same
//! format, as the reference had it.

use super::*;
use crate::support::items::{For, Rng, all, ints, permutations};
use stridewise::buffer::Buffer;

/// Views of two arrays, each equal to its own array.
fn pair(a: &Arc<NdArray>, b: &Arc<NdArray>) -> [Arc<MemoryView>; 2] {
    let views = [view(a), view(b)];
    for (view, array) in views.iter().zip([a, b]) {
        assert!(view.equal_exporter(array.clone()).unwrap());
        assert!(same(view, view) && view.equal(view).unwrap());
    }
    views
}

/// Holds two arrays, and views of them, to be equal or not, from both sides.
#[track_caller]
fn verify_equal(a: &Arc<NdArray>, b: &Arc<NdArray>, equal: bool, strictly: bool) {
    let [v, w] = pair(a, b);
    assert_eq!((*v == *w, *w == *v), (equal, equal));
    assert_eq!((v.equal(&w), w.equal(&v)), (Ok(equal), Ok(equal)));
    assert_eq!(v.equal_exporter(b.clone()), Ok(equal));
    assert_eq!(w.equal_exporter(a.clone()), Ok(equal));
    assert_eq!((v.equal_strictly(&w), w.equal_strictly(&v)), (Ok(strictly), Ok(strictly)));
    if equal {
        assert_eq!(v.value_hash(), w.value_hash());
    }
}

#[track_caller]
fn verify_same(a: &Arc<NdArray>, b: &Arc<NdArray>) {
    verify_equal(a, b, true, true);
}

#[track_caller]
fn verify_unlike(a: &Arc<NdArray>, b: &Arc<NdArray>) {
    verify_equal(a, b, false, false);
}

fn dense(items: &[Value], shape: &[usize], format: &str) -> Arc<NdArray> {
    nd(items, shape, format, NdFlags::DEFAULT)
}

fn part(array: &Arc<NdArray>, slices: &[Slice]) -> Arc<NdArray> {
    Arc::new(array.slice(slices).unwrap())
}

#[test]
fn released_views_equal_themselves_only() {
    let base = Arc::new(Buffer::from(vec![1u64, 2, 3]));
    let [v, w] = [view(&base), view(&base)];
    assert!(*v == *w);
    w.release().unwrap();
    assert!(same(&w, &w) && !same(&v, &w) && !same(&w, &v));
    assert_eq!(w.equal_exporter(base), Err(BufferError::Released));
}

#[test]
fn formats_differ_by_their_values_only() {
    let (long, unsigned) = (dense(&ints([1, 2, 3]), &[3], "l"), dense(&ints([1, 2, 3]), &[3], "L"));
    verify_equal(&long, &unsigned, true, false);
    verify_unlike(&long, &dense(&ints([1, 2, 7]), &[3], "l"));
    verify_same(&dense(&ints([1, 2, 3]), &[3], "@i"), &dense(&ints([1, 2, 3]), &[3], "i"));
    verify_same(&dense(&ints([1729]), &[], "@L"), &dense(&ints([1729]), &[], "L"));
    // Numbers of every kind and byte order.
    for format in ["b", "B", "<h", ">h", "!i", "q", "<Q", "e", ">e", "f", "<f", "d", ">d", "Zd"] {
        let other = dense(&ints([0, 1, 99]), &[3], format);
        let strictly = Format::parse(format).unwrap() == Format::parse("B").unwrap();
        verify_equal(&dense(&ints([0, 1, 99]), &[3], "B"), &other, true, strictly);
        verify_unlike(&dense(&ints([0, 2, 99]), &[3], "B"), &other);
    }
    let big = [Value::Int((1 << 53) + 1)];
    verify_equal(&dense(&big, &[1], "Q"), &dense(&[Value::Int(1 << 53)], &[1], "d"), false, false);
    // Not the same kind of value.
    verify_unlike(&dense(&[b"a".into()], &[1], "c"), &dense(&ints([97]), &[1], "B"));
    // Equal to nothing.
    let nan = dense(&[f64::NAN.into()], &[1], "d");
    let viewed = view(&nan);
    assert!(!same(&viewed, &viewed) && !viewed.equal_exporter(nan).unwrap());
}

#[test]
fn structs_compare_by_field() {
    let pairs =
        [Value::Tuple(vec![1.into(), 1.5.into()]), Value::Tuple(vec![2.into(), 2.75.into()])];
    verify_same(&dense(&pairs, &[2], "ld"), &dense(&pairs, &[2], "ld"));
    verify_equal(&dense(&pairs, &[2], "ld"), &dense(&pairs, &[2], ">hf"), true, false);
    let other = [pairs[0].clone(), Value::Tuple(vec![2.into(), 2.5.into()])];
    verify_unlike(&dense(&pairs, &[2], "ld"), &dense(&other, &[2], "ld"));
    verify_same(&dense(&[b"12345".into()], &[1], "5s"), &dense(&[b"12345".into()], &[1], "5s"));
    verify_unlike(&dense(&[b"12345".into()], &[1], "5s"), &dense(&[b"12346".into()], &[1], "5s"));
    let triples: Vec<Value> = (1..4).map(|i| Value::Tuple(ints([i; 3]))).collect();
    verify_same(&dense(&triples, &[3], "iii"), &dense(&triples, &[3], "iii"));
}

#[test]
fn what_is_written_differs() {
    let (a, b) = (dense(&ints([1729]), &[], "@L"), nd(&ints([1729]), &[], "L", NdFlags::WRITABLE));
    verify_same(&a, &b);
    view(&b).set(&[], &1728.into()).unwrap();
    verify_unlike(&a, &b);
    let flags = NdFlags::WRITABLE | NdFlags::PIL;
    let (a, b) = (nd(&ints(0..12), &[12], "B", flags), nd(&ints(0..12), &[12], "B", flags));
    verify_same(&a, &b);
    view(&b).set(&[9], &100.into()).unwrap();
    verify_unlike(&a, &b);
}

#[test]
fn one_axis() {
    let five = ints([-529, 576, -625, 676, -729]);
    let (a, b) = (dense(&five, &[5], "@h"), dense(&ints([-529, 576, -625, 676, 729]), &[5], "@h"));
    verify_unlike(&a, &b);
    let three = dense(&ints([-529, -625, -729]), &[3], "@h");
    for flags in STYLES {
        let five = nd(&five, &[5], "@h", flags);
        verify_same(&three, &part(&five, &[by(2)]));
        verify_same(&part(&three, &[by(-1)]), &part(&five, &[by(-2)]));
        verify_unlike(&three, &five);
        let [v, w] = [view(&three), view(&five)];
        assert!(*v == w.slice(0, by(2)).unwrap());
        assert!(v.slice(0, by(-1)).unwrap() == w.slice(0, by(-2)).unwrap());
    }
    // No items, and one item again and again.
    verify_same(&dense(&ints([900, 961]), &[0], "@h"), &dense(&ints([-900]), &[0], "@h"));
    let still = NdInit { shape: &[4], strides: &[0], format: "L", ..NdInit::default() };
    verify_same(&dense(&ints([900; 4]), &[4], "@L"), &array(&ints([900]), still));
    // Every format, backwards and behind pointers.
    for sample in all(&mut Rng::new(18), 10, For::NdArray) {
        for flags in STYLES {
            let array = nd(&sample.items, &[10], &sample.format, flags);
            let plain = dense(&sample.items, &[10], &sample.format);
            verify_same(&array, &plain);
            verify_same(&part(&array, &[by(-3)]), &part(&plain, &[by(-3)]));
        }
    }
}

#[test]
fn several_axes() {
    let values = [ints(-15..15), ints(0..30)];
    for (flags, shape) in [(NdFlags::DEFAULT, [3, 2, 5]), (NdFlags::FORTRAN, [5, 2, 3])] {
        let (a, b) = (nd(&values[0], &shape, "@h", flags), nd(&values[1], &shape, "@h", flags));
        verify_unlike(&a, &b);
        // Another shape.
        let [x, y, z] = shape;
        let turned = nd(&values[1], &[y, x, z], "@h", flags);
        verify_unlike(&b, &turned);
        // Another format.
        verify_equal(&b, &nd(&values[1], &shape, "@b", flags), true, false);
        verify_equal(&b, &nd(&values[1], &shape, "L", flags), true, false);
    }
    // C and F order, with and without pointers.
    for styles in [[NdFlags::DEFAULT; 2], [NdFlags::PIL; 2], STYLES] {
        let rows = nd(&values[0], &[3, 2, 5], "@l", styles[0]);
        let copy = view(&rows).get_contiguous(Access::Read, Order::F).unwrap();
        let in_f_order = Format::parse("l").map(|format| {
            let bytes = copy.tobytes(Order::F).unwrap();
            bytes
                .chunks(format.itemsize())
                .map(|item| format.unpack(item).unwrap())
                .collect::<Vec<_>>()
        });
        let flags = styles[1] | NdFlags::FORTRAN;
        verify_same(&rows, &nd(&in_f_order.unwrap(), &[3, 2, 5], "l", flags));
    }
}

#[test]
fn several_axes_that_are_not_contiguous() {
    for flags in STYLES {
        let forty = dense(&ints(0..40), &[5, 8], "@I");
        let other = nd(&ints(0..40), &[5, 8], "I", flags);
        let [down, up] = [&[cut(3, 1, -1), by(-2)][..], &[cut(1, 3, 1), by(-2)]];
        verify_unlike(&part(&forty, down), &part(&other, up));
        verify_same(&part(&forty, down), &part(&other, down));
        verify_same(&part(&forty, up), &part(&other, up));
        // Another shape, and another format.
        let cube = nd(&ints(0..30), &[2, 3, 5], "b", flags);
        verify_unlike(&part(&cube, &[cut(1, 3, 1), by(-2)]), &part(&other, up));
        let narrow = nd(&ints(0..30), &[5, 3, 2], "i", flags);
        let wide = nd(&ints(0..30), &[5, 3, 2], "@I", flags);
        let slices = [cut(1, 3, 1), by(-2)];
        verify_equal(&part(&narrow, &slices), &part(&wide, &slices), true, false);
    }
    // No items: the same up to the first extent of 0.
    let none = |shape: &[usize]| dense(&ints(0..30), shape, "i");
    verify_unlike(&none(&[0, 3, 2]), &none(&[5, 0, 2]));
    verify_same(&none(&[5, 0, 2]), &none(&[5, 0, 3]));
    verify_unlike(&none(&[5, 0, 2]), &none(&[5, 0]));
    // One item again and again.
    let still = NdInit { shape: &[4, 5, 4], strides: &[0; 3], format: "L", ..NdInit::default() };
    verify_same(&dense(&ints([900; 80]), &[4, 5, 4], "@L"), &array(&ints([900]), still));
}

#[test]
fn views_of_one_memory_compare() {
    let array = nd(&ints((0..12).chain(0..12)), &[24], "B", NdFlags::WRITABLE);
    let viewed = view(&array);
    let half = |start| viewed.slice(0, cut(start, start + 12, 1)).unwrap();
    assert!(half(0) == half(12) && half(0) != half(6));
    for shape in permutations(&[2, 3, 4]) {
        let cube = viewed.cast("c", Some(&shape)).unwrap();
        assert!(cube == cube.cast("B", None).unwrap().cast("c", Some(&shape)).unwrap());
    }
}
