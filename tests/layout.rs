//! Layouts through the public API, against the index-by-index truth.

use crate::support::check;
use crate::support::oracle::{index, offsets};
use crate::support::strategies::sources;
use proptest::prelude::*;
use stridewise::{Layout, Order, Slice};

#[test]
fn prop_permuting_and_reversing_move_no_item() {
    check("prop_permuting_and_reversing_move_no_item", sources, |(src, _)| {
        let (shape, all) = (src.shape(), offsets(&src));
        prop_assert_eq!(src.len(), all.len());
        prop_assert_eq!(src.nbytes(), all.len() * src.itemsize());
        if let (Some(first), Some(last)) = (all.iter().min(), all.iter().max()) {
            prop_assert_eq!(src.span(), *first..last + src.itemsize() as isize);
        } else {
            prop_assert!(src.is_empty() && src.validate(0).is_ok());
        }
        // Not its own inverse from three axes on.
        let mut axes: Vec<usize> = (0..src.ndim()).collect();
        axes.rotate_left(usize::from(src.ndim() > 0));
        let turned = src.permute(&axes).unwrap();
        let flipped = if shape.is_empty() { src.clone() } else { src.reverse(0).unwrap() };
        for (at, &offset) in all.iter().enumerate() {
            let place = index(at, shape);
            prop_assert_eq!(src.item_offset(&place), Some(offset));
            let elsewhere: Vec<usize> = axes.iter().map(|&axis| place[axis]).collect();
            prop_assert_eq!(turned.item_offset(&elsewhere), Some(offset));
            let mut mirrored = place;
            if let Some(first) = mirrored.first_mut() {
                *first = shape[0] - 1 - *first;
            }
            prop_assert_eq!(flipped.item_offset(&mirrored), Some(offset));
        }
        let twice = src.transpose().unwrap().transpose().unwrap();
        prop_assert_eq!(twice, src);
        Ok(())
    });
}

/// `range(extent)[start:stop:step]`, by the loop that Python documents.
fn sliced(extent: isize, slice: Slice) -> Vec<isize> {
    let Slice { start, stop, step } = slice;
    let wrap = |bound: isize| if bound < 0 { bound + extent } else { bound };
    let (mut at, end) = if step > 0 {
        let clip = |bound| wrap(bound).clamp(0, extent);
        (start.map_or(0, clip), stop.map_or(extent, clip))
    } else {
        let clip = |bound| wrap(bound).clamp(-1, extent - 1);
        (start.map_or(extent - 1, clip), stop.map_or(-1, clip))
    };
    let mut all = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        all.push(at);
        at += step;
    }
    all
}

#[test]
fn slices_are_those_of_python() {
    let bounds: Vec<Option<isize>> = std::iter::once(None).chain((-7..=7).map(Some)).collect();
    for extent in 0..=5 {
        let axis = Layout::new(&[extent as usize], &[3], 2, 10).unwrap();
        for (&start, &stop) in bounds.iter().flat_map(|a| bounds.iter().map(move |b| (a, b))) {
            for step in [1, 2, 3, 7, -1, -2, -6] {
                let slice = Slice::new(start, stop, step);
                let expected: Vec<isize> =
                    sliced(extent, slice).iter().map(|i| 10 + 3 * i).collect();
                let layout = axis.slice(0, slice).unwrap();
                assert_eq!(offsets(&layout), expected, "{extent} {slice:?}");
            }
        }
    }
}

#[test]
fn prop_reshapes_keep_the_order_of_items() {
    check("prop_reshapes_keep_the_order_of_items", sources, |(src, _)| {
        let all = offsets(&src);
        let ndim = src.ndim();
        if src.is_empty() {
            return Ok(());
        }
        // Merged where it can be, by two neighbours at a time.
        for axis in 1..ndim {
            if let Ok(merged) = src.merge(axis - 1..axis + 1) {
                prop_assert_eq!(&offsets(&merged), &all);
                let pair = &src.shape()[axis - 1..=axis];
                let split = merged.split(axis - 1, pair).unwrap();
                prop_assert_eq!(&offsets(&split), &all);
                prop_assert_eq!(split.shape(), src.shape());
            } else {
                prop_assert!(src.shape()[axis] > 1 && src.shape()[axis - 1] > 1);
            }
        }
        let line = [src.len()];
        match src.reshape(&line) {
            Ok(flat) => prop_assert_eq!(&offsets(&flat), &all),
            Err(_) => {
                let step = all[1] - all[0];
                prop_assert!(all.windows(2).any(|two| two[1] - two[0] != step));
            }
        }
        if all.len().is_multiple_of(2)
            && let Ok(halves) = src.reshape(&[2, all.len() / 2])
        {
            prop_assert_eq!(&offsets(&halves), &all);
        }
        let more = src.insert_axis(ndim / 2);
        prop_assert!(ndim == 64 || offsets(&more.unwrap()) == all);
        Ok(())
    });
}

/// Unit axes have any stride, and whoever has no items has any at all.
#[test]
fn strides_that_mean_nothing() {
    for absurd in [isize::MAX, isize::MIN, 0, -1, 12345] {
        let unit = Layout::new(&[1, 4, 1], &[absurd, 2, absurd], 2, 0).unwrap();
        assert!(unit.is_contiguous(Order::C) && unit.is_contiguous(Order::F));
        assert_eq!(unit.span(), 0..8);
        assert!(unit.validate_mut(8).is_ok() && unit.validate_mut(7).is_err());
        assert_eq!(offsets(&unit.reverse(0).unwrap()), [0, 2, 4, 6]);
        assert_eq!(unit.reshape(&[2, 2]).unwrap().strides(), [4, 2]);
        let empty = Layout::new(&[4, 0], &[absurd, absurd], 3, absurd).unwrap();
        assert!(empty.validate_mut(0).is_ok() && empty.is_contiguous(Order::C));
        assert_eq!(empty.nbytes(), 0);
    }
}
