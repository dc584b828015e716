//! Contiguous copies, and views that are contiguous already.

use super::MemoryView;
use crate::buffer::{Buffer, Memory, Request};
use crate::error::BufferError;
use crate::layout::Order;
use crate::ops::to_contiguous_any;
use crate::view::Strided;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What a contiguous view is for; see [`MemoryView::get_contiguous`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// To read: a copy will do.
    Read,
    /// To write: it must be the memory itself.
    Write,
}

impl MemoryView {
    /// The bytes of all items, one after the other in an order.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`], [`AllocError`](crate::AllocError).
    ///
    /// ```
    /// use stridewise::Order;
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(&b"abcdef"[..]));
    /// let grid = view.cast("B", Some(&[2, 3]))?;
    /// assert_eq!(grid.tobytes(Order::C)?, b"abcdef");
    /// assert_eq!(grid.tobytes(Order::F)?, b"adbecf");
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn tobytes(&self, order: Order) -> Result<Vec<u8>, BufferError> {
        self.reading(|items| Ok(to_contiguous_any(items, order)?.into_bytes()))
    }

    /// A view of the same items, only to read.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    pub fn to_readonly(&self) -> Result<MemoryView, BufferError> {
        let mut view = self.view()?;
        view.readonly = true;
        Ok(view)
    }

    /// A view whose items follow one another in an order: of the same memory
    /// if they do, else of a copy, which is read-only.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`], [`AllocError`](crate::AllocError). To write:
    /// [`BufferError::ReadOnly`], and [`BufferError::NotContiguous`] and its
    /// like if it would be a copy.
    ///
    /// ```
    /// use stridewise::Order;
    /// use stridewise::buffer::{Access, Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(vec![1u8, 2, 3, 4])).cast("B", Some(&[2, 2]))?;
    /// view.get_contiguous(Access::Write, Order::C)?.set(&[0, 1], &7.into())?;
    /// assert_eq!(view.tobytes(Order::C)?, [1, 7, 3, 4]);
    /// let columns = view.get_contiguous(Access::Read, Order::F)?;
    /// assert_eq!(columns.strides()?, [1, 2]);
    /// assert!(view.get_contiguous(Access::Write, Order::F).is_err());
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn get_contiguous(&self, access: Access, order: Order) -> Result<MemoryView, BufferError> {
        self.check()?;
        if access == Access::Write && self.readonly {
            return Err(BufferError::ReadOnly);
        }
        if self.layout.is_contiguous(order) {
            return self.view();
        }
        if access == Access::Write {
            let (shape, strides) = (self.layout.shape().to_vec(), self.layout.strides().to_vec());
            return Err(match order {
                Order::C => {
                    let request = Request::C_CONTIGUOUS | Request::WRITABLE;
                    BufferError::NotCContiguous { request, shape, strides }
                }
                Order::F => {
                    let request = Request::F_CONTIGUOUS | Request::WRITABLE;
                    BufferError::NotFContiguous { request, shape, strides }
                }
                Order::A | Order::K => {
                    let request = Request::ANY_CONTIGUOUS | Request::WRITABLE;
                    BufferError::NotContiguous { request, shape, strides }
                }
            });
        }
        let copy = self.reading(|items| Ok(to_contiguous_any(items, order)?))?;
        let layout = copy.layout().clone();
        let memory = Memory::from_vec(copy.into_bytes());
        let copy = Buffer::of_validated(&memory, layout, self.format.clone(), true);
        MemoryView::from_exporter(Arc::new(copy))
    }
}
