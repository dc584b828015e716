//! The verbs: check, plan, execute.

mod apart;
mod contiguous;
mod copy;
mod cores;
mod equal;
mod hash;
mod pack;
mod tree;
mod values;
pub(crate) mod within;

use crate::error::{Error, MismatchError};
use crate::layout::Layout;
use crate::level::level;
use crate::plan::hops::core_nest;
use crate::plan::loop_nest::LoopNest;
use stridewise_kernels::{Caches, Level};

pub use contiguous::{to_contiguous, to_contiguous_any};
pub use copy::{CopyPlan, copy, copy_broadcast};
pub(crate) use equal::at_once;
pub use equal::{EqualPlan, equal, equal_with, first_mismatch, first_mismatch_with};
pub use hash::{HashPlan, hash_into, siphash13, xxh3_64, xxh3_128};
pub(crate) use hash::{hash_into_at, xxh3_64_at, xxh3_128_at};
pub use tree::tree_hash;
pub use values::{
    CopyValuesPlan, EqualValuesPlan, HashValuesPlan, copy_values, equal_values,
    first_value_mismatch, value_hash,
};
pub use within::copy_within;

/// What a plan may be asked for; the default lets the library choose.
///
/// ```
/// use stridewise::{CopyPlan, Layout, Level, Options, Order};
/// let rows = Layout::contiguous(&[300, 400], 4, Order::C)?;
/// let columns = Layout::contiguous(&[300, 400], 4, Order::F)?;
/// let options = Options { level: Some(Level::SCALAR), chunks: Some(3), ..Options::default() };
/// let plan = CopyPlan::with(&columns, &rows, options)?;
/// assert_eq!((plan.level(), plan.chunks()), (Level::SCALAR, 3));
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The level of the kernels; that of [`level()`](crate::level()) if `None`.
    pub level: Option<Level>,
    /// The number of pieces for threads, at most; 1 is serial, `None` lets
    /// the number of bytes decide.
    pub chunks: Option<usize>,
    /// The caches that decide what is written past them; those of this CPU
    /// if `None`.
    pub caches: Option<Caches>,
}

impl Options {
    #[inline]
    fn level(self) -> Result<Level, Error> {
        match self.level {
            Some(level) => Ok(level),
            None => Ok(level()?),
        }
    }
}

/// Whether two layouts have the same shape and itemsize.
#[inline]
pub(crate) fn check_pair(dst: &Layout, src: &Layout) -> Result<(), MismatchError> {
    // By iterators: slices are compared by a call of `memcmp`.
    if dst.itemsize() == src.itemsize() && dst.shape().iter().eq(src.shape()) {
        return Ok(());
    }
    Err(misfit(dst, src))
}

/// The loops of two layouts, if they have the same shape and itemsize; those
/// of the core, if pointers lead to it.
#[inline]
pub(crate) fn pair(dst: &Layout, src: &Layout) -> Result<LoopNest, MismatchError> {
    check_pair(dst, src)?;
    Ok(core_nest(dst.itemsize(), dst, src))
}

#[cold]
fn misfit(dst: &Layout, src: &Layout) -> MismatchError {
    if dst.ndim() != src.ndim() {
        MismatchError::Rank { dst: dst.ndim(), src: src.ndim() }
    } else if dst.shape() != src.shape() {
        MismatchError::Shape { dst: dst.shape().to_vec(), src: src.shape().to_vec() }
    } else {
        MismatchError::Itemsize { dst: dst.itemsize(), src: src.itemsize() }
    }
}

/// Whether a view is laid out as planned, wherever it starts.
fn check_planned(planned: &Layout, given: &Layout) -> Result<(), MismatchError> {
    let same = planned.itemsize() == given.itemsize()
        && are_same(planned.shape(), given.shape())
        && are_same(planned.strides(), given.strides())
        && are_same(planned.suboffsets(), given.suboffsets());
    if same {
        return Ok(());
    }
    Err(MismatchError::Planned { planned: planned.clone().into(), given: given.clone().into() })
}

/// Whether two short lists are the same, without a call: some `memcmp` takes as
/// long as a small view.
#[inline]
fn are_same<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(true, |same, (a, b)| same & (a == b))
}
