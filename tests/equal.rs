//! Equality and the first mismatch, by every mode and type.

use crate::support::oracle::{Kind, Part, offsets, place};
use crate::support::strategies::{Compared, Pair, compared};
use crate::support::{bytes, check, source};
use proptest::prelude::*;
use stridewise::{
    AnyView, Complex, ElementType, EqualPlan, F16, Format, Layout, Level, Mode, Options, Order,
    View, equal, equal_with, first_mismatch, first_mismatch_with,
};

pub(crate) const MODES: [Mode; 3] = [Mode::Values, Mode::Bits, Mode::NanEqual];

/// One part with a value that makes trouble.
pub(crate) fn trouble(part: Part, size: usize, which: u8) -> Vec<u8> {
    let halves = [0, 0x8000, 0x3c00, 0x7c00, 0x7c01, 0xfe00, 0x0001, 0xfc00];
    let singles = [
        0.0f32,
        -0.0,
        1.0,
        f32::INFINITY,
        f32::from_bits(0x7f80_0001),
        -f32::NAN,
        f32::from_bits(1),
        f32::NEG_INFINITY,
    ];
    let doubles = [
        0.0f64,
        -0.0,
        1.0,
        f64::INFINITY,
        f64::from_bits(0x7ff0_0000_0000_0001),
        -f64::NAN,
        f64::from_bits(1),
        f64::NEG_INFINITY,
    ];
    let (first, second) = (usize::from(which % 8), usize::from(which / 8 % 8));
    match part {
        Part::Bits => bytes(size, u64::from(which) + 1),
        Part::Truth => vec![[0, 1, 2, 255, 128, 0, 1, 3][first]],
        Part::Half => u16::to_ne_bytes(halves[first]).to_vec(),
        Part::Single => singles[first].to_ne_bytes().to_vec(),
        Part::Double => doubles[first].to_ne_bytes().to_vec(),
        Part::SinglePair => [first, second].map(|at| singles[at].to_ne_bytes()).concat(),
        Part::DoublePair => [first, second].map(|at| doubles[at].to_ne_bytes()).concat(),
    }
}

/// Two buffers whose items mostly are equal, some of them not by their bits.
pub(crate) fn operands(case: &Compared) -> (Vec<u8>, Vec<u8>) {
    let Compared { pair: Pair { dst, src, .. }, kind, salt, constant, changes } = case;
    let Kind { part, size, .. } = *kind;
    let itemsize = dst.itemsize();
    let tame = |i: usize| {
        // Halves, singles and doubles of random bits are seldom NaN.
        let salt = if *constant { *salt } else { salt.wrapping_add(i as u64) };
        let mut item = bytes(itemsize, salt | 1);
        if part == Part::Truth {
            item[0] &= 1;
        } else if salt % 16 == 0 {
            item = trouble(part, size, (salt / 16) as u8 % 4).repeat(itemsize / size);
        } else if matches!(part, Part::Half) {
            item.chunks_mut(2).for_each(|b| b.copy_from_slice(&u16::to_ne_bytes(u16::from(b[0]))));
        }
        item
    };
    let items: Vec<u8> = (0..dst.len()).flat_map(tame).collect();
    let (mut a, mut b) = (source(dst, *salt), source(src, salt.wrapping_add(99)));
    place(&mut a, dst, &items);
    place(&mut b, src, &items);
    let (left, right) = (offsets(dst), offsets(src));
    if !items.is_empty() {
        for (index, how) in changes {
            let at = index.index(dst.len());
            let of = usize::from(how / 64) % (itemsize / size) * size;
            let (i, j) = (left[at] as usize + of, right[at] as usize + of);
            match how % 4 {
                0 => a[i + usize::from(how / 8) % size] ^= 1 << (how % 8),
                1 => b[j + usize::from(how / 8) % size] ^= 1 << (how % 8),
                _ => {
                    a[i..i + size].copy_from_slice(&trouble(part, size, *how));
                    let other = how.rotate_left(3) ^ (how % 3);
                    b[j..j + size].copy_from_slice(&trouble(part, size, other));
                }
            }
        }
    }
    (a, b)
}

#[test]
fn prop_equal_matches_oracle() {
    check("prop_equal_matches_oracle", compared, |case| {
        let (a, b) = operands(&case);
        let Compared { pair: Pair { dst, src, options }, kind, .. } = case;
        let left = AnyView::new(&a, kind.element, dst.clone()).unwrap();
        let right = AnyView::new(&b, kind.element, src.clone()).unwrap();
        for mode in MODES {
            let expected = kind.first_mismatch((&a, &dst), (&b, &src), mode);
            let plan = EqualPlan::with(&dst, &src, kind.element, mode, options).unwrap();
            let (same, at) = (plan.run(&left, &right), plan.first_mismatch(&left, &right));
            prop_assert_eq!(same.unwrap(), expected.is_none(), "{}", &plan);
            prop_assert_eq!(&at.unwrap(), &expected, "{}", &plan);
            // The other way round, and at once.
            prop_assert_eq!(equal_with(&right, &left, mode).unwrap(), expected.is_none());
            prop_assert_eq!(first_mismatch_with(&right, &left, mode).unwrap(), expected);
        }
        Ok(())
    });
}

/// One changed bit anywhere is found, at every level and number of bytes.
#[test]
fn every_single_bit_is_found() {
    for level in Level::available() {
        let options = Options { level: Some(level), chunks: Some(1), caches: None };
        for len in (1..=70).chain([127, 128, 129, 255, 257, 1023, 1024, 1025, 1100, 2049]) {
            let layout = Layout::contiguous(&[len], 1, Order::C).unwrap();
            let every_second = Layout::new(&[len], &[2], 1, 0).unwrap();
            let a = vec![0xa5; len];
            let mut b = vec![0xa5; 2 * len];
            for src in [&layout, &every_second] {
                let element = ElementType::bytes(1);
                let plan = EqualPlan::with(&layout, src, element, Mode::Bits, options).unwrap();
                let left = AnyView::new(&a, element, layout.clone()).unwrap();
                let step = src.strides()[0] as usize;
                for at in (0..len).filter(|at| len < 200 || at % 7 == 0 || at + 9 > len) {
                    b[at * step] ^= 1 << (at % 8);
                    let right = AnyView::new(&b, element, src.clone()).unwrap();
                    assert!(!plan.run(&left, &right).unwrap(), "{len} {at} {plan}");
                    assert_eq!(plan.first_mismatch(&left, &right).unwrap(), Some(vec![at]));
                    b[at * step] ^= 1 << (at % 8);
                }
                let right = AnyView::new(&b, element, src.clone()).unwrap();
                assert!(plan.run(&left, &right).unwrap());
            }
        }
    }
}

/// Several differences: the first in C order wins, wherever it lies in memory.
#[test]
fn the_first_in_index_order_wins() {
    let rows = Layout::contiguous(&[50, 40], 4, Order::C).unwrap();
    let columns = Layout::contiguous(&[50, 40], 4, Order::F).unwrap();
    let reversed = rows.reverse(0).unwrap().reverse(1).unwrap();
    for src in [&rows, &columns, &reversed] {
        let a = vec![1u8; 8000];
        let mut b = a.clone();
        let mut first = usize::MAX;
        for at in [1999, 1200, 1239, 777, 41, 40, 3] {
            b[offsets(src)[at] as usize + at % 4] ^= 16;
            first = first.min(at);
            let expected = Some(vec![first / 40, first % 40]);
            let element = ElementType::of::<u32>();
            let left = AnyView::new(&a, element, rows.clone()).unwrap();
            let right = AnyView::new(&b, element, src.clone()).unwrap();
            assert_eq!(first_mismatch(&left, &right).unwrap(), expected, "{src:?}");
        }
    }
}

#[test]
fn modes_on_literals() {
    fn all<T: stridewise::Element>(a: T, b: T) -> [bool; 3] {
        let ([a], [b]) = ([[a; 3]], [[b; 3]]);
        let (a, b) = (View::new(&a, &[3]).unwrap(), View::new(&b, &[3]).unwrap());
        MODES.map(|mode| {
            let same = equal_with(&a, &b, mode).unwrap();
            let at = first_mismatch_with(&a, &b, mode).unwrap();
            assert_eq!(at, (!same).then(|| vec![0]));
            same
        })
    }
    assert_eq!(all(0.0f32, -0.0), [true, false, true]);
    assert_eq!(all(f64::NAN, f64::NAN), [false, true, true]);
    assert_eq!(all(f64::NAN, -f64::NAN), [false, false, true]);
    assert_eq!(all(F16(0x8000), F16(0)), [true, false, true]);
    assert_eq!(all(F16(0x7e00), F16(0x7c01)), [false, false, true]);
    assert_eq!(all(F16(0x7c00), F16(0x7c00)), [true; 3]);
    assert_eq!(all(true, true), [true; 3]);
    assert_eq!(all(true, false), [false; 3]);
    assert_eq!(all([0.0f32, 1.0, 2.0], [-0.0, 1.0, 2.0]), [true, false, true]);
    assert_eq!(all([0.0f32, 1.0, f32::NAN], [0.0, 1.0, f32::NAN]), [false, true, true]);
    let c = |re: f64, im: f64| Complex { re, im };
    assert_eq!(all(c(f64::NAN, 1.0), c(2.0, f64::NAN)), [false, false, true]);
    assert_eq!(all(c(0.0, -0.0), c(-0.0, 0.0)), [true, false, true]);
    assert_eq!(all(c(1.0, 2.0), c(2.0, 1.0)), [false; 3]);
    assert_eq!(all(i128::MIN, i128::MIN + 1), [false; 3]);
}

#[test]
fn truth_has_many_bytes() {
    let layout = Layout::contiguous(&[4], 1, Order::C).unwrap();
    let of = |bytes: &'static [u8]| {
        AnyView::new(bytes, Format::parse("?").unwrap(), layout.clone()).unwrap()
    };
    let (a, b, c) = (of(&[0, 1, 2, 255]), of(&[0, 7, 1, 128]), of(&[0, 1, 0, 1]));
    assert!(equal(&a, &b).unwrap());
    assert!(!equal_with(&a, &b, Mode::Bits).unwrap());
    assert_eq!(first_mismatch(&a, &c).unwrap(), Some(vec![2]));
    // A typed bool beside an erased one.
    let typed = View::new(&[false, true, true, true], &[4]).unwrap();
    assert!(equal(&a, &typed).unwrap() && equal(&typed, &a).unwrap());
}

#[test]
fn shapes_that_differ_are_unequal() {
    let data = [0u8; 6];
    let view = |shape: &[usize]| View::new(&data, shape).unwrap();
    assert!(!equal(&view(&[6]), &view(&[2, 3])).unwrap());
    assert!(!equal(&view(&[3, 2]), &view(&[2, 3])).unwrap());
    assert!(!equal(&view(&[0, 3]), &view(&[0, 2])).unwrap());
    assert!(equal(&view(&[0, 3]), &view(&[0, 3])).unwrap());
    assert!(equal(&view(&[]), &view(&[])).unwrap());
    assert_eq!(first_mismatch(&view(&[0, 3]), &view(&[0, 3])).unwrap(), None);
}
