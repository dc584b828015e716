//! The C-order bytes of many cores, wherever pointers lead to them.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::hash::{DIRECT, HashPlan};
use super::pack::{Pack, Packing};
use crate::memory::Scratch;
use crate::plan::hops::Hops;
use core::ops::Range;

/// Bytes of small cores that are put together before they are hashed.
const ROOM: usize = 8 << 10;

impl HashPlan {
    /// A range of the bytes of all cores.
    ///
    /// # Safety
    /// K2, K4 for the planned layout; the scratch has room for a block.
    pub(super) unsafe fn feed_cores(
        &self,
        packing: Option<Packing<'_>>,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let Some(hops) = Hops::of_source(&self.layout) else {
            // SAFETY: handed on.
            return unsafe { self.feed_core(packing, origin, range, sink) };
        };
        if range.is_empty() {
            return;
        }
        let bytes = self.layout.nbytes() / hops.cores();
        if bytes < DIRECT {
            let pack = packing.map(|packing| packing.pack);
            // SAFETY: handed on.
            return unsafe { self.feed_small(pack, &hops, bytes, origin, range, sink) };
        }
        let (mut at, run) = (range.start, self.blocks.nest.loops.is_empty());
        // SAFETY: handed on, to the cores that have bytes in the range; one
        // without loops is a run.
        unsafe {
            hops.walk(around(&range, bytes), core::ptr::null_mut(), origin, &mut |_, core| {
                let start = at % bytes;
                let end = bytes.min(start + range.end - at);
                if run {
                    let first = core.offset(self.blocks.nest.src).add(start);
                    sink(core::slice::from_raw_parts(first, end - start));
                } else {
                    self.feed_core(packing, core, start..end, sink);
                }
                at += end - start;
                true
            });
        }
    }

    /// The same for cores that are so small that a hasher would rather see
    /// many at once.
    ///
    /// Never inlined: the room is a lot of stack to ask for.
    ///
    /// # Safety
    /// K2, K4 for the planned layout, whose cores have so many bytes.
    #[inline(never)]
    unsafe fn feed_small(
        &self,
        pack: Option<&Pack>,
        hops: &Hops,
        bytes: usize,
        origin: *const u8,
        range: Range<usize>,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let mut room = Scratch::<ROOM>::new();
        let start = room.start();
        let nest = &self.blocks.nest;
        // Where the bytes that are wanted begin, and those yet to be put.
        let (mut first, mut end, mut left) = (range.start % bytes, 0, range.len());
        let mut flush = |first: &mut usize, end: &mut usize| {
            let wanted = (*end - *first).min(left);
            // SAFETY: these bytes have just been put there.
            sink(unsafe { core::slice::from_raw_parts(start.add(*first), wanted) });
            left -= wanted;
            (*first, *end) = (0, 0);
        };
        // SAFETY: handed on, to the cores that have bytes in the range; the
        // room has place for one more after a flush, and is nobody else's (K3).
        unsafe {
            hops.walk(around(&range, bytes), core::ptr::null_mut(), origin, &mut |_, core| {
                if end + bytes > ROOM {
                    flush(&mut first, &mut end);
                }
                let (core, place) = (core.offset(nest.src), start.add(end));
                match pack {
                    Some(pack) => pack.full.run(place, core),
                    None => core::ptr::copy_nonoverlapping(core, place, bytes),
                }
                end += bytes;
                true
            });
        }
        flush(&mut first, &mut end);
    }
}

/// The cores of so many bytes that have some in a range.
fn around(range: &Range<usize>, bytes: usize) -> Range<usize> {
    range.start / bytes..range.end.div_ceil(bytes)
}
