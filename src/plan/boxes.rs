//! Boxes: a nest whose destination is not written line by line, packed a part
//! at a time where it stays in cache, from which it leaves in long runs.
//!
//! A box keeps the runs of both operands ([`Grid`]). Its items are copied to a
//! scratch in the order of the destination, as any copy within the caches is;
//! then the scratch's rows go to the destination, past the caches.

#![allow(unsafe_code, reason = "a scratch is one of the operands of two copies")]

use super::cost::Cost;
use super::grid::Grid;
use super::loop_nest::{Loop, LoopNest};
use super::policy::{self, LARGEST_BOX as LARGEST};
use super::tile::{Inner, groups};
use super::{Family, How, Schedule};
use crate::axes::Axes;
use crate::memory::Scratch;
use stridewise_kernels::copy::Copy;
use stridewise_kernels::transpose::Distance;
use stridewise_kernels::{Caches, Level, Prefetch};

/// Bytes of a cache line.
const LINE: usize = 64;
/// Rows of a multiple of so many bytes in the scratch share cache sets, unless
/// a line is between them.
const SET: usize = 512;

/// Caches that have all of a box, and those that have nothing.
const INSIDE: Caches = Caches { l2: usize::MAX, l3: usize::MAX, ..OUTSIDE };
const OUTSIDE: Caches = Caches { l1: 0, l2: 0, l3: 0, prefetch: Prefetch::Runs };

/// Whether a nest that goes past the caches is better packed first, although
/// that takes two passes: where the kernel's rows are short, or begin anywhere
/// in a line, so that lines are written in parts. The numbers were measured:
/// see `docs/decisions.md`.
pub(super) fn pay(nest: &LoopNest, how: &How, caches: policy::For) -> bool {
    let many = nest.bytes() >= 2 * policy::box_bytes(caches);
    if how.level == Level::SCALAR || !many || gapless(nest) < 16 * LINE {
        return false;
    }
    let item = nest.item;
    let (_, columns, rows) = groups(nest, how.inner);
    let items = |loops: &[Loop]| loops.iter().fold(1usize, |n, l| n.saturating_mul(l.extent));
    let row = items(rows).saturating_mul(item);
    let on_lines = columns.iter().all(|l| l.dst % LINE as isize == 0);
    match how.inner.family {
        Family::Transpose => {
            let column = items(columns).saturating_mul(item);
            if how.planes(nest).in_pairs() {
                // Of gapless planes lines are streamed one after the other.
                let plain = matches!((rows, columns), ([_], [l]) if l.dst == row as isize);
                let small = row < 2 * LINE || column < LINE || row.max(4 * column) <= 8 * LINE;
                return small && !(plain && item >= 4);
            }
            let (short, thin) = match item {
                // Rows that nobody follows are read as slowly for a box.
                _ if how.distance != Distance::FollowedMemory => (512, 256),
                1 => (640, 128),
                2 => (4096, 512),
                4 => (2048, 640),
                8 | 16 => (2048, 1024),
                // Others are staged, which small planes are not worth.
                _ if row.saturating_mul(items(columns)) <= 64 << 10 => return true,
                48.. => (16 << 10, 1024),
                25.. => (2048, 512),
                _ if on_lines => (2 * LINE, 0),
                // Those take as long in cache as beyond.
                5..=7 => (4 * LINE, 0),
                _ => (12 * LINE, 64 * item),
            };
            row <= short || column <= thin
        }
        // Whole lines of a few streams are streamed side by side.
        Family::Deinterleave => !on_lines || items(columns) > 4 || row < 16 * LINE,
        Family::Interleave => row.saturating_mul(items(columns)) < 96 * LINE,
        // What adjoins leaves as one run, but of one loop only.
        Family::Runs => rows.last().is_some_and(|l| {
            let run = if l.dst == item as isize { item.saturating_mul(l.extent) } else { item };
            item <= 8 * LINE && run < 32 * LINE
        }),
        Family::Gather | Family::Reverse | Family::Swap => {
            let adjoining = columns.iter().all(|l| l.dst == row as isize);
            row.saturating_mul(if adjoining { items(columns) } else { 1 }) < 8 * LINE
        }
        Family::Fill | Family::Scatter | Family::Strided | Family::Tiled => false,
    }
}

/// Bytes that the destination has without a gap.
fn gapless(nest: &LoopNest) -> usize {
    let mut run = nest.item;
    while let Some(l) = nest.loops.iter().find(|l| l.dst == run as isize && l.extent > 1) {
        run = run.saturating_mul(l.extent);
    }
    run
}

/// How boxes are moved.
#[derive(Clone, Copy)]
pub(crate) struct Boxes {
    level: Level,
    /// Bytes of a box at most.
    bytes: usize,
    /// For its fence.
    runs: Copy,
}

impl Boxes {
    /// Of the loops no kernel takes any: boxes are plans of their own.
    pub(super) const INNER: Inner = Inner { family: Family::Tiled, outer: 0, inner: 0 };

    pub(super) fn new(level: Level, caches: policy::For) -> Boxes {
        let runs = Copy::new(level, Family::Runs, 1).past_caches();
        let bytes = policy::box_bytes(caches);
        debug_assert!(bytes <= LARGEST, "boxes of {bytes} bytes");
        Boxes { level, bytes, runs }
    }

    pub(super) fn fence(&self) {
        self.runs.fence();
    }

    /// Moves the items of a nest in the order of its destination.
    ///
    /// # Safety
    /// K2 to K4 for `nest` from these bases.
    #[inline(never)]
    pub(super) unsafe fn run(&self, nest: &LoopNest, stream: bool, dst: *mut u8, src: *const u8) {
        let mut scratch = Scratch::<ROOM>::new();
        let scratch = scratch.start();
        let grid = Grid::new(nest, self.bytes);
        let mut whole = None;
        for id in 0..grid.count(nest) {
            let (block, full) = grid.block(nest, &grid.first(nest, id));
            debug_assert!(block.bytes() <= self.bytes, "a box of {} bytes", block.bytes());
            let part;
            let plan = match &whole {
                Some(plan) if full => plan,
                _ if full => &*whole.insert(Plan::new(&block, self.level, stream)),
                _ => {
                    part = Plan::new(&block, self.level, stream);
                    &part
                }
            };
            // SAFETY: K2 to K4 for a part of the loops. Nobody else has the
            // scratch, which holds a box: no more bytes than `self.bytes`, in rows
            // of `SET` at least if they are a line apart.
            unsafe {
                plan.pack.run_without_fence(scratch, src.offset(block.src));
                plan.leave.run_without_fence(dst.offset(block.dst), scratch);
            }
        }
    }

    /// The lines that are touched: those of each box once, where a smaller one at
    /// the end of a loop counts as the others.
    pub(super) fn cost(&self, nest: &LoopNest, cache: usize) -> Cost {
        let grid = Grid::new(nest, self.bytes);
        let mut split = LoopNest { loops: Axes::new(), ..*nest };
        for (l, &steps) in nest.loops.iter().zip(&grid.steps) {
            let step = |step: isize| step.wrapping_mul(steps as isize);
            let extent = l.extent.div_ceil(steps);
            split.loops.push(Loop { extent, dst: step(l.dst), src: step(l.src) });
        }
        for (l, &steps) in nest.loops.iter().zip(&grid.steps) {
            split.loops.push(Loop { extent: steps.min(l.extent), ..*l });
        }
        let inner = Inner { inner: nest.loops.len(), ..Boxes::INNER };
        let (once, boxes) = (Cost::new(nest, inner, cache), Cost::new(&split, inner, cache));
        Cost {
            read_again: boxes.read.saturating_add(boxes.read_again).saturating_sub(once.read),
            written_again: boxes
                .written
                .saturating_add(boxes.written_again)
                .saturating_sub(once.written),
            ..once
        }
    }

    /// The steps of a box, and the family that packs one.
    pub(super) fn describe(&self, nest: &LoopNest) -> (Grid, Family) {
        let grid = Grid::new(nest, self.bytes);
        let (block, _) = grid.block(nest, &Axes::<usize>::filled(nest.loops.len(), 0));
        (grid, Plan::new(&block, self.level, true).pack.how.inner.family)
    }
}

/// The largest box, whose rows may be a line apart. On the stack, since copies
/// of few axes take no memory from the heap.
const ROOM: usize = LARGEST + LARGEST / (SET / LINE);

/// The two copies of a box, from offset 0.
struct Plan {
    pack: Schedule,
    leave: Schedule,
}

impl Plan {
    fn new(block: &LoopNest, level: Level, stream: bool) -> Plan {
        let plan = |mut nest, caches| {
            let how = How::straight(&mut nest, level, Some(caches), Some(1));
            Schedule { nest, how }
        };
        let (pack, leave) = in_scratch(block);
        let leave = plan(leave, if stream { OUTSIDE } else { INSIDE });
        Plan { pack: plan(pack, INSIDE), leave }
    }
}

/// The loops of a box to and from its scratch: gapless in their order, but for
/// a line between the destination's runs where these would share cache sets.
fn in_scratch(block: &LoopNest) -> (LoopNest, LoopNest) {
    let (mut pack, mut leave) = (block.clone(), block.clone());
    (pack.dst, pack.src, leave.dst, leave.src) = (0, 0, 0, 0);
    let (mut step, mut run) = (block.item, true);
    for (pack, leave) in pack.loops.iter_mut().zip(leave.loops.iter_mut()).rev() {
        if run && leave.dst != step as isize && leave.extent > 1 {
            run = false;
            if step.is_multiple_of(SET) {
                step += LINE;
            }
        }
        (pack.dst, leave.src) = (step as isize, step as isize);
        step *= pack.extent;
    }
    (pack, leave)
}
