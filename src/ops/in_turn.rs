//! The C-order bytes of a view for a hasher that any thread may use.
//!
//! Each thread packs a block of its own and hands it to the hasher when that has
//! all blocks before it: what is packed stays in one core's caches until
//! then, and nobody waits for all threads between blocks.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::hash::HashPlan;
use super::pack::{LARGEST, Packing};
use crate::memory::reserve_on_line;
use crate::parallel;
use crate::plan::Bases;
use alloc::vec::Vec;

/// Threads that pack, at most: one hasher is no faster than these.
const WORKERS: usize = 8;

impl HashPlan {
    /// Calls `sink` with the C-order bytes, piece after piece, on any thread.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    pub(super) unsafe fn feed_in_turn(
        &self,
        origin: *const u8,
        sink: &mut (dyn FnMut(&[u8]) + Send),
    ) {
        if let Some(pack) = &self.pack
            && self.chunks > 1
            && !self.layout.is_indirect()
            && parallel::pays()
        {
            let need = self.room(pack);
            let workers = parallel::threads().min(WORKERS).min((2 * LARGEST / need).max(2));
            if let Some(starts) = self.starts()
                && let Ok((_room, scratch)) = reserve_on_line(workers.saturating_mul(need))
            {
                let bases = Bases::new(scratch, origin);
                return parallel::in_turn(
                    workers,
                    starts.len() - 1,
                    sink,
                    |worker, block, sink| {
                        let scratch = bases.dst().wrapping_add(worker * need);
                        let packing = Packing { pack, scratch, next: None };
                        let range = starts[block]..starts[block + 1];
                        // SAFETY: handed on; the worker's scratch has room for a block
                        // and is nobody else's (K3).
                        unsafe { self.feed_cores(Some(packing), bases.src(), range, sink) };
                    },
                );
            }
        }
        // SAFETY: handed on.
        unsafe { self.feed(origin, sink) }
    }

    /// Where the bytes of each block start, and where the last ones end, if there are
    /// several blocks.
    fn starts(&self) -> Option<Vec<usize>> {
        let (bytes, row) = (self.layout.nbytes(), self.blocks.step_bytes());
        let mut starts = Vec::new();
        starts.try_reserve_exact(self.blocks.count() + 1).ok()?;
        let mut at = 0;
        while at < bytes {
            starts.push(at);
            at += self.steps_at(at / row, bytes) * row;
        }
        starts.push(bytes);
        (starts.len() > 2).then_some(starts)
    }
}
