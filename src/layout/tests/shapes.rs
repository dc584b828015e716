//! Permuting, broadcasting, splitting, merging, reshaping.

use super::{Random, indices, offsets};
use crate::LayoutError;
use crate::layout::{Layout, Order};
use std::vec;
use std::vec::Vec;

#[test]
fn prop_permute_moves_indices() {
    let mut random = Random::new(4);
    for _ in 0..500 {
        let shape = random.shape(4, 3);
        let layout = random.layout(&shape, 40);
        let mut order: Vec<usize> = (0..shape.len()).collect();
        for k in (1..order.len()).rev() {
            order.swap(k, random.below(k + 1));
        }
        let permuted = layout.permute(&order).unwrap();
        for index in indices(&shape) {
            let moved: Vec<usize> = order.iter().map(|&axis| index[axis]).collect();
            assert_eq!(permuted.item_offset(&moved), layout.item_offset(&index));
        }
        let reverse: Vec<usize> = (0..shape.len()).rev().collect();
        assert_eq!(layout.permute(&reverse), layout.transpose());
    }
}

#[test]
fn only_permutations_permute() {
    let layout = Layout::contiguous(&[2, 3, 4], 1, Order::C).unwrap();
    assert!(layout.permute(&[1, 2, 0]).is_ok());
    for axes in [&[0, 1][..], &[0, 1, 1], &[0, 1, 3], &[0, 1, 2, 0], &[0, 1, usize::MAX], &[]] {
        assert_eq!(
            layout.permute(axes),
            Err(LayoutError::NotAPermutation { axes: axes.to_vec(), ndim: 3 })
        );
    }
}

#[test]
fn broadcast_follows_numpy() {
    let layout = |shape: &[usize]| Layout::contiguous(shape, 1, Order::C).unwrap();
    let strides = |from: &[usize], to: &[usize]| {
        layout(from).broadcast_to(to).map(|layout| layout.strides().to_vec())
    };
    assert_eq!(strides(&[3], &[2, 3]), Ok(vec![0, 1]));
    assert_eq!(strides(&[2, 1], &[2, 5]), Ok(vec![1, 0]));
    assert_eq!(strides(&[], &[4, 4]), Ok(vec![0, 0]));
    assert_eq!(strides(&[1], &[0]), Ok(vec![0]));
    assert_eq!(strides(&[0], &[7, 0]), Ok(vec![0, 1]));
    for (from, to) in [(&[3][..], &[3, 2][..]), (&[2, 3], &[3]), (&[0], &[1]), (&[2], &[0])] {
        let error = LayoutError::CannotBroadcast { from: from.to_vec(), to: to.to_vec() };
        assert_eq!(strides(from, to), Err(error));
    }
    assert!(matches!(
        layout(&[2]).broadcast_to(&[isize::MAX as usize, 2]),
        Err(LayoutError::ExtentOverflow { .. })
    ));
}

/// Random extents that multiply to `size`.
fn factors(random: &mut Random, mut size: usize) -> Vec<usize> {
    let mut extents = vec![];
    while size > 1 {
        let divisors: Vec<usize> = (1..=size).filter(|d| size.is_multiple_of(*d)).collect();
        let factor = divisors[random.below(divisors.len())];
        extents.push(factor);
        size /= factor;
    }
    extents.insert(random.below(extents.len() + 1), 1);
    extents
}

/// Whether some strides lay out `offsets` in C order over this shape.
fn is_strided(shape: &[usize], offsets: &[isize]) -> bool {
    let mut block = offsets.len();
    let mut strides = vec![];
    for &extent in shape {
        block /= extent;
        strides.push(if extent > 1 { offsets[block] - offsets[0] } else { 0 });
    }
    indices(shape).iter().zip(offsets).all(|(index, offset)| {
        let steps = index.iter().zip(&strides).map(|(&i, stride)| i as isize * stride);
        offsets[0] + steps.sum::<isize>() == *offset
    })
}

#[test]
fn prop_reshape_keeps_items_in_c_order_wherever_strides_can() {
    let mut random = Random::new(5);
    let mut count = [0; 2];
    for _ in 0..10_000 {
        let size = [1, 4, 6, 12, 24, 30][random.below(6)];
        let (from, to) = (factors(&mut random, size), factors(&mut random, size));
        let layout = match random.below(3) {
            0 => random.layout(&from, 6),
            1 => Layout::contiguous(&from, 3, Order::C).unwrap(),
            _ => {
                let axis = random.below(from.len());
                let whole = Layout::contiguous(&from, 3, Order::C).unwrap();
                whole.reverse(axis).unwrap().broadcast_to(&from).unwrap()
            }
        };
        let able = is_strided(&to, &offsets(&layout));
        match layout.reshape(&to) {
            Ok(reshaped) => {
                assert_eq!(reshaped.shape(), to);
                assert_eq!(offsets(&reshaped), offsets(&layout), "{layout:?} to {to:?}");
            }
            Err(error) => {
                assert!(matches!(error, LayoutError::CannotReshape { .. }));
                assert!(!able, "{layout:?} to {to:?}");
            }
        }
        count[usize::from(able)] += 1;
    }
    assert!(count.iter().all(|&n| n > 1000), "lopsided: {count:?}");
}

#[test]
fn prop_split_and_merge_are_inverse() {
    let mut random = Random::new(6);
    for _ in 0..2000 {
        let shape: Vec<usize> = (0..1 + random.below(3)).map(|_| 1 + random.below(8)).collect();
        let layout = random.layout(&shape, 50);
        let axis = random.below(shape.len());
        let into = factors(&mut random, shape[axis]);
        let split = layout.split(axis, &into).unwrap();
        assert_eq!(offsets(&split), offsets(&layout));
        let merged = split.merge(axis..axis + into.len()).unwrap();
        assert_eq!(merged.shape(), layout.shape());
        assert_eq!(offsets(&merged), offsets(&layout));
        // Any run merges exactly where a reshape could do it.
        let start = random.below(split.ndim() + 1);
        let end = start + random.below(split.ndim() - start + 1);
        let extent = split.shape()[start..end].iter().product();
        let (head, tail) = (&split.shape()[..start], &split.shape()[end..]);
        let shape = [head, &[extent], tail].concat();
        match (split.merge(start..end), split.reshape(&shape)) {
            (Ok(merged), reshaped) => {
                assert_eq!(merged.shape(), shape);
                assert_eq!(offsets(&merged), offsets(&layout));
                assert!(reshaped.is_ok());
            }
            (Err(_), reshaped) => assert!(reshaped.is_err(), "{split:?} {start}..{end}"),
        }
    }
}

#[test]
fn misfits_are_refused() {
    let layout = Layout::contiguous(&[4, 6], 1, Order::C).unwrap();
    let max = usize::MAX;
    assert_eq!(
        layout.split(1, &[4, 2]),
        Err(LayoutError::CannotSplit { axis: 1, extent: 6, into: vec![4, 2] })
    );
    assert!(layout.split(1, &[]).is_err() && layout.split(1, &[max, max]).is_err());
    assert!(layout.insert_axis(0).unwrap().split(0, &[]).is_ok());
    assert_eq!(layout.merge(1..3), Err(LayoutError::AxesOutside { start: 1, end: 3, ndim: 2 }));
    #[allow(clippy::reversed_empty_ranges)]
    let backwards = 1..0;
    assert!(layout.merge(backwards).is_err());
    assert_eq!(
        layout.transposed().merge(0..2),
        Err(LayoutError::CannotMerge { shape: vec![6, 4], strides: vec![1, 6] })
    );
    let huge = Layout::new(&[max, max, 0], &[1; 3], 1, 0).unwrap();
    assert!(matches!(huge.merge(0..2), Err(LayoutError::ExtentOverflow { .. })));
    assert_eq!(
        layout.reshape(&[5, 5]),
        Err(LayoutError::SizeMismatch { from: vec![4, 6], to: vec![5, 5] })
    );
    assert!(matches!(layout.reshape(&[max, max]), Err(LayoutError::ExtentOverflow { .. })));
    assert!(layout.reshape(&[0]).is_err());
    assert_eq!(layout.insert_axis(3), Err(LayoutError::AxisOutside { axis: 3, ndim: 2 }));
}

#[test]
fn inserted_axes_index_away_again() {
    let layout = Layout::contiguous(&[4, 6], 1, Order::F).unwrap();
    for axis in 0..=2 {
        let wider = layout.insert_axis(axis).unwrap();
        assert_eq!(wider.shape()[axis], 1);
        assert_eq!(offsets(&wider), offsets(&layout));
        assert_eq!(wider.index(axis, 0).unwrap(), layout);
    }
}

#[test]
fn split_item_counts_its_parts() {
    let layout = Layout::new(&[3, 2], &[-40, 20], 12, 80).unwrap();
    let split = layout.split_item(4).unwrap();
    assert_eq!(split, Layout::new(&[3, 2, 3], &[-40, 20, 4], 4, 80).unwrap());
    assert_eq!(split.span(), layout.span());
    assert_eq!(layout.split_item(12), Layout::new(&[3, 2, 1], &[-40, 20, 12], 12, 80));
    for size in [0, 5, 8, 24, usize::MAX] {
        let error = LayoutError::CannotSplitItem { itemsize: 12, size };
        assert_eq!(layout.split_item(size), Err(error));
    }
    let most = Layout::new(&[1; 64], &[0; 64], 8, 0).unwrap();
    assert_eq!(most.split_item(1), Err(LayoutError::RankTooLarge { ndim: 65, max: 64 }));
}
