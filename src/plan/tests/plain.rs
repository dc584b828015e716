//! Copies of a few items, before and within plans.

use super::{l, nest};
use crate::plan::plain::{Plain, packed};
use crate::plan::{How, Schedule};
use core::ops::Range;
use stridewise_kernels::Level;

fn pack(shape: &[usize], item: usize, strides: &[isize], base: &[u8]) -> Option<std::vec::Vec<u8>> {
    // SAFETY: each caller's strides stay in its bytes.
    #[allow(unsafe_code)]
    unsafe {
        packed(shape, item, strides, base.as_ptr(), <[u8]>::to_vec)
    }
}

#[test]
fn a_few_items_are_packed_in_c_order() {
    let bytes: [u8; 12] = core::array::from_fn(|i| i as u8);
    assert_eq!(pack(&[3, 2], 2, &[2, 6], &bytes).unwrap(), [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
    // Unit axes do not count, whatever their strides.
    let (shape, strides) = ([1, 2, 1, 2, 1, 3], [isize::MAX, 6, 0, 3, isize::MIN, 1]);
    assert_eq!(pack(&shape, 1, &strides, &bytes).unwrap(), bytes);
    assert_eq!(pack(&[], 12, &[], &bytes).unwrap(), bytes);
}

#[test]
fn runs_count_as_one_item() {
    let bytes: std::vec::Vec<u8> = (0..=255).cycle().take(4096).collect();
    assert_eq!(pack(&[2, 2048], 1, &[2048, 1], &bytes).unwrap(), bytes);
    assert_eq!(pack(&[3, 100], 2, &[400, 2], &bytes).unwrap().len(), 600);
    // What does not lie in a row has to fit the stack.
    assert!(pack(&[2, 512], 1, &[2048, 1], &bytes).is_some());
    assert!(pack(&[2, 513], 1, &[2048, 1], &bytes).is_none());
}

fn spans(shape: &[usize], item: usize, strides: [&[isize]; 2]) -> Option<[Range<isize>; 2]> {
    Plain::new().fill(shape, item, strides)
}

#[test]
fn a_copy_of_a_few_items_knows_what_it_touches() {
    assert_eq!(spans(&[3, 2], 2, [&[4, 2], &[-10, 100]]), Some([0..12, -20..102]));
    assert_eq!(spans(&[1, 4], 3, [&[isize::MIN, 3], &[isize::MAX, 0]]), Some([0..12, 0..3]));
    assert_eq!(spans(&[], 5, [&[], &[]]), Some([0..5, 0..5]));
}

#[test]
fn more_items_bytes_or_axes_and_none_are_left_to_a_plan() {
    let is_plain = |shape: &[usize], item| {
        let strides = std::vec![0; shape.len()];
        spans(shape, item, [&strides, &strides]).is_some()
    };
    assert!(is_plain(&[64], 64) && is_plain(&[4, 4, 4], 1) && is_plain(&[2; 6], 1));
    assert!(!is_plain(&[65], 1) && !is_plain(&[64], 65) && !is_plain(&[2; 7], 1));
    assert!(is_plain(&[1; 64], 4096) && !is_plain(&[1; 65], 1) && !is_plain(&[1], 4097));
    assert!(!is_plain(&[usize::MAX, 2], 1) && !is_plain(&[2, usize::MAX], 1));
    for shape in [[usize::MAX, 0, usize::MAX], [0, usize::MAX, 2], [usize::MAX, 2, 0]] {
        assert!(!is_plain(&shape, 1));
    }
}

#[test]
fn what_describes_no_memory_is_left_to_a_check() {
    assert!(spans(&[2], 0, [&[1], &[1]]).is_none());
    assert!(spans(&[2, 2], 1, [&[1], &[1, 2]]).is_none());
    assert!(spans(&[2, 2], 1, [&[1, 2], &[1]]).is_none());
    for far in [isize::MAX, isize::MIN, isize::MAX / 4096] {
        assert!(spans(&[2], 1, [&[far], &[1]]).is_none());
        assert!(spans(&[2], 1, [&[1], &[far]]).is_none());
    }
}

#[test]
fn plans_of_a_few_items_in_many_loops_are_plain() {
    let schedule = |loops: &[_]| Schedule::new(nest(4, loops), Level::SCALAR, None, None);
    let cube = schedule(&[l(3, 36, 4), l(3, 12, 12), l(3, 4, 36)]);
    assert!(cube.how.is_plain());
    assert!(std::format!("{cube}").ends_with("kernel: plain loops over 4-byte items"));
    assert!(!schedule(&[l(4, 16, 4), l(4, 4, 16)]).how.is_plain());
    assert!(schedule(&[l(4, 64, 4), l(4, 16, 16), l(4, 4, 64)]).how.is_plain());
    assert!(schedule(&[l(2, 4, 64), l(2, 8, 32), l(2, 16, 16), l(2, 32, 8)]).how.is_plain());
    // Few calls for many items, and many items.
    assert!(!schedule(&[l(2, 120, 120), l(5, 24, 4), l(6, 4, 20)]).how.is_plain());
    assert!(!schedule(&[l(5, 64, 4), l(4, 16, 20), l(4, 4, 80)]).how.is_plain());
    // Who names chunks wants kernels.
    let mut chunked = nest(4, &[l(3, 36, 4), l(3, 12, 12), l(3, 4, 36)]);
    assert!(!How::new(&mut chunked, Level::SCALAR, None, Some(1)).is_plain());
}

#[test]
fn small_transposes_are_turned_either_way() {
    for level in Level::available() {
        for item in [1, 2, 4, 8, 16] {
            for (rows, columns) in [(1, 9), (2, 2), (4, 4), (7, 5), (8, 8), (4, 16), (3, 21)] {
                let bytes: std::vec::Vec<u8> =
                    (0..rows * columns * item).map(|i| i as u8).collect();
                let (k, row, column) =
                    (item as isize, (rows * item) as isize, (columns * item) as isize);
                // By source rows, then by destination rows.
                for (shape, dst, src) in [
                    ([rows, columns], [k, row], [column, k]),
                    ([columns, rows], [row, k], [k, column]),
                ] {
                    let mut plain = Plain::new();
                    plain.fill(&shape, item, [&dst, &src]).unwrap();
                    let mut turned = std::vec![0; bytes.len()];
                    // SAFETY: both hold the items at these strides.
                    #[allow(unsafe_code)]
                    unsafe {
                        plain.run(turned.as_mut_ptr(), bytes.as_ptr(), level)
                    };
                    for (at, &byte) in turned.iter().enumerate() {
                        let (column, row) = (at / item / rows, at / item % rows);
                        let from = (row * columns + column) * item + at % item;
                        assert_eq!(byte, bytes[from], "{level} {item} {shape:?} at {at}");
                    }
                }
            }
        }
    }
}
