//! Equality by value between items of two formats.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::super::equal::{EqualPlan, equal_at, index_of};
use super::super::hash::few;
use super::super::{Options, check_planned, misfit};
use super::fields::Fields;
use super::packed::Check;
use super::pairs::{Pair, Rule, pairs};
use super::parts::{Look, Number, Part, look};
use crate::element::ElementType;
use crate::error::{Error, MismatchError};
use crate::format::Format;
use crate::layout::Layout;
use crate::plan::hops::{Hops, Share, core_nest};
use crate::plan::loop_nest::LoopNest;
use crate::plan::normalize::Traversal;
use crate::view::Strided;
use alloc::boxed::Box;
use alloc::vec::Vec;
use stridewise_kernels::Level;
use stridewise_kernels::equal::{Class, Mode};

/// Whether two views have the same shape and items of equal values, each
/// under its own format.
///
/// Values are equal as [`Value`](crate::Value)s are: numbers of all kinds and
/// byte orders by their exact values, bytes by their bytes, structs and
/// sub-arrays part by part, whatever their names and padding. What is opaque
/// is compared by its bytes. Under [`Mode::NanEqual`] a NaN equals any other;
/// under [`Mode::Bits`] parts are equal if they are of one kind and have, in
/// the same byte order, the same bits.
///
/// # Errors
///
/// [`LayoutError::ItemsizeMismatch`](crate::LayoutError::ItemsizeMismatch) if
/// items are not of their format's size, and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{AnyView, Format, Layout, Mode, Order, equal_values};
///
/// let (big, mixed) = (Format::parse(">h")?, Format::parse("<d")?);
/// let numbers: Vec<u8> = [1i16, -2].iter().flat_map(|n| n.to_be_bytes()).collect();
/// let floats: Vec<u8> = [1f64, -2.0].iter().flat_map(|n| n.to_le_bytes()).collect();
/// let a = AnyView::new(&numbers, &big, Layout::contiguous(&[2], 2, Order::C)?)?;
/// let b = AnyView::new(&floats, &mixed, Layout::contiguous(&[2], 8, Order::C)?)?;
/// assert!(equal_values(&a, &big, &b, &mixed, Mode::Values)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn equal_values(
    a: &impl Strided,
    a_format: &Format,
    b: &impl Strided,
    b_format: &Format,
    mode: Mode,
) -> Result<bool, Error> {
    let (of_a, of_b) = (a.layout(), b.layout());
    if of_a.shape() != of_b.shape() {
        of_a.check_itemsize(a_format.itemsize())?;
        of_b.check_itemsize(b_format.itemsize())?;
        return Ok(false);
    }
    let (at_a, at_b) = (a.origin(), b.origin());
    if let (Some(x), Some(y)) = (lone(a_format), lone(b_format)) {
        of_a.check_itemsize(x.kind.size())?;
        of_b.check_itemsize(y.kind.size())?;
        match Rule::of_numbers(x, y, mode) {
            Some(Rule::Typed(class)) => {
                let count = if class == Class::Bits { x.kind.size() } else { 1 };
                let element = ElementType::of_class(class, count);
                // SAFETY: K2 by both views' validation, K4 by L2.
                return unsafe { equal_at((of_a, at_a), (of_b, at_b), element, mode) };
            }
            Some(_) => {
                let check = Check::new([x, y], Options::default().level()?, mode);
                // SAFETY: as above.
                let few = unsafe {
                    few(of_a, at_a, |a| few(of_b, at_b, |b| check.run_in_order([x, y], [a, b])))
                };
                if let Some(same) = few.flatten().flatten() {
                    return Ok(same);
                }
            }
            None => return Ok(of_a.is_empty()),
        }
    }
    let plan = EqualValuesPlan::with(of_a, a_format, of_b, b_format, mode, Options::default())?;
    // SAFETY: K2 by both views' validation, K4 by L2.
    Ok(unsafe { plan.run_raw(at_a, at_b) })
}

/// The number that an item is, if it is nothing else.
fn lone(format: &Format) -> Option<Number> {
    match look(format) {
        (0, Look::Part(Part::Number(number))) => {
            (number.kind.size() == format.itemsize()).then_some(number)
        }
        _ => None,
    }
}

/// The first index, in C order, at which two views of one shape have items of
/// different values; see [`equal_values`].
///
/// # Errors
///
/// [`MismatchError`] if shapes differ, and those of [`equal_values`].
///
/// ```
/// use stridewise::{AnyView, Format, Layout, Mode, Order, first_value_mismatch};
///
/// let (byte, float) = (Format::parse("B")?, Format::parse("<f")?);
/// let floats: Vec<u8> = [1f32, 2.0, 3.5].iter().flat_map(|n| n.to_le_bytes()).collect();
/// let a = AnyView::new(&[1, 2, 3], &byte, Layout::contiguous(&[3], 1, Order::C)?)?;
/// let b = AnyView::new(&floats, &float, Layout::contiguous(&[3], 4, Order::C)?)?;
/// assert_eq!(first_value_mismatch(&a, &byte, &b, &float, Mode::Values)?, Some(vec![2]));
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn first_value_mismatch(
    a: &impl Strided,
    a_format: &Format,
    b: &impl Strided,
    b_format: &Format,
    mode: Mode,
) -> Result<Option<Vec<usize>>, Error> {
    let (of_a, of_b) = (a.layout(), b.layout());
    let plan = EqualValuesPlan::with(of_a, a_format, of_b, b_format, mode, Options::default())?;
    // SAFETY: K2 by both views' validation, K4 by L2.
    Ok(unsafe { plan.first_mismatch_raw(a.origin(), b.origin()) })
}

/// A comparison by value of two layouts and formats, to be run on any memory
/// that has them.
///
/// ```
/// use stridewise::{AnyView, Format, Layout, Order, EqualValuesPlan};
///
/// // The same values, with and without C's padding.
/// let (native, packed) = (Format::parse("T{b:a:h:b:}")?, Format::parse("T{=b:a:h:b:}")?);
/// let (a, b) = (Layout::contiguous(&[2], 4, Order::C)?, Layout::contiguous(&[2], 3, Order::C)?);
/// let plan = EqualValuesPlan::new(&a, &native, &b, &packed)?;
/// let a = AnyView::new(&[1, 77, 2, 2, 3, 88, 4, 4], &native, a)?;
/// let b = AnyView::new(&[1, 2, 2, 3, 4, 4], &packed, b)?;
/// assert!(plan.run(&a, &b)?);
/// assert_eq!(plan.first_mismatch(&a, &b)?, None);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EqualValuesPlan {
    a: Layout,
    b: Layout,
    /// That of one core, if pointers lead to it.
    test: Test,
    /// Pieces of the cores.
    pieces: usize,
    level: Level,
}

#[derive(Clone, Debug)]
enum Test {
    /// The items have one kind, and are all that is compared.
    Typed(Box<EqualPlan>),
    /// No two items are equal.
    Never,
    Pairs(Box<Fields>),
}

impl EqualValuesPlan {
    /// The plan at the default level.
    ///
    /// # Errors
    ///
    /// Those of [`EqualValuesPlan::with`].
    pub fn new(
        a: &Layout,
        a_format: &Format,
        b: &Layout,
        b_format: &Format,
    ) -> Result<EqualValuesPlan, Error> {
        EqualValuesPlan::with(a, a_format, b, b_format, Mode::Values, Options::default())
    }

    /// The plan under a mode.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] unless the shapes are the same,
    /// [`LayoutError::ItemsizeMismatch`](crate::LayoutError::ItemsizeMismatch)
    /// if items are not of their format's size, and
    /// [`LevelError`](crate::LevelError) from [`level()`](crate::level()) if
    /// the options name none.
    pub fn with(
        a: &Layout,
        a_format: &Format,
        b: &Layout,
        b_format: &Format,
        mode: Mode,
        options: Options,
    ) -> Result<EqualValuesPlan, Error> {
        a.check_itemsize(a_format.itemsize())?;
        b.check_itemsize(b_format.itemsize())?;
        if a.shape() != b.shape() {
            return Err(misfit(a, b).into());
        }
        let level = options.level()?;
        let Share { pieces, chunks, .. } = Share::new(a, b, options.caches, options.chunks);
        let test = match pairs(a_format, b_format, mode) {
            None => Test::Never,
            Some(pairs) => match typed(&pairs, a, b) {
                Some(element) => Test::Typed(EqualPlan::with(a, b, element, mode, options)?.into()),
                None => {
                    let fields =
                        Fields::new(nest(a, b), Traversal::Free, pairs, level, mode, chunks);
                    Test::Pairs(fields.into())
                }
            },
        };
        Ok(EqualValuesPlan { a: a.clone(), b: b.clone(), test, pieces, level })
    }

    /// Whether all items of two views that are laid out as planned have equal
    /// values. Their bytes are taken to be of the planned formats.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for other layouts.
    pub fn run(&self, a: &impl Strided, b: &impl Strided) -> Result<bool, MismatchError> {
        self.check(a, b)?;
        // SAFETY: K2 by both views' validation, K4 by L2.
        Ok(unsafe { self.run_raw(a.origin(), b.origin()) })
    }

    /// The first index, in C order, at which two views that are laid out as
    /// planned have items of different values.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for other layouts.
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
        check_planned(&self.b, b.layout())
    }

    /// [`run`](EqualValuesPlan::run) on raw memory.
    ///
    /// # Safety
    ///
    /// That of [`EqualPlan::run_raw`].
    #[must_use]
    pub unsafe fn run_raw(&self, a: *const u8, b: *const u8) -> bool {
        match &self.test {
            // SAFETY: the caller's.
            Test::Typed(plan) => unsafe { plan.run_raw(a, b) },
            Test::Never => self.a.is_empty(),
            // SAFETY: K2 by the caller, K4 by L2 of the layouts.
            Test::Pairs(fields) => unsafe {
                match Hops::new(&self.a, &self.b) {
                    None => fields.run(a, b),
                    Some(hops) => hops.all(self.pieces, a, b, |a, b| fields.run(a, b)),
                }
            },
        }
    }

    /// [`first_mismatch`](EqualValuesPlan::first_mismatch) on raw memory.
    ///
    /// # Safety
    ///
    /// That of [`EqualPlan::run_raw`].
    #[must_use]
    pub unsafe fn first_mismatch_raw(&self, a: *const u8, b: *const u8) -> Option<Vec<usize>> {
        match &self.test {
            // SAFETY: the caller's.
            Test::Typed(plan) => unsafe { plan.first_mismatch_raw(a, b) },
            Test::Never => (!self.a.is_empty()).then(|| index_of(0, self.a.shape())),
            Test::Pairs(fields) => {
                let logical = fields.logical(nest(&self.a, &self.b));
                let search = |a, b| {
                    // SAFETY: K2 by the caller, K4 by L2 of the layouts.
                    unsafe { logical.search(a, b) }
                };
                let before = match Hops::new(&self.a, &self.b) {
                    None => search(a, b)?,
                    Some(hops) => {
                        let items = hops.items(&self.a);
                        // SAFETY: as above.
                        unsafe {
                            let same = |a, b| fields.run(a, b);
                            hops.first_mismatch(self.pieces, items, a, b, same, search)?
                        }
                    }
                };
                Some(index_of(before, self.a.shape()))
            }
        }
    }

    /// The level of its kernels.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }
}

/// The loops over the items of two sizes.
fn nest(a: &Layout, b: &Layout) -> LoopNest {
    core_nest(a.itemsize().max(b.itemsize()), a, b)
}

/// The type of the items, if they are one pair of one kind.
fn typed(pairs: &[Pair], a: &Layout, b: &Layout) -> Option<ElementType> {
    let [Pair { rule: Rule::Typed(class), offsets: [0, 0], sizes, count, loops }] = pairs else {
        return None;
    };
    let size = sizes[0] * count;
    let whole = loops.is_empty() && size == a.itemsize() && size == b.itemsize();
    whole.then(|| ElementType::of_class(*class, *count))
}
