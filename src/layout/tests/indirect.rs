//! Suboffsets: what the numbers say, with literals of CPython's `ndarray`.

use super::super::{Layout, Order, Overlap, Slice};
use crate::error::LayoutError::{self, *};
use std::vec;

/// Bytes of a pointer.
const P: isize = size_of::<usize>() as isize;

/// `char (*v[2])[4][3]`.
fn planes() -> Layout {
    Layout::indirect(&[2, 4, 3], &[P, 3, 1], &[0, -1, -1], 1, 0).unwrap()
}

/// Pointers to 3 x 2 pointers to 5 items of two bytes.
fn deep() -> Layout {
    Layout::indirect(&[4, 3, 2, 5], &[P, 2 * P, P, 2], &[8, -1, 4, -1], 2, 16).unwrap()
}

fn numbers(layout: &Layout) -> (&[usize], &[isize], &[isize], isize) {
    (layout.shape(), layout.strides(), layout.suboffsets(), layout.offset())
}

#[test]
fn negative_suboffsets_are_none() {
    let dense = Layout::new(&[2, 3], &[3, 1], 1, 7).unwrap();
    for suboffsets in [&[][..], &[-1, -1], &[isize::MIN, -7]] {
        assert_eq!(Layout::indirect(&[2, 3], &[3, 1], suboffsets, 1, 7), Ok(dense.clone()));
    }
    assert!(!dense.is_indirect() && dense.suboffsets().is_empty());
    let some = Layout::indirect(&[2, 3], &[P, 1], &[5, -9], 1, 0).unwrap();
    assert_eq!(some.suboffsets(), [5, -1]);
    assert_eq!((dense.tables(), some.tables(), deep().tables()), (0, 1, 3));
    assert_eq!(Layout::indirect(&[], &[], &[], 1, 0).unwrap().ndim(), 0);
}

#[test]
fn lengths_and_sizes_are_checked() {
    let of = |suboffsets: &[isize]| Layout::indirect(&[2, 3], &[P, 1], suboffsets, 1, 0);
    assert_eq!(of(&[0]), Err(SuboffsetMismatch { shape: 2, suboffsets: 1 }));
    assert_eq!(of(&[0, -1, -1]), Err(SuboffsetMismatch { shape: 2, suboffsets: 3 }));
    let short = Layout::indirect(&[2, 3], &[P], &[0, -1], 1, 0);
    assert_eq!(short, Err(RankMismatch { shape: 2, strides: 1 }));
    assert_eq!(Layout::indirect(&[2], &[P], &[0], 0, 0), Err(ZeroItemsize));
}

#[test]
fn each_segment_has_a_span_of_its_own() {
    const MAX: isize = isize::MAX;
    const MIN: isize = isize::MIN;
    let of = |strides: [isize; 2], suboffset, offset| {
        Layout::indirect(&[3, 2], &strides, &[suboffset, -1], 4, offset)
    };
    // The table ends at the last address there is, or one further.
    assert!(of([P, 4], 0, MAX - 3 * P).is_ok());
    let overflow = |shape, stride, offset| {
        Err(SpanOverflow { shape: vec![shape], strides: vec![stride], offset })
    };
    assert_eq!(of([P, 4], 0, MAX - 3 * P + 1), overflow(3, P, MAX - 3 * P + 1));
    // So do the items behind a pointer.
    assert!(of([P, 4], MAX - 8, 0).is_ok());
    assert_eq!(of([P, 4], MAX - 7, 0), overflow(2, 4, MAX - 7));
    assert_eq!(of([P, MAX], 0, 0), overflow(2, MAX, 0));
    assert_eq!(of([MIN, 4], 0, 0), overflow(3, MIN, 0));
    // Nothing is looked at if there is nothing.
    let empty = Layout::indirect(&[3, 0], &[MIN, MAX], &[MAX, -1], 4, MAX).unwrap();
    assert!(empty.is_indirect() && empty.span().is_empty());
    assert_eq!(planes().span(), 0..2 * P);
    assert_eq!(deep().span(), 16..16 + 4 * P);
}

/// Literals of `_testbuffer.ndarray(.., flags=ND_PIL)`, pointers of 8 bytes.
#[test]
fn slices_are_those_of_cpython() {
    let all = Slice::default();
    let every = |step| Slice::new(None, None, step);
    let cut = |keys: [Slice; 3]| {
        keys.into_iter().enumerate().fold(planes(), |l, (axis, key)| l.slice(axis, key).unwrap())
    };
    let from = |start| Slice::new(Some(start), None, 1);
    let sliced = cut([from(1), all, all]);
    assert_eq!(numbers(&sliced), (&[1, 4, 3][..], &[P, 3, 1][..], &[0, -1, -1][..], P));
    let sliced = cut([every(-1), all, all]);
    assert_eq!(numbers(&sliced), (&[2, 4, 3][..], &[-P, 3, 1][..], &[0, -1, -1][..], P));
    let sliced = cut([all, from(1), all]);
    assert_eq!(numbers(&sliced), (&[2, 3, 3][..], &[P, 3, 1][..], &[3, -1, -1][..], 0));
    let sliced = cut([all, every(-1), all]);
    assert_eq!(numbers(&sliced), (&[2, 4, 3][..], &[P, -3, 1][..], &[9, -1, -1][..], 0));
    assert_eq!(sliced, planes().reverse(1).unwrap());
    let sliced = cut([all, every(-2), from(1)]);
    assert_eq!(numbers(&sliced), (&[2, 2, 2][..], &[P, -6, 1][..], &[10, -1, -1][..], 0));
    let sliced = cut([from(1), Slice::new(Some(3), Some(0), -2), every(-2)]);
    assert_eq!(numbers(&sliced), (&[1, 2, 2][..], &[P, -6, -2][..], &[11, -1, -1][..], P));
}

#[test]
fn a_slice_moves_the_last_suboffset_before_it() {
    let sliced = |axis, start| deep().slice(axis, Slice::new(Some(start), None, 1)).unwrap();
    assert_eq!(
        (sliced(0, 2).suboffsets(), sliced(0, 2).offset()),
        (&[8, -1, 4, -1][..], 16 + 2 * P)
    );
    assert_eq!(
        (sliced(1, 1).suboffsets(), sliced(1, 1).offset()),
        (&[8 + 2 * P, -1, 4, -1][..], 16)
    );
    assert_eq!(sliced(2, 1).suboffsets(), [8 + P, -1, 4, -1]);
    assert_eq!(sliced(3, 3).suboffsets(), [8, -1, 10, -1]);
}

#[test]
fn no_slice_makes_a_suboffset_negative() {
    // Pointers to the last of four lines.
    let last = Layout::indirect(&[2, 4, 3], &[P, -3, 1], &[2, -1, -1], 1, 0).unwrap();
    let lower = last.slice(1, 1..2);
    assert_eq!(lower, Err(NegativeSuboffset { axis: 0, suboffset: -1 }));
    assert_eq!(last.reverse(1), Err(NegativeSuboffset { axis: 0, suboffset: -7 }));
    assert_eq!(last.index(1, 1), Err(NegativeSuboffset { axis: 0, suboffset: -1 }));
    assert!(last.slice(1, 0..1).is_ok() && last.slice(1, 2..2).is_ok());
}

#[test]
fn an_index_keeps_the_pointers_that_others_need() {
    let index = |axis, i| deep().index(axis, i);
    // An axis of a table: another ends in the pointers then.
    let first = index(1, 2).unwrap();
    assert_eq!(numbers(&first), (&[4, 2, 5][..], &[P, P, 2][..], &[8 + 4 * P, 4, -1][..], 16));
    let second = index(2, -1).unwrap();
    assert_eq!(numbers(&second), (&[4, 3, 5][..], &[P, 2 * P, 2][..], &[8 + P, 4, -1][..], 16));
    // Both cannot go, nor the only one.
    assert_eq!(second.index(1, 0), Err(PointerNeeded { axis: 1, suboffset: 4 }));
    assert_eq!(index(0, 3), Err(PointerNeeded { axis: 0, suboffset: 8 }));
    assert_eq!(index(0, 4), Err(IndexOutside { axis: 0, index: 4, extent: 4 }));
    let items = index(3, 4).unwrap();
    assert_eq!(numbers(&items), (&[4, 3, 2][..], &[P, 2 * P, P][..], &[8, -1, 12][..], 16));
    // Where nothing is, nothing is followed.
    let empty = Layout::indirect(&[2, 0], &[P, 1], &[0, -1], 1, 0).unwrap();
    assert_eq!(empty.index(0, 1).unwrap().suboffsets(), [0isize; 0]);
}

#[test]
fn following_a_pointer_leaves_what_is_behind() {
    let (slot, behind) = deep().follow(-2).unwrap();
    assert_eq!(slot, 16 + 2 * P);
    assert_eq!(numbers(&behind), (&[3, 2, 5][..], &[2 * P, P, 2][..], &[-1, 4, -1][..], 8));
    let (slot, plane) = planes().follow(1).unwrap();
    assert_eq!((slot, numbers(&plane)), (P, (&[4, 3][..], &[3, 1][..], &[][..], 0)));
    assert!(planes().follow(2).is_err());
}

#[test]
fn axes_move_only_between_pointers() {
    let swapped = deep().permute(&[0, 2, 1, 3]).unwrap();
    assert_eq!(
        numbers(&swapped),
        (&[4, 2, 3, 5][..], &[P, P, 2 * P, 2][..], &[8, -1, 4, -1][..], 16)
    );
    let refused = |axes: &[usize], layout: &Layout| {
        let error = PointerOrder { axes: axes.to_vec(), suboffsets: layout.suboffsets().to_vec() };
        assert_eq!(layout.permute(axes), Err(error));
    };
    refused(&[1, 0, 2, 3], &deep());
    refused(&[0, 1, 3, 2], &deep());
    refused(&[2, 1, 0], &planes());
    assert!(matches!(planes().transpose(), Err(PointerOrder { .. })));
    assert_eq!(planes().permute(&[0, 2, 1]).unwrap().strides(), [P, 1, 3]);
    assert!(matches!(planes().permute(&[0, 1, 1]), Err(NotAPermutation { .. })));
    // All of one table, or behind it: as dense ones.
    let last = Layout::indirect(&[2, 3], &[3 * P, P], &[-1, 5], 1, 0).unwrap();
    assert_eq!(last.transpose().unwrap().suboffsets(), [-1, 5]);
    assert_eq!(last.transpose().unwrap().strides(), [P, 3 * P]);
}

#[test]
fn other_axes_carry_suboffsets_along() {
    assert_eq!(planes().insert_axis(0).unwrap().suboffsets(), [-1, 0, -1, -1]);
    assert_eq!(planes().insert_axis(1).unwrap().suboffsets(), [0, -1, -1, -1]);
    let stretched = planes().broadcast_to(&[5, 2, 4, 3]).unwrap();
    assert_eq!(numbers(&stretched).2, [-1, 0, -1, -1]);
    assert_eq!(planes().split(0, &[1, 2]).unwrap().suboffsets(), [-1, 0, -1, -1]);
    assert_eq!(planes().split(2, &[3, 1]).unwrap().suboffsets(), [0, -1, -1, -1]);
    assert_eq!(deep().split_item(1).unwrap().suboffsets(), [8, -1, 4, -1, -1]);
    let one = planes().slice(0, 0..1).unwrap();
    assert_eq!(one.split(0, &[]), Err(PointerNeeded { axis: 0, suboffset: 0 }));
    assert_eq!(planes().merge(1..3).unwrap().suboffsets(), [0, -1]);
    assert_eq!(deep().merge(1..3).unwrap().suboffsets(), [8, 4, -1]);
    for axes in [0..2, 0..3, 2..4] {
        assert!(matches!(deep().merge(axes), Err(CannotMerge { .. })));
    }
    let new = planes().reshape(&[2, 12]).unwrap();
    assert_eq!(numbers(&new), (&[2, 12][..], &[P, 1][..], &[0, -1][..], 0));
    assert_eq!(planes().reshape(&[2, 2, 2, 3]).unwrap().strides(), [P, 6, 3, 1]);
    for shape in [&[24][..], &[4, 2, 3], &[1, 2, 12]] {
        assert!(matches!(planes().reshape(shape), Err(CannotReshape { .. })));
    }
}

#[test]
fn what_bytes_alone_vouch_for_is_dense() {
    let refused = Err::<(), LayoutError>(Indirect { axis: 2, suboffset: 4 });
    assert_eq!(deep().validate(usize::MAX >> 1), refused);
    assert_eq!(deep().validate_mut(usize::MAX >> 1), refused);
    assert_eq!(planes().item_offset(&[0, 0, 0]), None);
    for order in [Order::C, Order::F, Order::A, Order::K] {
        assert!(!planes().is_contiguous(order));
        assert!(planes().contiguous_like(order).is_contiguous(order));
    }
    assert_eq!(planes().contiguous_like(Order::A).strides(), [12, 3, 1]);
    // The shortest strides are innermost, but behind the pointers.
    let turned = Layout::indirect(&[2, 3, 4], &[P, 1, 1 << 20], &[0, -1, -1], 1, 0).unwrap();
    assert_eq!(turned.contiguous_like(Order::K).strides(), [12, 1, 3]);
    let long = Layout::indirect(&[2, 3], &[P, 1 << 20], &[0, -1], 1, 0).unwrap();
    assert_eq!(long.contiguous_like(Order::K).strides(), [3, 1]);
}

#[test]
fn overlap_behind_pointers_is_not_known() {
    assert!(planes().overlaps_itself() && planes().overlaps(&planes()));
    assert_eq!(planes().self_overlap(), Overlap::Unknown);
    assert!(planes().check_overlap().is_ok());
    // Two indices of the core, or of a table, share what they lead to.
    for strides in [[P, 3, 0], [0, 3, 1], [1, 3, 1]] {
        let twice = Layout::indirect(&[2, 4, 3], &strides, &[0, -1, -1], 1, 0).unwrap();
        assert_eq!(twice.self_overlap(), Overlap::Yes);
        assert!(matches!(twice.check_overlap(), Err(SelfOverlap { .. })));
    }
    let empty = Layout::indirect(&[2, 0], &[0, 0], &[0, -1], 1, 0).unwrap();
    assert!(!empty.overlaps_itself() && !empty.overlaps(&planes()));
}
