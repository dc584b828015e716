//! Each pass on literal loops, and what all passes keep.

mod blocks;
mod boxes;
mod compare;
mod cost;
mod explain;
mod grid;
mod partition;
mod plain;
mod policy;

use super::coalesce::coalesce;
use super::loop_nest::{Loop, LoopNest};
use super::normalize::{Traversal, normalize};
use super::order::order;
use super::tile::{Inner, block, groups, tile, turned};
use super::turn::{turn, turn_back};
use proptest::prelude::*;
use std::vec::Vec;
use stridewise_kernels::copy::Family;

fn l(extent: usize, dst: isize, src: isize) -> Loop {
    Loop { extent, dst, src }
}

fn nest(item: usize, loops: &[Loop]) -> LoopNest {
    LoopNest { loops: loops.into(), item, dst: 0, src: 0 }
}

/// The offsets of all items that a nest visits, byte by byte, sorted.
fn visits(nest: &LoopNest) -> Vec<(isize, isize)> {
    let mut offsets = Vec::from([(nest.dst, nest.src)]);
    for l in &nest.loops {
        offsets = (0..l.extent as isize)
            .flat_map(|i| offsets.iter().map(move |&(d, s)| (d + i * l.dst, s + i * l.src)))
            .collect();
    }
    let bytes = 0..nest.item as isize;
    let mut bytes: Vec<_> =
        offsets.iter().flat_map(|&(d, s)| bytes.clone().map(move |b| (d + b, s + b))).collect();
    bytes.sort_unstable();
    bytes
}

#[test]
fn normalize_drops_unit_loops_whatever_their_strides() {
    let mut n = nest(4, &[l(1, isize::MIN, 7), l(3, 8, 4), l(1, 0, isize::MAX)]);
    normalize(&mut n, Traversal::Free);
    assert_eq!(n, nest(4, &[l(3, 8, 4)]));
}

#[test]
fn normalize_turns_the_destination_forward() {
    let mut n = nest(1, &[l(5, -10, 1), l(2, 3, -7)]);
    normalize(&mut n, Traversal::Free);
    assert_eq!(n, LoopNest { dst: -40, src: 4, ..nest(1, &[l(5, 10, -1), l(2, 3, -7)]) });
}

#[test]
fn turn_back_undoes_a_turn() {
    let mut n = LoopNest { src: 3, ..nest(1, &[l(50, 4, 4), l(4, 1, -1)]) };
    let before = n.clone();
    let unit = turn(&mut n);
    assert_eq!((unit, n.item, n.src), (1, 4, 0));
    turn_back(&mut n, unit);
    assert_eq!(n, before);
}

#[test]
fn normalize_turns_the_source_forward_where_the_destination_stands() {
    let mut n = nest(1, &[l(5, 0, -2)]);
    normalize(&mut n, Traversal::Free);
    assert_eq!(n, LoopNest { src: -8, ..nest(1, &[l(5, 0, 2)]) });
}

#[test]
fn normalize_drops_repetition_only_if_the_order_is_free() {
    for (traversal, kept) in [(Traversal::Free, 0), (Traversal::Logical, 1)] {
        let mut n = nest(1, &[l(5, 0, 0)]);
        normalize(&mut n, traversal);
        assert_eq!(n.loops.len(), kept);
    }
}

#[test]
fn normalize_keeps_directions_in_logical_order() {
    let loops = [l(5, -10, 1), l(2, 3, -7)];
    let mut n = nest(1, &loops);
    normalize(&mut n, Traversal::Logical);
    assert_eq!(n, nest(1, &loops));
}

#[test]
fn normalize_makes_one_empty_loop_of_garbage() {
    let mut n = nest(8, &[l(usize::MAX, isize::MIN, 1), l(0, 3, 3), l(9, 1, 1)]);
    normalize(&mut n, Traversal::Free);
    assert_eq!(n, nest(8, &[l(0, 0, 0)]));
    assert_eq!((n.items(), n.bytes()), (0, 0));
}

#[test]
fn order_puts_large_destination_steps_first_then_large_source_steps() {
    let mut n = nest(1, &[l(2, 1, 9), l(3, 100, 1), l(4, 10, 5), l(5, 10, -6)]);
    order(&mut n);
    assert_eq!(n, nest(1, &[l(3, 100, 1), l(5, 10, -6), l(4, 10, 5), l(2, 1, 9)]));
}

#[test]
fn coalesce_merges_what_is_contiguous_in_both() {
    let mut n = nest(4, &[l(2, 120, 240), l(3, 40, 80), l(5, 8, 16)]);
    coalesce(&mut n);
    assert_eq!(n, nest(4, &[l(30, 8, 16)]));
}

#[test]
fn coalesce_stops_at_a_gap_in_one_operand() {
    for loops in [[l(3, 40, 84), l(5, 8, 16)], [l(3, 44, 80), l(5, 8, 16)]] {
        let mut n = nest(4, &loops);
        coalesce(&mut n);
        assert_eq!(n, nest(4, &loops));
    }
}

#[test]
fn coalesce_merges_repetition_and_mirrored_runs() {
    let mut n = nest(4, &[l(3, 20, 0), l(5, 4, 0)]);
    coalesce(&mut n);
    assert_eq!(n, nest(4, &[l(15, 4, 0)]));
    let mut n = nest(4, &[l(3, 20, -20), l(5, 4, -4)]);
    coalesce(&mut n);
    assert_eq!(n, nest(4, &[l(15, 4, -4)]));
}

#[test]
fn coalesce_widens_the_item_by_a_run() {
    let mut n = nest(4, &[l(7, 100, 50), l(3, 4, 4)]);
    coalesce(&mut n);
    assert_eq!(n, nest(12, &[l(7, 100, 50)]));
    let mut n = nest(4, &[l(7, 12, 12), l(3, 4, 4)]);
    coalesce(&mut n);
    assert_eq!(n, nest(84, &[]));
}

#[test]
fn coalesce_survives_extents_whose_product_overflows() {
    let loops = [l(usize::MAX, 0, 0), l(usize::MAX, 0, 0)];
    let mut n = nest(1, &loops);
    coalesce(&mut n);
    assert_eq!(n, nest(1, &loops));
}

/// Whether the kernel can take the loops that it is given.
fn accepted(nest: &LoopNest, inner: Inner) -> bool {
    if inner.family != Family::Transpose {
        return inner.family.accepts(&block(nest).1);
    }
    let (_, columns, rows) = groups(nest, inner);
    let gapless = |loops: &[Loop], step: fn(&Loop) -> isize| {
        let mut next = nest.item as isize;
        loops.iter().rev().all(|l| {
            let fits = step(l) == next;
            next *= l.extent as isize;
            fits
        })
    };
    gapless(columns, |l| l.src) && gapless(rows, |l| l.dst)
}

/// The family for some loops, and the loops in the kernel's order.
fn tiled(item: usize, loops: &[Loop]) -> (Family, Vec<Loop>) {
    let mut n = nest(item, loops);
    let inner = tile(&mut n);
    assert!(accepted(&n, inner), "{inner:?} {n:?}");
    (inner.family, n.loops.to_vec())
}

#[test]
fn tile_knows_lines_by_their_steps() {
    let family = |dst, src| tiled(4, &[l(9, dst, src)]).0;
    assert_eq!(family(4, 0), Family::Fill);
    assert_eq!(family(4, 8), Family::Gather);
    assert_eq!(family(4, -4), Family::Reverse);
    assert_eq!(family(8, 4), Family::Scatter);
    assert_eq!(family(8, 12), Family::Strided);
    assert_eq!(family(8, 0), Family::Strided);
}

#[test]
fn tile_takes_long_items_as_runs() {
    assert_eq!(tiled(65, &[l(9, 4000, 65), l(9, 65, 4000)]).0, Family::Runs);
    assert_eq!(tiled(64, &[l(9, 4000, 64), l(9, 64, 4000)]).0, Family::Transpose);
    assert_eq!(tiled(5, &[]).0, Family::Runs);
}

#[test]
fn tile_transposes_where_the_runs_lie_across() {
    let across = [l(90, 360, 4), l(90, 4, 360)];
    assert_eq!(tiled(4, &across), (Family::Transpose, across.to_vec()));
    // The source's run is found wherever it stands, and comes before the last.
    let (family, loops) = tiled(4, &[l(90, 9000, 4), l(9, 368, 36000), l(90, 4, 360)]);
    assert_eq!(family, Family::Transpose);
    assert_eq!(loops, [l(9, 368, 36000), l(90, 9000, 4), l(90, 4, 360)]);
}

#[test]
fn tile_turns_the_sources_run_forward() {
    let mut n = nest(2, &[l(50, 100, -2), l(50, 2, -100)]);
    assert_eq!(tile(&mut n).family, Family::Transpose);
    assert_eq!(n, LoopNest { dst: 4900, src: -98, ..nest(2, &[l(50, -100, 2), l(50, 2, -100)]) });
}

#[test]
fn tile_groups_small_axes_until_a_tile_is_full() {
    // Twelve axes of two, reversed: six columns are four lines.
    let loops: Vec<_> = (0..12).map(|i| l(2, 4 << (11 - i), 4 << i)).collect();
    let mut n = nest(4, &loops);
    let inner = tile(&mut n);
    assert_eq!(inner, Inner { family: Family::Transpose, outer: 6, inner: 6 });
    let (around, columns, rows) = groups(&n, inner);
    assert!(around.is_empty());
    assert_eq!((columns[5], columns[0]), (l(2, 4 << 11, 4), l(2, 4 << 6, 4 << 5)));
    assert_eq!((rows[5], rows[0]), (l(2, 4, 4 << 11), l(2, 4 << 5, 4 << 6)));
}

#[test]
fn tile_groups_no_axis_across_a_gap() {
    let mut n = nest(4, &[l(9, 999, 840), l(20, 40, 4), l(10, 4, 80)]);
    assert_eq!(tile(&mut n), Inner { family: Family::Transpose, outer: 1, inner: 1 });
}

#[test]
fn tile_finds_a_few_streams() {
    assert_eq!(tiled(1, &[l(3, 1000, 1), l(900, 1, -3)]).0, Family::Deinterleave);
    assert_eq!(tiled(1, &[l(900, 3, -1), l(3, 1, 1000)]).0, Family::Interleave);
    assert_eq!(tiled(1, &[l(3, 1000, 1), l(900, 1, 3)]).0, Family::Deinterleave);
    // A step that is not that of the streams: pixels with padding.
    assert_eq!(tiled(1, &[l(3, 1000, 1), l(900, 1, 4)]).0, Family::Transpose);
    let (family, loops) = tiled(1, &[l(900, 3, 1), l(3, 1, 1000)]);
    assert_eq!((family, loops), (Family::Interleave, [l(3, 1, 1000), l(900, 3, 1)].to_vec()));
    assert_eq!(tiled(8, &[l(2, 8000, 8), l(900, 8, 16)]).0, Family::Deinterleave);
    // As many as there are items in a stream, or too many for shuffles.
    assert_eq!(tiled(4, &[l(8, 32, 4), l(8, 4, 32)]).0, Family::Transpose);
    assert_eq!(tiled(1, &[l(9, 1000, 1), l(900, 1, 9)]).0, Family::Transpose);
}

#[test]
fn turn_makes_units_that_run_backwards_part_of_the_item() {
    let after = |item, loops: &[Loop]| {
        let mut n = nest(item, loops);
        let unit = turn(&mut n);
        (unit, n)
    };
    // Bytes of f32; the source's item starts with the last unit.
    let bytes = after(1, &[l(9, 4, 4), l(4, 1, -1)]);
    assert_eq!(bytes, (1, LoopNest { src: -3, ..nest(4, &[l(9, 4, 4)]) }));
    assert_eq!(after(8, &[l(9, 20, 40), l(2, 8, -8)]).0, 8);
    // Longer than a lane, of odd units, few, forward, or with gaps.
    for (item, loops) in [
        (8, [l(9, 24, 24), l(3, 8, -8)]),
        (3, [l(9, 6, 6), l(2, 3, -3)]),
        (1, [l(3, 4, 4), l(4, 1, -1)]),
        (1, [l(9, 4, 4), l(4, 1, 2)]),
        (1, [l(9, 8, 4), l(4, 2, -1)]),
    ] {
        assert_eq!(after(item, &loops), (0, nest(item, &loops)));
    }
    assert_eq!(after(1, &[l(4, 1, -1)]).0, 0);
}

#[test]
fn turned_items_have_kernels_too() {
    let family = |loops: &[Loop]| {
        let mut n = nest(4, loops);
        let inner = turned(&mut n);
        assert!(accepted(&n, inner), "{inner:?} {n:?}");
        inner.family
    };
    assert_eq!(family(&[l(9, 4, 4)]), Family::Swap);
    assert_eq!(family(&[l(9, 4, -12)]), Family::Gather);
    assert_eq!(family(&[l(9, 4, 0)]), Family::Strided);
    assert_eq!(family(&[l(9, 8, 4)]), Family::Strided);
    assert_eq!(family(&[l(90, 360, 4), l(90, 4, 360)]), Family::Transpose);
    assert_eq!(family(&[l(90, 720, 4), l(90, 8, 360)]), Family::Tiled);
}

#[test]
fn tile_walks_what_has_gaps_on_a_side() {
    assert_eq!(tiled(3, &[l(90, 270, 3), l(90, 3, 270)]).0, Family::Transpose);
    assert_eq!(tiled(3, &[l(90, 270, 3), l(90, 6, 270)]).0, Family::Tiled);
    assert_eq!(tiled(4, &[l(90, 720, 4), l(90, 8, 720)]).0, Family::Tiled);
    assert_eq!(tiled(4, &[l(90, 360, 8), l(90, 4, 720)]).0, Family::Tiled);
}

/// Loops whose destination visits no byte twice, as steps times extents of
/// the loops inside, in any order and direction.
fn nests() -> impl Strategy<Value = LoopNest> {
    let loops = prop::collection::vec((0usize..5, 0isize..3, -40isize..40, any::<bool>()), 0..5);
    (1usize..6, loops, any::<u64>()).prop_map(|(item, parts, shuffle)| {
        let (mut loops, mut step) = (Vec::new(), item as isize);
        for (extent, gap, src, back) in parts {
            let dst = step + gap;
            let src = if src % 3 == 0 { dst } else { src };
            loops.push(l(extent, if back { -dst } else { dst }, src));
            step = dst * extent.max(1) as isize;
        }
        for at in 1..loops.len() {
            loops.swap(at, (shuffle >> (8 * at)) as usize % (at + 1));
        }
        nest(item, &loops)
    })
}

proptest! {
    #[test]
    fn passes_keep_the_visited_bytes(nest in nests()) {
        let before = visits(&nest);
        let mut n = nest.clone();
        normalize(&mut n, Traversal::Free);
        prop_assert_eq!(&visits(&n), &before);
        order(&mut n);
        prop_assert_eq!(&visits(&n), &before);
        coalesce(&mut n);
        prop_assert_eq!(&visits(&n), &before);
        let inner = tile(&mut n);
        prop_assert_eq!(&visits(&n), &before);
        prop_assert!(accepted(&n, inner), "{:?} {:?}", inner, n);
        prop_assert_eq!(n.bytes(), before.len());
    }

    #[test]
    fn logical_passes_keep_the_order(nest in nests()) {
        // The offsets in the order of the loops.
        fn in_order(nest: &LoopNest) -> Vec<(isize, isize)> {
            let mut offsets = Vec::from([(nest.dst, nest.src)]);
            for l in &nest.loops {
                offsets = offsets
                    .iter()
                    .flat_map(|&(d, s)| {
                        (0..l.extent as isize).map(move |i| (d + i * l.dst, s + i * l.src))
                    })
                    .collect();
            }
            offsets
                .iter()
                .flat_map(|&(d, s)| (0..nest.item as isize).map(move |b| (d + b, s + b)))
                .collect()
        }
        let before = in_order(&nest);
        let mut n = nest.clone();
        normalize(&mut n, Traversal::Logical);
        coalesce(&mut n);
        prop_assert_eq!(in_order(&n), before);
    }
}
