//! Buffers: what an exporter tells of its memory.

use super::{Memory, Request, memory::Access};
use crate::error::BufferError;
use crate::format::Format;
use crate::layout::{Layout, Order};
#[cfg(feature = "testing")]
use crate::{
    error::LayoutError,
    view::{AnyView, Strided},
};
use alloc::format;
use alloc::sync::Arc;

/// Memory, and what is in it: what an exporter gives to a consumer.
///
/// A buffer knows all that there is to know, and tells what its request asked
/// for. Cloning one shares the memory.
///
/// ```
/// use stridewise::buffer::{Buffer, Request};
///
/// let buffer = Buffer::from(vec![1.0f32, 2.0, 3.0]);
/// assert_eq!(buffer.shape(), Some(&[3][..]));
/// assert_eq!(buffer.format().unwrap().to_string(), "f");
///
/// let simple = buffer.answer(Request::SIMPLE)?;
/// assert_eq!((simple.shape(), simple.format(), simple.nbytes()), (None, None, 12));
/// # Ok::<(), stridewise::BufferError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Buffer {
    pub(super) memory: Arc<Memory>,
    pub(super) start: Start,
    /// Of items that lie in the memory, counted from `start`. Shared, since a
    /// layout is large to copy.
    pub(super) layout: Arc<Layout>,
    pub(super) format: Format,
    pub(super) readonly: bool,
    /// Whether no two items share a byte; else it is to be found out.
    pub(super) distinct: bool,
    told: Told,
    internal: usize,
}

/// Where offsets count from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start(pub(super) *mut u8);

// SAFETY: an address; what is there is touched under a lock.
unsafe impl Send for Start {}
// SAFETY: as above.
unsafe impl Sync for Start {}

/// What a request asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    shape: bool,
    strides: bool,
    indirect: bool,
    format: bool,
}

impl Told {
    const ALL: Told = Told { shape: true, strides: true, indirect: true, format: true };
}

impl Buffer {
    /// Items of a format that lie in memory as a layout says.
    ///
    /// It is read-only if the memory is, or if that holds pointers.
    ///
    /// # Errors
    ///
    /// [`LayoutError`](crate::LayoutError) if an item would lie outside the
    /// memory, or if the itemsize is not that of the format.
    pub fn new(
        memory: &Arc<Memory>,
        layout: Layout,
        format: Format,
    ) -> Result<Buffer, BufferError> {
        layout.check_itemsize(format.itemsize())?;
        layout.validate(memory.len())?;
        let readonly = memory.access() != Access::Write;
        Ok(Buffer::of_validated(memory, layout, format, readonly))
    }

    /// Items of a format that lie in memory, or behind pointers that lie
    /// there, as a layout says. It is read-only if the memory is.
    ///
    /// # Errors
    ///
    /// [`LayoutError`](crate::LayoutError) if the itemsize is not that of the
    /// format.
    ///
    /// # Safety
    ///
    /// As long as the memory lives, what [`AnyView::from_raw`] asks for, from
    /// the start of the memory; and, if it is not read-only, what
    /// [`AnyViewMut::from_raw`](crate::AnyViewMut::from_raw) asks for; while the memory is locked.
    ///
    /// [`AnyView::from_raw`]: crate::AnyView::from_raw
    ///
    /// ```
    /// use std::sync::Arc;
    /// use stridewise::buffer::{Buffer, Memory, MemoryView};
    /// use stridewise::{Format, Layout, Order};
    /// // Two rows, the lower one first.
    /// static ROWS: [&[u8; 3]; 2] = [b"def", b"abc"];
    /// let pointer = size_of::<&[u8; 3]>() as isize;
    /// let layout = Layout::indirect(&[2, 3], &[pointer, 1], &[0, -1], 1, 0)?;
    /// let (start, len) = (ROWS.as_ptr().cast_mut().cast(), size_of_val(&ROWS));
    /// // SAFETY: pointers to rows of three bytes, which all are there for ever.
    /// let rows = unsafe {
    ///     let memory = Memory::from_raw(start, len, false, Arc::new(()));
    ///     Buffer::with_pointers(&memory, layout, Format::parse("B")?)?
    /// };
    /// assert_eq!(MemoryView::from_buffer(rows).tobytes(Order::C)?, b"defabc");
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub unsafe fn with_pointers(
        memory: &Arc<Memory>,
        layout: Layout,
        format: Format,
    ) -> Result<Buffer, BufferError> {
        layout.check_itemsize(format.itemsize())?;
        let mut buffer = Buffer::of_validated(memory, layout, format, memory.readonly());
        buffer.distinct = !buffer.readonly;
        Ok(buffer)
    }

    /// All bytes of memory, as numbers.
    #[must_use]
    pub fn bytes(memory: &Arc<Memory>) -> Buffer {
        let layout = of_bytes(memory.len(), 0);
        let readonly = memory.access() != Access::Write;
        Buffer::of_validated(memory, layout, BYTE, readonly)
    }

    /// `layout` has items of `format`, which lie in the memory; if not
    /// `readonly`, they may be written.
    pub(super) fn of_validated(
        memory: &Arc<Memory>,
        layout: impl Into<Arc<Layout>>,
        format: Format,
        readonly: bool,
    ) -> Buffer {
        let (memory, start) = (Arc::clone(memory), Start(memory.start()));
        let (layout, told) = (layout.into(), Told::ALL);
        Buffer { memory, start, layout, format, readonly, distinct: false, told, internal: 0 }
    }

    /// The same buffer, only to read.
    #[must_use]
    pub fn to_readonly(mut self) -> Buffer {
        self.readonly = true;
        self
    }

    /// The same buffer with a number for the exporter, which finds it there
    /// when the buffer is [released](super::Exporter::release_buffer).
    #[must_use]
    pub fn with_internal(mut self, internal: usize) -> Buffer {
        self.internal = internal;
        self
    }

    /// What this buffer tells to such a request.
    ///
    /// # Errors
    ///
    /// In this order: [`NotWritable`](BufferError::NotWritable),
    /// [`NotCContiguous`](BufferError::NotCContiguous),
    /// [`NotFContiguous`](BufferError::NotFContiguous),
    /// [`NotContiguous`](BufferError::NotContiguous),
    /// [`NeedsSuboffsets`](BufferError::NeedsSuboffsets),
    /// [`NeedsStrides`](BufferError::NeedsStrides),
    /// [`FormatWithoutShape`](BufferError::FormatWithoutShape), and before
    /// them [`Incomplete`](BufferError::Incomplete) if this buffer has been
    /// told less than is asked for.
    pub fn answer(&self, request: Request) -> Result<Buffer, BufferError> {
        let asks = |part| request.contains(part);
        let told = Told {
            shape: asks(Request::ND),
            strides: asks(Request::STRIDES),
            indirect: asks(Request::INDIRECT),
            format: asks(Request::FORMAT),
        };
        if self.ndim() > 0 {
            let lacks = |missing| Err(BufferError::Incomplete { request, missing });
            match self.told {
                Told { shape: false, .. } if told.shape => return lacks("shape"),
                Told { strides: false, .. } if told.strides => return lacks("strides"),
                _ => {}
            }
        }
        if asks(Request::WRITABLE) && self.readonly {
            return Err(BufferError::NotWritable { request });
        }
        let layout = &self.layout;
        let is = |order| layout.is_contiguous(order);
        let (shape, strides) = (|| layout.shape().to_vec(), || layout.strides().to_vec());
        if asks(Request::C_CONTIGUOUS) && !is(Order::C) {
            let (shape, strides) = (shape(), strides());
            return Err(BufferError::NotCContiguous { request, shape, strides });
        }
        if asks(Request::F_CONTIGUOUS) && !is(Order::F) {
            let (shape, strides) = (shape(), strides());
            return Err(BufferError::NotFContiguous { request, shape, strides });
        }
        if asks(Request::ANY_CONTIGUOUS) && !is(Order::A) {
            let (shape, strides) = (shape(), strides());
            return Err(BufferError::NotContiguous { request, shape, strides });
        }
        if !told.indirect
            && let Some(suboffsets) = self.suboffsets()
        {
            let suboffsets = suboffsets.to_vec();
            return Err(BufferError::NeedsSuboffsets { request, suboffsets });
        }
        if !told.strides && !is(Order::C) {
            let (shape, strides) = (shape(), strides());
            return Err(BufferError::NeedsStrides { request, shape, strides });
        }
        if !told.shape && told.format {
            return Err(BufferError::FormatWithoutShape { request });
        }
        let mut buffer = Buffer { told, ..self.clone() };
        if !told.format {
            buffer.format = opaque(self.itemsize())?;
        }
        Ok(buffer)
    }

    /// The memory that the items lie in.
    #[must_use]
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// Whether the items must not be written.
    #[must_use]
    pub fn readonly(&self) -> bool {
        self.readonly
    }

    /// Bytes of all items together.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.layout.nbytes()
    }

    /// Bytes of an item, also where its format is left out. Without a shape
    /// it means nothing: then there are bytes.
    #[must_use]
    pub fn itemsize(&self) -> usize {
        self.layout.itemsize()
    }

    /// The number of axes; 1 if the shape is left out.
    #[must_use]
    pub fn ndim(&self) -> usize {
        if self.told.shape { self.layout.ndim() } else { 1 }
    }

    /// The extents, unless they are left out.
    #[must_use]
    pub fn shape(&self) -> Option<&[usize]> {
        self.told.shape.then(|| self.layout.shape())
    }

    /// Bytes from one index to the next, unless they are left out because the
    /// items follow one another in C order.
    #[must_use]
    pub fn strides(&self) -> Option<&[isize]> {
        self.told.strides.then(|| self.layout.strides())
    }

    /// The format of the items, unless it is left out.
    #[must_use]
    pub fn format(&self) -> Option<&Format> {
        self.told.format.then_some(&self.format)
    }

    /// Suboffsets, if there are pointers.
    #[must_use]
    pub fn suboffsets(&self) -> Option<&[isize]> {
        self.layout.is_indirect().then(|| self.layout.suboffsets())
    }

    /// The exporter's number; see [`with_internal`](Buffer::with_internal).
    #[must_use]
    pub fn internal(&self) -> usize {
        self.internal
    }

    /// The same buffer with a part of its items, for which no more than
    /// pointers are read.
    #[cfg(feature = "testing")]
    pub(super) fn part(
        &self,
        part: impl for<'v> FnOnce(&AnyView<'v>) -> Result<AnyView<'v>, LayoutError>,
    ) -> Result<Buffer, BufferError> {
        // SAFETY: no item is read, and nobody writes pointers.
        let items =
            unsafe { AnyView::from_raw(self.start.0, &self.format, Layout::clone(&self.layout))? };
        let part = part(&items)?;
        let (start, layout) = (Start(part.start().cast_mut()), part.layout().clone());
        Ok(Buffer { start, layout: Arc::new(layout), ..self.clone() })
    }

    /// The buffer as one that tells all, by making up what has been left out:
    /// bytes where there is no shape, C order where there are no strides,
    /// items of so many bytes where there is no format.
    pub(super) fn completed(mut self) -> Buffer {
        if !self.told.shape {
            let offset = if self.layout.is_empty() { 0 } else { self.layout.offset() };
            self.layout = Arc::new(of_bytes(self.nbytes(), offset));
            self.format = BYTE;
        }
        self.told = Told::ALL;
        self
    }
}

pub(super) const BYTE: Format = Format::from_code('B').unwrap();

/// So many bytes in a row, which some memory has.
fn of_bytes(len: usize, offset: isize) -> Layout {
    match Layout::new(&[len], &[1], 1, offset) {
        Ok(layout) => layout,
        Err(_) => unreachable!("no memory has more than `isize::MAX` bytes"),
    }
}

/// Items of so many bytes, of which nothing is known.
fn opaque(itemsize: usize) -> Result<Format, BufferError> {
    if itemsize == 1 { Ok(BYTE) } else { Ok(Format::parse(&format!("{itemsize}s"))?) }
}
