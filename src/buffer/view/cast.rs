//! Casts: other items and another shape for the same bytes.

use super::MemoryView;
use crate::buffer::describe::BYTE;
use crate::error::{BufferError, LayoutError};
use crate::format::Format;
use crate::layout::{Layout, MAX_NDIM, Order};
use alloc::string::ToString;

impl MemoryView {
    /// A view of the same bytes as items of another format, along one axis or
    /// in C order of a shape.
    ///
    /// # Errors
    ///
    /// Those of [`cast_in`](MemoryView::cast_in).
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(vec![1u16, 2, 3, 4]));
    /// let bytes = view.cast("B", None)?;
    /// assert_eq!((bytes.shape()?, bytes.itemsize()?), (&[8][..], 1));
    /// assert_eq!(bytes.cast("H", Some(&[2, 2]))?.tolist()?.to_string(), "[[1, 2], [3, 4]]");
    /// assert!(view.cast("I", None).is_err());
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn cast(&self, format: &str, shape: Option<&[usize]>) -> Result<MemoryView, BufferError> {
        self.cast_in(format, shape, Order::C)
    }

    /// [`cast`](MemoryView::cast) in an order, C or F: of the view's own items
    /// and of the shape.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`]; [`FormatError`](crate::FormatError) for a format that is
    /// none; and, in this order:
    ///
    /// - [`CastOrder`](BufferError::CastOrder) unless the items follow one
    ///   another in the order,
    /// - [`CastEmpty`](BufferError::CastEmpty) if there are none, but along
    ///   one axis and without a new shape,
    /// - [`CastRank`](BufferError::CastRank) unless one of the shapes has one
    ///   axis,
    /// - [`CastFormat`](BufferError::CastFormat) unless both formats are native
    ///   ones of one character,
    /// - [`CastFormats`](BufferError::CastFormats) unless one of them is `B`,
    ///   `b` or `c`,
    /// - [`CastLength`](BufferError::CastLength) unless the bytes make whole
    ///   items,
    /// - [`CastExtent`](BufferError::CastExtent) if the new shape has no items,
    /// - [`CastSize`](BufferError::CastSize) unless it has as many bytes.
    ///
    /// ```
    /// use stridewise::Order;
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(&b"abcdef"[..]));
    /// let columns = view.cast_in("c", Some(&[2, 3]), Order::F)?;
    /// assert_eq!(columns.strides()?, [1, 2]);
    /// assert_eq!(columns.cast_in("B", None, Order::F)?, view);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn cast_in(
        &self,
        format: &str,
        shape: Option<&[usize]>,
        order: Order,
    ) -> Result<MemoryView, BufferError> {
        let to = Format::parse(format)?;
        let (from, layout) = (self.format()?, self.layout()?);
        let order = if order == Order::F { Order::F } else { Order::C };
        if !layout.is_contiguous(order) {
            let (shape, strides) = (layout.shape().to_vec(), layout.strides().to_vec());
            return Err(BufferError::CastOrder { shape, strides });
        }
        let ndim = layout.ndim();
        if (shape.is_some() || ndim != 1) && layout.is_empty() {
            return Err(BufferError::CastEmpty { shape: layout.shape().to_vec() });
        }
        if let Some(shape) = shape {
            if shape.len() > MAX_NDIM {
                return Err(LayoutError::RankTooLarge { ndim: shape.len(), max: MAX_NDIM }.into());
            }
            if ndim != 1 && shape.len() != 1 {
                return Err(BufferError::CastRank { from: ndim, to: shape.len() });
            }
        }
        for format in [&to, from] {
            if format.code().is_none() {
                return Err(BufferError::CastFormat { format: format.to_string() });
            }
        }
        if !is_byte(from) && !is_byte(&to) {
            let (from, to) = (from.to_string(), to.to_string());
            return Err(BufferError::CastFormats { from, to });
        }
        let (nbytes, itemsize) = (layout.nbytes(), to.itemsize());
        if itemsize == 0 || !nbytes.is_multiple_of(itemsize) {
            return Err(BufferError::CastLength { nbytes, itemsize });
        }
        let one = [nbytes / itemsize];
        let shape = shape.unwrap_or(&one);
        if shape.len() != 1
            && let Some(axis) = shape.iter().position(|&extent| extent == 0)
        {
            return Err(BufferError::CastExtent { axis, shape: shape.to_vec() });
        }
        let dense = Layout::contiguous(shape, itemsize, order)?;
        if dense.nbytes() != nbytes {
            return Err(BufferError::CastSize { shape: shape.to_vec(), itemsize, nbytes });
        }
        let offset = if layout.is_empty() { 0 } else { layout.offset() };
        let cast = Layout::new(shape, dense.strides(), itemsize, offset)?;
        self.with(self.start, cast, to)
    }
}

fn is_byte(format: &Format) -> bool {
    *format == BYTE || matches!(format.code(), Some('b' | 'c'))
}
