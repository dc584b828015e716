//! The cost of plans against lines that are counted one by one.

use super::super::cost::Cost;
use super::{l, nest};
use crate::plan::loop_nest::{Loop, LoopNest};
use crate::plan::tile::{Inner, tile};
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};
use std::vec::Vec;
use stridewise_kernels::copy::Family;

/// Lines that a unit of loops touches from some offset: each once, in order.
fn touched(loops: &[Loop], item: usize, offset: isize, step: fn(&Loop) -> isize) -> Vec<isize> {
    let mut starts = Vec::from([offset]);
    for l in loops {
        let steps = (0..l.extent as isize).map(|i| i * step(l));
        starts = starts.iter().flat_map(|&s| steps.clone().map(move |step| s + step)).collect();
    }
    let lines = |s: isize| s.div_euclid(64)..=(s + item as isize - 1).div_euclid(64);
    starts.into_iter().flat_map(lines).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The misses of both operands, destination first, in a cache of so many
/// lines that keeps those used last, when `unit` loops are one unit.
fn misses(n: &LoopNest, unit: usize, cache: usize) -> [usize; 2] {
    let (around, inside) = n.loops.split_at(n.loops.len() - unit);
    let mut offsets = Vec::from([(n.dst, n.src)]);
    for l in around {
        let steps = (0..l.extent as isize).map(|i| (i * l.dst, i * l.src));
        let from = |&(d, s): &(isize, isize)| steps.clone().map(move |(i, j)| (d + i, s + j));
        offsets = offsets.iter().flat_map(from).collect();
    }
    let (mut kept, mut misses) = (VecDeque::new(), [0, 0]);
    for (d, s) in offsets {
        let sides = [touched(inside, n.item, d, |l| l.dst), touched(inside, n.item, s, |l| l.src)];
        for (side, lines) in sides.into_iter().enumerate() {
            for line in lines {
                let key = (side, line);
                match kept.iter().position(|&other| other == key) {
                    Some(at) => drop(kept.remove(at)),
                    None => misses[side] += 1,
                }
                kept.push_back(key);
                if kept.len() > cache {
                    kept.pop_front();
                }
            }
        }
    }
    misses
}

/// What a nest costs beside a cache of so many lines, and the misses that a
/// cache has which keeps as many.
fn costs(n: &LoopNest, inner: Inner, lines: usize) -> ([usize; 4], [usize; 2]) {
    let Cost { read, read_again, written, written_again } = Cost::new(n, inner, 64 * lines);
    let cost = [written, written_again, read, read_again].map(|bytes| {
        assert_eq!(bytes % 64, 0);
        bytes / 64
    });
    let unit = match inner.family {
        Family::Runs => 0,
        Family::Transpose | Family::Tiled | Family::Interleave | Family::Deinterleave => {
            inner.inner + inner.outer
        }
        _ => inner.inner,
    };
    (cost, misses(n, unit, lines))
}

/// Cost and misses of loops after the planner's last pass.
fn planned(item: usize, loops: &[Loop], lines: usize) -> ([usize; 4], [usize; 2]) {
    let mut n = nest(item, loops);
    let inner = tile(&mut n);
    costs(&n, inner, lines)
}

#[test]
fn a_run_costs_its_lines() {
    assert_eq!(planned(1000, &[], 8), ([16, 0, 16, 0], [16, 16]));
    // Rows of 100 bytes, 120 apart in the source: no line is left out there.
    let rows = [l(32, 100, 120)];
    assert_eq!(planned(100, &rows, 1000), ([50, 0, 60, 0], [50, 60]));
}

#[test]
fn rows_that_share_lines_are_read_again_if_the_cache_is_small() {
    // A row of 640 bytes to each of 20.
    let rows = [l(20, 640, 0)];
    assert_eq!(planned(640, &rows, 30), ([200, 0, 10, 0], [200, 10]));
    assert_eq!(planned(640, &rows, 12), ([200, 0, 10, 190], [200, 200]));
}

#[test]
fn lines_across_a_source_are_read_again_if_the_cache_is_small() {
    // 16 columns of 50 items, each item on a line of its own.
    let columns = [l(16, 256, 4), l(50, 4, 64)];
    let gather = Inner { family: Family::Gather, outer: 1, inner: 1 };
    let n = nest(4, &columns);
    assert_eq!(costs(&n, gather, 200), ([64, 0, 50, 0], [64, 50]));
    let (cost, misses) = costs(&n, gather, 50);
    assert_eq!((cost, misses), ([64, 0, 50, 750], [64, 800]));
    // A transpose uses each line whole, however small the cache.
    assert_eq!(planned(4, &columns, 50), ([64, 0, 50, 0], [64, 50]));
}

#[test]
fn destinations_are_written_again_if_the_cache_is_small() {
    let scatter = Inner { family: Family::Scatter, outer: 1, inner: 1 };
    let n = nest(4, &[l(16, 4, 256), l(50, 64, 4)]);
    assert_eq!(costs(&n, scatter, 50), ([50, 750, 64, 0], [800, 64]));
}

#[test]
fn rounds_are_as_many_loops_as_fit() {
    // 3 x 4 x 5 items, each line of the source used by all three.
    let n = nest(8, &[l(3, 160, 8), l(4, 40, 640), l(5, 8, 128)]);
    let gather = Inner { family: Family::Gather, outer: 1, inner: 1 };
    assert_eq!(costs(&n, gather, 40), ([8, 0, 20, 0], [8, 20]));
    let (cost, misses) = costs(&n, gather, 24);
    assert_eq!(cost, [8, 1, 20, 40]);
    assert!(misses[1] <= 60);
}

#[test]
fn rounds_fit_wherever_they_start() {
    // Two rows of 400 bytes: the first touches 7 lines, the second 8.
    let n = nest(50, &[l(2, -484, 400), l(2, 200, 0), l(4, -50, 50)]);
    let n = LoopNest { dst: 171, src: -171, ..n };
    let (cost, misses) = costs(&n, Inner::new(Family::Runs, &n), 11);
    assert_eq!(misses, [16, 8]);
    assert!(misses[0] <= cost[0] + cost[1] && misses[1] <= cost[2] + cost[3], "{cost:?}");
}

#[test]
fn nothing_costs_nothing() {
    let n = nest(4, &[l(0, 0, 0)]);
    let cost = Cost { read: 0, read_again: 0, written: 0, written_again: 0 };
    assert_eq!(Cost::new(&n, Inner::new(Family::Runs, &n), 1 << 20), cost);
}

/// Steps of loops, inner ones first, that leave gaps of less than a line and
/// then of more, backwards or forwards.
fn steps(axes: impl Iterator<Item = (usize, usize, bool)>, item: usize) -> Vec<isize> {
    let (mut span, mut apart) = (item, 0);
    axes.map(|(extent, gap, back)| {
        let gap = gap + apart;
        apart = if gap < 64 { 0 } else { 64 };
        let step = span + gap;
        span += step * (extent - 1);
        if back { -(step as isize) } else { step as isize }
    })
    .collect()
}

/// Loops that nest on both sides, each in its own order; the source may
/// stand still.
fn nested() -> impl Strategy<Value = LoopNest> {
    let gap = || prop_oneof![Just(0usize), 0..300usize];
    let axis = (2..6usize, gap(), gap(), any::<[bool; 3]>());
    let loops = prop::collection::vec(axis, 0..4);
    (1..80usize, loops, any::<bool>(), 0..200isize).prop_map(|(item, axes, turned, start)| {
        let dst = steps(axes.iter().map(|&(n, gap, _, [back, ..])| (n, gap, back)), item);
        // An axis at which the source stands still takes no room there.
        let side = |&(n, _, gap, [_, back, still]): &(usize, usize, usize, [bool; 3])| {
            (if still { 1 } else { n }, if still { 0 } else { gap }, back)
        };
        let src: Vec<isize> = if turned {
            steps(axes.iter().rev().map(side), item).into_iter().rev().collect()
        } else {
            steps(axes.iter().map(side), item)
        };
        let still = |at: usize| axes[at].3[2];
        let one = |at: usize| l(axes[at].0, dst[at], if still(at) { 0 } else { src[at] });
        let loops: Vec<Loop> = (0..axes.len()).rev().map(one).collect();
        LoopNest { dst: start, src: -start, ..nest(item, &loops) }
    })
}

proptest! {
    #[test]
    fn costs_bound_what_a_cache_misses(n in nested(), small in 1..40usize, kind in 0..3usize) {
        let family = [Family::Runs, Family::Gather, Family::Tiled][kind];
        let inner = Inner::new(family, &n);
        // A cache that is large enough misses each line once.
        let (cost, all) = costs(&n, inner, 100_000);
        prop_assert_eq!(cost, [all[0], 0, all[1], 0]);
        let (cost, misses) = costs(&n, inner, small);
        prop_assert_eq!([cost[0], cost[2]], all);
        prop_assert!(misses[0] <= cost[0] + cost[1], "{:?} {:?}", misses, cost);
        prop_assert!(misses[1] <= cost[2] + cost[3], "{:?} {:?}", misses, cost);
        // One that keeps nothing misses what each unit touches.
        let (cost, misses) = costs(&n, inner, 0);
        prop_assert_eq!(misses, [cost[0] + cost[1], cost[2] + cost[3]]);
    }
}
