//! Copy: check, plan, execute; the model that the other verbs follow.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::{Options, check_pair, check_planned, pair};
use crate::element::ElementType;
use crate::error::{Error, MismatchError};
use crate::layout::Layout;
use crate::level::level;
use crate::plan::hops::{Hops, Share};
use crate::plan::loop_nest::LoopNest;
use crate::plan::plain::Plain;
use crate::plan::{How, Schedule};
use crate::view::{Strided, StridedMut};
use core::fmt;
use stridewise_kernels::Level;

/// Copies all items of `src` to the same indices of `dst`.
///
/// # Errors
///
/// [`MismatchError`] unless both have the same shape and element type (an
/// erased `bool` takes a typed one, not the other way round), and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()). `dst`
/// is untouched then.
///
/// ```
/// use stridewise::{View, ViewMut, copy};
/// let rows = View::new(&[1, 2, 3, 4, 5, 6], &[2, 3])?;
/// let mut data = [0; 6];
/// copy(&mut ViewMut::new(&mut data, &[3, 2])?, &rows.transpose())?;
/// assert_eq!(data, [1, 4, 2, 5, 3, 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn copy(dst: &mut impl StridedMut, src: &impl Strided) -> Result<(), Error> {
    check_types(dst.element(), src.element())?;
    let origin = dst.origin_mut();
    // SAFETY: K2 by both views' validation, K3 because `dst` is borrowed
    // mutably and no two of its items overlap, K4 by L2.
    unsafe { once(dst.layout(), origin, src.layout(), src.origin()) }
}

/// Plans and runs a copy; the same code for views of all types.
///
/// # Safety
/// K2 to K4 for the layouts from these pointers, to their items at index 0 or
/// the pointers that lead there.
unsafe fn once(to: &Layout, dst: *mut u8, from: &Layout, src: *const u8) -> Result<(), Error> {
    check_pair(to, from)?;
    let level = level()?;
    if to.is_indirect() || from.is_indirect() {
        let options = Options { level: Some(level), ..Options::default() };
        let plan = CopyPlan::with(to, from, options)?;
        // SAFETY: handed on.
        unsafe { plan.run_raw(dst, src) };
        return Ok(());
    }
    let mut plain = Plain::new();
    if plain.fill(to.shape(), to.itemsize(), [to.strides(), from.strides()]).is_some() {
        // SAFETY: handed on.
        unsafe { plain.run(dst, src, level) };
        return Ok(());
    }
    let mut nest = LoopNest::item(to.itemsize());
    nest.fill(to.shape(), to.strides(), from.strides());
    // SAFETY: handed on.
    unsafe { How::new(&mut nest, level, None, None).run(&nest, dst, src) };
    Ok(())
}

/// Copies `src`, stretched to the shape of `dst` by NumPy's rules: axes are
/// aligned at the last, and an extent of 1, or an axis that is not there, is
/// repeated.
///
/// # Errors
///
/// [`LayoutError::CannotBroadcast`](crate::LayoutError::CannotBroadcast), and
/// those of [`copy`] but for the shape.
///
/// ```
/// use stridewise::{View, ViewMut, copy_broadcast};
/// let mut data = [0; 6];
/// copy_broadcast(&mut ViewMut::new(&mut data, &[2, 3])?, &View::new(&[1, 2, 3], &[3])?)?;
/// assert_eq!(data, [1, 2, 3, 1, 2, 3]);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn copy_broadcast(dst: &mut impl StridedMut, src: &impl Strided) -> Result<(), Error> {
    check_types(dst.element(), src.element())?;
    let stretched = src.layout().broadcast_to(dst.layout().shape())?;
    let origin = dst.origin_mut();
    // SAFETY: as in `copy`; broadcasting visits the same source items.
    unsafe { once(dst.layout(), origin, &stretched, src.origin()) }
}

fn check_types(dst: ElementType, src: ElementType) -> Result<(), MismatchError> {
    if dst.holds(src) { Ok(()) } else { Err(MismatchError::Type { dst, src }) }
}

/// A copy between two layouts, to be run on any memory that has them.
///
/// A plan prints itself, one loop a line:
///
/// ```
/// use stridewise::{Array, CopyPlan, Layout, Order, View, ViewMut};
/// let rows = Layout::contiguous(&[2, 3], 4, Order::C)?;
/// let columns = Layout::contiguous(&[2, 3], 4, Order::F)?;
/// let plan = CopyPlan::new(&columns, &rows)?;
/// println!("{plan}");
///
/// let src = Array::new(vec![1, 2, 3, 4, 5, 6], &[2, 3])?;
/// let mut data = [0; 6];
/// plan.run(&mut ViewMut::with_strides(&mut data, &[2, 3], &[1, 2], 0)?, &src)?;
/// assert_eq!(data, [1, 4, 2, 5, 3, 6]);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyPlan {
    dst: Layout,
    src: Layout,
    /// That of one core, if pointers lead to it.
    pub(crate) schedule: Schedule,
    /// Pieces of the cores.
    pieces: usize,
}

impl CopyPlan {
    /// The plan at the default level.
    ///
    /// # Errors
    ///
    /// Those of [`CopyPlan::with`], and [`LevelError`](crate::LevelError)
    /// from [`level()`](crate::level()).
    pub fn new(dst: &Layout, src: &Layout) -> Result<CopyPlan, Error> {
        CopyPlan::with(dst, src, Options::default())
    }

    /// The plan at a level, with a number of chunks.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] unless shapes and itemsizes are the same,
    /// [`LayoutError::SelfOverlap`](crate::LayoutError::SelfOverlap) if two
    /// indices of `dst` share a byte, or a pointer.
    pub fn with(dst: &Layout, src: &Layout, options: Options) -> Result<CopyPlan, Error> {
        dst.check_overlap()?;
        let Share { pieces, caches, chunks } = Share::new(dst, src, options.caches, options.chunks);
        let schedule = Schedule::new(pair(dst, src)?, options.level()?, caches, chunks);
        Ok(CopyPlan { dst: dst.clone(), src: src.clone(), schedule, pieces })
    }

    /// Copies between views that are laid out as planned; where they start
    /// in their memory does not matter.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for other layouts, or if the element types differ.
    pub fn run(&self, dst: &mut impl StridedMut, src: &impl Strided) -> Result<(), MismatchError> {
        check_planned(&self.dst, dst.layout())?;
        check_planned(&self.src, src.layout())?;
        check_types(dst.element(), src.element())?;
        // SAFETY: as in `copy`, for the layouts that were planned.
        unsafe { self.run_raw(dst.origin_mut(), src.origin()) };
        Ok(())
    }

    /// Copies between raw memory.
    ///
    /// # Safety
    ///
    /// `dst` and `src` point to the items at index 0 of memory that the
    /// planned layouts lie in, to write and to read, which do not overlap; for
    /// an indirect layout, to the pointers that lead there, as those of
    /// [`AnyView::from_raw`](crate::AnyView::from_raw) and
    /// [`AnyViewMut::from_raw`](crate::AnyViewMut::from_raw).
    ///
    /// ```
    /// use stridewise::{CopyPlan, Layout};
    /// let backwards = Layout::new(&[3], &[-1], 1, 2)?;
    /// let plan = CopyPlan::new(&Layout::new(&[3], &[1], 1, 0)?, &backwards)?;
    /// let (src, mut dst) = (*b"abc", [0; 3]);
    /// // SAFETY: three bytes from `dst` up and from the last of `src` down.
    /// unsafe { plan.run_raw(dst.as_mut_ptr(), src.as_ptr().add(2)) };
    /// assert_eq!(&dst, b"cba");
    /// # Ok::<(), stridewise::Error>(())
    /// ```
    pub unsafe fn run_raw(&self, dst: *mut u8, src: *const u8) {
        // SAFETY: K2 and K3 by the caller, K4 by L2 of the layouts; no item of
        // one core is one of another.
        unsafe {
            if self.dst.is_indirect() || self.src.is_indirect() {
                self.run_cores(dst, src);
            } else {
                self.schedule.run(dst, src);
            }
        }
    }

    /// # Safety
    /// As [`run_raw`](CopyPlan::run_raw).
    #[inline(never)]
    unsafe fn run_cores(&self, dst: *mut u8, src: *const u8) {
        if let Some(hops) = Hops::new(&self.dst, &self.src) {
            // SAFETY: handed on.
            unsafe { hops.copy(self.pieces, &self.schedule, dst, src) }
        }
    }

    /// The level of its kernels. See [`Options`] for an example.
    #[must_use]
    pub fn level(&self) -> Level {
        self.schedule.how.level
    }

    /// The number of chunks for threads. See [`Options`] for an example.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.pieces * self.schedule.how.split.chunks
    }
}

impl fmt::Display for CopyPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(hops) = Hops::new(&self.dst, &self.src) {
            writeln!(f, "{hops}pieces: {}", self.pieces)?;
        }
        self.schedule.fmt(f)
    }
}
