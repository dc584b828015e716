//! XXH3 of the C-order bytes of a view on all threads.
//!
//! Each thread has a part of the bytes, where they lie or packed in its core's
//! caches, and makes the sums of its blocks, which depend on no other block. Who
//! ends a part hands what is ready to the hasher in order, a few operations for
//! each KiB, and nobody waits for a part of another.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::hash::HashPlan;
use super::pack::{LARGEST, Packing};
use crate::memory::reserve_on_line;
use crate::parallel;
use crate::plan::Bases;
use alloc::vec::Vec;
use core::ops::Range;
use stridewise_kernels::Level;
use stridewise_kernels::hash::{BLOCK_BYTES, BlockSums, Xxh3, block_sums};

/// Threads that read, at most: what is done in order is no faster than these.
const WORKERS: usize = 16;
/// Bytes of a part, if it is not a block that is packed.
const PART: usize = 512 << 10;
/// Parts that are worth threads, of blocks that are packed, and of runs: one core
/// reads fewer of these as fast as it hashes.
const BLOCKS: usize = 2;
const RUNS: usize = 6;

impl HashPlan {
    /// Whether there are threads, and enough parts for them.
    #[inline]
    pub(super) fn pays_apart(&self) -> bool {
        self.chunks > 1 && self.has_parts() && parallel::pays()
    }

    fn has_parts(&self) -> bool {
        let parts = self.blocks_apart().unwrap_or(self.layout.nbytes() / PART);
        parts >= if self.pack.is_some() { BLOCKS } else { RUNS }
    }

    /// How many blocks there are, if each is a part.
    fn blocks_apart(&self) -> Option<usize> {
        let packed = self.pack.is_some() && !self.layout.is_indirect();
        packed.then(|| self.blocks.count())
    }

    /// Adds the C-order bytes to a hasher, which is new; on all threads if there are
    /// many.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    pub(super) unsafe fn add_to(&self, hasher: &mut Xxh3, origin: *const u8) {
        if self.pays_apart() {
            let need = self.pack.as_ref().map_or(0, |pack| self.room(pack));
            let most = (2 * LARGEST).checked_div(need).unwrap_or(WORKERS).max(2);
            let workers = parallel::threads().min(WORKERS).min(most);
            if let Some(starts) = self.starts(need)
                && let Ok((_room, scratch)) = reserve_on_line(workers.saturating_mul(need))
            {
                let bases = Bases::new(scratch, origin);
                let range = |part| starts[part]..starts[part + 1];
                let read = |worker: usize, at: usize, part: &mut Part| {
                    let scratch = bases.dst().wrapping_add(worker * need);
                    let packing =
                        self.pack.as_ref().map(|pack| Packing { pack, scratch, next: None });
                    part.begin(range(at));
                    if part.known {
                        let mut sink = |bytes: &[u8]| part.push(self.level, bytes);
                        // SAFETY: handed on; the worker's scratch has room for a block
                        // and is nobody else's (K3).
                        unsafe { self.feed_cores(packing, bases.src(), range(at), &mut sink) };
                    }
                };
                let mut add = |at: usize, part: &Part| {
                    if part.known {
                        part.add_to(hasher);
                    } else {
                        let mut sink = |bytes: &[u8]| hasher.update(bytes);
                        // SAFETY: handed on.
                        unsafe { self.feed_range(bases.src(), range(at), false, &mut sink) };
                    }
                };
                return parallel::in_order(workers, starts.len() - 1, read, &mut add);
            }
        }
        // SAFETY: handed on.
        unsafe { self.feed(origin, &mut |bytes| hasher.update(bytes)) }
    }

    /// Where the bytes of each part start, and where the last ones end, if there is
    /// memory for it; a scratch has room for so many.
    fn starts(&self, room: usize) -> Option<Vec<usize>> {
        let bytes = self.layout.nbytes();
        let blocks = self.blocks_apart();
        // No row is packed twice.
        let row = if self.pack.is_some() { self.blocks.step_bytes() } else { BLOCK_BYTES };
        let part = PART.max(room).next_multiple_of(row);
        let mut starts = Vec::new();
        starts.try_reserve_exact(blocks.unwrap_or(bytes.div_ceil(part)) + 1).ok()?;
        let mut at = 0;
        while at < bytes {
            starts.push(at);
            at += if blocks.is_some() { self.steps_at(at / row, bytes) * row } else { part };
        }
        starts.push(bytes);
        Some(starts)
    }
}

/// What a hasher has to know of a part of the bytes.
#[derive(Default)]
struct Part {
    /// Whether there is memory for all that follows.
    known: bool,
    /// Where the next bytes are in all bytes.
    at: usize,
    /// Where the blocks are whose sums are made.
    blocks: Range<usize>,
    sums: Vec<BlockSums>,
    /// What comes before the blocks: the rest of one that another part begins.
    before: Vec<u8>,
    /// What comes after those that have sums: in the end one more block, as it
    /// may be the last of all, and one that another part ends.
    after: Vec<u8>,
}

impl Part {
    /// Before the bytes of a range.
    fn begin(&mut self, range: Range<usize>) {
        let start = range.start.next_multiple_of(BLOCK_BYTES);
        let end = (range.end / BLOCK_BYTES * BLOCK_BYTES).saturating_sub(BLOCK_BYTES);
        self.at = range.start;
        self.blocks = if start < end { start..end } else { range.end..range.end };
        self.sums.clear();
        self.known = self.sums.try_reserve(self.blocks.len() / BLOCK_BYTES).is_ok();
        for edge in [&mut self.before, &mut self.after] {
            edge.clear();
            self.known &= edge.try_reserve(3 * BLOCK_BYTES).is_ok();
        }
    }

    /// The next bytes.
    fn push(&mut self, level: Level, bytes: &[u8]) {
        let up_to = |end: usize| end.saturating_sub(self.at).min(bytes.len());
        let (start, end) = (up_to(self.blocks.start), up_to(self.blocks.end));
        self.before.extend_from_slice(&bytes[..start]);
        let mut inside = &bytes[start..end];
        // A block that has been begun is finished first.
        if !self.after.is_empty() && !inside.is_empty() {
            let missing = (BLOCK_BYTES - self.after.len()).min(inside.len());
            self.after.extend_from_slice(&inside[..missing]);
            inside = &inside[missing..];
            if let (blocks @ [_], _) = self.after.as_chunks() {
                sum(level, blocks, &mut self.sums);
                self.after.clear();
            }
        }
        let (blocks, rest) = inside.as_chunks();
        sum(level, blocks, &mut self.sums);
        self.after.extend_from_slice(rest);
        self.after.extend_from_slice(&bytes[end..]);
        self.at += bytes.len();
    }

    /// Adds all bytes to a hasher that has those before.
    fn add_to(&self, hasher: &mut Xxh3) {
        hasher.update(&self.before);
        if let Some((last, rest)) = self.after.split_first_chunk() {
            hasher.update_blocks(&self.sums, last);
            hasher.update(rest);
        }
    }
}

/// Adds the sums of blocks, for which there is room.
fn sum(level: Level, blocks: &[[u8; BLOCK_BYTES]], sums: &mut Vec<BlockSums>) {
    let first = sums.len();
    sums.resize(first + blocks.len(), BlockSums::default());
    block_sums(level, blocks, &mut sums[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use stridewise_kernels::hash::xxh3_64;

    #[test]
    fn parts_of_any_size_in_pieces_of_any_size() {
        let bytes: Vec<u8> = (0..40_000u32).map(|i| ((i * i) >> 7) as u8).collect();
        let (level, mut part) = (Level::detect(), Part::default());
        for (cut, piece) in [1, 900, 1024, 2047, 2048, 3073, 5000, 16384, 39_999]
            .into_iter()
            .flat_map(|cut| [1, 64, 1000, 1024, 1025, 2500, 40_000].map(|piece| (cut, piece)))
        {
            let (mut hasher, mut at) = (Xxh3::new(level), 0);
            while at < bytes.len() {
                let end = bytes.len().min(at + cut);
                part.begin(at..end);
                assert!(part.known);
                bytes[at..end].chunks(piece).for_each(|bytes| part.push(level, bytes));
                part.add_to(&mut hasher);
                // All that is known of many bytes is a few of them and sums.
                assert!(part.before.len() + part.after.len() < 3 * BLOCK_BYTES);
                at = end;
                assert_eq!(hasher.finish64(), xxh3_64(level, 0, &bytes[..at]), "{cut} {piece}");
            }
        }
    }
}
