//! Single items, and all of them as values.

use super::MemoryView;
use crate::axes::Axes;
use crate::error::{BufferError, LayoutError};
use crate::format::{Format, Value};
use crate::layout::Order;
use crate::ops::to_contiguous_any;
use crate::view::{AnyView, locate};
use alloc::vec::Vec;
use core::slice;

impl MemoryView {
    /// The item at an index; negative numbers count from the end.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`]; [`BufferError::IndexCount`] unless there
    /// are as many numbers as axes; [`LayoutError`](crate::LayoutError) if one
    /// is outside its axis; [`FormatError`](crate::FormatError) if the item
    /// cannot be read. See [`MemoryView`] for an example.
    pub fn get(&self, index: &[isize]) -> Result<Value, BufferError> {
        let index = self.resolve(index)?;
        let hold = self.hold()?;
        let _lock = hold.memory()?.lock_to_read()?;
        // SAFETY: held; an item of this view, locked to read.
        let item = unsafe { slice::from_raw_parts(self.place(&index), self.layout.itemsize()) };
        unpack(&self.format, item)
    }

    /// Writes a value to the item at an index.
    ///
    /// # Errors
    ///
    /// Those of [`get`](MemoryView::get), [`BufferError::ReadOnly`], and
    /// [`FormatError`](crate::FormatError) for a value of another kind or out
    /// of range. The item is untouched then.
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(vec![1u8, 2, 3]));
    /// view.set(&[-1], &255.into())?;
    /// assert!(view.set(&[0], &256.into()).is_err());
    /// assert_eq!(view.tolist()?.to_string(), "[1, 2, 255]");
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn set(&self, index: &[isize], value: &Value) -> Result<(), BufferError> {
        let hold = self.hold()?;
        if self.readonly {
            return Err(BufferError::ReadOnly);
        }
        let index = self.resolve(index)?;
        let mut packed = alloc::vec![0; self.layout.itemsize()];
        self.format.pack(value, &mut packed)?;
        // SAFETY: held.
        let place = unsafe { self.place(&index) }.cast_mut();
        let _lock = hold.memory()?.lock_to_write()?;
        // SAFETY: an item of this view, locked to write, and fresh memory.
        unsafe { place.copy_from_nonoverlapping(packed.as_ptr(), packed.len()) };
        Ok(())
    }

    /// Where the item at an index lies, which is inside.
    ///
    /// # Safety
    /// The buffer is held.
    unsafe fn place(&self, index: &[usize]) -> *const u8 {
        // SAFETY: the layout's pointers are in the memory, by construction,
        // and nobody writes them.
        match unsafe { locate(&self.layout, self.start.0, index) } {
            Some(place) => place,
            None => unreachable!("the index is inside"),
        }
    }

    /// Numbers from the start of each axis.
    fn resolve(&self, index: &[isize]) -> Result<Axes<usize>, BufferError> {
        let (given, shape) = (index.len(), self.shape()?);
        if given != shape.len() {
            return Err(BufferError::IndexCount { given, ndim: shape.len() });
        }
        let mut resolved = Axes::new();
        for (axis, (&index, &extent)) in index.iter().zip(shape).enumerate() {
            let from_end = || extent.checked_sub(index.unsigned_abs());
            let at = usize::try_from(index).ok().or_else(from_end).filter(|&at| at < extent);
            resolved.push(at.ok_or(LayoutError::IndexOutside { axis, index, extent })?);
        }
        Ok(resolved)
    }

    /// All items: a list for each axis in the other, the item itself if there
    /// are no axes.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`], [`AllocError`](crate::AllocError), and
    /// [`FormatError`](crate::FormatError) if an item cannot be read.
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(vec![1.5f64, 2.0]));
    /// assert_eq!(view.tolist()?.to_string(), "[1.5, 2.0]");
    /// assert_eq!(view.sub(&[0])?.tolist()?, 1.5.into());
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn tolist(&self) -> Result<Value, BufferError> {
        let bytes = self.tobytes(Order::C)?;
        list(self.layout.shape(), &bytes, &self.format)
    }
}

/// The items of a shape, which `bytes` holds in C order, as lists in lists.
fn list(shape: &[usize], bytes: &[u8], format: &Format) -> Result<Value, BufferError> {
    let Some((&extent, inner)) = shape.split_first() else {
        return unpack(format, bytes);
    };
    if extent == 0 {
        return Ok(Value::List(Vec::new()));
    }
    let each = bytes.len() / extent;
    let lists = (0..extent).map(|at| list(inner, &bytes[at * each..(at + 1) * each], format));
    Ok(Value::List(lists.collect::<Result<_, _>>()?))
}

/// All items in C order.
pub(super) fn values(items: &AnyView<'_>, format: &Format) -> Result<Vec<Value>, BufferError> {
    let bytes = to_contiguous_any(items, Order::C)?.into_bytes();
    bytes.chunks_exact(format.itemsize()).map(|item| unpack(format, item)).collect()
}

fn unpack(format: &Format, bytes: &[u8]) -> Result<Value, BufferError> {
    Ok(format.unpack(bytes)?)
}
