//! Hops: the axes that end in pointers, around a dense core.
//!
//! The axes up to the last that ends in pointers, in either operand, are
//! walked in index order: each step adds a stride, and then follows the
//! pointer that lies there, if its operand has one. The axes behind them are
//! the core, which is planned once and run from wherever the pointers lead.
//! Many cores are shared out among threads; few are cut into chunks each
//! (`share`, `threads`).

#![allow(unsafe_code, reason = "the walk follows the pointers of tables")]

mod share;
mod threads;

use crate::axes::Axes;
use crate::layout::Layout;
use crate::view::pointer_at;
use core::fmt;
use core::ops::Range;

pub(crate) use share::{Share, core_nest};

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
    /// Whether there is a destination.
    two: bool,
}

impl Hops {
    /// Of two layouts of one shape, if one of them is indirect.
    #[inline]
    pub(crate) fn new(dst: &Layout, src: &Layout) -> Option<Hops> {
        if dst.is_indirect() || src.is_indirect() {
            Some(Hops::over(src, share::tables(dst, src), |axis| Leg::of(dst, axis)))
        } else {
            None
        }
    }

    /// Of one layout, the source's, if it is indirect.
    #[inline]
    pub(crate) fn of_source(src: &Layout) -> Option<Hops> {
        let hops = || Hops::over(src, src.tables(), |_| Leg::default());
        src.is_indirect().then(|| Hops { two: false, ..hops() })
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
        Hops { hops, cores, two: true }
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

/// One line per axis, and the number of cores that the plan below is for.
impl fmt::Display for Hops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Hop { extent, dst, src, .. }) in self.hops.iter().enumerate() {
            write!(f, "hop {at}: {extent} times, ")?;
            if self.two {
                write!(f, "{dst}, ")?;
            }
            writeln!(f, "{src}")?;
        }
        writeln!(f, "cores: {}", self.cores)
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
