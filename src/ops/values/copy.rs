//! Copies between formats that differ in byte order, names and padding.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::super::{Options, check_planned, copy::CopyPlan, misfit};
use super::fields::simplify;
use super::pairs::{Pair, Rule, pairs};
use crate::axes::Axes;
use crate::error::{Error, MismatchError};
use crate::format::Format;
use crate::layout::Layout;
use crate::parallel;
use crate::plan::grid::Grid;
use crate::plan::hops::{Hops, Share, core_nest};
use crate::plan::loop_nest::{Loop, LoopNest};
use crate::plan::normalize::Traversal;
use crate::plan::{Bases, Schedule, policy};
use crate::view::{Strided, StridedMut};
use alloc::boxed::Box;
use alloc::vec::Vec;
use stridewise_kernels::Level;
use stridewise_kernels::equal::Mode;

/// Copies all values of `src` to the same indices of `dst`, between formats
/// of the same parts in any byte orders.
///
/// Numbers keep their kind and size: `>f4` goes to `<f4`, not to `<f8`. Names
/// and padding may differ; padding of `dst` is left as it is, unless the
/// formats are equal.
///
/// # Errors
///
/// [`MismatchError`] unless shapes are the same and formats have the same
/// parts,
/// [`LayoutError::ItemsizeMismatch`](crate::LayoutError::ItemsizeMismatch) if
/// items are not of their format's size, and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()). `dst`
/// is untouched then.
///
/// ```
/// use stridewise::{AnyView, AnyViewMut, Format, Layout, Order, copy_values};
///
/// let (big, little) = (Format::parse(">hB")?, Format::parse("<hB")?);
/// let layout = Layout::contiguous(&[2], 3, Order::C)?;
/// let src = AnyView::new(&[1, 2, 3, 4, 5, 6], &big, layout.clone())?;
/// let mut bytes = [0; 6];
/// copy_values(&mut AnyViewMut::new(&mut bytes, &little, layout)?, &little, &src, &big)?;
/// assert_eq!(bytes, [2, 1, 3, 5, 4, 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn copy_values(
    dst: &mut impl StridedMut,
    dst_format: &Format,
    src: &impl Strided,
    src_format: &Format,
) -> Result<(), Error> {
    let plan = CopyValuesPlan::new(dst.layout(), dst_format, src.layout(), src_format)?;
    // SAFETY: K2 by both views' validation, K3 because `dst` is borrowed
    // mutably and no two of its items overlap, K4 by L2.
    unsafe { plan.run_raw(dst.origin_mut(), src.origin()) };
    Ok(())
}

/// A copy by value between two layouts and formats, to be run on any memory
/// that has them.
///
/// ```
/// use stridewise::{AnyView, AnyViewMut, CopyValuesPlan, Format, Layout, Order};
///
/// let (big, little) = (Format::parse(">i")?, Format::parse("<i")?);
/// let layout = Layout::contiguous(&[2], 4, Order::C)?;
/// let plan = CopyValuesPlan::new(&layout, &little, &layout, &big)?;
/// let src = AnyView::new(&[0, 0, 0, 1, 0, 0, 0, 2], &big, layout.clone())?;
/// let mut bytes = [9; 8];
/// plan.run(&mut AnyViewMut::new(&mut bytes, &little, layout)?, &src)?;
/// assert_eq!(bytes, [1, 0, 0, 0, 2, 0, 0, 0]);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CopyValuesPlan {
    dst: Layout,
    src: Layout,
    /// That of one core, if pointers lead to it.
    copy: Copy,
    /// Pieces of the cores.
    pieces: usize,
    level: Level,
}

#[derive(Clone, Debug)]
enum Copy {
    /// All bytes of the items.
    Whole(Box<CopyPlan>),
    /// The one part of each item.
    One(Box<Schedule>),
    Several(Box<Parts>),
}

/// Bytes of a block, in which part after part is copied.
const NEAR: usize = 32 << 10;

/// A copy part by part, in blocks of items that stay in cache.
#[derive(Clone, Debug)]
struct Parts {
    nest: LoopNest,
    grid: Grid,
    pairs: Vec<Pair>,
    /// The copies of a block with all steps.
    full: Vec<Schedule>,
    chunks: usize,
    level: Level,
}

impl CopyValuesPlan {
    /// The plan at the default level.
    ///
    /// # Errors
    ///
    /// Those of [`CopyValuesPlan::with`].
    pub fn new(
        dst: &Layout,
        dst_format: &Format,
        src: &Layout,
        src_format: &Format,
    ) -> Result<CopyValuesPlan, Error> {
        CopyValuesPlan::with(dst, dst_format, src, src_format, Options::default())
    }

    /// The plan at a level, with a number of chunks.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] unless shapes are the same and formats have the same
    /// parts,
    /// [`LayoutError::ItemsizeMismatch`](crate::LayoutError::ItemsizeMismatch)
    /// if items are not of their format's size, and
    /// [`LayoutError::SelfOverlap`](crate::LayoutError::SelfOverlap) if two
    /// indices of `dst` share a byte.
    pub fn with(
        dst: &Layout,
        dst_format: &Format,
        src: &Layout,
        src_format: &Format,
        options: Options,
    ) -> Result<CopyValuesPlan, Error> {
        dst.check_itemsize(dst_format.itemsize())?;
        src.check_itemsize(src_format.itemsize())?;
        if dst.shape() != src.shape() {
            return Err(misfit(dst, src).into());
        }
        let level = options.level()?;
        let Share { pieces, caches, chunks } = Share::new(dst, src, options.caches, options.chunks);
        let copy = if dst_format == src_format {
            Copy::Whole(CopyPlan::with(dst, src, options)?.into())
        } else {
            dst.check_overlap()?;
            let Some(pairs) = pairs(dst_format, src_format, Mode::Bits) else {
                let (dst, src) = (dst_format.clone(), src_format.clone());
                return Err(MismatchError::Format { dst, src }.into());
            };
            let nest = core_nest(dst.itemsize().max(src.itemsize()), dst, src);
            match &pairs[..] {
                [pair] => {
                    let nest = pair.copied(&nest.loops);
                    Copy::One(Schedule::new(nest, level, caches, chunks).into())
                }
                _ => Copy::Several(Parts::new(nest, pairs, level, chunks).into()),
            }
        };
        Ok(CopyValuesPlan { dst: dst.clone(), src: src.clone(), copy, pieces, level })
    }

    /// Copies between views that are laid out as planned, whose bytes are
    /// taken to be of the planned formats.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for other layouts.
    pub fn run(&self, dst: &mut impl StridedMut, src: &impl Strided) -> Result<(), MismatchError> {
        check_planned(&self.dst, dst.layout())?;
        check_planned(&self.src, src.layout())?;
        // SAFETY: as in `copy_values`, for the layouts that were planned.
        unsafe { self.run_raw(dst.origin_mut(), src.origin()) };
        Ok(())
    }

    /// Copies between raw memory.
    ///
    /// # Safety
    ///
    /// That of [`CopyPlan::run_raw`].
    pub unsafe fn run_raw(&self, dst: *mut u8, src: *const u8) {
        // SAFETY: K2 and K3 by the caller, K4 by L2 of the layouts; no item of
        // one core is one of another.
        unsafe {
            match (&self.copy, Hops::new(&self.dst, &self.src)) {
                (Copy::Whole(plan), _) => plan.run_raw(dst, src),
                (Copy::One(schedule), None) => schedule.run(dst, src),
                (Copy::One(schedule), Some(hops)) => hops.copy(self.pieces, schedule, dst, src),
                (Copy::Several(parts), None) => parts.run(dst, src),
                (Copy::Several(parts), Some(hops)) => {
                    hops.for_each(self.pieces, dst, src, |dst, src| parts.run(dst, src), || {});
                }
            }
        }
    }

    /// The level of its kernels.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }
}

impl Parts {
    fn new(mut nest: LoopNest, pairs: Vec<Pair>, level: Level, chunks: Option<usize>) -> Parts {
        simplify(&mut nest, Traversal::Free);
        let grid = Grid::new(&nest, NEAR);
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(nest.bytes()));
        let chunks = chunks.clamp(1, grid.count(&nest).max(1));
        let mut parts = Parts { nest, grid, pairs, full: Vec::new(), chunks, level };
        if !parts.nest.is_empty() {
            let first = Axes::<usize>::filled(parts.nest.loops.len(), 0);
            parts.full = parts.copies(&parts.grid.block(&parts.nest, &first).0);
        }
        parts
    }

    /// The copies of a block, from its first items.
    fn copies(&self, block: &LoopNest) -> Vec<Schedule> {
        let copy =
            |pair: &Pair| Schedule::new(pair.copied(&block.loops), self.level, None, Some(1));
        self.pairs.iter().map(copy).collect()
    }

    /// # Safety
    /// K2 to K4 for the planned loops from these bases.
    unsafe fn run(&self, dst: *mut u8, src: *const u8) {
        if self.nest.is_empty() {
            return;
        }
        let bases = Bases::new(dst, src);
        let run = |id| {
            let (block, whole) = self.grid.block(&self.nest, &self.grid.first(&self.nest, id));
            let fewer;
            let copies = if whole {
                &self.full
            } else {
                fewer = self.copies(&block);
                &fewer
            };
            // SAFETY: a block of the planned loops; no two have an item in
            // common (L4), whichever thread they run on.
            unsafe {
                let (dst, src) = (bases.dst().offset(block.dst), bases.src().offset(block.src));
                copies.iter().for_each(|copy| copy.run(dst, src));
            }
        };
        let count = self.grid.count(&self.nest);
        if self.chunks == 1 || !parallel::pays() {
            return (0..count).for_each(run);
        }
        let each = count.div_ceil(self.chunks);
        parallel::for_each(self.chunks, |chunk| {
            (chunk * each..count.min((chunk + 1) * each)).for_each(run);
        });
    }
}

impl Pair {
    /// The copy of the right part to the left one in some items, bytes turned
    /// if their orders differ.
    fn copied(&self, items: &[Loop]) -> LoopNest {
        let mut nest = self.nest(items);
        if let Rule::Numbers([number, _]) = self.rule {
            let (size, unit) = (number.kind.size(), number.kind.unit());
            nest.loops.push(Loop { extent: size / unit, dst: unit as isize, src: unit as isize });
            nest.loops.push(Loop { extent: unit, dst: 1, src: -1 });
            (nest.item, nest.src) = (1, nest.src + unit as isize - 1);
        }
        nest
    }
}
