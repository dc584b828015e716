//! How comparisons are planned.

use super::{l, nest};
use crate::plan::compare::{Comparison, Way};
use crate::plan::loop_nest::LoopNest;
use stridewise_kernels::equal::{Class, Equal, Mode};
use stridewise_kernels::transpose::Distance;
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

/// How a nest beyond the caches is compared by its bytes.
fn way(nest: LoopNest, prefetch: Prefetch) -> Way {
    let equal = Equal::new(Level::SCALAR, Class::Bits, Mode::Bits);
    Comparison::new(nest, equal, Some(Caches { prefetch, ..CACHES }), Some(1)).way
}

#[test]
fn planes_are_turned_by_tiles_where_rows_are_followed_and_registers_hold_items() {
    for item in [1, 2, 4, 8, 16, 3, 12] {
        let plane = |prefetch| {
            let (k, n) = (item as isize, 3000 * item as isize);
            way(nest(item, &[l(3000, n, k), l(3000, k, n)]), prefetch)
        };
        assert!(matches!(plane(Prefetch::Rows), Way::Planes(_)), "{item}");
        match plane(Prefetch::Pages) {
            Way::Tiles(tiles) if item.is_power_of_two() => {
                assert_eq!(tiles.distance, Distance::FollowedMemory, "{item}");
                // A part of L2, in which both operands have long runs.
                let [rows, columns] = tiles.grid.steps[..] else { unreachable!() };
                assert!(rows * columns * item <= 256 << 10, "{item}");
                assert!(rows.min(columns) * item >= 512, "{item}");
            }
            Way::Planes(_) if !item.is_power_of_two() => {}
            other => panic!("{item}: {other:?}"),
        }
    }
}

#[test]
fn lines_go_by_pieces_unless_they_share_their_memory() {
    let columns = |count: usize| {
        // One column of rows of bytes after the other.
        let row = count as isize;
        way(nest(1, &[l(count, 1 << 20, 1), l(1 << 20, 1, row)]), Prefetch::Pages)
    };
    assert!(matches!(columns(1), Way::InPlace));
    assert!(matches!(columns(48), Way::Tiles(_)));
    let every_third = nest(1, &[l(30, 1 << 20, 3 << 20), l(1 << 20, 1, 3)]);
    assert!(matches!(way(every_third, Prefetch::Pages), Way::Pieces(_)));
}
