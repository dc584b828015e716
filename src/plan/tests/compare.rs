//! How comparisons are planned.

use super::{l, nest};
use crate::plan::compare::{Comparison, Way};
use crate::plan::loop_nest::LoopNest;
use stridewise_kernels::equal::{Class, Equal, Mode};
use stridewise_kernels::{Caches, Level, Prefetch};

const CACHES: Caches =
    Caches { l1: 32 << 10, l2: 512 << 10, l3: 32 << 20, prefetch: Prefetch::Rows };

fn is_in_place(nest: LoopNest, class: Class, mode: Mode) -> bool {
    let equal = Equal::new(Level::SCALAR, class, mode);
    let way = Comparison::new(nest, equal, Some(CACHES), Some(1)).way;
    matches!(way, Way::InPlace)
}

/// So many items, by these steps in items on either side.
fn line(item: usize, items: usize, dst: isize, src: isize) -> LoopNest {
    nest(item, &[l(items, dst * item as isize, src * item as isize)])
}

#[test]
fn items_lie_where_packing_them_would_cost_more() {
    let at = |item, bytes: usize, dst| {
        is_in_place(line(item, bytes / item, dst, 3), Class::Bits, Mode::Values)
    };
    // One operand is packed, or both; in L1, in L2, in memory.
    let of = |item| {
        [1, 2].map(|dst| [6 << 10, 30 << 10, 500_000, 8 << 20].map(|bytes| at(item, bytes, dst)))
    };
    let (never, always, near) = ([false; 4], [true; 4], [true, true, true, false]);
    for item in 1..5 {
        assert_eq!(of(item), [never; 2], "{item}");
    }
    assert_eq!(of(5), [[true, true, false, false], near]);
    assert_eq!(of(8), [[true, false, false, false], near]);
    assert_eq!(of(16), [[true, true, false, false], near]);
    for item in [6, 7, 9, 12, 23] {
        assert_eq!(of(item), [near; 2], "{item}");
    }
    for item in [24, 33, 64] {
        assert_eq!(of(item), [always; 2], "{item}");
    }
}

#[test]
fn few_items_lie_where_they_are_and_rows_that_collide_do_not() {
    for item in [1, 4, 8, 16] {
        let few = |items| is_in_place(line(item, items, 1, 3), Class::Bool, Mode::Values);
        assert_eq!([few(128), few(129)], [true, false], "{item}");
    }
    let plane = |rows: isize| {
        let nest = nest(7, &[l(100, 7 * rows, 7), l(rows as usize, 7, 700)]);
        is_in_place(nest, Class::Bits, Mode::Values)
    };
    assert_eq!([plane(500), plane(512)], [true, false]);
}

#[test]
fn floats_are_packed_unless_one_instruction_compares_an_item() {
    let at = |item, class, mode| is_in_place(line(item, 500, 2, 3), class, mode);
    assert!(at(8, Class::F64, Mode::Values));
    // Pairs of them, NaN equal to NaN, complex numbers, small floats.
    assert!(!at(16, Class::F64, Mode::Values));
    assert!(!at(8, Class::F64, Mode::NanEqual));
    for mode in [Mode::Values, Mode::NanEqual] {
        assert!(!at(8, Class::C32, mode));
        assert!(!at(8, Class::F32, mode));
        assert!(!at(6, Class::F16, mode));
        assert!(!at(24, Class::F64, mode));
    }
    assert!(at(8, Class::C32, Mode::Bits));
}
