//! Execute: walk the loops around the kernel and call it.

#![allow(unsafe_code, reason = "the walk turns a plan's offsets into pointers")]

use super::loop_nest::{Loop, LoopNest};
use super::partition::part;
use super::tile::{block, groups};
use super::{Bases, How, Kernel, Schedule, lines};
use crate::parallel;
use core::ops::Range;
use stridewise_kernels::Ask;
use stridewise_kernels::copy::{Block, Copy, plain, walk};
use stridewise_kernels::equal::Equal;
use stridewise_kernels::transpose::{Plane, Transpose};

impl Schedule {
    /// Moves all items; in chunks on the caller's threads where the schedule
    /// has some.
    ///
    /// # Safety
    /// K2 to K4 for the planned loops from these bases.
    #[inline]
    pub(crate) unsafe fn run(&self, dst: *mut u8, src: *const u8) {
        // SAFETY: handed on.
        unsafe { self.how.run(&self.nest, dst, src) }
    }

    /// The same, while `here` is called.
    ///
    /// # Safety
    /// As [`run`](Schedule::run); `here` touches none of the items.
    pub(crate) unsafe fn run_beside(&self, dst: *mut u8, src: *const u8, here: impl FnOnce()) {
        let bases = Bases { dst, src };
        let task = |id| {
            // SAFETY: handed on.
            unsafe { self.how.run_part(&self.nest, &bases, id..id + 1) }
        };
        parallel::beside(self.how.split.chunks, task, here);
    }

    /// The same on this thread alone.
    ///
    /// # Safety
    /// As [`run`](Schedule::run).
    pub(crate) unsafe fn run_alone(&self, dst: *mut u8, src: *const u8) {
        // SAFETY: handed on.
        unsafe { self.how.run_nest(&self.nest, dst, src) }
    }

    /// The same for one of many; what one thread wrote past the caches waits
    /// for a [`fence`](How::fence).
    ///
    /// # Safety
    /// As [`run`](Schedule::run).
    #[inline]
    pub(crate) unsafe fn run_without_fence(&self, dst: *mut u8, src: *const u8) {
        // SAFETY: handed on.
        unsafe {
            if self.how.split.chunks == 1 {
                self.how.move_items(&self.nest, dst, src)
            } else {
                self.how.run(&self.nest, dst, src)
            }
        }
    }
}

impl How {
    /// Moves all items of the nest that this was made for.
    ///
    /// # Safety
    /// K2 to K4 for its loops from these bases.
    #[inline]
    pub(crate) unsafe fn run(&self, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        // SAFETY: handed on; a whole block is all of the nest.
        unsafe {
            match &self.kernel {
                // What is around this call must not cost as much as the call.
                Kernel::Whole(kernel, block) => {
                    kernel.run(dst.offset(nest.dst), src.offset(nest.src), block);
                }
                _ => self.run_loops(nest, dst, src),
            }
        }
    }

    /// # Safety
    /// As [`run`](How::run).
    #[inline(never)]
    unsafe fn run_loops(&self, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        if self.split.chunks == 1 || !parallel::pays() {
            // SAFETY: handed on.
            unsafe { self.run_nest(nest, dst, src) }
        } else {
            // SAFETY: handed on.
            unsafe { self.run_chunks(nest, dst, src) }
        }
    }

    /// # Safety
    /// As [`run`](How::run).
    #[inline(never)]
    unsafe fn run_chunks(&self, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        let bases = Bases { dst, src };
        let task = |ids| {
            // SAFETY: handed on.
            unsafe { self.run_part(nest, &bases, ids) }
        };
        parallel::for_each_range(self.split.chunks, task);
    }

    /// # Safety
    /// As [`run`](How::run); nobody else has these chunks.
    unsafe fn run_part(&self, nest: &LoopNest, bases: &Bases, chunks: Range<usize>) {
        let some;
        let nest = if chunks.len() == self.split.chunks {
            nest
        } else {
            some = part(nest, self.split, chunks);
            &some
        };
        // SAFETY: a part of the loops; no two parts share a byte of the
        // destination, since no two steps of its loops do (L4).
        unsafe { self.run_nest(nest, bases.dst(), bases.src()) }
    }

    /// # Safety
    /// K2 to K4 for `nest`, which is a part of the one that this was made for.
    #[inline]
    unsafe fn run_nest(&self, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        // SAFETY: handed on.
        unsafe { self.move_items(nest, dst, src) };
        self.fence();
    }

    /// To be called after the last items that went past the caches.
    #[inline]
    pub(crate) fn fence(&self) {
        match &self.kernel {
            Kernel::Nothing | Kernel::Plain | Kernel::Whole(..) => {}
            Kernel::Block(kernel) => kernel.fence(),
            Kernel::Plane(kernel) if self.stream => kernel.fence(),
            Kernel::Plane(_) => {}
            Kernel::Boxes(boxes) => boxes.fence(),
        }
    }

    /// # Safety
    /// As [`run_nest`](How::run_nest).
    #[inline]
    unsafe fn move_items(&self, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        if let Kernel::Boxes(boxes) = &self.kernel {
            // SAFETY: handed on.
            return unsafe { boxes.run(nest, self.stream, dst, src) };
        }
        // The offsets are those of visited items (K4), if there are any.
        let (dst, src) = (dst.wrapping_offset(nest.dst), src.wrapping_offset(nest.src));
        // Of the item's size only runs make chunks, and they take any size.
        let kernel = match &self.kernel {
            Kernel::Nothing | Kernel::Boxes(_) => return,
            // SAFETY: handed on; the block is all of the nest.
            Kernel::Whole(kernel, block) => return unsafe { kernel.run(dst, src, block) },
            // SAFETY: handed on.
            Kernel::Plain => return unsafe { plain(dst, src, nest.item, &nest.loops) },
            // SAFETY: handed on.
            Kernel::Block(kernel) if self.asks(nest) => unsafe {
                return self.run_pieces(kernel, nest, dst, src);
            },
            Kernel::Block(kernel) => kernel,
            // SAFETY: handed on.
            Kernel::Plane(kernel) => return unsafe { self.run_planes(kernel, nest, dst, src) },
        };
        let (around, block) = block(nest);
        // SAFETY: the family was chosen for these strides.
        unsafe {
            if around.is_empty() {
                kernel.run(dst, src, &block);
            } else {
                walk(around, dst, src, &|dst, src| {
                    kernel.run(dst, src, &block);
                    true
                });
            }
        }
    }

    /// # Safety
    /// As [`run_nest`](How::run_nest), from the first items on.
    #[inline(never)]
    unsafe fn run_pieces(&self, kernel: &Copy, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        let ask = Ask::new(self.level);
        // SAFETY: K4; a line's kernel takes any part of it.
        unsafe {
            lines::by_pieces(nest, dst, src, &|dst, src, inner| {
                ask.of_next(src, inner.src, inner.extent);
                kernel.run(dst, src, &Block { item: nest.item, outer: Loop::UNIT, inner });
                true
            });
        }
    }

    /// # Safety
    /// As [`run_nest`](How::run_nest), from the first items on.
    #[inline]
    unsafe fn run_planes(&self, kernel: &Transpose, nest: &LoopNest, dst: *mut u8, src: *const u8) {
        // SAFETY: the loops were grouped for these strides.
        unsafe { kernel.run(dst, src, &self.planes(nest)) };
    }

    /// Whether the items of planes are in `left` where they would be moved to.
    ///
    /// # Safety
    /// K2 and K4 for `nest`, which is a part of the one that this was made
    /// for and has items; both operands are only read.
    pub(crate) unsafe fn equal(
        &self,
        nest: &LoopNest,
        left: *const u8,
        right: *const u8,
        equal: Equal,
    ) -> bool {
        let Kernel::Plane(kernel) = &self.kernel else { unreachable!("not a transpose") };
        // SAFETY: the loops were grouped for these strides; nothing is written.
        unsafe {
            let (left, right) = (left.offset(nest.dst), right.offset(nest.src));
            kernel.equal(left, right, &self.planes(nest), equal)
        }
    }

    /// The planes of a nest.
    #[inline]
    pub(super) fn planes<'n>(&self, nest: &'n LoopNest) -> Plane<'n> {
        let (around, columns, rows) = groups(nest, self.inner);
        let (distance, stream, swap) = (self.distance, self.stream, self.unit);
        Plane { rows, columns, around, distance, stream, swap }
    }
}
