//! Parts of arrays by slices.

use super::*;
use crate::support::items::{
    For, Rng, carray, ints, multislice, permutations, product, random, slices,
};
use stridewise::LayoutError;
use stridewise::buffer::Index;

/// Slices of every axis: some that pick something, some that may not, and
/// one of step 0.
fn some_slices(rng: &mut Rng, shape: &[usize]) -> Vec<Vec<Slice>> {
    let mut some = |least: usize| -> Vec<Slice> {
        let each = shape.iter().map(|&extent| {
            let len = least.min(extent) + rng.below(extent + 1 - least.min(extent));
            let start = rng.below(extent - len + 1);
            let most = (extent - start).checked_div(len).map_or(1, |most| most.max(1));
            let step = 1 + rng.below(most);
            let (stop, turn) = (start + len * step, rng.below(2) == 0);
            match (turn, len) {
                (false, _) | (_, 0) => cut(start as isize, stop as isize, step as isize),
                // The same ones, backwards.
                (true, _) => {
                    let last = (start + (len - 1) * step) as isize;
                    let stop = start.checked_sub(1).map(|stop| stop as isize);
                    Slice::new(Some(last), stop, -(step as isize))
                }
            }
        });
        each.collect()
    };
    let mut all: Vec<_> = (0..5).map(|_| some(1)).chain((0..5).map(|_| [].into())).collect();
    for slices in &mut all[5..] {
        *slices = some(0);
    }
    all.push(vec![cut(0, 1, 0); shape.len()]);
    all
}

/// Holds slices of an array and of its views to those of a list.
#[track_caller]
fn verify_slices(array: &Arc<NdArray>, list: &Value, slices: &[Slice]) {
    let viewed = view(array);
    let select: Vec<Index> = slices.iter().copied().map(Index::from).collect();
    let Some(expected) = multislice(list, slices) else {
        let error = Some(BufferError::Layout(LayoutError::StepZero { axis: 0 }));
        assert_eq!(array.slice(slices).err(), error);
        assert_eq!(viewed.select(&select).err(), error);
        return;
    };
    let part = Arc::new(array.slice(slices).unwrap());
    assert_eq!(part.tolist().unwrap(), expected, "{slices:?}");
    assert_eq!(view(&part).tolist().unwrap(), expected, "{slices:?}");
    let selected = viewed.select(&select).unwrap();
    assert_eq!(selected.tolist().unwrap(), expected, "{slices:?}");
    assert!(selected.equal_exporter(part).unwrap());
}

#[test]
fn slices_of_several_axes() {
    let mut rng = Rng::new(9);
    for shape in permutations(&[2, 3, 5]) {
        let sample = random(&mut rng, product(&shape), For::NdArray);
        let list = carray(&sample.items, &shape);
        for flags in STYLES {
            let array = nd(&sample.items, &shape, &sample.format, flags);
            for slices in some_slices(&mut rng, &shape) {
                verify_slices(&array, &list, &slices);
                verify_slices(&array, &list, &slices[..1]);
            }
        }
    }
}

#[test]
fn every_slice_of_one_axis() {
    let items = ints(0..4);
    let list = Value::List(items.clone());
    for flags in STYLES {
        let array = nd(&items, &[4], "h", flags);
        for slice in slices(5) {
            verify_slices(&array, &list, &[slice]);
        }
    }
}

#[test]
fn suboffsets_below_0_are_none() {
    let mut rng = Rng::new(10);
    for shape in permutations(&[2, 3, 5, 2]) {
        let sample = random(&mut rng, product(&shape), For::NdArray);
        let list = carray(&sample.items, &shape);
        let array = nd(&sample.items, &shape, &sample.format, NdFlags::DEFAULT);
        array.add_suboffsets().unwrap();
        let viewed = view(&array);
        assert_eq!(viewed.suboffsets(), Ok(&[][..]));
        assert_eq!(viewed.tolist().unwrap(), list);
        for slices in some_slices(&mut rng, &shape) {
            verify_slices(&array, &list, &slices);
        }
    }
    let flags = BufferError::Flags { flags: 0x10, reason: "there are suboffsets already" };
    let pointers = nd(&ints(1..=8), &[8], "b", NdFlags::PIL);
    assert_eq!(pointers.add_suboffsets(), Err(flags));
    let base = nd(&ints(1..=8), &[8], "B", NdFlags::DEFAULT);
    let (request, missing) = (Request::INDIRECT, "strides");
    let simple = consumer(&base, Request::SIMPLE).unwrap();
    assert_eq!(simple.add_suboffsets(), Err(BufferError::Incomplete { request, missing }));
}

#[test]
fn slices_that_are_refused() {
    let array = nd(&ints(1..=8), &[2, 4], "L", NdFlags::WRITABLE);
    let viewed = view(&array);
    let zero = |axis| Some(BufferError::Layout(LayoutError::StepZero { axis }));
    let (one, still) = (cut(0, 1, 1), cut(0, 1, 0));
    assert_eq!(array.slice(&[one, still]).err(), zero(1));
    assert_eq!(array.slice(&[still, one]).err(), zero(0));
    assert_eq!(viewed.slice(1, still).err(), zero(1));
    assert_eq!(viewed.select(&[one.into(), still.into()]).err(), zero(1));
    assert_eq!(viewed.select(&[0.into(), still.into()]).err(), zero(1));
    let count = Some(BufferError::IndexCount { given: 3, ndim: 2 });
    assert_eq!(array.slice(&[one; 3]).err(), count);
    assert_eq!(viewed.select(&[one.into(); 3]).err(), count);
    let outside = LayoutError::AxisOutside { axis: 2, ndim: 2 };
    assert_eq!(viewed.slice(2, one).err(), Some(outside.into()));
}

#[test]
fn zero_extents() {
    for flags in STYLES {
        let lists: [(&[usize], &str); 4] = [
            (&[0], "[]"),
            (&[0, 3, 3], "[]"),
            (&[3, 0, 3], "[[], [], []]"),
            (&[3, 3, 0], "[[[], [], []], [[], [], []], [[], [], []]]"),
        ];
        for (shape, list) in lists {
            let array = nd(&ints(1..=3), shape, "B", flags);
            let viewed = view(&array);
            assert!(viewed.equal_exporter(array.clone()).unwrap());
            assert_eq!(array.tolist().unwrap().to_string(), list);
            assert_eq!(viewed.tolist().unwrap().to_string(), list);
            assert_eq!(viewed.tobytes(Order::C), Ok(vec![]));
        }
    }
}

#[test]
fn zero_strides_offsets_and_re_exports() {
    for flags in STYLES {
        let init = NdInit { shape: &[5], strides: &[0], flags, ..NdInit::default() };
        let array = array(&ints([1]), init);
        let viewed = view(&array);
        assert!(viewed.equal_exporter(array.clone()).unwrap());
        assert_eq!(array.tolist().unwrap().to_string(), "[1, 1, 1, 1, 1]");
        assert_eq!(viewed.tolist(), array.tolist());
    }
    let array = array(&ints(0..20), NdInit { shape: &[3], offset: 7, ..NdInit::default() });
    assert_eq!(array.offset(), Some(7));
    assert_eq!(array.tolist().unwrap().to_string(), "[7, 8, 9]");

    let base = nd(&ints(1..=12), &[3, 4], "B", NdFlags::PIL);
    let again = consumer(&base, Request::FULL_RO).unwrap();
    assert!(again.flags().contains(NdFlags::PIL));
    assert!(std::ptr::addr_eq(Arc::as_ptr(&again.obj().unwrap()), Arc::as_ptr(&base)));
    assert_eq!(again.suboffsets(), [0, -1]);
    assert_eq!(again.offset(), None);
    assert!(!again.c_contiguous() && !again.f_contiguous() && !again.contiguous());
    assert_eq!(again.tolist(), base.tolist());
}

#[test]
fn views_from_buffers() {
    for flags in STYLES {
        let array = nd(&ints(0..3), &[3], "B", flags);
        let viewed = array.memoryview_from_buffer();
        assert!(viewed.obj().unwrap().is_none());
        assert!(viewed.equal_exporter(array.clone()).unwrap());
        // An item is where the definition says.
        for i in 0..3 {
            assert_eq!(array.get(&[i]), get_pointer(array.clone(), &[i]));
            assert_eq!(array.get(&[i]), Ok(Value::from(i as i64)));
        }
    }
    // Where there are no strides to tell.
    let base = nd(&ints(0..20), &[2, 2, 5], "B", NdFlags::DEFAULT);
    let less = consumer(&base, Request::ND | Request::FORMAT).unwrap();
    assert_eq!(less.tolist(), base.tolist());
    assert_eq!(view(&base).tolist(), base.tolist());
}
