//! Hops: the axes that end in pointers, around a dense core.
//!
//! The axes up to the last that ends in pointers, in either operand, are
//! walked in index order: each step adds a stride, and then follows the
//! pointer that lies there, if its operand has one. The axes behind them are
//! the core, which is planned once and run from wherever the pointers lead.
//! Many cores are shared out among threads; few are cut into chunks each.

#![allow(unsafe_code, reason = "the walk follows the pointers of tables")]

use super::loop_nest::LoopNest;
use super::{Bases, policy};
use crate::axes::Axes;
use crate::layout::Layout;
use crate::parallel;
use crate::view::pointer_at;
use core::fmt;
use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use stridewise_kernels::Caches;

/// An axis of two operands.
#[derive(Clone, Copy, Debug, Default)]
struct Hop {
    extent: usize,
    /// Cores of one step.
    cores: usize,
    dst: Leg,
    src: Leg,
}

/// What a step of an axis does to one operand.
#[derive(Clone, Copy, Debug, Default)]
struct Leg {
    stride: isize,
    /// What is added to the pointer that lies there, if one does.
    suboffset: Option<isize>,
}

/// The axes around the core, outermost first.
#[derive(Clone, Debug)]
pub(crate) struct Hops {
    hops: Axes<Hop>,
    cores: usize,
}

/// How the work of a verb is divided between the cores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Pieces of the cores, which run on threads; 1 is serial.
    pub(crate) pieces: usize,
    /// The caches and chunks that one core is planned for.
    pub(crate) caches: policy::For,
    pub(crate) chunks: Option<usize>,
}

/// The number of axes up to the last that ends in pointers in either layout.
#[inline]
fn tables(dst: &Layout, src: &Layout) -> usize {
    if dst.is_indirect() || src.is_indirect() { dst.tables().max(src.tables()) } else { 0 }
}

/// The loops over the cores of two layouts of one shape.
#[inline]
pub(crate) fn core_nest(item: usize, dst: &Layout, src: &Layout) -> LoopNest {
    let first = tables(dst, src);
    LoopNest::new(&dst.shape()[first..], item, &dst.strides()[first..], &src.strides()[first..])
}

impl Share {
    /// Of two layouts of one shape. All of a dense layout is one core, for
    /// which the caches and chunks stay as they are.
    #[inline]
    pub(crate) fn new(
        dst: &Layout,
        src: &Layout,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> Share {
        if dst.is_indirect() || src.is_indirect() {
            return Share::of_cores(dst, tables(dst, src), caches, chunks);
        }
        Share { pieces: 1, caches, chunks }
    }

    fn of_cores(
        layout: &Layout,
        tables: usize,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> Share {
        /// A smaller core is not cut, and not written past the caches: it is
        /// mostly heads and tails of lines.
        const TINY: usize = 4096;
        let asked = chunks.is_some();
        let bytes = layout.nbytes();
        let cores =
            layout.shape()[..tables].iter().fold(1usize, |n, &e| n.saturating_mul(e)).max(1);
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(bytes)).max(1);
        let pieces = chunks.min(cores);
        // A core has its part of the caches.
        let part = |caches: Caches| Caches {
            l1: caches.l1 / cores,
            l2: caches.l2 / cores,
            l3: caches.l3 / cores,
        };
        let tiny = bytes / cores < TINY;
        let caches = match caches {
            None if !tiny && bytes > Caches::LEAST.l2 => Some(part(Caches::detect())),
            caches => caches.map(part),
        };
        let chunks = (asked || !tiny).then(|| chunks.div_ceil(pieces));
        Share { pieces, caches, chunks }
    }
}

impl Hops {
    /// Of two layouts of one shape, if one of them is indirect.
    #[inline]
    pub(crate) fn new(dst: &Layout, src: &Layout) -> Option<Hops> {
        if dst.is_indirect() || src.is_indirect() {
            Some(Hops::over(src, tables(dst, src), |axis| Leg::of(dst, axis)))
        } else {
            None
        }
    }

    /// Of one layout, the source's, if it is indirect.
    #[inline]
    pub(crate) fn of_source(src: &Layout) -> Option<Hops> {
        src.is_indirect().then(|| Hops::over(src, src.tables(), |_| Leg::default()))
    }

    fn over(src: &Layout, tables: usize, dst: impl Fn(usize) -> Leg) -> Hops {
        let mut hops = Axes::new();
        // Nothing is behind the pointers of a layout without items.
        let mut cores = usize::from(!src.is_empty());
        for (axis, &extent) in src.shape()[..tables].iter().enumerate() {
            hops.push(Hop { extent, cores: 0, dst: dst(axis), src: Leg::of(src, axis) });
        }
        for hop in hops.iter_mut().rev() {
            hop.cores = cores;
            cores *= hop.extent;
        }
        Hops { hops, cores }
    }

    /// The number of cores.
    pub(crate) fn cores(&self) -> usize {
        self.cores
    }

    /// The items of each core of a layout.
    pub(crate) fn items(&self, layout: &Layout) -> usize {
        layout.len().checked_div(self.cores).unwrap_or(0)
    }

    /// Calls `leaf` with the operands of each core of a range, in index
    /// order, until it answers `false`; says whether it never did.
    ///
    /// # Safety
    /// From these bases all pointers of the layouts may be followed (K2, K4).
    pub(crate) unsafe fn walk(
        &self,
        range: Range<usize>,
        dst: *mut u8,
        src: *const u8,
        leaf: &mut impl FnMut(*mut u8, *const u8) -> bool,
    ) -> bool {
        // SAFETY: handed on.
        range.is_empty() || unsafe { walk(&self.hops, range, dst, src, leaf) }
    }

    /// The cores of a piece.
    fn piece(&self, pieces: usize, id: usize) -> Range<usize> {
        let each = self.cores.div_ceil(pieces.max(1));
        let start = (id * each).min(self.cores);
        start..(start + each).min(self.cores)
    }

    /// Calls `leaf` with the operands of each core, piece by piece.
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
    ) {
        let mut leaf = |dst, src| {
            leaf(dst, src);
            true
        };
        if pieces == 1 || !parallel::pays() {
            // SAFETY: handed on.
            unsafe { self.walk(0..self.cores, dst, src, &mut leaf) };
            return;
        }
        let (bases, leaf) = (Bases::new(dst, src), &leaf);
        parallel::for_each(pieces, |id| {
            let range = self.piece(pieces, id);
            // SAFETY: handed on; pieces have no core in common.
            unsafe { self.walk(range, bases.dst(), bases.src(), &mut &*leaf) };
        });
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
            parallel::for_each(pieces - 1, |id| {
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

/// # Safety
/// As [`Hops::walk`]: `range` counts the cores of these hops.
unsafe fn walk(
    hops: &[Hop],
    range: Range<usize>,
    dst: *mut u8,
    src: *const u8,
    leaf: &mut impl FnMut(*mut u8, *const u8) -> bool,
) -> bool {
    let [hop, inside @ ..] = hops else { return leaf(dst, src) };
    let (mut step, mut skip) = (range.start / hop.cores, range.start % hop.cores);
    let mut left = range.len();
    while left > 0 {
        let end = hop.cores.min(skip + left);
        // SAFETY: an index of the axis; below, what is behind it.
        unsafe {
            let (dst, src) = (hop.dst.step(dst, step), hop.src.step(src, step));
            let goes_on = if inside.is_empty() {
                // Nothing recurs around one axis.
                leaf(dst.cast_mut(), src)
            } else {
                walk(inside, skip..end, dst.cast_mut(), src, leaf)
            };
            if !goes_on {
                return false;
            }
        }
        left -= end - skip;
        (step, skip) = (step + 1, 0);
    }
    true
}

impl Leg {
    fn of(layout: &Layout, axis: usize) -> Leg {
        Leg { stride: layout.strides()[axis], suboffset: layout.suboffset(axis) }
    }

    /// # Safety
    /// As [`Hops::walk`], for an index of this axis.
    #[inline(always)]
    unsafe fn step(self, base: *const u8, index: usize) -> *const u8 {
        // Of a unit axis the stride may be anything.
        let at = base.wrapping_offset(self.stride.wrapping_mul(index as isize));
        match self.suboffset {
            // SAFETY: the caller's.
            Some(suboffset) => unsafe { pointer_at(at) }.wrapping_offset(suboffset),
            None => at,
        }
    }
}

/// One line per axis.
impl fmt::Display for Hops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Hop { extent, dst, src, .. }) in self.hops.iter().enumerate() {
            writeln!(f, "hop {at}: {extent} times, {dst}, {src}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:+}", self.stride)?;
        match self.suboffset {
            Some(suboffset) => write!(f, " to a pointer {suboffset:+}"),
            None => Ok(()),
        }
    }
}
