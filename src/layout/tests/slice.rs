//! Against Python's own words: the indices `start, start + step, ..` before
//! `stop`, after both bounds are adjusted to the length.

use super::offsets;
use crate::LayoutError;
use crate::layout::{Layout, Order, Slice};
use std::vec::Vec;

/// `range(*slice(start, stop, step).indices(len))`, written naively.
fn python(slice: Slice, len: i128) -> Vec<i128> {
    let step = slice.step as i128;
    let adjust = |bound: isize| {
        let mut bound = bound as i128;
        if bound < 0 {
            bound += len;
            if bound < 0 {
                bound = if step < 0 { -1 } else { 0 };
            }
        } else if bound >= len {
            bound = if step < 0 { len - 1 } else { len };
        }
        bound
    };
    let start = slice.start.map_or(if step < 0 { len - 1 } else { 0 }, adjust);
    let stop = slice.stop.map_or(if step < 0 { -1 } else { len }, adjust);
    let mut picked = std::vec![];
    let mut i = start;
    while if step > 0 { i < stop } else { i > stop } {
        picked.push(i);
        i += step;
    }
    picked
}

#[test]
fn every_small_slice_is_pythons() {
    let mut bounds: Vec<Option<isize>> = (-7..=7).map(Some).collect();
    bounds.extend([None, Some(isize::MIN), Some(isize::MIN + 1), Some(isize::MAX)]);
    let mut steps: Vec<isize> = (-7..=7).filter(|&step| step != 0).collect();
    steps.extend([isize::MIN, isize::MIN + 1, isize::MAX]);
    for len in 0..=5 {
        let layout = Layout::new(&[2, len], &[100, 3], 1, 7).unwrap();
        for &start in &bounds {
            for &stop in &bounds {
                for &step in &steps {
                    let slice = Slice::new(start, stop, step);
                    let model = python(slice, len as i128);
                    let sliced = layout.slice(1, slice).unwrap();
                    let expected: Vec<isize> = [7, 107]
                        .iter()
                        .flat_map(|row| model.iter().map(move |&i| row + 3 * i as isize))
                        .collect();
                    assert_eq!(sliced.shape(), [2, model.len()], "{slice:?} of {len}");
                    assert_eq!(offsets(&sliced), expected, "{slice:?} of {len}");
                }
            }
        }
    }
}

#[test]
fn the_longest_axes_slice_without_overflow() {
    let longest = Slice::default().resolve(usize::MAX);
    assert_eq!(longest, Some((0, usize::MAX)));
    let down = Slice::new(None, None, -1).resolve(usize::MAX);
    assert_eq!(down, Some((usize::MAX - 1, usize::MAX)));
    let two = Slice::new(None, None, isize::MAX).resolve(usize::MAX - 1);
    assert_eq!(two, Some((0, 2)));
    let ends = Slice::new(Some(isize::MIN), Some(isize::MAX), isize::MAX);
    assert_eq!(ends.resolve(isize::MAX as usize), Some((0, 1)));
}

#[test]
fn ranges_are_slices() {
    assert_eq!(Slice::from(..), Slice::new(None, None, 1));
    let end = -1;
    assert_eq!(Slice::from(1..end), Slice::new(Some(1), Some(-1), 1));
    assert_eq!(Slice::from(2..), Slice::new(Some(2), None, 1));
    assert_eq!(Slice::from(..-2), Slice::new(None, Some(-2), 1));
}

#[test]
fn step_0_and_missing_axes_are_refused() {
    let layout = Layout::contiguous(&[3], 1, Order::C).unwrap();
    assert_eq!(layout.slice(0, Slice::new(None, None, 0)), Err(LayoutError::StepZero { axis: 0 }));
    let outside = Err(LayoutError::AxisOutside { axis: 1, ndim: 1 });
    assert_eq!(layout.slice(1, ..), outside);
    assert_eq!(layout.index(1, 0), outside);
    assert_eq!(layout.reverse(1), outside);
    assert_eq!(layout.split(1, &[3]), outside);
}

#[test]
fn slicing_to_nothing_leaves_the_offset() {
    let layout = Layout::contiguous(&[3], 4, Order::C).unwrap();
    assert_eq!(layout.slice(0, 3..).unwrap().offset(), 0);
    assert_eq!(layout.slice(0, 2..).unwrap().offset(), 8);
}

#[test]
fn index_counts_from_either_end() {
    let layout = Layout::contiguous(&[4, 3], 2, Order::C).unwrap();
    for i in 0..4isize {
        let line = layout.index(0, i).unwrap();
        assert_eq!((line.shape(), line.offset()), (&[3][..], 6 * i));
        assert_eq!(layout.index(0, i - 4), Ok(line));
    }
    for index in [4, -5, isize::MIN, isize::MAX] {
        assert_eq!(
            layout.index(0, index),
            Err(LayoutError::IndexOutside { axis: 0, index, extent: 4 })
        );
    }
}

#[test]
fn reversing_twice_is_nothing() {
    let layout = Layout::new(&[4, 3], &[-20, 5], 2, 60).unwrap();
    for axis in 0..2 {
        let reversed = layout.reverse(axis).unwrap();
        let slice = Slice::new(None, None, -1);
        assert_eq!(Ok(&reversed), layout.slice(axis, slice).as_ref());
        assert_eq!(reversed.span(), layout.span());
        assert_eq!(reversed.reverse(axis).unwrap(), layout);
    }
}
