//! The raw doors: pointers, byte strides and a shape.

use crate::equal::{MODES, operands};
use crate::support::strategies::{Compared, Pair, compared, pairs};
use crate::support::{check, memory, oracle, same_bytes, source};
use proptest::prelude::*;
use std::hash::{DefaultHasher, Hasher};
use stridewise::{ElementType, Layout, LayoutError, Mode, raw};

/// The item at index 0; of no item, a pointer that must not be read.
fn origin(memory: &[u8], layout: &Layout) -> *const u8 {
    if layout.is_empty() { std::ptr::null() } else { memory[layout.offset() as usize..].as_ptr() }
}

#[test]
fn prop_raw_copy_and_hashes_match_oracle() {
    check("prop_raw_copy_and_hashes_match_oracle", pairs, |Pair { dst, src, .. }| {
        let from = source(&src, 1);
        let mut to = memory(&dst, 2);
        let mut expected = to.clone();
        oracle::copy(&mut expected, &dst, &from, &src);
        let items = oracle::c_bytes(&from, &src);
        let (shape, size, start) = (src.shape(), src.itemsize(), origin(&from, &src));
        let at = if dst.is_empty() { 0 } else { dst.offset() };
        let end = to.as_mut_ptr().wrapping_offset(at);
        let (mut fed, mut whole) = (DefaultHasher::new(), DefaultHasher::new());
        whole.write(&items);
        // SAFETY: the buffers hold both layouts.
        let (short, long, sip) = unsafe {
            raw::copy(shape, size, end, dst.strides(), start, src.strides()).unwrap();
            raw::hash_into(shape, size, start, src.strides(), &mut fed).unwrap();
            (
                raw::xxh3_64(shape, size, start, src.strides()).unwrap(),
                raw::xxh3_128(shape, size, start, src.strides()).unwrap(),
                raw::siphash13(shape, size, start, src.strides(), 0, 0).unwrap(),
            )
        };
        same_bytes!(to, expected, "raw copy");
        prop_assert_eq!(short, xxhash_rust::xxh3::xxh3_64(&items));
        prop_assert_eq!(long, xxhash_rust::xxh3::xxh3_128(&items));
        prop_assert_eq!(fed.finish(), whole.finish());
        let mut other = siphasher::sip::SipHasher13::new();
        other.write(&items);
        prop_assert_eq!(sip, other.finish());
        Ok(())
    });
}

#[test]
fn prop_raw_equal_matches_oracle() {
    check("prop_raw_equal_matches_oracle", compared, |case| {
        let (a, b) = operands(&case);
        let Compared { pair: Pair { dst, src, .. }, kind, .. } = case;
        let (left, right) = (origin(&a, &dst), origin(&b, &src));
        for mode in MODES {
            let expected = kind.first_mismatch((&a, &dst), (&b, &src), mode);
            let (shape, element) = (dst.shape(), kind.element);
            let (s, t) = (dst.strides(), src.strides());
            // SAFETY: the buffers hold both layouts.
            let (same, at) = unsafe {
                (
                    raw::equal(shape, element, left, s, right, t, mode).unwrap(),
                    raw::first_mismatch(shape, element, left, s, right, t, mode).unwrap(),
                )
            };
            prop_assert_eq!(same, expected.is_none());
            prop_assert_eq!(at, expected);
        }
        Ok(())
    });
}

#[test]
fn bad_arguments_are_errors() {
    let (a, mut b) = ([1u8; 4], [2u8; 4]);
    let ranks = LayoutError::RankMismatch { shape: 2, strides: 1 };
    let byte = ElementType::of::<u8>();
    // SAFETY: nothing is touched; the pointers would be good for `[2, 2]`.
    unsafe {
        let (from, to) = (a.as_ptr(), b.as_mut_ptr());
        assert_eq!(raw::copy(&[2, 2], 1, to, &[2, 1], from, &[1]), Err(ranks.clone().into()));
        assert_eq!(raw::copy(&[2, 2], 1, to, &[1], from, &[2, 1]), Err(ranks.clone().into()));
        assert_eq!(raw::xxh3_64(&[2, 2], 1, from, &[1]), Err(ranks.clone().into()));
        let same = raw::equal(&[2, 2], byte, from, &[2, 1], to, &[1], Mode::Values);
        assert_eq!(same, Err(ranks.into()));
        let none = LayoutError::ZeroItemsize;
        assert_eq!(raw::copy(&[2, 2], 0, to, &[2, 1], from, &[2, 1]), Err(none.into()));
        let many = LayoutError::RankTooLarge { ndim: 65, max: 64 };
        let (shape, strides) = ([1; 65], [0; 65]);
        assert_eq!(raw::copy(&shape, 1, to, &strides, from, &strides), Err(many.into()));
    }
    assert_eq!(b, [2; 4]);
}

/// However large the other extents are, and wherever the pointers point.
#[test]
fn shapes_without_items_touch_nothing() {
    let (nowhere, byte) = (std::ptr::dangling_mut::<u8>(), ElementType::of::<u8>());
    for shape in [[usize::MAX, 0, usize::MAX], [0, usize::MAX, 2], [usize::MAX, 2, 0], [0, 1, 1]] {
        let strides = [1, isize::MIN, isize::MAX];
        // SAFETY: there are no items.
        unsafe {
            assert_eq!(raw::copy(&shape, 1, nowhere, &strides, nowhere, &strides), Ok(()));
            let equal =
                raw::equal(&shape, byte, nowhere, &strides, nowhere, &strides, Mode::Values);
            assert_eq!(equal, Ok(true));
            let empty = raw::xxh3_64(&[0], 1, nowhere, &[1]);
            assert_eq!(empty, Ok(0x2d06800538d394c2));
            assert_eq!(raw::xxh3_64(&shape, 1, nowhere, &strides), empty);
        }
    }
}
