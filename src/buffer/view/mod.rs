//! The memory view: a buffer that is held, and some of its items.

mod assign;
mod attributes;
mod cast;
mod compare;
mod contiguous;
mod items;
mod search;
mod slices;

use super::describe::Start;
use super::managed::{Hold, ManagedBuffer};
use super::{Buffer, Exporter, Memory, Request};
use crate::error::BufferError;
use crate::format::Format;
use crate::layout::Layout;
use crate::view::AnyView;
use alloc::sync::Arc;
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

pub use contiguous::Access;
pub use search::Items;
pub use slices::Index;

/// A view of an exporter's memory, which can be sliced, cast, read, written,
/// compared and hashed.
///
/// Views made from a view have the same buffer of the exporter, which gets
/// it back when the last of them has been [released](MemoryView::release) or
/// dropped. All methods take `&self`, and views may be shared by threads: a
/// method has the memory locked while it runs.
///
/// ```
/// use stridewise::buffer::{Buffer, MemoryView};
/// use stridewise::Slice;
///
/// let view = MemoryView::from_buffer(Buffer::from(vec![1u16, 2, 3, 4, 5, 6]));
/// let grid = view.cast("B", None)?.cast("H", Some(&[2, 3]))?;
/// assert_eq!(grid.get(&[1, -1])?, 6.into());
/// let columns = grid.slice(1, Slice::new(None, None, -2))?;
/// assert_eq!(columns.tolist()?.to_string(), "[[3, 1], [6, 4]]");
/// columns.assign(&grid.slice(1, 1..)?)?;
/// assert_eq!(view.tolist()?.to_string(), "[3, 2, 2, 6, 5, 5]");
/// # Ok::<(), stridewise::BufferError>(())
/// ```
pub struct MemoryView {
    managed: Arc<ManagedBuffer>,
    start: Start,
    /// Of items that lie in the memory, counted from `start`.
    layout: Arc<Layout>,
    format: Format,
    readonly: bool,
    /// Whether no two items share a byte; else it is to be found out.
    distinct: bool,
    /// Buffers that this view has exported, or [`RELEASED`].
    exports: AtomicUsize,
}

/// In place of the number of exports.
const RELEASED: usize = usize::MAX;

impl MemoryView {
    /// A view of all that an exporter has.
    ///
    /// # Errors
    ///
    /// What the exporter says to [`Request::FULL_RO`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_exporter(Arc::new(Buffer::from(&b"abc"[..])))?;
    /// assert_eq!(view.get(&[1])?, i64::from(b'b').into());
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn from_exporter(exporter: Arc<dyn Exporter>) -> Result<MemoryView, BufferError> {
        MemoryView::with_request(exporter, Request::FULL_RO)
    }

    /// A view of what an exporter gives to a request.
    ///
    /// What the request leaves out is made up: bytes in a row if there is no
    /// shape, C order if there are no strides, items of so many bytes if
    /// there is no format.
    ///
    /// # Errors
    ///
    /// What the exporter says to the request.
    pub fn with_request(
        exporter: Arc<dyn Exporter>,
        request: Request,
    ) -> Result<MemoryView, BufferError> {
        let buffer = exporter.export(request)?;
        Ok(MemoryView::first(buffer, Some(exporter)))
    }

    /// A view of a buffer that goes back to nobody.
    #[must_use]
    pub fn from_buffer(buffer: Buffer) -> MemoryView {
        MemoryView::first(buffer, None)
    }

    /// A view of memory as bytes, to write if the memory may be written.
    #[must_use]
    pub fn from_memory(memory: &Arc<Memory>) -> MemoryView {
        MemoryView::from_buffer(Buffer::bytes(memory))
    }

    /// The first view of a buffer, which goes back to its exporter.
    fn first(buffer: Buffer, exporter: Option<Arc<dyn Exporter>>) -> MemoryView {
        let internal = buffer.internal();
        let Buffer { memory, start, layout, format, readonly, distinct, .. } = buffer.completed();
        let managed = ManagedBuffer::of(memory, exporter, internal);
        let exports = AtomicUsize::new(0);
        MemoryView { managed, start, layout, format, readonly, distinct, exports }
    }

    /// Another view of the same items.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`].
    pub fn view(&self) -> Result<MemoryView, BufferError> {
        self.with(self.start, Arc::clone(&self.layout), self.format.clone())
    }

    /// Another view of the same buffer. `layout` has items of `format`, each
    /// inside one that this view has.
    fn with(
        &self,
        start: Start,
        layout: impl Into<Arc<Layout>>,
        format: Format,
    ) -> Result<MemoryView, BufferError> {
        self.check()?;
        self.managed.register()?;
        let MemoryView { readonly, distinct, .. } = *self;
        let (managed, layout) = (Arc::clone(&self.managed), layout.into());
        let exports = AtomicUsize::new(0);
        Ok(MemoryView { managed, start, layout, format, readonly, distinct, exports })
    }

    /// The buffer that this view shares with those made from it.
    #[must_use]
    pub fn managed(&self) -> &Arc<ManagedBuffer> {
        &self.managed
    }

    /// Gives up the memory. All that the view is asked for from now on is
    /// refused; other views of the buffer are not concerned. Releasing twice
    /// is fine.
    ///
    /// A method of this view that another thread has called before is
    /// finished, and has the buffer until then.
    ///
    /// # Errors
    ///
    /// [`BufferError::Exported`] if the view itself has exported buffers
    /// that are in use.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// use stridewise::{BufferError, Order};
    /// let view = Arc::new(MemoryView::from_buffer(Buffer::from(vec![1u8, 2])));
    /// let other = MemoryView::from_exporter(view.clone())?;
    /// assert_eq!(view.release(), Err(BufferError::Exported { exports: 1 }));
    /// drop(other);
    /// view.release()?;
    /// assert_eq!(view.tobytes(Order::C), Err(BufferError::Released));
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn release(&self) -> Result<(), BufferError> {
        match self.exports.compare_exchange(0, RELEASED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                self.managed.unregister();
                Ok(())
            }
            Err(RELEASED) => Ok(()),
            Err(exports) => Err(BufferError::Exported { exports }),
        }
    }

    fn check(&self) -> Result<(), BufferError> {
        match self.exports.load(Ordering::Acquire) {
            RELEASED => Err(BufferError::Released),
            _ => Ok(()),
        }
    }

    /// Keeps the buffer for as long as the hold lives.
    fn hold(&self) -> Result<Hold<'_>, BufferError> {
        self.check()?;
        self.managed.hold()
    }

    /// The items, which the caller has locked to read, of this layout.
    ///
    /// # Safety
    /// Nobody writes the memory as long as the view lives.
    unsafe fn items(&self) -> Result<AnyView<'_>, BufferError> {
        // SAFETY: the layout's items lie in the memory, by construction.
        Ok(unsafe { AnyView::from_raw(self.start.0, &self.format, Layout::clone(&self.layout))? })
    }

    /// Calls `verb` with the items, locked to read.
    fn reading<R>(
        &self,
        verb: impl FnOnce(&AnyView<'_>) -> Result<R, BufferError>,
    ) -> Result<R, BufferError> {
        let hold = self.hold()?;
        let _lock = hold.memory()?.lock_to_read()?;
        // SAFETY: locked.
        verb(&unsafe { self.items()? })
    }

    /// Calls `verb` with the items of two views, locked to read.
    fn reading_both<R>(
        &self,
        other: &MemoryView,
        verb: impl FnOnce(&AnyView<'_>, &AnyView<'_>) -> Result<R, BufferError>,
    ) -> Result<R, BufferError> {
        let (hold, other_hold) = (self.hold()?, other.hold()?);
        let _locks = Memory::lock_both_to_read(hold.memory()?, other_hold.memory()?)?;
        // SAFETY: locked.
        unsafe { verb(&self.items()?, &other.items()?) }
    }
}

impl Drop for MemoryView {
    fn drop(&mut self) {
        if *self.exports.get_mut() != RELEASED {
            self.managed.unregister();
        }
    }
}

/// A view exports what it has: its own items.
impl Exporter for MemoryView {
    fn export(&self, request: Request) -> Result<Buffer, BufferError> {
        let hold = self.hold()?;
        let mut buffer = Buffer::of_validated(
            hold.memory()?,
            Arc::clone(&self.layout),
            self.format.clone(),
            self.readonly,
        );
        buffer.start = self.start;
        buffer.distinct = self.distinct;
        let buffer = buffer.answer(request)?;
        let more = |exports| if exports == RELEASED { None } else { Some(exports + 1) };
        match self.exports.fetch_update(Ordering::AcqRel, Ordering::Acquire, more) {
            Ok(_) => Ok(buffer),
            Err(_) => Err(BufferError::Released),
        }
    }

    fn release_buffer(&self, _: usize) {
        let less = |exports: usize| match exports {
            RELEASED => None,
            _ => exports.checked_sub(1),
        };
        // One that has not been exported changes nothing.
        let _ = self.exports.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
    }
}

impl fmt::Debug for MemoryView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.check().is_err() {
            return f.write_str("MemoryView(released)");
        }
        f.debug_struct("MemoryView")
            .field("format", &self.format)
            .field("layout", &self.layout)
            .field("readonly", &self.readonly)
            .finish_non_exhaustive()
    }
}
