//! Threads: the cores of some hops, in pieces.

#![allow(unsafe_code, reason = "hands pointers on to threads")]

use super::Hops;
use crate::parallel;
use crate::plan::{Bases, Schedule};
use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

impl Hops {
    /// The cores of a piece.
    fn piece(&self, pieces: usize, id: usize) -> Range<usize> {
        let each = self.cores.div_ceil(pieces.max(1));
        let start = (id * each).min(self.cores);
        start..(start + each).min(self.cores)
    }

    /// Calls `leaf` with the operands of each core, and `after` at the end of
    /// each piece.
    ///
    /// # Safety
    /// As [`walk`](Hops::walk); `leaf` may be called by several threads at
    /// once, for different cores.
    pub(crate) unsafe fn for_each(
        &self,
        pieces: usize,
        dst: *mut u8,
        src: *const u8,
        leaf: impl Fn(*mut u8, *const u8) + Send + Sync,
        after: impl Fn() + Send + Sync,
    ) {
        let bases = Bases::new(dst, src);
        let run = |range| {
            let mut leaf = |dst, src| {
                leaf(dst, src);
                true
            };
            // SAFETY: handed on; pieces have no core in common.
            unsafe { self.walk(range, bases.dst(), bases.src(), &mut leaf) };
            after();
        };
        if pieces == 1 || !parallel::pays() {
            run(0..self.cores);
        } else {
            parallel::for_each(pieces, |id| run(self.piece(pieces, id)));
        }
    }

    /// Runs a copy of a core for each.
    ///
    /// # Safety
    /// K2 to K4 for the copy, wherever the pointers from these bases lead; no
    /// two cores share a byte of the destination.
    pub(crate) unsafe fn copy(&self, pieces: usize, copy: &Schedule, dst: *mut u8, src: *const u8) {
        /// A run of so many bytes is not worth a kernel.
        const SHORT: usize = 2048;
        let run = copy.nest.loops.is_empty() && copy.nest.item <= SHORT;
        // SAFETY: handed on.
        unsafe {
            if run {
                let nest = &copy.nest;
                let leaf = |dst: *mut u8, src: *const u8| {
                    let (dst, src) = (dst.offset(nest.dst), src.offset(nest.src));
                    core::ptr::copy_nonoverlapping(src, dst, nest.item);
                };
                self.for_each(pieces, dst, src, leaf, || {});
            } else {
                let leaf = |dst, src| copy.run_without_fence(dst, src);
                self.for_each(pieces, dst, src, leaf, || copy.how.fence());
            }
        }
    }

    /// Whether `leaf` holds for each core; stops at the first that is met for
    /// which it does not.
    ///
    /// # Safety
    /// As [`for_each`](Hops::for_each).
    pub(crate) unsafe fn all(
        &self,
        pieces: usize,
        left: *const u8,
        right: *const u8,
        leaf: impl Fn(*const u8, *const u8) -> bool + Send + Sync,
    ) -> bool {
        let mut leaf = |left: *mut u8, right| leaf(left, right);
        if pieces == 1 || !parallel::pays() {
            // SAFETY: handed on.
            return unsafe { self.walk(0..self.cores, left.cast_mut(), right, &mut leaf) };
        }
        let (bases, leaf) = (Bases::new(left.cast_mut(), right), &leaf);
        let run = |id| {
            let range = self.piece(pieces, id);
            // SAFETY: handed on.
            unsafe { self.walk(range, bases.dst(), bases.src(), &mut &*leaf) }
        };
        // The first alone: what differs at once should cost no threads.
        run(0) && parallel::all(pieces - 1, |id| run(id + 1))
    }

    /// The number of items, in index order, before the first that differs:
    /// `same` tells whether the `items` of a core are equal, and `search`
    /// where they are not.
    ///
    /// # Safety
    /// As [`for_each`](Hops::for_each).
    pub(crate) unsafe fn first_mismatch(
        &self,
        pieces: usize,
        items: usize,
        left: *const u8,
        right: *const u8,
        same: impl Fn(*const u8, *const u8) -> bool + Send + Sync,
        search: impl FnOnce(*const u8, *const u8) -> Option<usize>,
    ) -> Option<usize> {
        // SAFETY: handed on.
        unsafe {
            let core = self.find(pieces, left, right, same)?;
            let (left, right) = self.core(core, left, right);
            Some(core * items + search(left, right)?)
        }
    }

    /// The first core, in index order, for which `leaf` does not hold.
    ///
    /// # Safety
    /// As [`for_each`](Hops::for_each).
    unsafe fn find(
        &self,
        pieces: usize,
        left: *const u8,
        right: *const u8,
        leaf: impl Fn(*const u8, *const u8) -> bool + Send + Sync,
    ) -> Option<usize> {
        let found = AtomicUsize::new(usize::MAX);
        let bases = Bases::new(left.cast_mut(), right);
        let search = |id| {
            let range = self.piece(pieces, id);
            let mut at = range.start;
            // SAFETY: handed on.
            unsafe {
                self.walk(range, bases.dst(), bases.src(), &mut |left, right| {
                    // What comes after another that was found does not matter.
                    if at >= found.load(Relaxed) {
                        return false;
                    }
                    let holds = leaf(left, right);
                    if !holds {
                        found.fetch_min(at, Relaxed);
                    }
                    at += 1;
                    holds
                })
            }
        };
        if pieces == 1 || !parallel::pays() {
            let _ = (0..pieces).all(search);
        } else if search(0) {
            parallel::for_each_in_order(pieces - 1, |id| {
                search(id + 1);
            });
        }
        Some(found.into_inner()).filter(|&at| at != usize::MAX)
    }

    /// Where one core's operands are.
    ///
    /// # Safety
    /// As [`walk`](Hops::walk), for a core that there is.
    unsafe fn core(&self, id: usize, left: *const u8, right: *const u8) -> (*const u8, *const u8) {
        let mut at = (left, right);
        // SAFETY: handed on.
        unsafe {
            self.walk(id..id + 1, left.cast_mut(), right, &mut |left, right| {
                at = (left, right);
                true
            })
        };
        at
    }
}
