//! Equality and hashes.

use super::MemoryView;
use super::assign::same_shape;
use crate::axes::Axes;
use crate::buffer::Exporter;
use crate::buffer::foreign::Foreign;
use crate::error::BufferError;
use crate::layout::{Layout, Order};
use crate::ops::{equal, equal_values, hash_into, siphash13, value_hash, xxh3_64};
use crate::view::{AnyView, Strided};
use alloc::string::ToString;
use alloc::sync::Arc;
use core::hash::Hasher;
use stridewise_kernels::equal::Mode;

impl MemoryView {
    /// Whether two views have the same shape and items of equal values,
    /// whatever their formats and layouts.
    ///
    /// `==` says the same, but that a released view is equal to itself only.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let ints = MemoryView::from_buffer(Buffer::from(vec![1i64, 2, 3]));
    /// let floats = MemoryView::from_buffer(Buffer::from(vec![1.0f32, 2.0, 3.0]));
    /// assert!(ints.equal(&floats)? && ints == floats);
    /// assert!(!ints.equal_strictly(&floats)?);
    /// floats.set(&[1], &2.5.into())?;
    /// assert!(ints != floats);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn equal(&self, other: &MemoryView) -> Result<bool, BufferError> {
        self.check()?;
        other.check()?;
        if !same_shape(&self.layout, &other.layout) {
            return Ok(false);
        }
        if self.layout.is_empty() {
            return Ok(true);
        }
        // Numbers in the order of the target, of one type.
        let alike = self.format.code().is_some() && self.format.code() == other.format.code();
        self.reading_both(other, |a, b| {
            if alike {
                return Ok(equal(a, b)?);
            }
            Ok(equal_values(a, &self.format, b, &other.format, Mode::Values)?)
        })
    }

    /// [`equal`](MemoryView::equal), and of the same format.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    pub fn equal_strictly(&self, other: &MemoryView) -> Result<bool, BufferError> {
        Ok(self.format()? == other.format()? && self.equal(other)?)
    }

    /// Whether the view is [`equal`](MemoryView::equal) to one of an exporter,
    /// which it is not if that refuses one.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    pub fn equal_exporter(&self, exporter: Arc<dyn Exporter>) -> Result<bool, BufferError> {
        self.check()?;
        match MemoryView::from_exporter(exporter) {
            Ok(other) => self.equal(&other),
            Err(_) => Ok(false),
        }
    }

    /// Python's hash of the view, but for the keys of its process, which are
    /// 0 here: [`siphash13`](crate::siphash13) of the C-order bytes as a signed number,
    /// 0 if there are none, -2 in place of -1.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`]; [`BufferError::HashWritable`] unless the
    /// view is read-only; [`BufferError::HashFormat`] unless its format is
    /// `B`, `b` or `c`.
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(&b"\x07"[..]));
    /// // hash(b"\x07") under PYTHONHASHSEED=0
    /// assert_eq!(view.hash()?, -3400736038611009);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn hash(&self) -> Result<i64, BufferError> {
        self.hash_with_keys(0, 0)
    }

    /// [`hash`](MemoryView::hash) with the keys of a process.
    ///
    /// # Errors
    ///
    /// Those of [`hash`](MemoryView::hash).
    pub fn hash_with_keys(&self, key0: u64, key1: u64) -> Result<i64, BufferError> {
        self.check()?;
        if !self.readonly {
            return Err(BufferError::HashWritable);
        }
        if !matches!(self.format.code(), Some('B' | 'b' | 'c')) {
            return Err(BufferError::HashFormat { format: self.format.to_string() });
        }
        if self.layout.is_empty() {
            return Ok(0);
        }
        let hash = self.reading(|items| Ok(siphash13(items, key0, key1)?))?;
        Ok(if hash == u64::MAX { -2 } else { hash as i64 })
    }

    /// Feeds the C-order bytes to a hasher; see
    /// [`hash_into`](crate::hash_into). Any view has them, and nothing
    /// prevents them from changing later.
    ///
    /// The hasher must not use the memory itself; what it does then fails
    /// with [`BufferError::Busy`].
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    pub fn hash_bytes(&self, hasher: &mut impl Hasher) -> Result<(), BufferError> {
        self.reading(|items| {
            let _foreign = Foreign::new();
            Ok(hash_into(items, hasher)?)
        })
    }

    /// XXH3-64 of the C-order bytes; see [`xxh3_64`](crate::xxh3_64).
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    pub fn xxh3_64(&self) -> Result<u64, BufferError> {
        self.reading(|items| Ok(xxh3_64(items)?))
    }

    /// A hash of the values: equal views have equal ones, whatever their
    /// formats; see [`value_hash`](crate::value_hash).
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let ints = MemoryView::from_buffer(Buffer::from(vec![1i64, 2, 3]));
    /// let floats = MemoryView::from_buffer(Buffer::from(vec![1.0f32, 2.0, 3.0]));
    /// assert_eq!(ints.value_hash()?, floats.value_hash()?);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn value_hash(&self) -> Result<u64, BufferError> {
        self.reading(|items| match items.layout().is_empty() {
            false => Ok(value_hash(items, &self.format)?),
            true => {
                // As in `same_shape`, what follows the first 0 does not count.
                let mut shape = Axes::<usize>::from_slice(items.layout().shape());
                let walked = shape.iter().position(|&extent| extent == 0).unwrap_or(0);
                shape[walked..].fill(0);
                let layout = Layout::contiguous(&shape, self.layout.itemsize(), Order::C)?;
                Ok(value_hash(&AnyView::new(&[], &self.format, layout)?, &self.format)?)
            }
        })
    }
}

/// By value, as [`equal`](MemoryView::equal). A released view is equal to
/// itself only.
impl PartialEq for MemoryView {
    fn eq(&self, other: &MemoryView) -> bool {
        self.equal(other).unwrap_or_else(|_| core::ptr::eq(self, other))
    }
}
