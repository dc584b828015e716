//! What a view says of itself; once it is released, nothing.

use super::MemoryView;
use crate::buffer::Exporter;
use crate::error::BufferError;
use crate::format::Format;
use crate::layout::{Layout, Order};
use alloc::sync::Arc;

/// All fail with [`BufferError::Released`], and with nothing else unless they
/// say so.
///
/// ```
/// use stridewise::buffer::{Buffer, MemoryView};
/// use stridewise::{Format, Slice};
///
/// let view = MemoryView::from_buffer(Buffer::from(vec![1i16, 2, 3, 4]));
/// let half = view.slice(0, Slice::new(None, None, -2))?;
/// assert_eq!((half.shape()?, half.strides()?), (&[2][..], &[-4][..]));
/// assert_eq!((half.ndim()?, half.itemsize()?, half.nbytes()?), (1, 2, 4));
/// assert_eq!(half.format()?, &Format::parse("h")?);
/// assert!(!half.readonly()? && !half.contiguous()?);
/// # Ok::<(), stridewise::BufferError>(())
/// ```
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl MemoryView {
    /// The exporter that the buffer is from; none if it is from nobody.
    pub fn obj(&self) -> Result<Option<Arc<dyn Exporter>>, BufferError> {
        self.hold()?.exporter()
    }

    /// Bytes of all items together.
    pub fn nbytes(&self) -> Result<usize, BufferError> {
        Ok(self.layout()?.nbytes())
    }

    /// Whether the items must not be written.
    pub fn readonly(&self) -> Result<bool, BufferError> {
        self.check()?;
        Ok(self.readonly)
    }

    /// Bytes of an item.
    pub fn itemsize(&self) -> Result<usize, BufferError> {
        Ok(self.layout()?.itemsize())
    }

    /// What items are.
    pub fn format(&self) -> Result<&Format, BufferError> {
        self.check()?;
        Ok(&self.format)
    }

    /// Where items are, but for the start of the memory.
    pub fn layout(&self) -> Result<&Layout, BufferError> {
        self.check()?;
        Ok(&self.layout)
    }

    /// The number of axes.
    pub fn ndim(&self) -> Result<usize, BufferError> {
        Ok(self.layout()?.ndim())
    }

    /// The extent of each axis.
    pub fn shape(&self) -> Result<&[usize], BufferError> {
        Ok(self.layout()?.shape())
    }

    /// Bytes from one index to the next, per axis.
    pub fn strides(&self) -> Result<&[isize], BufferError> {
        Ok(self.layout()?.strides())
    }

    /// Suboffsets, one per axis; empty if there are no pointers.
    pub fn suboffsets(&self) -> Result<&[isize], BufferError> {
        Ok(self.layout()?.suboffsets())
    }

    /// Whether the items follow one another in C order.
    pub fn c_contiguous(&self) -> Result<bool, BufferError> {
        Ok(self.layout()?.is_contiguous(Order::C))
    }

    /// Whether the items follow one another in F order.
    pub fn f_contiguous(&self) -> Result<bool, BufferError> {
        Ok(self.layout()?.is_contiguous(Order::F))
    }

    /// Whether the items follow one another in C or in F order.
    pub fn contiguous(&self) -> Result<bool, BufferError> {
        Ok(self.layout()?.is_contiguous(Order::A))
    }

    /// The extent of the first axis.
    ///
    /// Also fails with [`BufferError::Scalar`] if there is none.
    pub fn len(&self) -> Result<usize, BufferError> {
        self.shape()?.first().copied().ok_or(BufferError::Scalar)
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> Result<bool, BufferError> {
        Ok(self.layout()?.is_empty())
    }
}
