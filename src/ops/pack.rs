//! The C-order bytes of a view, piece after piece: where they lie, or packed
//! block by block into a scratch.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::hash::{HashPlan, SMALL};
use crate::plan::Schedule;
use crate::plan::blocks::Blocks;
use crate::plan::loop_nest::LoopNest;
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::ops::Range;
use stridewise_kernels::Level;
use stridewise_kernels::copy::Family;

/// Bytes of a source's run that a block should not cut.
const RUN: usize = 256;
/// Rows of a multiple of so many bytes in a scratch share cache sets, unless
/// a line is between them.
const SET: usize = 512;
/// Bytes of a cache line.
const LINE: usize = 64;

/// How blocks are packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pack {
    /// The copy of a block with all steps.
    pub(crate) full: Schedule,
    /// Bytes from one step to the next in the scratch.
    pitch: usize,
    /// Whether copies ask for lines ahead.
    far: bool,
}

impl Pack {
    pub(super) fn new(blocks: &Blocks, level: Level, far: bool) -> Pack {
        let bytes = blocks.step_bytes();
        let rows = blocks.steps() * bytes > SMALL && bytes.is_multiple_of(SET);
        let pitch = if rows { bytes + LINE } else { bytes };
        Pack { full: Pack::copy(blocks, blocks.steps(), pitch, level, far), pitch, far }
    }

    /// The copy of a block of some steps.
    fn copy(blocks: &Blocks, steps: usize, pitch: usize, level: Level, far: bool) -> Schedule {
        let mut nest = blocks.with_steps(steps);
        if let Some(first) = nest.loops.first_mut() {
            first.dst = pitch as isize;
        }
        let mut schedule = Schedule::new(nest, level, None, Some(1));
        schedule.how.far = far && schedule.how.inner.family == Family::Transpose;
        schedule
    }
}

impl HashPlan {
    /// Calls `sink` with the C-order bytes, piece after piece.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    pub(crate) unsafe fn feed(&self, origin: *const u8, sink: &mut dyn FnMut(&[u8])) {
        // SAFETY: handed on.
        unsafe { self.feed_range(origin, 0..self.layout.nbytes(), sink) }
    }

    /// Calls `sink` with a range of the C-order bytes, piece after piece.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    pub(super) unsafe fn feed_range(
        &self,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let Some(pack) = &self.pack else {
            // SAFETY: handed on.
            return unsafe { self.feed_cores(None, origin, range, sink) };
        };
        let need = self.blocks.steps() * pack.pitch;
        let mut small = MaybeUninit::<[u8; SMALL]>::uninit();
        if need <= SMALL {
            let small = small.as_mut_ptr().cast();
            // SAFETY: handed on; the scratch has room for a block.
            return unsafe { self.feed_cores(Some((pack, small)), origin, range, sink) };
        }
        let mut large = Vec::<u8>::new();
        if large.try_reserve_exact(need).is_ok() {
            let packing = Some((pack, large.as_mut_ptr()));
            // SAFETY: handed on; the scratch has room for a block.
            unsafe { self.feed_cores(packing, origin, range, sink) };
        } else {
            // Without memory for it, more and smaller blocks.
            let blocks = Blocks::new(self.blocks.nest.clone(), SMALL);
            let pack = Pack::new(&blocks, self.level, false);
            let plan = HashPlan { blocks, pack: None, ..self.clone() };
            let small = small.as_mut_ptr().cast();
            // SAFETY: handed on; items that are packed are shorter than
            // `DIRECT`, so a block has at most `SMALL` bytes.
            unsafe { plan.feed_cores(Some((&pack, small)), origin, range, sink) };
        }
    }

    /// A range of the bytes of one core.
    ///
    /// # Safety
    /// K2, K4 for the loops from `origin`; the scratch has room for a block.
    pub(super) unsafe fn feed_core(
        &self,
        packing: Option<(&Pack, *mut u8)>,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        // SAFETY: handed on.
        unsafe {
            match packing {
                None => self.feed_runs(origin, range, sink),
                Some((pack, scratch)) => self.feed_packed(pack, origin, range, scratch, sink),
            }
        }
    }

    /// # Safety
    /// K2, K4 for the planned layout.
    unsafe fn feed_runs(
        &self,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let nest = &self.blocks.nest;
        let mut at = range.start;
        while at < range.end {
            let skip = at % nest.item;
            let bytes = (nest.item - skip).min(range.end - at);
            // SAFETY: a part of a run of the layout, readable for the call.
            sink(unsafe {
                let run = origin.offset(self.blocks.step_at(at / nest.item).0);
                core::slice::from_raw_parts(run.add(skip), bytes)
            });
            at += bytes;
        }
    }

    /// # Safety
    /// K2, K4 for the planned layout; `scratch` has room for a block.
    unsafe fn feed_packed(
        &self,
        pack: &Pack,
        origin: *const u8,
        range: Range<usize>,
        scratch: *mut u8,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let (blocks, row) = (&self.blocks, self.blocks.step_bytes());
        let mut at = range.start;
        while at < range.end {
            let (src, rest) = blocks.step_at(at / row);
            let wanted = range.end.div_ceil(row) - at / row;
            let steps = blocks.steps().min(rest).min(wanted);
            let fewer;
            let copy = if steps == blocks.steps() {
                &pack.full
            } else {
                fewer = Pack::copy(blocks, steps, pack.pitch, self.level, pack.far);
                &fewer
            };
            // SAFETY: K2 for the block; its rows fit the scratch, and nobody
            // else has it (K3).
            unsafe { copy.run(scratch, origin.offset(src)) };
            let end = range.end.min((at / row + steps) * row);
            let gapless = pack.pitch == row;
            let mut start = scratch.cast_const();
            while at < end {
                let skip = at % row;
                let bytes = if gapless { end - at } else { (row - skip).min(end - at) };
                // SAFETY: a part of the bytes that were just packed.
                sink(unsafe { core::slice::from_raw_parts(start.add(skip), bytes) });
                start = start.wrapping_add(pack.pitch);
                at += bytes;
            }
        }
    }
}

/// Bytes of the items that are passed before the source has run along the
/// loop of its smallest steps for a few lines; all that come before the end
/// of that loop, if it is short.
pub(super) fn bytes_of_runs(nest: &LoopNest) -> usize {
    let moved = nest.loops.iter().enumerate().filter(|(_, l)| l.src != 0);
    let Some((at, l)) = moved.min_by_key(|(_, l)| l.src.unsigned_abs()) else { return 0 };
    let inside = nest.loops[at + 1..].iter().fold(nest.item, |n, l| n.saturating_mul(l.extent));
    inside.saturating_mul(RUN.div_ceil(l.src.unsigned_abs()).min(l.extent))
}
