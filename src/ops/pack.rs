//! The C-order bytes of a view, piece after piece: where they lie, or packed
//! block by block into a scratch.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::hash::{HashPlan, SMALL};
use crate::memory::{Scratch, reserve_on_line};
use crate::parallel;
use crate::plan::blocks::Blocks;
use crate::plan::loop_nest::LoopNest;
use crate::plan::{Place, Schedule, policy};
use core::ops::Range;
use stridewise_kernels::Level;
use stridewise_kernels::transpose::Distance;

/// Bytes of a source's run that a block should not cut, and those that a
/// prefetcher must see of each row that it follows.
const RUN: usize = 256;
const FOLLOWED: usize = 2048;
/// Rows of a multiple of so many bytes in a scratch share cache sets, unless
/// a line is between them.
const SET: usize = 512;
/// Bytes of the scratch for sources whose lines should be used whole while
/// they are in cache: a part of L2.
const LARGE: usize = 256 << 10;
/// Bytes of the scratch at most, where lines need more: a part of L3.
pub(super) const LARGEST: usize = 8 << 20;
/// Bytes of a cache line.
const LINE: usize = 64;
/// Bytes of a block's part that is worth a task, and such parts at most.
const PIECE: usize = 64 << 10;
const PIECES: usize = 4;

/// How blocks are packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pack {
    /// The copy of a block with all steps.
    pub(crate) full: Schedule,
    /// Bytes from one step to the next in the scratch.
    pitch: usize,
    place: Place,
}

/// Blocks on their way through a scratch.
#[derive(Clone, Copy)]
pub(super) struct Packing<'a> {
    pub(super) pack: &'a Pack,
    /// Room for a block.
    pub(super) scratch: *mut u8,
    /// Room for another one, which is packed on all threads while the hasher
    /// has the first.
    pub(super) next: Option<*mut u8>,
}

impl Pack {
    pub(super) fn new(blocks: &Blocks, level: Level, place: Place) -> Pack {
        let bytes = blocks.step_bytes();
        // Short rows are better fed together than kept apart.
        let rows = blocks.steps() * bytes > SMALL && bytes > SET && bytes.is_multiple_of(SET);
        let pitch = if rows { bytes + LINE } else { bytes };
        Pack { full: Pack::copy(blocks, blocks.steps(), pitch, level, place), pitch, place }
    }

    /// The copy of a block of some steps.
    fn copy(blocks: &Blocks, steps: usize, pitch: usize, level: Level, place: Place) -> Schedule {
        let mut nest = blocks.with_steps(steps);
        if let Some(first) = nest.loops.first_mut() {
            first.dst = pitch as isize;
        }
        let chunks = (nest.bytes() / PIECE).clamp(1, PIECES);
        Schedule::of_part(nest, level, chunks, place)
    }
}

impl HashPlan {
    /// Calls `sink` with the C-order bytes, piece after piece; packs them on
    /// all threads if there are many.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    pub(crate) unsafe fn feed(&self, origin: *const u8, sink: &mut dyn FnMut(&[u8])) {
        let ahead = self.chunks > 1 && self.blocks.count() > 1 && parallel::pays();
        // SAFETY: handed on.
        unsafe { self.feed_range(origin, 0..self.layout.nbytes(), ahead, sink) }
    }

    /// Calls `sink` with a range of the C-order bytes, piece after piece; packs
    /// one block `ahead` of it or none.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    pub(super) unsafe fn feed_range(
        &self,
        origin: *const u8,
        range: Range<usize>,
        ahead: bool,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let Some(pack) = &self.pack else {
            // SAFETY: handed on.
            return unsafe { self.feed_cores(None, origin, range, sink) };
        };
        let need = self.blocks.steps() * pack.pitch;
        let mut small = Scratch::<SMALL>::new();
        if need <= SMALL {
            let packing = Packing { pack, scratch: small.start(), next: None };
            // SAFETY: handed on; the scratch has room for a block.
            return unsafe { self.feed_cores(Some(packing), origin, range, sink) };
        }
        let need = self.room(pack);
        let room = if ahead { need.saturating_mul(2) } else { need };
        if let Ok((_large, scratch)) = reserve_on_line(room) {
            let next = ahead.then(|| scratch.wrapping_add(need));
            let packing = Packing { pack, scratch, next };
            // SAFETY: handed on; the scratch has room for a block, or two.
            unsafe { self.feed_cores(Some(packing), origin, range, sink) };
        } else {
            // Without memory for it, more and smaller blocks.
            let blocks = Blocks::new(self.blocks.nest.clone(), SMALL);
            let pack = Pack::new(&blocks, self.level, Place::NEAR);
            let plan = HashPlan { blocks, pack: None, ..self.clone() };
            let packing = Packing { pack: &pack, scratch: small.start(), next: None };
            // SAFETY: handed on; items that are packed are shorter than
            // `DIRECT`, so a block has at most `SMALL` bytes.
            unsafe { plan.feed_cores(Some(packing), origin, range, sink) };
        }
    }

    /// A range of the bytes of one core.
    ///
    /// # Safety
    /// K2, K4 for the loops from `origin`; the scratch has room for a block.
    pub(super) unsafe fn feed_core(
        &self,
        packing: Option<Packing<'_>>,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        // SAFETY: handed on.
        unsafe {
            match packing {
                None => self.feed_runs(origin, range, sink),
                Some(packing) => self.feed_packed(packing, origin, range, sink),
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
    /// K2, K4 for the planned layout; the scratch has room for a block.
    unsafe fn feed_packed(
        &self,
        packing: Packing<'_>,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let Packing { pack, scratch: mut here, mut next } = packing;
        let row = self.blocks.step_bytes();
        let mut at = range.start;
        if at < range.end {
            // SAFETY: handed on; nobody else has the scratch.
            unsafe { self.pack_block(pack, at..range.end, here, origin, None) };
        }
        while at < range.end {
            let steps = self.steps_at(at / row, range.end);
            let end = range.end.min((at / row + steps) * row);
            // SAFETY: these bytes have just been packed.
            let mut feed = || unsafe { pack.feed(here, row, at..end, sink) };
            let rest = end..range.end;
            match next {
                _ if rest.is_empty() => feed(),
                Some(there) => {
                    // SAFETY: handed on; nobody else has the second scratch.
                    unsafe { self.pack_block(pack, rest, there, origin, Some(&mut feed)) };
                    next = Some(core::mem::replace(&mut here, there));
                }
                None => {
                    feed();
                    // SAFETY: handed on; the hasher no longer has the scratch.
                    unsafe { self.pack_block(pack, rest, here, origin, None) };
                }
            }
            at = end;
        }
    }

    /// Bytes of a scratch for a block, whole lines.
    pub(super) fn room(&self, pack: &Pack) -> usize {
        (self.blocks.steps() * pack.pitch).next_multiple_of(LINE)
    }

    /// Steps of the block that starts at a step, of those before byte `end`.
    pub(super) fn steps_at(&self, step: usize, end: usize) -> usize {
        let (_, rest) = self.blocks.step_at(step);
        let wanted = end.div_ceil(self.blocks.step_bytes()) - step;
        self.blocks.steps().min(rest).min(wanted)
    }

    /// Packs the first block of a range of the bytes, from the source to the
    /// scratch; on all threads while one of them does something else.
    ///
    /// # Safety
    /// K2, K4 for the planned layout; K3 for the scratch, which has room for
    /// a block.
    unsafe fn pack_block(
        &self,
        pack: &Pack,
        range: Range<usize>,
        dst: *mut u8,
        origin: *const u8,
        meanwhile: Option<&mut dyn FnMut()>,
    ) {
        let blocks = &self.blocks;
        let step = range.start / blocks.step_bytes();
        let steps = self.steps_at(step, range.end);
        let fewer;
        let copy = if steps == blocks.steps() {
            &pack.full
        } else {
            fewer = Pack::copy(blocks, steps, pack.pitch, self.level, pack.place);
            &fewer
        };
        // SAFETY: K2 for the block; its rows fit the scratch.
        unsafe {
            let src = origin.offset(blocks.step_at(step).0);
            match meanwhile {
                Some(feed) => copy.run_beside(dst, src, feed),
                None => copy.run_alone(dst, src),
            }
        }
    }
}

impl Pack {
    /// Calls `sink` with a range of the bytes, of which a block that has been
    /// packed has the first steps.
    ///
    /// # Safety
    /// K2 for the block; its steps have `row` bytes.
    unsafe fn feed(
        &self,
        scratch: *const u8,
        row: usize,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let gapless = self.pitch == row;
        let (mut at, mut start) = (range.start, scratch);
        while at < range.end {
            let skip = at % row;
            let bytes = if gapless { range.end - at } else { (row - skip).min(range.end - at) };
            // SAFETY: a part of the block.
            sink(unsafe { core::slice::from_raw_parts(start.add(skip), bytes) });
            start = start.wrapping_add(self.pitch);
            at += bytes;
        }
    }
}

/// How many bytes a block has, so that some bytes of each run of the source are
/// read while they are in cache, and where its operands then are.
pub(super) fn room_and_place(
    nest: &LoopNest,
    distance: Distance,
    caches: policy::For,
) -> (usize, Place) {
    let least = bytes_of_runs(nest, RUN);
    if distance == Distance::FollowedMemory {
        let most = policy::near_scratch(nest, caches);
        for bytes in [least, bytes_of_runs(nest, RUN / 2)] {
            if bytes <= most {
                return (bytes.max(LARGE.min(most)), Place { distance, stream: false });
            }
        }
        if least <= LARGEST {
            let bytes = bytes_of_runs(nest, FOLLOWED).clamp(LARGE, LARGEST);
            return (bytes, Place { distance, stream: true });
        }
    }
    let distance = distance.min(Distance::Memory);
    (least.clamp(LARGE, LARGEST), Place { distance, stream: false })
}

/// Bytes of the items that are passed before the source has run along the
/// loop of its smallest steps for `run` bytes; all that come before the end
/// of that loop, if it is short.
fn bytes_of_runs(nest: &LoopNest, run: usize) -> usize {
    let moved = nest.loops.iter().enumerate().filter(|(_, l)| l.src != 0);
    let Some((at, l)) = moved.min_by_key(|(_, l)| l.src.unsigned_abs()) else { return 0 };
    let inside = nest.loops[at + 1..].iter().fold(nest.item, |n, l| n.saturating_mul(l.extent));
    inside.saturating_mul(run.div_ceil(l.src.unsigned_abs()).min(l.extent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::loop_nest::Loop;
    use stridewise_kernels::{Caches, Prefetch};

    /// Of the transpose of a plane of items, so many rows apart.
    fn placed(
        item: usize,
        rows: usize,
        step: isize,
        prefetch: Prefetch,
    ) -> (usize, Distance, bool) {
        let mut nest = LoopNest::item(item);
        let dst = (rows * item) as isize;
        nest.loops.extend([
            Loop { extent: 4096, dst, src: item as isize },
            Loop { extent: rows, dst: item as isize, src: step },
        ]);
        let caches = Caches { l1: 48 << 10, l2: 2 << 20, l3: 12 << 20, prefetch };
        let (bytes, Place { distance, stream }) =
            room_and_place(&nest, Distance::FollowedMemory, Some(caches));
        (bytes, distance, stream)
    }

    #[test]
    fn runs_of_the_source_are_read_while_they_are_in_cache() {
        let followed = Distance::FollowedMemory;
        let pages = |item, rows, step| placed(item, rows, step, Prefetch::Pages);
        // As many bytes of each run as half of L2 has room for.
        assert_eq!(pages(4, 4096, 16384), (1 << 20, followed, false));
        assert_eq!(pages(4, 8192, 16384), (1 << 20, followed, false));
        // Else more of them, past the caches.
        assert_eq!(pages(4, 16384, 16384), (LARGEST, followed, true));
        // Odd items in rows that collide.
        assert_eq!(pages(12, 1000, 12000), (12000 * 22, followed, false));
        assert_eq!(pages(12, 1000, 12288), (12000 * 171, followed, true));
        // Too many rows for whole runs.
        assert_eq!(pages(4, 1 << 20, 16384), (LARGEST, Distance::Memory, false));
        let rows = placed(4, 4096, 16384, Prefetch::Rows);
        assert_eq!(rows, (LARGEST, followed, true));
    }

    #[test]
    fn what_is_nearer_is_never_streamed() {
        let nest = LoopNest::item(4);
        for distance in [Distance::Core, Distance::Caches, Distance::Memory] {
            let place = Place { distance, stream: false };
            assert_eq!(room_and_place(&nest, distance, None), (LARGE, place));
        }
    }
}
