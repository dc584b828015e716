//! Each condition with its nearest accept and reject.

use super::{Random, offsets};
use crate::layout::{Layout, MAX_NDIM, Order, spans};
use crate::{LayoutError, Slice};
use std::vec;

const MAX: isize = isize::MAX;
const MIN: isize = isize::MIN;

#[test]
fn l1_ranks_agree() {
    assert!(Layout::new(&[2, 3], &[3, 1], 1, 0).is_ok());
    assert_eq!(
        Layout::new(&[2, 3], &[3], 1, 0),
        Err(LayoutError::RankMismatch { shape: 2, strides: 1 })
    );
    assert!(Layout::new(&[1; 64], &[1; 64], 1, 0).is_ok());
    assert_eq!(
        Layout::new(&[1; 65], &[1; 65], 1, 0),
        Err(LayoutError::RankTooLarge { ndim: 65, max: 64 })
    );
}

#[test]
fn every_way_to_add_axes_keeps_l1() {
    let full = Layout::contiguous(&[1; MAX_NDIM], 1, Order::C).unwrap();
    let refused = Err(LayoutError::RankTooLarge { ndim: 65, max: 64 });
    assert_eq!(Layout::contiguous(&[1; 65], 1, Order::C), refused);
    assert_eq!(full.insert_axis(0), refused);
    assert_eq!(full.broadcast_to(&[1; 65]), refused);
    assert_eq!(full.reshape(&[1; 65]), refused);
    assert_eq!(full.split(3, &[1, 1]), refused);
    assert_eq!(full.merge(3..3), refused);
    assert_eq!(full.merge(0..64).unwrap().ndim(), 1);
    assert_eq!(
        full.permute(&[0; 64]).unwrap_err(),
        LayoutError::NotAPermutation { axes: vec![0; 64], ndim: 64 }
    );
    assert_eq!(full.transposed().index(63, 0).unwrap().ndim(), 63);
}

#[test]
fn items_have_bytes() {
    assert!(Layout::new(&[0], &[0], 1, 0).is_ok());
    assert_eq!(Layout::new(&[0], &[0], 0, 0), Err(LayoutError::ZeroItemsize));
    assert_eq!(Layout::contiguous(&[], 0, Order::C), Err(LayoutError::ZeroItemsize));
}

#[test]
fn l2_items_fit() {
    let max = MAX as usize;
    assert!(Layout::new(&[max], &[0], 1, 0).is_ok());
    assert!(Layout::new(&[max + 1], &[0], 1, 0).is_err());
    assert!(Layout::new(&[max / 2], &[0], 2, 0).is_ok());
    assert_eq!(
        Layout::new(&[max / 2 + 1], &[0], 2, 0),
        Err(LayoutError::ExtentOverflow { shape: vec![max / 2 + 1], itemsize: 2 })
    );
    assert!(Layout::new(&[], &[], max, 0).is_ok());
    assert!(Layout::new(&[], &[], max + 1, 0).is_err());
    assert!(Layout::new(&[usize::MAX; 3], &[0; 3], usize::MAX, 0).is_err());
    // Even without items, the itemsize fits.
    assert!(Layout::new(&[0], &[0], max + 1, 0).is_err());
    assert!(Layout::contiguous(&[max, 2], 1, Order::F).is_err());
}

#[test]
fn l2_distances_fit() {
    assert!(Layout::new(&[2], &[MAX - 1], 1, 0).is_ok());
    assert_eq!(
        Layout::new(&[2], &[MAX], 1, 0),
        Err(LayoutError::SpanOverflow { shape: vec![2], strides: vec![MAX], offset: 0 })
    );
    assert!(Layout::new(&[2], &[1 - MAX], 1, MAX - 1).is_ok());
    assert!(Layout::new(&[2], &[MIN], 1, MAX - 1).is_err());
    assert!(Layout::new(&[], &[], 1, MAX - 1).is_ok());
    assert!(Layout::new(&[], &[], 1, MAX).is_err());
    assert!(Layout::new(&[2], &[-1], 1, MIN + 1).is_ok());
    assert!(Layout::new(&[2], &[-1], 1, MIN).is_err());
    // Both ends fit, but not their distance.
    assert!(Layout::new(&[2, 2], &[MAX - 9, 9], 1, -20).is_err());
}

#[test]
fn extent_0_excuses_everything_else() {
    let max = usize::MAX;
    for shape in [[max, max, 0], [0, max, max], [max, 0, max]] {
        let layout = Layout::new(&shape, &[MIN, MAX, MIN], 8, MAX).unwrap();
        assert_eq!((layout.len(), layout.nbytes()), (0, 0));
        assert!(layout.is_empty() && layout.span().is_empty());
        assert!(layout.validate(0).is_ok() && layout.validate_mut(0).is_ok());
        assert!(layout.is_contiguous(Order::C) && layout.is_contiguous(Order::F));
        assert!(!layout.overlaps_itself() && !layout.overlaps(&layout));
        // And nothing that is done to it overflows.
        for (axis, &extent) in shape.iter().enumerate() {
            assert!(layout.reverse(axis).unwrap().is_empty());
            assert!(layout.split(axis, &[1, extent]).unwrap().is_empty());
            for step in [1, -1, 2, MIN, MAX] {
                let slice = Slice::new(Some(1), None, step);
                assert!(layout.slice(axis, slice).unwrap().is_empty());
            }
            if extent > 0 {
                assert!(layout.index(axis, -1).unwrap().is_empty());
                assert!(layout.index(axis, MAX).unwrap().is_empty());
            }
        }
        assert!(layout.merge(0..3).unwrap().is_empty());
        assert!(layout.reshape(&[max, 3, 0, max]).unwrap().is_empty());
        assert!(layout.broadcast_to(&[&[max], &shape[..]].concat()).unwrap().is_empty());
        for order in [Order::C, Order::F, Order::A, Order::K] {
            assert!(layout.contiguous_like(order).is_empty());
        }
        assert_eq!(layout.item_offset(&[0, 0, 0]), None);
    }
}

#[test]
fn strides_of_unit_axes_are_never_looked_at() {
    let layout = Layout::new(&[1, 3, 1], &[MIN, 4, MAX], 4, 0).unwrap();
    assert_eq!(layout.span(), 0..12);
    assert!(layout.validate_mut(12).is_ok());
    assert!(layout.is_contiguous(Order::C) && layout.is_contiguous(Order::F));
    assert!(layout.overlaps(&layout));
    let reversed = layout.reverse(0).unwrap().reverse(2).unwrap();
    assert_eq!(offsets(&reversed), [0, 4, 8]);
    assert_eq!(offsets(&layout.reshape(&[3]).unwrap()), [0, 4, 8]);
    assert_eq!(offsets(&layout.merge(0..3).unwrap()), [0, 4, 8]);
    assert_eq!(layout.broadcast_to(&[2, 3, 1]).unwrap().strides(), [0, 4, MAX]);
}

#[test]
fn l3_span_is_inside_the_allocation() {
    let layout = Layout::new(&[3, 2], &[-10, 3], 2, 20).unwrap();
    assert_eq!(layout.span(), 0..25);
    assert!(layout.validate(25).is_ok());
    assert_eq!(layout.validate(24), Err(LayoutError::SpanOutside { start: 0, end: 25, len: 24 }));
    let below = Layout::new(&[3, 2], &[-10, 3], 2, 19).unwrap();
    assert_eq!(below.validate(99), Err(LayoutError::SpanOutside { start: -1, end: 24, len: 99 }));
    assert!(Layout::new(&[0], &[1], 1, -5).unwrap().validate(0).is_ok());
    assert!(Layout::new(&[], &[], 4, 0).unwrap().validate(3).is_err());
}

#[test]
fn l4_no_two_indices_share_a_byte() {
    assert!(Layout::new(&[2, 3], &[3, 1], 1, 0).unwrap().validate_mut(6).is_ok());
    let layout = Layout::new(&[2, 3], &[2, 1], 1, 0).unwrap();
    assert!(layout.validate(6).is_ok());
    assert_eq!(
        layout.validate_mut(6),
        Err(LayoutError::SelfOverlap { shape: vec![2, 3], strides: vec![2, 1], itemsize: 1 })
    );
    assert!(Layout::new(&[2], &[-4], 4, 4).unwrap().validate_mut(8).is_ok());
    assert!(Layout::new(&[2], &[-3], 4, 3).unwrap().validate_mut(8).is_err());
    assert!(Layout::new(&[1], &[0], 4, 0).unwrap().validate_mut(8).is_ok());
    assert!(Layout::new(&[2], &[0], 4, 0).unwrap().validate_mut(8).is_err());
}

#[test]
fn l5_itemsize_is_the_elements() {
    let layout = Layout::contiguous(&[2], 4, Order::C).unwrap();
    assert!(layout.check_itemsize(4).is_ok());
    assert_eq!(
        layout.check_itemsize(8),
        Err(LayoutError::ItemsizeMismatch { layout: 4, element: 8 })
    );
}

#[test]
fn prop_span_is_first_to_last_byte() {
    let mut random = Random::new(1);
    for _ in 0..3000 {
        let shape = random.shape(4, 4);
        let layout = random.layout(&shape, 40);
        let offsets = offsets(&layout);
        assert_eq!(offsets.len(), layout.len());
        let start = offsets.iter().min();
        let end = offsets.iter().max().map(|last| last + layout.itemsize() as isize);
        match (start, end) {
            (Some(&start), Some(end)) => assert_eq!(layout.span(), start..end, "{layout:?}"),
            _ => assert!(layout.span().is_empty()),
        }
    }
}

#[test]
fn spans_are_those_of_two_layouts_or_none() {
    let mut random = Random::new(7);
    let extents = [0, 1, 1, 2, 3, 5, 1 << 20, 1 << 31, usize::MAX / 2, usize::MAX];
    let steps = [
        0,
        1,
        -1,
        4,
        -40,
        isize::MAX >> 20,
        isize::MAX,
        isize::MIN,
        isize::MIN + 1,
        isize::MIN / 2,
    ];
    let (mut some, mut none) = (0, 0);
    for _ in 0..20_000 {
        let ndim = random.below(4);
        // Most draws of a short list fit, and some of the whole one do not.
        let (few, near) = if random.below(3) > 0 { (6, 5) } else { (extents.len(), steps.len()) };
        let shape: vec::Vec<usize> = (0..ndim).map(|_| extents[random.below(few)]).collect();
        let mut draw = || -> vec::Vec<isize> {
            let ndim = if random.below(50) == 0 { ndim + 1 } else { ndim };
            (0..ndim).map(|_| steps[random.below(near)]).collect()
        };
        let (a, b) = (draw(), draw());
        let item = [0, 1, 3, 8, isize::MAX as usize, usize::MAX]
            [random.below(if few == 6 { 4 } else { 6 })];
        let layouts = (Layout::new(&shape, &a, item, 0), Layout::new(&shape, &b, item, 0));
        let expected = match layouts {
            (Ok(a), Ok(b)) => Some([a.span(), b.span()]),
            _ => None,
        };
        let found = spans(&shape, item, [&a, &b]);
        assert_eq!(found, expected, "{shape:?} {a:?} {b:?} {item}");
        if found.is_some() { some += 1 } else { none += 1 }
    }
    assert!(some > 1000 && none > 1000, "{some} {none}");
}
