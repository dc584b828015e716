//! Copies of a few items, before and within plans.

use super::{l, nest};
use crate::plan::plain::{Plain, packed};
use crate::plan::{How, Schedule};
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
fn no_items_are_no_work_whatever_the_other_extents() {
    for shape in [[usize::MAX, 0, usize::MAX], [0, usize::MAX, 2], [usize::MAX, 2, 0]] {
        assert!(pack(&shape, 1, &[1, 1, 1], &[]).unwrap().is_empty());
    }
}

#[test]
fn more_items_bytes_or_axes_are_left_to_a_plan() {
    let is_plain = |shape: &[usize], item| {
        let strides = std::vec![0; shape.len()];
        Plain::new(shape, item, &strides, &strides).is_some()
    };
    assert!(is_plain(&[64], 16) && is_plain(&[4, 4, 4], 1));
    assert!(!is_plain(&[65], 1) && !is_plain(&[1], 17) && !is_plain(&[2, 2, 2, 2], 1));
    assert!(!is_plain(&[usize::MAX, 2], 1));
}

#[test]
fn plans_of_a_few_items_in_three_loops_are_plain() {
    let schedule = |loops: &[_]| Schedule::new(nest(4, loops), Level::SCALAR, None, None);
    let cube = schedule(&[l(3, 36, 4), l(3, 12, 12), l(3, 4, 36)]);
    assert!(cube.how.is_plain());
    assert!(std::format!("{cube}").ends_with("kernel: plain loops over 4-byte items"));
    assert!(!schedule(&[l(4, 16, 4), l(4, 4, 16)]).how.is_plain());
    assert!(!schedule(&[l(4, 64, 4), l(4, 16, 16), l(4, 4, 64)]).how.is_plain());
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
                    let plain = Plain::new(&shape, item, &dst, &src).unwrap();
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
