//! Slice assignment: as if the source had been read before anything is
//! written.

use super::*;
use crate::support::items::{
    For, Rng, all, assign, carray, ints, multislice, permutations, picks, product, random, slices,
};
use stridewise::{LayoutError, MismatchError};

/// A random slice of an axis that picks this many, in either direction.
fn slice_of(rng: &mut Rng, len: usize, extent: usize) -> Slice {
    let start = rng.below(extent - len + 1);
    let most = (extent - start).checked_div(len).map_or(1, |most| most.max(1));
    let step = 1 + rng.below(most);
    let slice = cut(start as isize, (start + len * step) as isize, step as isize);
    assert_eq!(picks(slice, extent).map(|picked| picked.len()), Some(len));
    slice
}

/// Assigns one slice of an array to another, in an array and in a view, and
/// holds both to a list.
#[track_caller]
fn verify_assign(items: &[Value], format: &str, flags: NdFlags, to: Slice, from: Slice) {
    let len = items.len();
    let array = nd(items, &[len], format, flags | NdFlags::WRITABLE);
    let base = nd(items, &[len], format, flags | NdFlags::WRITABLE);
    let viewed = view(&base);
    let mut list = Value::List(items.to_vec());
    let zero = Some(BufferError::Layout(LayoutError::StepZero { axis: 0 }));
    let (left, right) = match (picks(to, len), picks(from, len)) {
        (Some(left), Some(right)) => (left.len(), right.len()),
        (left, right) => {
            assert!(left.is_some() || array.slice(&[to]).err() == zero);
            assert!(right.is_some() || viewed.slice(0, from).err() == zero);
            return;
        }
    };
    let source = Arc::new(array.slice(&[from]).unwrap());
    let (dst, src) = (viewed.slice(0, to).unwrap(), viewed.slice(0, from).unwrap());
    if left != right {
        let error = MismatchError::Shape { dst: vec![left], src: vec![right] };
        assert_eq!(array.assign(&[to], source), Err(error.clone().into()));
        assert_eq!(dst.assign(&src), Err(error.into()));
    } else {
        let value = multislice(&list, &[from]).unwrap();
        assign(&mut list, &[to], &value);
        array.assign(&[to], source).unwrap();
        dst.assign(&src).unwrap();
    }
    assert_eq!(array.tolist().as_ref(), Ok(&list), "{to:?} = {from:?}");
    assert_eq!(viewed.tolist().as_ref(), Ok(&list), "{to:?} = {from:?}");
}

#[test]
fn every_slice_to_every_other() {
    let items = ints(0..3);
    for flags in STYLES {
        for to in slices(3) {
            for from in slices(3) {
                verify_assign(&items, "h", flags, to, from);
            }
        }
    }
}

#[test]
fn some_slices_of_every_format() {
    let mut rng = Rng::new(11);
    for sample in all(&mut rng, 5, For::NdArray) {
        for flags in STYLES {
            for _ in 0..20 {
                let len = rng.below(6);
                let (to, from) = (slice_of(&mut rng, len, 5), slice_of(&mut rng, len, 5));
                verify_assign(&sample.items, &sample.format, flags, to, from);
                let (to, from) = (rng.pick(&slices(5)), rng.pick(&slices(5)));
                verify_assign(&sample.items, &sample.format, flags, to, from);
            }
        }
    }
}

#[test]
fn slices_of_several_axes() {
    let mut rng = Rng::new(12);
    for shape in permutations(&[2, 3, 5]) {
        let sample = random(&mut rng, product(&shape), For::NdArray);
        for flags in STYLES {
            for _ in 0..20 {
                let lens: Vec<usize> = shape.iter().map(|&extent| 1 + rng.below(extent)).collect();
                let mut some = || -> Vec<Slice> {
                    shape.iter().zip(&lens).map(|(&n, &len)| slice_of(&mut rng, len, n)).collect()
                };
                let (to, from) = (some(), some());
                let array = nd(&sample.items, &shape, &sample.format, flags | NdFlags::WRITABLE);
                let viewed = view(&array);
                let mut list = carray(&sample.items, &shape);
                let value = multislice(&list, &from).unwrap();
                assign(&mut list, &to, &value);
                array.assign(&to, Arc::new(array.slice(&from).unwrap())).unwrap();
                assert_eq!(array.tolist().as_ref(), Ok(&list));
                assert_eq!(viewed.tolist().as_ref(), Ok(&list));
            }
        }
    }
}

#[test]
fn nothing_is_assigned_to_nothing() {
    let items = ints(1..=12);
    let x = nd(&items, &[12], "L", NdFlags::WRITABLE);
    let y = nd(&items, &[12], "L", NdFlags::DEFAULT);
    x.assign(&[cut(4, 4, 1)], Arc::new(y.slice(&[cut(9, 9, 1)]).unwrap())).unwrap();
    assert_eq!(x.tolist(), Ok(Value::List(items.clone())));
    let (ml, mr) = (view(&x), view(&y));
    assert!(*ml == *mr && ml.equal_exporter(x.clone()).unwrap());
    ml.slice(0, 4..4).unwrap().assign(&mr.slice(0, 9..9).unwrap()).unwrap();
    assert_eq!(ml.tolist(), Ok(Value::List(items.clone())));

    let x = nd(&items, &[3, 4], "L", NdFlags::WRITABLE);
    let y = nd(&items, &[4, 3], "L", NdFlags::DEFAULT);
    let source = Arc::new(y.slice(&[cut(1, 2, 1), cut(3, 3, 1)]).unwrap());
    x.assign(&[cut(1, 2, 1), cut(2, 2, 1)], source).unwrap();
    assert_eq!(x.tolist(), Ok(carray(&items, &[3, 4])));
}

#[test]
fn sides_that_differ() {
    let items = ints(1..=8);
    let to = [cut(0, 1, 1)];
    let array = |shape: &[usize], format: &str| nd(&items, shape, format, NdFlags::WRITABLE);
    let last = |array: &Arc<NdArray>| Arc::new(array.slice(&[cut(7, 8, 1)]).unwrap());
    let refused = |left: &Arc<NdArray>, right: Arc<NdArray>, to: &[Slice], error: BufferError| {
        let before = left.tolist();
        assert_eq!(left.assign(to, right.clone()), Err(error.clone()));
        let part = view(left).slice(0, to[0]).unwrap();
        assert_eq!(part.assign(&view(&right)), Err(error));
        assert_eq!(left.tolist(), before);
    };
    let formats = |dst: &str, src: &str| {
        let (dst, src) = (dst.to_owned(), src.to_owned());
        BufferError::FormatMismatch { dst, src }
    };
    refused(&array(&[8], "B"), last(&array(&[8], "b")), &to, formats("B", "b"));
    refused(&array(&[8], "B"), last(&array(&[8], "L")), &to, formats("B", "L"));
    let shapes = |dst, src| MismatchError::Shape { dst, src }.into();
    let error = shapes(vec![1, 4], vec![1]);
    refused(&array(&[2, 4], "b"), last(&array(&[8], "b")), &to, error);
    let error = shapes(vec![2], vec![1]);
    refused(&array(&[8], "b"), last(&array(&[8], "b")), &[cut(0, 2, 1)], error);

    // A source that is no full exporter, and one that refuses.
    let left = array(&[8], "B");
    let less = consumer(&array(&[8], "B"), Request::ND).unwrap();
    let (request, missing) = (Request::FULL_RO, "strides");
    assert_eq!(left.assign(&to, less), Err(BufferError::Incomplete { request, missing }));
    let fixed = nd(&items, &[8], "B", NdFlags::DEFAULT);
    assert_eq!(fixed.assign(&to, last(&left)), Err(BufferError::ReadOnly));
    let part = view(&fixed).slice(0, to[0]).unwrap();
    assert_eq!(part.assign(&part), Err(BufferError::ReadOnly));
}

#[test]
fn slices_that_are_not_contiguous() {
    for flags in STYLES {
        let writable = flags | NdFlags::WRITABLE;
        let down = NdInit { shape: &[12], strides: &[-1], offset: 11, ..NdInit::default() };
        let ex1 = array(&ints(0..12), NdInit { flags: writable, ..down });
        let apart = NdInit { shape: &[12], strides: &[2], flags, ..NdInit::default() };
        let ex2 = array(&ints(0..24), apart);
        let (m1, m2) = (view(&ex1), view(&ex2));
        let part = |view: &MemoryView, slice| view.slice(0, slice).unwrap();

        ex1.assign(&[cut(2, 5, 1)], Arc::new(ex1.slice(&[cut(2, 5, 1)]).unwrap())).unwrap();
        part(&m1, cut(2, 5, 1)).assign(&part(&m2, cut(2, 5, 1))).unwrap();
        assert_eq!(m1.tolist().unwrap().to_string(), "[11, 10, 4, 6, 8, 6, 5, 4, 3, 2, 1, 0]");

        let turned = part(&part(&m1, cut(1, 3, 1)), by(-1));
        turned.assign(&part(&m2, cut(0, 2, 1))).unwrap();
        assert_eq!(m1.tolist().unwrap().to_string(), "[11, 2, 0, 6, 8, 6, 5, 4, 3, 2, 1, 0]");

        let turned = part(&part(&m1, cut(4, 1, -2)), by(-1));
        turned.assign(&part(&m1, cut(1, 4, 2))).unwrap();
        assert_eq!(m1.tolist().unwrap().to_string(), "[11, 2, 2, 6, 6, 6, 5, 4, 3, 2, 1, 0]");
        assert!(m1.equal_exporter(ex1).unwrap() && m2.equal_exporter(ex2).unwrap());
    }
}

#[test]
fn items_that_share_bytes_are_written_in_turn() {
    for flags in STYLES {
        let init = NdInit { shape: &[3, 2], strides: &[1, 1], ..NdInit::default() };
        let array = array(&ints(0..8), NdInit { flags: flags | NdFlags::WRITABLE, ..init });
        let source = nd(&ints(1..=6), &[3, 2], "B", flags);
        view(&array).assign(&view(&source)).unwrap();
        // Bytes 0 to 3 are last written by items [0, 0], [1, 0], [2, 0], [2, 1].
        assert_eq!(array.tolist().unwrap().to_string(), "[[1, 3], [3, 5], [5, 6]]");
        // From itself, too: read before it is written.
        let down = view(&array).slice(0, by(-1)).unwrap();
        view(&array).assign(&down).unwrap();
        assert_eq!(array.tolist().unwrap().to_string(), "[[5, 3], [3, 1], [1, 3]]");
    }
}
