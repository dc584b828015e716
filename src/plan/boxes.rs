//! Boxes: a nest whose destination is not written line by line, packed a part
//! at a time where it stays in cache, from which it leaves in long runs.
//!
//! A box keeps the runs of both operands ([`Grid`]). Its items are copied to a
//! scratch, in the order of the destination, as a plan for the caches would;
//! then the scratch's rows go to the destination, past the caches. So short
//! rows are streamed whole, and kernels that need no long ones do the rest.

#![allow(unsafe_code, reason = "calls kernels with its scratch as one of their operands")]

use super::grid::Grid;
use super::loop_nest::{Loop, LoopNest};
use super::policy;
use super::tile::{Inner, groups};
use super::{Family, How};
use crate::axes::Axes;
use crate::memory;
use core::mem::MaybeUninit;
use stridewise_kernels::copy::Copy;
use stridewise_kernels::{Caches, Level};

/// Bytes of a cache line.
const LINE: usize = 64;
/// Rows of a multiple of so many bytes in the scratch share cache sets, unless
/// a line is between them.
const SET: usize = 512;
/// Bytes of boxes without memory from the allocator.
const SMALL: usize = 16 << 10;

/// How boxes are moved.
#[derive(Clone, Copy)]
pub(crate) struct Boxes {
    level: Level,
    /// Bytes of a box at most.
    pub(crate) bytes: usize,
    /// Any kernel that streams: its fence.
    runs: Copy,
}

/// What boxes see of the caches: a box is in them, what leaves it is not.
const INSIDE: Caches = Caches { l1: 0, l2: usize::MAX, l3: usize::MAX, follows_rows: false };
const OUTSIDE: Caches = Caches { l1: 0, l2: 0, l3: 0, follows_rows: false };

/// Whether a nest that would be written past the caches is better packed: its
/// kernel would write, or read, but parts of lines, or rows of a few.
pub(super) fn pay(nest: &LoopNest, how: &How) -> bool {
    /// Destination rows that begin anywhere in a line, and source rows of such
    /// planes.
    const ROW: usize = 2048;
    const COLUMN: usize = 256;
    if how.level == Level::SCALAR {
        return false;
    }
    let (_, columns, rows) = groups(nest, how.inner);
    let bytes = |loops: &[Loop]| loops.iter().fold(nest.item, |n, l| n.saturating_mul(l.extent));
    match how.inner.family {
        Family::Transpose if how.planes(nest).1.in_pairs() => {
            bytes(rows) < 2 * LINE || bytes(columns) < LINE
        }
        Family::Transpose => bytes(rows) <= ROW || bytes(columns) <= COLUMN,
        Family::Deinterleave => bytes(rows) < 1024,
        Family::Interleave => bytes(rows).saturating_mul(columns[0].extent) < 1024,
        _ => false,
    }
}

impl Boxes {
    /// For a nest in the order of its destination.
    pub(super) fn new(level: Level, caches: policy::For) -> Boxes {
        let runs = Copy::new(level, Family::Runs, 1).past_caches();
        Boxes { level, bytes: policy::box_bytes(caches), runs }
    }

    /// No kernel takes any loop.
    pub(super) const INNER: Inner = Inner { family: Family::Transpose, outer: 0, inner: 0 };

    pub(super) fn fence(&self) {
        self.runs.fence();
    }

    /// # Safety
    /// K2 to K4 for `nest` from these bases.
    #[inline(never)]
    pub(super) unsafe fn run(&self, nest: &LoopNest, stream: bool, dst: *mut u8, src: *const u8) {
        let mut small = MaybeUninit::<[u8; room(SMALL)]>::uninit();
        let (bytes, mut large) = match memory::reserve::<u8>(room(self.bytes)) {
            Ok(large) => (self.bytes, large),
            Err(_) => (SMALL.min(self.bytes), alloc::vec::Vec::new()),
        };
        let start = if large.capacity() > 0 { large.as_mut_ptr() } else { small.as_mut_ptr().cast() };
        let scratch = start.wrapping_add(start.align_offset(LINE));
        let grid = Grid::new(nest, bytes);
        let mut whole = None;
        for id in 0..grid.count(nest) {
            let (block, full) = grid.block(nest, &grid.first(nest, id));
            let part;
            let plan = match &whole {
                Some(plan) if full => plan,
                _ => {
                    let plan = Plan::new(&block, self.level, stream);
                    if full { whole.insert(plan) } else { part = plan; &part }
                }
            };
            // SAFETY: handed on for a part of the loops; `room` is what a box
            // takes.
            unsafe {
                let (dst, src) = (dst.offset(block.dst), src.offset(block.src));
                plan.pack.1.move_items(&plan.pack.0, scratch, src);
                plan.leave.1.move_items(&plan.leave.0, dst, scratch);
            }
        }
    }
}

/// Bytes of a scratch for boxes of some bytes: rows that are apart, and a start
/// on a line.
const fn room(bytes: usize) -> usize {
    bytes + bytes / (SET / LINE) + LINE
}

/// The two copies of a box, from offset 0.
struct Plan {
    pack: (LoopNest, How),
    leave: (LoopNest, How),
}

impl Plan {
    fn new(block: &LoopNest, level: Level, stream: bool) -> Plan {
        let (mut pack, mut leave) = in_scratch(block);
        let how = How::straight(&mut pack, level, Some(INSIDE), Some(1));
        let caches = if stream { OUTSIDE } else { INSIDE };
        let out = How::straight(&mut leave, level, Some(caches), Some(1));
        Plan { pack: (pack, how), leave: (leave, out) }
    }
}

/// The loops of a box to and from its scratch: gapless in their order, but for
/// a line between the destination's runs where these would share cache sets.
fn in_scratch(block: &LoopNest) -> (LoopNest, LoopNest) {
    let (mut pack, mut leave) = (LoopNest::item(block.item), LoopNest::item(block.item));
    pack.loops = Axes::filled(block.loops.len(), Loop::UNIT);
    leave.loops = Axes::filled(block.loops.len(), Loop::UNIT);
    let (mut step, mut run) = (block.item, true);
    for (at, &l) in block.loops.iter().enumerate().rev() {
        if run && l.dst != step as isize && l.extent > 1 {
            run = false;
            if step.is_multiple_of(SET) {
                step += LINE;
            }
        }
        pack.loops[at] = Loop { dst: step as isize, ..l };
        leave.loops[at] = Loop { src: step as isize, ..l };
        step *= l.extent;
    }
    (pack, leave)
}
