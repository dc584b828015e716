//! Search: the first item, in index order, at which two operands differ.
//!
//! Blocks are met in the order of their first items and compared whole, each
//! in any order; one that differs is halved along its outermost loop until
//! one item is left. A block that begins after what was found need not be
//! looked at.

use super::grid::Grid;
use super::loop_nest::LoopNest;
use crate::axes::Axes;
use crate::parallel;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The bytes of the items before the first that differs, if one does.
///
/// The nest is in index order and has items. `same` tells whether all items
/// of a block are equal, and is told whether the block has all its steps;
/// `inside` tells how many bytes of an item come before what differs there.
pub(crate) fn first_mismatch(
    nest: &LoopNest,
    grid: &Grid,
    threads: bool,
    same: &(impl Fn(&LoopNest, bool) -> bool + Sync),
    inside: &(impl Fn(&LoopNest) -> usize + Sync),
) -> Option<usize> {
    let found = AtomicUsize::new(usize::MAX);
    // Whether the rest cannot matter.
    let look = |id| {
        let first = grid.first(nest, id);
        let before = nest.before(&first);
        if before >= found.load(Relaxed) {
            return true;
        }
        let (block, whole) = grid.block(nest, &first);
        if !same(&block, whole) {
            found.fetch_min(before + bisect(nest, block, same, inside), Relaxed);
        }
        // Others that began before may yet have an earlier one.
        false
    };
    let count = grid.count(nest);
    if threads && parallel::pays() {
        // The first alone: what differs at once should cost no threads.
        look(0);
        if found.load(Relaxed) != 0 {
            parallel::for_each_in_order(count - 1, |id| {
                look(id + 1);
            });
        }
    } else {
        // As blocks come in the order of their first items.
        let _ = (0..count).find(|&id| look(id));
    }
    Some(found.into_inner()).filter(|&at| at != usize::MAX)
}

/// The bytes, in all of `nest`, from the first item of `block` to the first
/// that differs; one does.
fn bisect(
    nest: &LoopNest,
    mut block: LoopNest,
    same: &impl Fn(&LoopNest, bool) -> bool,
    inside: &impl Fn(&LoopNest) -> usize,
) -> usize {
    let mut first = Axes::<usize>::filled(nest.loops.len(), 0);
    for at in 0..nest.loops.len() {
        while block.loops[at].extent > 1 {
            let extent = block.loops[at].extent;
            let half = extent / 2;
            let mut part = block.clone();
            part.cut(at, 0, half);
            if same(&part, false) {
                first[at] += half;
                block.cut(at, half, extent - half);
            } else {
                block.cut(at, 0, half);
            }
        }
    }
    nest.before(&first) + inside(&block)
}
