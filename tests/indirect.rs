//! Layouts with pointers: every verb against the oracle.

use crate::support::indirect::{Pair, pairs, pairs_of};
use crate::support::oracle::{index, kinds};
use crate::support::{bytes, check, same_bytes};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use siphasher::sip::SipHasher13;
use std::hash::{DefaultHasher, Hasher};
use stridewise::{
    AnyView, AnyViewMut, Array, CopyPlan, CopyValuesPlan, Element, ElementType, EqualPlan, Error,
    Format, HashPlan, IndirectArray, Layout, LayoutError, MismatchError, Mode, Order, Slice,
    Strided, View, copy, copy_broadcast, copy_values, equal, equal_values, equal_with,
    first_mismatch, first_mismatch_with, first_value_mismatch, hash_into, siphash13,
    to_contiguous_any, tree_hash, value_hash, xxh3_64, xxh3_128,
};
use xxhash_rust::xxh3;

#[test]
fn prop_copy_follows_pointers() {
    check("prop_copy_follows_pointers", pairs, |Pair { dst, src, slices, options }| {
        let (mut to, mut from) = (dst.plant(1), src.plant(2));
        to.slice(&slices);
        from.slice(&slices);
        let (expected, before, blocks) = (from.items(), to.items(), to.blocks());
        let bytes = ElementType::bytes(to.layout.itemsize());
        let plan = CopyPlan::with(&to.layout, &from.layout, options).unwrap();
        for planned in [true, false] {
            let (mut dst, src) = (to.view_mut(bytes), from.view(bytes));
            if planned {
                plan.run(&mut dst, &src).unwrap()
            } else {
                copy(&mut dst, &src).unwrap()
            }
            same_bytes!(to.items(), expected, "{}planned {planned}", plan);
            // Nothing else has changed, no pointer either.
            to.place(&before);
            prop_assert!(to.blocks() == blocks, "beside the items: {}", plan);
        }
        Ok(())
    });
}

#[test]
fn prop_fresh_copies_follow_pointers() {
    check("prop_fresh_copies_follow_pointers", pairs, |Pair { src, slices, .. }| {
        let mut from = src.plant(3);
        from.slice(&slices);
        for order in [Order::C, Order::F, Order::A, Order::K] {
            let array = to_contiguous_any(&from.bytes(), order).unwrap();
            let layout = array.layout().clone();
            prop_assert!(layout.is_contiguous(order) && layout.shape() == from.layout.shape());
            let c = to_contiguous_any(&array, Order::C).unwrap();
            same_bytes!(c.as_bytes(), from.items(), "{:?} of {:?}", order, from.layout);
        }
        Ok(())
    });
}

#[test]
fn prop_equality_follows_pointers() {
    let cases = || {
        select(kinds()).prop_flat_map(|kind| {
            let change = proptest::option::of(any::<(Index, u8)>());
            (Just(kind), pairs_of(kind.element.itemsize()), change, any::<bool>())
        })
    };
    check("prop_equality_follows_pointers", cases, |(kind, pair, change, swap)| {
        let Pair { dst, src, slices, options } = pair;
        let (mut a, mut b) = (dst.plant(1), src.plant(2));
        a.slice(&slices);
        b.slice(&slices);
        let items = b.items();
        a.place(&items);
        let (len, size) = (a.layout.len(), a.layout.itemsize());
        if let (Some((at, bit)), true) = (change, len > 0) {
            let at = at.index(len) * size + usize::from(bit / 8) % size;
            let mut changed = items.clone();
            changed[at] ^= 1 << (bit % 8);
            a.place(&changed);
        }
        let (left, right) = if swap { (&b, &a) } else { (&a, &b) };
        let (of_left, of_right) = (left.items(), right.items());
        for mode in [Mode::Values, Mode::Bits, Mode::NanEqual] {
            let mut pairs = of_left.chunks(size).zip(of_right.chunks(size));
            let first = pairs.position(|(a, b)| !kind.equal(a, b, mode));
            let expected = first.map(|at| index(at, left.layout.shape()));
            let (x, y) = (left.view(kind.element), right.view(kind.element));
            let plan =
                EqualPlan::with(&left.layout, &right.layout, kind.element, mode, options).unwrap();
            prop_assert_eq!(plan.run(&x, &y).unwrap(), expected.is_none(), "{}", &plan);
            prop_assert_eq!(equal_with(&x, &y, mode).unwrap(), expected.is_none(), "{}", &plan);
            prop_assert_eq!(plan.first_mismatch(&x, &y).unwrap(), expected.clone(), "{}", &plan);
            prop_assert_eq!(first_mismatch_with(&x, &y, mode).unwrap(), expected);
        }
        Ok(())
    });
}

/// XXH3 of both lengths and the streams of two hashers.
fn hashes(view: &AnyView<'_>) -> (u64, u128, u64, u64) {
    let mut std = DefaultHasher::new();
    hash_into(view, &mut std).unwrap();
    (xxh3_64(view).unwrap(), xxh3_128(view).unwrap(), siphash13(view, 3, 4).unwrap(), std.finish())
}

#[test]
fn prop_hashes_follow_pointers() {
    check("prop_hashes_follow_pointers", pairs, |Pair { src, slices, options, .. }| {
        let mut from = src.plant(4);
        from.slice(&slices);
        let items = from.items();
        let (mut sip, mut std) = (SipHasher13::new_with_keys(3, 4), DefaultHasher::new());
        sip.write(&items);
        std.write(&items);
        let (short, long) = (xxh3::xxh3_64(&items), xxh3::xxh3_128(&items));
        let view = from.bytes();
        prop_assert_eq!(hashes(&view), (short, long, sip.finish(), std.finish()));
        let plan = HashPlan::with(&from.layout, options).unwrap();
        prop_assert_eq!(plan.xxh3_64(&view).unwrap(), short, "{}", &plan);
        prop_assert_eq!(plan.xxh3_128(&view).unwrap(), long, "{}", &plan);
        let dense = View::new(&items, &[items.len()]).unwrap();
        prop_assert_eq!(plan.tree_hash(&view).unwrap(), tree_hash(&dense).unwrap(), "{}", &plan);
        Ok(())
    });
}

#[test]
fn prop_values_follow_pointers() {
    const FORMATS: [(&str, &str); 4] =
        [("<i", ">i"), (">hB", "<hB"), ("<hBx", "@hBx"), ("=4s", ">4s")];
    let cases = || {
        let change = proptest::option::of(any::<Index>());
        (select(&FORMATS[..]), change).prop_flat_map(|(formats, change)| {
            let [a, b] = [formats.0, formats.1].map(|text| Format::parse(text).unwrap());
            let pair = pairs_of(a.itemsize());
            (Just(a), Just(b), pair, Just(change))
        })
    };
    check("prop_values_follow_pointers", cases, |(to_format, from_format, pair, change)| {
        let Pair { dst, src, slices, options } = pair;
        let (mut to, mut from) = (dst.plant(1), src.plant(2));
        to.slice(&slices);
        from.slice(&slices);
        let items = from.items();
        let (len, size) = (from.layout.len(), from.layout.itemsize());
        // The same of views without pointers.
        let layout = Layout::contiguous(from.layout.shape(), size, Order::C).unwrap();
        let dense = AnyView::new(&items, &from_format, layout.clone()).unwrap();
        let mut turned = to.items();
        let mut dense_to = AnyViewMut::new(&mut turned, &to_format, layout).unwrap();
        copy_values(&mut dense_to, &to_format, &dense, &from_format).unwrap();
        let (of_to, of_from) = (to.layout.clone(), from.layout.clone());
        let plan =
            CopyValuesPlan::with(&of_to, &to_format, &of_from, &from_format, options).unwrap();
        let source = from.view(ElementType::bytes(size));
        plan.run(&mut to.view_mut(ElementType::bytes(size)), &source).unwrap();
        same_bytes!(to.items(), turned, "{} to {}", from_format, to_format);

        let mut first = None;
        if let (Some(at), true) = (change, len > 0) {
            let at = at.index(len);
            let mut changed = turned.clone();
            // Of the first part, whatever its order.
            changed[at * size] ^= 1;
            to.place(&changed);
            first = Some(index(at, of_to.shape()));
        }
        let changed = to.view(ElementType::bytes(size));
        let same = equal_values(&source, &from_format, &changed, &to_format, Mode::Values);
        prop_assert_eq!(same, Ok(first.is_none()));
        let found = first_value_mismatch(&source, &from_format, &changed, &to_format, Mode::Values);
        prop_assert_eq!(found.unwrap(), first.clone());
        prop_assert_eq!(value_hash(&source, &from_format), value_hash(&dense, &from_format));
        Ok(())
    });
}

/// Each view of fewer axes has the items that it should.
#[test]
fn prop_indices_and_axes_follow_pointers() {
    let cases = || (pairs(), any::<(Index, Index, bool)>());
    check("prop_indices_and_axes_follow_pointers", cases, |(Pair { src, slices, .. }, at)| {
        let mut from = src.plant(5);
        from.slice(&slices);
        let (shape, all) = (from.layout.shape().to_vec(), from.addresses());
        let axis = at.0.index(shape.len());
        let view = from.bytes();
        let items = |view: &AnyView<'_>| -> Vec<*const u8> {
            let indices = (0..view.layout().len()).map(|at| index(at, view.layout().shape()));
            indices.map(|index| view.item(&index).unwrap().as_ptr()).collect()
        };
        let of = |keep: &dyn Fn(&[usize]) -> bool| -> Vec<*const u8> {
            let at = all.iter().enumerate().filter(|(at, _)| keep(&index(*at, &shape)));
            at.map(|(_, &address)| address.cast_const()).collect()
        };
        prop_assert_eq!(items(&view), of(&|_| true));
        prop_assert_eq!(view.item(&vec![0; shape.len() + 1]), None);
        prop_assert_eq!(view.item(&shape), None);
        if shape[axis] > 0 {
            let i = at.1.index(shape[axis]);
            let signed = if at.2 { i as isize } else { i as isize - shape[axis] as isize };
            match view.index(axis, signed) {
                Ok(one) => prop_assert_eq!(items(&one), of(&|index| index[axis] == i)),
                Err(error) => {
                    let suboffsets = from.layout.suboffsets();
                    let suboffset = suboffsets[axis];
                    prop_assert_eq!(error, LayoutError::PointerNeeded { axis, suboffset });
                    prop_assert!(axis > 0 && suboffset >= 0 && suboffsets[axis - 1] >= 0);
                }
            }
        }
        let backwards = view.reverse(axis).unwrap();
        let mut reversed = backwards.clone();
        for i in 0..shape[axis] {
            reversed = backwards.slice(axis, Slice::from(i as isize..i as isize + 1)).unwrap();
            let from = shape[axis] - 1 - i;
            prop_assert_eq!(items(&reversed), of(&|index| index[axis] == from));
            if all.len() > 100 {
                break;
            }
        }
        drop(reversed);
        Ok(())
    });
}

/// Planes of `T` that each have memory of their own.
fn planes<T: Element>(
    of: impl Fn(usize) -> T,
    n: usize,
    shape: [usize; 2],
) -> IndirectArray<Array<T>> {
    let each = shape[0] * shape[1];
    let plane = |at| Array::new((0..each).map(|i| of(at * each + i)).collect(), &shape).unwrap();
    IndirectArray::new((0..n).map(plane).collect()).unwrap()
}

#[test]
fn arrays_of_arrays_of_arrays() {
    let cube = |first: usize| {
        let row = |at: usize| {
            let data: Vec<u16> = (0..4).map(|i| (first + at * 4 + i) as u16).collect();
            // Backwards, after something else.
            Array::with_strides([&[9, 9], &data[..]].concat(), &[4], &[-1], 5).unwrap()
        };
        IndirectArray::new(vec![row(0), row(1), row(2)]).unwrap()
    };
    let mut array = IndirectArray::new(vec![cube(0), cube(12)]).unwrap();
    assert_eq!(array.shape(), [2, 3, 4]);
    assert_eq!(array.layout().suboffsets(), [0, 6, -1]);
    let forward = array.view().slice(2, Slice::new(None, None, -1)).unwrap();
    assert_eq!(forward.layout().suboffsets(), [0, 0, -1]);
    let items: Vec<u16> = (0..24).collect();
    assert_eq!(equal(&forward, &View::new(&items, &[2, 3, 4]).unwrap()), Ok(true));
    let one = array.view().index(0, 1).unwrap().index(0, -1).unwrap().index(0, 0).unwrap();
    assert_eq!((one.shape(), one.item(&[])), (&[][..], Some(&23u16.to_ne_bytes()[..])));

    copy_broadcast(&mut array, &View::new(&[1u16, 2, 3, 4], &[4]).unwrap()).unwrap();
    let mut second = array.view_mut().index(0, 1).unwrap();
    second.item_mut(&[2, 0]).unwrap().copy_from_slice(&77u16.to_ne_bytes());
    let parts = array.into_parts();
    assert_eq!(parts[0].parts()[2].as_slice(), [9, 9, 4, 3, 2, 1]);
    assert_eq!(parts[1].parts()[2].as_slice(), [9, 9, 4, 3, 2, 77]);
}

#[test]
fn tables_of_borrowed_rows() {
    let (mut low, mut high) = ([0u8; 5], [0u8; 5]);
    let rows = [&mut low, &mut high].map(|row| stridewise::ViewMut::new(row, &[5]).unwrap());
    let mut array = IndirectArray::new(rows.into()).unwrap();
    copy(&mut array, &View::new(b"helloworld", &[2, 5]).unwrap()).unwrap();
    let shared = IndirectArray::new(vec![array.view(), array.view()]).unwrap();
    assert_eq!(shared.shape(), [2, 2, 5]);
    assert_eq!(to_contiguous_any(&shared, Order::C).unwrap().into_bytes(), b"helloworldhelloworld");
    assert_eq!((&low, &high), (b"hello", b"world"));
}

#[test]
fn parts_must_be_alike() {
    type Arrays = IndirectArray<Array<u8>>;
    assert_eq!(Arrays::new(vec![]).unwrap_err(), Error::from(LayoutError::NoParts));
    let row = |n: usize| Array::new(vec![0u8; n], &[n]).unwrap();
    let shapes = MismatchError::Shape { dst: vec![2], src: vec![3] };
    assert_eq!(Arrays::new(vec![row(2), row(3)]).unwrap_err(), shapes.into());
    let apart = Array::with_strides(vec![0u8; 3], &[2], &[2], 0).unwrap();
    let (first, part) = (row(2).layout().clone().into(), apart.layout().clone().into());
    let strides = MismatchError::Parts { first, part };
    assert_eq!(Arrays::new(vec![row(2), apart]).unwrap_err(), strides.into());
    let types = [
        AnyView::from(View::new(&[1i8], &[1]).unwrap()),
        AnyView::from(View::new(&[1u8], &[1]).unwrap()),
    ];
    let (dst, src) = (ElementType::of::<i8>(), ElementType::of::<u8>());
    let error = IndirectArray::new(types.into()).unwrap_err();
    assert_eq!(error, MismatchError::Type { dst, src }.into());
    let deep = Array::new(vec![0u8], &[1; 64]).unwrap();
    let error = Arrays::new(vec![deep]).unwrap_err();
    assert_eq!(error, LayoutError::RankTooLarge { ndim: 65, max: 64 }.into());
}

/// Whoever makes views of bytes alone cannot make an indirect one.
#[test]
fn safe_constructors_refuse_pointers() {
    let layout = Layout::indirect(&[1, 1], &[8, 1], &[0, -1], 1, 0).unwrap();
    let refused = Error::from(LayoutError::Indirect { axis: 0, suboffset: 0 });
    let (mut data, byte) = ([0u8; 64], ElementType::of::<u8>());
    assert_eq!(View::with_layout(&data, layout.clone()).unwrap_err(), refused);
    assert_eq!(AnyView::new(&data, byte, layout.clone()).unwrap_err(), refused);
    assert_eq!(stridewise::ViewMut::with_layout(&mut data, layout.clone()).unwrap_err(), refused);
    assert_eq!(AnyViewMut::new(&mut data, byte, layout.clone()).unwrap_err(), refused);
    let dense = Layout::new(&[1, 1], &[1, 1], 1, 0).unwrap();
    assert_eq!(stridewise::copy_within(&mut data, &dense, &layout), Err(refused.clone()));
    assert_eq!(stridewise::copy_within(&mut data, &layout, &dense), Err(refused));
    // SAFETY: nobody gets the view.
    let wrong = unsafe { AnyView::from_raw(data.as_ptr(), ElementType::of::<u16>(), layout) };
    let sizes = LayoutError::ItemsizeMismatch { layout: 1, element: 2 };
    assert_eq!(wrong.unwrap_err(), sizes.into());
    let twice = Layout::indirect(&[2, 1], &[0, 1], &[0, -1], 1, 0).unwrap();
    // SAFETY: as above.
    let twice = unsafe { AnyViewMut::from_raw(data.as_mut_ptr(), byte, twice) };
    assert!(matches!(twice.unwrap_err(), Error::Layout(LayoutError::SelfOverlap { .. })));
}

#[test]
fn plans_are_for_their_suboffsets() {
    let planes = planes(|i| i as u8, 2, [2, 3]);
    let lower = planes.view().slice(1, Slice::from(1..)).unwrap();
    let upper = planes.view().slice(1, Slice::from(..1)).unwrap();
    let plan = HashPlan::new(lower.layout()).unwrap();
    assert!(plan.xxh3_64(&lower).is_ok());
    let given = upper.layout().clone();
    let error =
        MismatchError::Planned { planned: lower.layout().clone().into(), given: given.into() };
    assert!(error.to_string().ends_with("itemsize 1, suboffsets [0, -1, -1]"), "{error}");
    assert_eq!(plan.xxh3_64(&upper), Err(error));
}

/// Large enough for threads, for what is written past the caches, and for
/// leaves of a tree that end within a plane.
#[test]
fn large_planes_on_threads() {
    crate::support::pool().install(|| {
        for (n, shape) in [(5, [1000, 700]), (1100, [50, 60]), (9000, [1, 400]), (1, [2500, 1400])]
        {
            let salted = bytes(n * shape[0] * shape[1], 7);
            let mut array = planes(|i| salted[i], n, shape);
            let view = View::new(&salted, &[n, shape[0], shape[1]]).unwrap();
            assert_eq!(equal(&array, &view), Ok(true));
            assert_eq!(first_mismatch(&view, &array), Ok(None));
            assert_eq!(xxh3_128(&array), xxh3_128(&view));
            assert_eq!(tree_hash(&array), tree_hash(&view));
            let turned = array.view().permute(&[0, 2, 1]).unwrap();
            let dense = view.permute(&[0, 2, 1]).unwrap();
            assert_eq!(tree_hash(&turned), tree_hash(&dense));
            assert_eq!(xxh3_64(&turned), xxh3_64(&dense));
            let c = to_contiguous_any(&turned, Order::C).unwrap();
            assert_eq!(equal(&c, &AnyView::from(dense)), Ok(true));
            let changed = vec![n - 1, shape[0] / 2, shape[1] - 1];
            array.view_mut().item_mut(&changed).unwrap()[0] ^= 1;
            assert_eq!(equal(&array, &view), Ok(false));
            assert_eq!(first_mismatch(&array, &view), Ok(Some(changed)));
            copy(&mut array, &view).unwrap();
            assert_eq!(equal(&array, &view), Ok(true));
        }
    });
}
