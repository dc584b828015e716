//! The verbs over raw memory, for libraries that have their own view type.
//!
//! All strides are in bytes, may be negative or 0, and need not be multiples
//! of anything; pointers point to the item at index 0 of every axis and need
//! no alignment. A shape without items touches nothing, whatever the
//! pointers.
//!
//! Items are readable if nobody writes them meanwhile, nor the bytes between
//! two items of an axis, which must be readable too: several items may be read
//! at once. Between items that are written nothing is touched.
//!
//! ```
//! use stridewise::raw;
//! let src = [1u16, 2, 3, 4, 5, 6];
//! let mut dst = [0u16; 6];
//! // The transpose of two rows of three.
//! let (shape, strides) = ([3, 2], [2, 6]);
//! // SAFETY: six items each, at these strides.
//! unsafe {
//!     raw::copy(&shape, 2, dst.as_mut_ptr().cast(), &[4, 2], src.as_ptr().cast(), &strides)?;
//!     assert_eq!(dst, [1, 4, 2, 5, 3, 6]);
//!     let bytes = raw::xxh3_64(&shape, 2, src.as_ptr().cast(), &strides)?;
//!     assert_eq!(bytes, raw::xxh3_64(&[6], 2, dst.as_ptr().cast(), &[2])?);
//! }
//! # Ok::<(), stridewise::Error>(())
//! ```

#![allow(unsafe_code, reason = "a door for raw pointers")]

use crate::element::ElementType;
use crate::error::Error;
use crate::layout::{Layout, spans};
use crate::level::level;
use crate::ops::{
    EqualPlan, HashPlan, Options, at_once, hash_into_at, within, xxh3_64_at, xxh3_128_at,
};
use crate::plan::How;
use crate::plan::compare::Comparison;
use crate::plan::loop_nest::LoopNest;
use crate::plan::plain::{Plain, packed};
use alloc::vec::Vec;
use core::hash::Hasher;
use core::ops::Range;
use stridewise_kernels::Level;
use stridewise_kernels::equal::{Equal, Mode};
use stridewise_kernels::hash::{SipHasher13, xxh3_64 as xxh3_64_of, xxh3_128 as xxh3_128_of};

/// Copies items; as if the source had been read first, should they overlap.
///
/// # Errors
///
/// [`LayoutError`](crate::LayoutError) if ranks differ or exceed 64, the
/// itemsize is 0, or sizes overflow; [`AllocError`](crate::AllocError) if an
/// overlap needs a temporary and there is no memory; and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
/// Nothing is written then.
///
/// # Safety
///
/// All items at `src` are readable, all at `dst` writable, and no two items
/// at `dst` overlap each other. See the [module](self) for an example.
pub unsafe fn copy(
    shape: &[usize],
    itemsize: usize,
    dst: *mut u8,
    dst_strides: &[isize],
    src: *const u8,
    src_strides: &[isize],
) -> Result<(), Error> {
    let strides = [dst_strides, src_strides];
    let mut plain = Plain::new();
    if let Some([to, from]) = plain.fill(shape, itemsize, strides)
        && apart(dst, to, src, from)
    {
        let level = level()?;
        // SAFETY: K2 by the caller, K3 as just seen, K4 as the spans fit.
        unsafe { plain.run(dst, src, level) };
        return Ok(());
    }
    // SAFETY: the caller's.
    unsafe { copy_many(shape, itemsize, dst, src, strides) }
}

/// [`copy`] of what is worth a plan; apart, so that few items save no
/// registers for it.
///
/// # Safety
/// That of [`copy`].
#[inline(never)]
unsafe fn copy_many(
    shape: &[usize],
    itemsize: usize,
    dst: *mut u8,
    src: *const u8,
    strides: [&[isize]; 2],
) -> Result<(), Error> {
    let Some([to, from]) = spans(shape, itemsize, strides) else {
        return Err(refused(shape, itemsize, strides));
    };
    let level = level()?;
    let mut nest = LoopNest::item(itemsize);
    nest.fill(shape, strides[0], strides[1]);
    if apart(dst, to, src, from) {
        // SAFETY: K2 by the caller, K3 as just seen, K4 by L2.
        unsafe { How::new(&mut nest, level, None, None).run(&nest, dst, src) };
        return Ok(());
    }
    // SAFETY: K2 by the caller, K4 by L2.
    unsafe { within::overlapping(nest, dst, src, level) }
}

/// Whether two spans from these pointers share no byte.
#[inline]
fn apart(a: *const u8, a_span: Range<isize>, b: *const u8, b_span: Range<isize>) -> bool {
    let at = |p: *const u8, span: Range<isize>| {
        (p.wrapping_offset(span.start).addr(), p.wrapping_offset(span.end).addr())
    };
    let ((a_start, a_end), (b_start, b_end)) = (at(a, a_span), at(b, b_span));
    a_end <= b_start || b_end <= a_start
}

/// What is wrong with one of two layouts that have no [`spans`].
#[cold]
fn refused(shape: &[usize], itemsize: usize, strides: [&[isize]; 2]) -> Error {
    let find = strides.map(|strides| Layout::new(shape, strides, itemsize, 0));
    match find.into_iter().find_map(Result::err) {
        Some(error) => error.into(),
        None => unreachable!("layouts that have spans"),
    }
}

/// Whether all items of one type are equal under a mode.
///
/// # Errors
///
/// [`LayoutError`](crate::LayoutError) if ranks differ or exceed 64 or sizes
/// overflow, and [`LevelError`](crate::LevelError) from
/// [`level()`](crate::level()).
///
/// # Safety
///
/// All items at `a` and `b` are readable.
///
/// ```
/// use stridewise::{ElementType, Mode, raw};
/// let (a, b) = ([1.0f32, 2.0, 3.0], [3.0f32, 2.0, 1.0]);
/// let float = ElementType::of::<f32>();
/// // SAFETY: three items from the first of `a` up and from the last of `b` down.
/// let same = unsafe {
///     let (a, b) = (a.as_ptr().cast(), b.as_ptr().add(2).cast());
///     raw::equal(&[3], float, a, &[4], b, &[-4], Mode::Values)?
/// };
/// assert!(same);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub unsafe fn equal(
    shape: &[usize],
    element: ElementType,
    a: *const u8,
    a_strides: &[isize],
    b: *const u8,
    b_strides: &[isize],
    mode: Mode,
) -> Result<bool, Error> {
    let (item, strides) = (element.itemsize(), [a_strides, b_strides]);
    if spans(shape, item, strides).is_none() {
        return Err(refused(shape, item, strides));
    }
    let (level, class) = (level()?, element.class());
    let kernel = Equal::new(level, class, mode);
    // SAFETY: K2 by the caller, K4 by L2.
    if let Some(same) = unsafe { at_once(shape, item, strides, [a, b], kernel) } {
        return Ok(same);
    }
    let nest = LoopNest::new(shape, item, a_strides, b_strides);
    let comparison = Comparison::new(nest, kernel, None, None);
    // SAFETY: K2 by the caller, K4 by L2.
    Ok(unsafe { comparison.run(a, b) })
}

/// The first index, in C order, at which items of one type differ.
///
/// # Errors
///
/// Those of [`equal`].
///
/// # Safety
///
/// That of [`equal`].
///
/// ```
/// use stridewise::{ElementType, Mode, raw};
/// let (a, b) = ([1u8, 2, 3, 4], [1u8, 2, 0, 4]);
/// let byte = ElementType::of::<u8>();
/// // SAFETY: two rows of two items each.
/// let at = unsafe {
///     let (a, b, strides) = (a.as_ptr(), b.as_ptr(), [2, 1]);
///     raw::first_mismatch(&[2, 2], byte, a, &strides, b, &strides, Mode::Values)?
/// };
/// assert_eq!(at, Some(vec![1, 0]));
/// # Ok::<(), stridewise::Error>(())
/// ```
pub unsafe fn first_mismatch(
    shape: &[usize],
    element: ElementType,
    a: *const u8,
    a_strides: &[isize],
    b: *const u8,
    b_strides: &[isize],
    mode: Mode,
) -> Result<Option<Vec<usize>>, Error> {
    let plan = equal_plan(shape, element, a_strides, b_strides, mode)?;
    // SAFETY: K2 by the caller, K4 by L2.
    Ok(unsafe { plan.first_mismatch_raw(a, b) })
}

fn equal_plan(
    shape: &[usize],
    element: ElementType,
    a_strides: &[isize],
    b_strides: &[isize],
    mode: Mode,
) -> Result<EqualPlan, Error> {
    let a = Layout::new(shape, a_strides, element.itemsize(), 0)?;
    let b = Layout::new(shape, b_strides, element.itemsize(), 0)?;
    EqualPlan::with(&a, &b, element, mode, Options::default())
}

/// What `with` says of the C-order bytes of a few items; `None` if there are
/// more, which a layout is worth.
///
/// # Safety
/// K2.
#[inline]
unsafe fn few<T>(
    shape: &[usize],
    itemsize: usize,
    src: *const u8,
    strides: &[isize],
    with: impl FnOnce(Level, &[u8]) -> T,
) -> Result<Option<T>, Error> {
    let level = level()?;
    // SAFETY: K2 and K4 by the caller.
    Ok(unsafe { packed(shape, itemsize, strides, src, |bytes| with(level, bytes)) })
}

/// XXH3-64 with seed 0 of the C-order bytes.
///
/// # Errors
///
/// [`LayoutError`](crate::LayoutError) if ranks differ or exceed 64, the
/// itemsize is 0, or sizes overflow; and [`LevelError`](crate::LevelError)
/// from [`level()`](crate::level()).
///
/// # Safety
///
/// All items at `src` are readable. See the [module](self) for an example.
pub unsafe fn xxh3_64(
    shape: &[usize],
    itemsize: usize,
    src: *const u8,
    strides: &[isize],
) -> Result<u64, Error> {
    // SAFETY: K2 by the caller, K4 by L2.
    unsafe {
        match few(shape, itemsize, src, strides, |level, bytes| xxh3_64_of(level, 0, bytes))? {
            Some(hash) => Ok(hash),
            None => xxh3_64_at(&Layout::new(shape, strides, itemsize, 0)?, src),
        }
    }
}

/// XXH3-128 with seed 0 of the C-order bytes.
///
/// # Errors
///
/// Those of [`xxh3_64`].
///
/// # Safety
///
/// That of [`xxh3_64`]. See the [module](self) for an example of that.
pub unsafe fn xxh3_128(
    shape: &[usize],
    itemsize: usize,
    src: *const u8,
    strides: &[isize],
) -> Result<u128, Error> {
    // SAFETY: K2 by the caller, K4 by L2.
    unsafe {
        match few(shape, itemsize, src, strides, |level, bytes| xxh3_128_of(level, 0, bytes))? {
            Some(hash) => Ok(hash),
            None => xxh3_128_at(&Layout::new(shape, strides, itemsize, 0)?, src),
        }
    }
}

/// [`tree_hash`](crate::tree_hash) of the C-order bytes, on all threads.
///
/// # Errors
///
/// Those of [`xxh3_64`].
///
/// # Safety
///
/// That of [`xxh3_64`]. See the [module](self) for an example of that.
pub unsafe fn tree_hash(
    shape: &[usize],
    itemsize: usize,
    src: *const u8,
    strides: &[isize],
) -> Result<u128, Error> {
    let plan = HashPlan::new(&Layout::new(shape, strides, itemsize, 0)?)?;
    // SAFETY: K2 by the caller, K4 by L2.
    Ok(unsafe { plan.tree_hash_raw(src) })
}

/// SipHash-1-3 with two keys of the C-order bytes.
///
/// # Errors
///
/// Those of [`xxh3_64`].
///
/// # Safety
///
/// That of [`xxh3_64`]. See the [module](self) for an example of that.
pub unsafe fn siphash13(
    shape: &[usize],
    itemsize: usize,
    src: *const u8,
    strides: &[isize],
    key0: u64,
    key1: u64,
) -> Result<u64, Error> {
    let mut hasher = SipHasher13::new(key0, key1);
    // SAFETY: the caller's.
    unsafe { hash_into(shape, itemsize, src, strides, &mut hasher)? };
    Ok(SipHasher13::finish(&hasher))
}

/// Feeds the C-order bytes to a hasher, in blocks of any size; see
/// [`hash_into`](crate::hash_into).
///
/// # Errors
///
/// Those of [`xxh3_64`].
///
/// # Safety
///
/// That of [`xxh3_64`].
///
/// ```
/// use std::hash::{DefaultHasher, Hasher};
/// let (mut backwards, mut bytes) = (DefaultHasher::new(), DefaultHasher::new());
/// // SAFETY: three bytes from the last one down.
/// unsafe { stridewise::raw::hash_into(&[3], 1, b"abc".as_ptr().add(2), &[-1], &mut backwards)? };
/// bytes.write(b"cba");
/// assert_eq!(backwards.finish(), bytes.finish());
/// # Ok::<(), stridewise::Error>(())
/// ```
pub unsafe fn hash_into(
    shape: &[usize],
    itemsize: usize,
    src: *const u8,
    strides: &[isize],
    hasher: &mut impl Hasher,
) -> Result<(), Error> {
    // SAFETY: K2 by the caller, K4 by L2.
    unsafe {
        match few(shape, itemsize, src, strides, |_, bytes| hasher.write(bytes))? {
            Some(()) => Ok(()),
            None => hash_into_at(&Layout::new(shape, strides, itemsize, 0)?, src, hasher),
        }
    }
}
