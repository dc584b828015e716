//! Few numbers, which are used as soon as they are lent: without layouts, plans
//! or another thread's turn. All else is left to the operands.

use crate::errors::raise;
use crate::format::Native;
use crate::lease::Lease;
use crate::memory::bytes_at;
use crate::memoryview::{MemoryView, Region};
use crate::operand::Loan;
use crate::threads::is_brief;
use core::ffi::CStr;
use core::slice;
use pyo3::prelude::*;
use stridewise::{ElementType, Format, Mode, raw};

/// Bytes up to which no kernel is worth its call.
const TINY: usize = 256;

/// Memory as its owner describes it.
pub struct Parts<'a> {
    start: *mut u8,
    shape: &'a [usize],
    strides: &'a [isize],
    itemsize: usize,
    format: &'a CStr,
    readonly: bool,
}

impl<'a> Parts<'a> {
    /// None if something is left out, or there are pointers.
    fn of(loan: &'a Loan) -> Option<Parts<'a>> {
        match loan {
            Loan::Buffer(lease) => Parts::of_lease(lease),
            Loan::Tensor(_) => None,
            Loan::View(lent) => Parts::of_view(lent.view()),
        }
    }

    pub fn of_lease(lease: &'a Lease) -> Option<Parts<'a>> {
        if lease.suboffsets().is_some() {
            return None;
        }
        Some(Parts {
            start: lease.buffer().buf.cast(),
            shape: extents(lease.shape()?)?,
            strides: lease.strides()?,
            itemsize: usize::try_from(lease.buffer().itemsize).ok()?,
            format: lease.format(),
            readonly: lease.readonly(),
        })
    }

    /// The memory of a view, which must not be released meanwhile.
    pub fn of_view(view: &'a MemoryView) -> Option<Parts<'a>> {
        let Region { start, itemsize, ref format, ref shape, ref strides, ref suboffsets } =
            *view.region().ok()?;
        if suboffsets.is_some() {
            return None;
        }
        Some(Parts {
            start,
            shape: extents(shape)?,
            strides,
            itemsize: usize::try_from(itemsize).ok()?,
            format: format.text(),
            readonly: view.is_readonly(),
        })
    }

    /// Whether both have the same few items of this size, of some size.
    fn match_up(&self, other: &Parts<'_>) -> bool {
        self.shape == other.shape
            && self.itemsize == other.itemsize
            && self.itemsize > 0
            && is_brief(self.shape.iter().fold(self.itemsize, |a, &b| a.saturating_mul(b)))
    }

    /// Whether the items evidently do not overlap: each axis steps over all
    /// that the axes behind it reach, or all axes before it do.
    fn is_injective(&self) -> bool {
        fn nested<'a>(axes: impl Iterator<Item = (&'a usize, &'a isize)>, itemsize: usize) -> bool {
            let mut reach = itemsize;
            for (&extent, &stride) in axes {
                if extent > 1 {
                    if stride.unsigned_abs() < reach {
                        return false;
                    }
                    reach = stride.unsigned_abs().saturating_mul(extent);
                }
            }
            true
        }
        let axes = || self.shape.iter().zip(self.strides);
        nested(axes().rev(), self.itemsize) || nested(axes(), self.itemsize)
    }

    /// What the items are, if they are numbers by one letter.
    fn number(&self) -> Option<ElementType> {
        let [code] = self.format.to_bytes() else { return None };
        let format = Format::from_code(char::from(*code))?;
        let element = ElementType::from(&format);
        let is_number = element != ElementType::bytes(self.itemsize);
        (is_number && element.itemsize() == self.itemsize).then_some(element)
    }

    /// The items without gaps in C order, if they are.
    fn dense(&self) -> Option<&'a [u8]> {
        let mut size = self.itemsize;
        for (&extent, &stride) in self.shape.iter().zip(self.strides).rev() {
            if stride != size as isize && extent != 1 {
                return None;
            }
            size = size.saturating_mul(extent);
        }
        // SAFETY: the exporter keeps the items, which the caller counted.
        Some(unsafe { bytes_at(self.start, size) })
    }
}

/// Whether items without gaps are equal by value, if they are natives that are
/// compared in one step each.
fn equal_dense(native: Native, a: &[u8], b: &[u8]) -> Option<bool> {
    fn each<const N: usize, T: PartialEq>(a: &[u8], b: &[u8], number: fn([u8; N]) -> T) -> bool {
        let (a, b) = (a.as_chunks::<N>().0, b.as_chunks::<N>().0);
        a.iter().zip(b).fold(true, |same, (&a, &b)| same & (number(a) == number(b)))
    }
    Some(match native {
        Native::Signed(_) | Native::Unsigned(_) => a == b,
        Native::Float(4) => each(a, b, f32::from_ne_bytes),
        Native::Float(8) => each(a, b, f64::from_ne_bytes),
        _ => return None,
    })
}

/// The extents, if none is negative.
fn extents(shape: &[isize]) -> Option<&[usize]> {
    if shape.iter().any(|&extent| extent < 0) {
        return None;
    }
    // SAFETY: the same numbers.
    Some(unsafe { slice::from_raw_parts(shape.as_ptr().cast(), shape.len()) })
}

/// Copies, or tells that it has not.
pub fn copy(dst: &Loan, src: &Loan) -> PyResult<bool> {
    let (Some(dst), Some(src)) = (Parts::of(dst), Parts::of(src)) else { return Ok(false) };
    if dst.readonly || !dst.match_up(&src) || dst.format != src.format || !dst.is_injective() {
        return Ok(false);
    }
    // SAFETY: the exporters keep the items; those of `dst` are to be written
    // and do not overlap each other.
    unsafe { raw::copy(dst.shape, dst.itemsize, dst.start, dst.strides, src.start, src.strides) }
        .map_err(raise)?;
    Ok(true)
}

/// Whether all items are equal, or none if that is not told here.
pub fn equal(a: &Loan, b: &Loan, mode: Mode) -> PyResult<Option<bool>> {
    match (Parts::of(a), Parts::of(b)) {
        (Some(a), Some(b)) => equal_parts(&a, &b, mode),
        _ => Ok(None),
    }
}

pub fn equal_parts(a: &Parts<'_>, b: &Parts<'_>, mode: Mode) -> PyResult<Option<bool>> {
    if !a.match_up(b) {
        return Ok(None);
    }
    if mode == Mode::Values
        && a.format == b.format
        && let Some(native) = Native::of(a.format.to_bytes())
        && native.itemsize() == a.itemsize
        && let (Some(a), Some(b)) = (a.dense(), b.dense())
        && a.len() <= TINY
        && let Some(same) = equal_dense(native, a, b)
    {
        return Ok(Some(same));
    }
    let element = match mode {
        Mode::Bits => ElementType::bytes(a.itemsize),
        _ if a.format != b.format => return Ok(None),
        _ => match a.number() {
            Some(number) => number,
            None => return Ok(None),
        },
    };
    // SAFETY: the exporters keep the items.
    unsafe { raw::equal(a.shape, element, a.start, a.strides, b.start, b.strides, mode) }
        .map(Some)
        .map_err(raise)
}
