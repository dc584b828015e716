//! Items and parts of an array, to read and to write.

use super::{NdArray, NdFlags};
use crate::buffer::{Buffer, Exporter, MemoryView, Request};
use crate::error::BufferError;
use crate::format::Value;
use crate::layout::Slice;
use alloc::sync::Arc;

impl NdArray {
    /// The item at an index; negative numbers count from the end.
    ///
    /// # Errors
    ///
    /// Those of [`MemoryView::get`].
    pub fn get(&self, index: &[isize]) -> Result<Value, BufferError> {
        self.memoryview_from_buffer().get(index)
    }

    /// Writes a value to the item at an index.
    ///
    /// # Errors
    ///
    /// Those of [`MemoryView::set`].
    pub fn set(&self, index: &[isize], value: &Value) -> Result<(), BufferError> {
        self.memoryview_from_buffer().set(index, value)
    }

    /// The items at an index of the first axis, as an array that has its
    /// memory from this one.
    ///
    /// # Errors
    ///
    /// What this array says to [`Request::FULL_RO`];
    /// [`LayoutError::IndexOutside`](crate::LayoutError::IndexOutside);
    /// [`Scalar`](BufferError::Scalar).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use stridewise::buffer::testing::{NdArray, NdInit};
    /// let items = [1, 2, 3, 4].map(Into::into);
    /// let array = NdArray::new(&items, NdInit { shape: &[2, 2], ..NdInit::default() })?;
    /// let row = Arc::new(array).sub(-1)?;
    /// assert_eq!(row.tolist()?.to_string(), "[3, 4]");
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn sub(self: &Arc<Self>, index: isize) -> Result<NdArray, BufferError> {
        self.part(|buffer| {
            if buffer.ndim() == 0 {
                return Err(BufferError::Scalar);
            }
            buffer.part(|items| items.index(0, index))
        })
    }

    /// Some items of the first axes, as an array that has its memory from this
    /// one.
    ///
    /// # Errors
    ///
    /// What this array says to [`Request::FULL_RO`];
    /// [`IndexCount`](BufferError::IndexCount) for more slices than axes;
    /// [`LayoutError::StepZero`](crate::LayoutError::StepZero).
    ///
    /// ```
    /// use std::sync::Arc;
    /// use stridewise::Slice;
    /// use stridewise::buffer::testing::{NdArray, NdInit};
    /// let items = [1, 2, 3, 4].map(Into::into);
    /// let array = NdArray::new(&items, NdInit { shape: &[2, 2], ..NdInit::default() })?;
    /// let part = Arc::new(array).slice(&[(1..).into(), Slice::new(None, None, -1)])?;
    /// assert_eq!(part.tolist()?.to_string(), "[[4, 3]]");
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn slice(self: &Arc<Self>, slices: &[Slice]) -> Result<NdArray, BufferError> {
        self.part(|buffer| cut(buffer, slices))
    }

    fn part(
        self: &Arc<Self>,
        part: impl FnOnce(&Buffer) -> Result<Buffer, BufferError>,
    ) -> Result<NdArray, BufferError> {
        let exporter = Arc::clone(self) as Arc<dyn Exporter>;
        NdArray::consume(exporter, Request::FULL_RO, NdFlags::DEFAULT, part)
    }

    /// Copies what another exporter has to some items, as if all had been
    /// read before anything is written.
    ///
    /// # Errors
    ///
    /// What both say to [`Request::FULL_RO`]; those of
    /// [`slice`](NdArray::slice) and [`MemoryView::assign`].
    pub fn assign(
        self: &Arc<Self>,
        slices: &[Slice],
        value: Arc<dyn Exporter>,
    ) -> Result<(), BufferError> {
        if self.readonly() {
            return Err(BufferError::ReadOnly);
        }
        let value = MemoryView::from_exporter(value)?;
        let part = self.slice(slices)?;
        part.memoryview_from_buffer().assign(&value)
    }
}

fn cut(buffer: &Buffer, slices: &[Slice]) -> Result<Buffer, BufferError> {
    let (given, ndim) = (slices.len(), buffer.ndim());
    if given > ndim {
        return Err(BufferError::IndexCount { given, ndim });
    }
    buffer.part(|items| {
        let mut items = items.clone();
        for (axis, &slice) in slices.iter().enumerate() {
            items = items.slice(axis, slice)?;
        }
        Ok(items)
    })
}
