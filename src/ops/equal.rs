//! Equality, and the first index at which it fails.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::{Options, check_pair, check_planned, pair};
use crate::axes::Axes;
use crate::element::ElementType;
use crate::error::{Error, MismatchError};
use crate::layout::Layout;
use crate::plan::Bases;
use crate::plan::coalesce::coalesce;
use crate::plan::compare::Comparison;
use crate::plan::grid::Grid;
use crate::plan::hops::{Hops, Share, core_nest};
use crate::plan::loop_nest::LoopNest;
use crate::plan::normalize::{Traversal, normalize};
use crate::plan::plain::packed;
use crate::plan::search;
use crate::view::Strided;
use alloc::vec::Vec;
use core::fmt;
use stridewise_kernels::Level;
use stridewise_kernels::equal::{Equal, Mode};

/// Whether two views have the same shape and equal items.
///
/// Floats and complex numbers are equal by IEEE (NaN differs from itself,
/// `-0.0` equals `0.0`), `bool` by truth, all else by its bits. Stops at the
/// first difference that it meets, on all threads.
///
/// # Errors
///
/// [`MismatchError::Type`] if the views have different element types, and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{View, equal};
/// let a = View::new(&[1.0, 2.0, 3.0, -0.0], &[2, 2])?;
/// let b = View::with_strides(&[1.0, 3.0, 2.0, 0.0], &[2, 2], &[1, 2], 0)?;
/// assert!(equal(&a, &b)?);
/// assert!(!equal(&a, &b.clone().transpose())?);
/// assert!(!equal(&a, &b.reshape(&[4, 1]).unwrap_or(a.clone().reshape(&[4])?))?);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn equal(a: &impl Strided, b: &impl Strided) -> Result<bool, Error> {
    equal_with(a, b, Mode::Values)
}

/// [`equal`] under a [`Mode`]: by value, by bits, or with NaN equal to NaN.
///
/// # Errors
///
/// Those of [`equal`].
///
/// ```
/// use stridewise::{Mode, View, equal_with};
/// let nan = View::new(&[f32::NAN, 0.0], &[2])?;
/// let (values, bits) = (equal_with(&nan, &nan, Mode::Values)?, equal_with(&nan, &nan, Mode::Bits)?);
/// assert_eq!((values, bits), (false, true));
/// assert!(equal_with(&nan, &View::new(&[-f32::NAN, -0.0], &[2])?, Mode::NanEqual)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn equal_with(a: &impl Strided, b: &impl Strided, mode: Mode) -> Result<bool, Error> {
    check_types(a.element(), b.element())?;
    if !same_shape(a.layout(), b.layout())? {
        return Ok(false);
    }
    let (of_a, of_b) = ((a.layout(), a.origin()), (b.layout(), b.origin()));
    // SAFETY: K2 by both views' validation, K4 by L2.
    unsafe { equal_at(of_a, of_b, a.element(), mode) }
}

/// [`equal_with`] for two layouts of one shape and itemsize, that of the type.
///
/// # Safety
/// K2, K4 for both layouts from these pointers, to their items at index 0 or
/// the pointers that lead there.
#[inline]
pub(super) unsafe fn equal_at(
    (of_a, a): (&Layout, *const u8),
    (of_b, b): (&Layout, *const u8),
    element: ElementType,
    mode: Mode,
) -> Result<bool, Error> {
    if of_a.is_indirect() || of_b.is_indirect() {
        let plan = EqualPlan::with(of_a, of_b, element, mode, Options::default())?;
        // SAFETY: handed on.
        return Ok(unsafe { plan.run_raw(a, b) });
    }
    let (level, class) = (Options::default().level()?, element.class());
    let (shape, item) = (of_a.shape(), of_a.itemsize());
    let strides = [of_a.strides(), of_b.strides()];
    let kernel = Equal::new(level, class, mode);
    // SAFETY: handed on.
    unsafe {
        Ok(match at_once(shape, item, strides, [a, b], kernel) {
            Some(same) => same,
            None => {
                let nest = LoopNest::new(shape, item, strides[0], strides[1]);
                Comparison::new(nest, kernel, None, None).run(a, b)
            }
        })
    }
}

/// What a comparison says where that takes no plan: the first items differ, or
/// there are few.
///
/// # Safety
/// K2, K4 for both operands from their items at index 0.
#[inline]
pub(crate) unsafe fn at_once(
    shape: &[usize],
    item: usize,
    strides: [&[isize]; 2],
    [a, b]: [*const u8; 2],
    equal: Equal,
) -> Option<bool> {
    if shape.contains(&0) {
        return Some(true);
    }
    // SAFETY: the first items, then all; both packings are of the same length.
    unsafe {
        if !equal.run(a, b, item) {
            return Some(false);
        }
        let same = |a: &[u8], b: &[u8]| equal.run(a.as_ptr(), b.as_ptr(), a.len());
        packed(shape, item, strides[0], a, |a| packed(shape, item, strides[1], b, |b| same(a, b)))
            .flatten()
    }
}

/// The first index, in C order, at which two views of one shape differ.
///
/// # Errors
///
/// [`MismatchError`] if shapes or element types differ, and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{View, first_mismatch};
/// let a = View::new(&[1, 2, 3, 4, 5, 6], &[2, 3])?;
/// let b = View::new(&[1, 2, 3, 4, 0, 0], &[2, 3])?;
/// assert_eq!(first_mismatch(&a, &b)?, Some(vec![1, 1]));
/// assert_eq!(first_mismatch(&a, &a)?, None);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn first_mismatch(a: &impl Strided, b: &impl Strided) -> Result<Option<Vec<usize>>, Error> {
    first_mismatch_with(a, b, Mode::Values)
}

/// [`first_mismatch`] under a [`Mode`].
///
/// # Errors
///
/// Those of [`first_mismatch`].
///
/// ```
/// use stridewise::{Mode, View, first_mismatch_with};
/// let (a, b) = (View::new(&[0.0, 1.0], &[2])?, View::new(&[-0.0, 1.0], &[2])?);
/// assert_eq!(first_mismatch_with(&a, &b, Mode::Values)?, None);
/// assert_eq!(first_mismatch_with(&a, &b, Mode::Bits)?, Some(vec![0]));
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn first_mismatch_with(
    a: &impl Strided,
    b: &impl Strided,
    mode: Mode,
) -> Result<Option<Vec<usize>>, Error> {
    check_types(a.element(), b.element())?;
    let plan = EqualPlan::with(a.layout(), b.layout(), a.element(), mode, Options::default())?;
    // SAFETY: K2 by both views' validation, K4 by L2.
    Ok(unsafe { plan.first_mismatch_raw(a.origin(), b.origin()) })
}

fn check_types(a: ElementType, b: ElementType) -> Result<(), MismatchError> {
    if a.compares_with(b) { Ok(()) } else { Err(MismatchError::Type { dst: a, src: b }) }
}

/// Whether two layouts have the same shape.
fn same_shape(a: &Layout, b: &Layout) -> Result<bool, MismatchError> {
    let same = a.shape().iter().eq(b.shape());
    if same {
        check_pair(a, b)?
    }
    Ok(same)
}

/// A comparison of two layouts, to be run on any memory that has them.
///
/// ```
/// use stridewise::{ElementType, EqualPlan, Layout, Order, View};
/// let rows = Layout::contiguous(&[2, 2], 4, Order::C)?;
/// let plan = EqualPlan::new(&rows, &rows.transpose()?, ElementType::of::<f32>())?;
/// println!("{plan}");
/// let a = View::new(&[1.0f32, 2.0, 2.0, 1.0], &[2, 2])?;
/// assert!(plan.run(&a, &a.transpose())?);
/// assert_eq!(plan.first_mismatch(&a, &a.transpose())?, None);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EqualPlan {
    a: Layout,
    b: Layout,
    element: ElementType,
    /// That of one core, if pointers lead to it.
    pub(crate) comparison: Comparison,
    /// Pieces of the cores.
    pieces: usize,
}

/// Bytes of a block that is searched for the first mismatch as one.
const BLOCK: usize = 1 << 20;

impl EqualPlan {
    /// The plan for items of one type by value, at the default level.
    ///
    /// # Errors
    ///
    /// Those of [`EqualPlan::with`].
    pub fn new(a: &Layout, b: &Layout, element: ElementType) -> Result<EqualPlan, Error> {
        EqualPlan::with(a, b, element, Mode::Values, Options::default())
    }

    /// The plan for items of one type under a mode.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] unless shapes and itemsizes are the same and the
    /// latter that of `element`, and [`LevelError`](crate::LevelError) from
    /// [`level()`](crate::level()) if the options name none.
    pub fn with(
        a: &Layout,
        b: &Layout,
        element: ElementType,
        mode: Mode,
        options: Options,
    ) -> Result<EqualPlan, Error> {
        a.check_itemsize(element.itemsize())?;
        let (nest, level) = (pair(a, b)?, options.level()?);
        let Share { pieces, caches, chunks } = Share::new(a, b, options.caches, options.chunks);
        let equal = Equal::new(level, element.class(), mode);
        let comparison = Comparison::new(nest, equal, caches, chunks);
        Ok(EqualPlan { a: a.clone(), b: b.clone(), element, comparison, pieces })
    }

    /// Whether all items of two views that are laid out as planned are equal.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for other layouts or element types.
    pub fn run(&self, a: &impl Strided, b: &impl Strided) -> Result<bool, MismatchError> {
        self.check(a, b)?;
        // SAFETY: K2 by both views' validation, K4 by L2.
        Ok(unsafe { self.run_raw(a.origin(), b.origin()) })
    }

    /// The first index, in C order, at which two views that are laid out as
    /// planned differ.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for other layouts or element types.
    pub fn first_mismatch(
        &self,
        a: &impl Strided,
        b: &impl Strided,
    ) -> Result<Option<Vec<usize>>, MismatchError> {
        self.check(a, b)?;
        // SAFETY: K2 by both views' validation, K4 by L2.
        Ok(unsafe { self.first_mismatch_raw(a.origin(), b.origin()) })
    }

    fn check(&self, a: &impl Strided, b: &impl Strided) -> Result<(), MismatchError> {
        check_planned(&self.a, a.layout())?;
        check_planned(&self.b, b.layout())?;
        check_types(self.element, a.element())?;
        check_types(self.element, b.element())
    }

    /// [`run`](EqualPlan::run) on raw memory.
    ///
    /// # Safety
    ///
    /// `a` and `b` point to the items at index 0 of memory that the planned
    /// layouts lie in, or the pointers that lead there, to read. See
    /// [`CopyPlan::run_raw`](crate::CopyPlan::run_raw) for an example.
    #[must_use]
    pub unsafe fn run_raw(&self, a: *const u8, b: *const u8) -> bool {
        // SAFETY: K2 by the caller, K4 by L2 of the layouts.
        unsafe {
            if self.a.is_indirect() || self.b.is_indirect() {
                self.run_cores(a, b)
            } else {
                self.comparison.run(a, b)
            }
        }
    }

    /// # Safety
    /// As [`run_raw`](EqualPlan::run_raw).
    #[inline(never)]
    unsafe fn run_cores(&self, a: *const u8, b: *const u8) -> bool {
        // SAFETY: handed on.
        Hops::new(&self.a, &self.b).is_none_or(|hops| unsafe {
            hops.all(self.pieces, a, b, |a, b| self.comparison.run_core(a, b))
        })
    }

    /// [`first_mismatch`](EqualPlan::first_mismatch) on raw memory.
    ///
    /// # Safety
    ///
    /// That of [`run_raw`](EqualPlan::run_raw).
    #[must_use]
    pub unsafe fn first_mismatch_raw(&self, a: *const u8, b: *const u8) -> Option<Vec<usize>> {
        // SAFETY: K2 by the caller, K4 by L2 of the layouts.
        let before = unsafe {
            match Hops::new(&self.a, &self.b) {
                None => self.search(a, b)?,
                Some(hops) => {
                    let same = |a, b| self.comparison.run_core(a, b);
                    let items = hops.items(&self.a);
                    hops.first_mismatch(self.pieces, items, a, b, same, |a, b| self.search(a, b))?
                }
            }
        };
        Some(index_of(before, self.a.shape()))
    }

    /// The number of items, in a core, before the first that differs.
    ///
    /// # Safety
    /// K2, K4 for the planned layouts.
    unsafe fn search(&self, a: *const u8, b: *const u8) -> Option<usize> {
        let item = self.a.itemsize();
        let mut nest = core_nest(item, &self.a, &self.b);
        normalize(&mut nest, Traversal::Logical);
        coalesce(&mut nest);
        if nest.is_empty() {
            return None;
        }
        let equal = self.comparison.equal;
        // SAFETY: the first items.
        if !unsafe { equal.run(a, b, item) } {
            return Some(0);
        }
        let grid = Grid::new(&nest, BLOCK);
        let whole = grid.block(&nest, &Axes::<usize>::filled(nest.loops.len(), 0)).0;
        let full = self.part(LoopNest { dst: 0, src: 0, ..whole });
        let bases = Bases::new(a.cast_mut(), b);
        // SAFETY: K4, the first items of a part of the planned layouts.
        let at = |part: &LoopNest| unsafe {
            (bases.dst().cast_const().offset(part.dst), bases.src().offset(part.src))
        };
        let same = |part: &LoopNest, whole: bool| {
            let (a, b) = at(part);
            let of_its_own = || self.part(LoopNest { dst: 0, src: 0, ..part.clone() });
            // SAFETY: a part of the planned layouts.
            unsafe { if whole { full.run(a, b) } else { of_its_own().run(a, b) } }
        };
        let inside = |part: &LoopNest| {
            let (a, b) = at(part);
            // SAFETY: the one run of items that is left.
            unsafe { equal.first_mismatch(a, b, part.item) }.unwrap_or(0)
        };
        let threads = self.comparison.split.chunks > 1;
        Some(search::first_mismatch(&nest, &grid, threads, &same, &inside)? / item)
    }

    /// A serial comparison of some of the items.
    fn part(&self, nest: LoopNest) -> Comparison {
        let caches = self.comparison.caches_of_parts();
        Comparison::new(nest, self.comparison.equal, caches, Some(1))
    }

    /// The level of its kernels.
    #[must_use]
    pub fn level(&self) -> Level {
        self.comparison.equal.level()
    }

    /// The number of chunks for threads.
    #[must_use]
    pub fn chunks(&self) -> usize {
        self.pieces * self.comparison.split.chunks
    }
}

/// The index of the item that `before` others precede in C order.
pub(super) fn index_of(mut before: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = alloc::vec![0; shape.len()];
    for (at, &extent) in index.iter_mut().zip(shape).rev() {
        *at = before % extent;
        before /= extent;
    }
    index
}

impl fmt::Display for EqualPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(hops) = Hops::new(&self.a, &self.b) {
            writeln!(f, "{hops}pieces: {}", self.pieces)?;
        }
        self.comparison.fmt(f)
    }
}
