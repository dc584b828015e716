//! The array: its bases, and what it exports.

use super::NdFlags;
use super::base::{Base, told};
use crate::buffer::{Buffer, Exporter, MemoryView, Request};
use crate::error::BufferError;
use crate::format::Value;
use crate::layout::Order;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the items of an [`NdArray`] are to lie.
///
/// See the [module](super) for an example.
#[derive(Clone, Copy, Debug)]
pub struct NdInit<'a> {
    /// The extents; none for a scalar.
    pub shape: &'a [usize],
    /// Bytes from one index to the next, multiples of the itemsize; none for
    /// C or F order.
    pub strides: &'a [isize],
    /// Bytes from the first of the given items to the one at index 0 of every axis, a
    /// multiple of the itemsize.
    pub offset: isize,
    /// What items are; bytes, unless said.
    pub format: &'a str,
    /// What else; see [`NdFlags`].
    pub flags: NdFlags,
}

impl Default for NdInit<'_> {
    fn default() -> Self {
        NdInit { shape: &[], strides: &[], offset: 0, format: "B", flags: NdFlags::DEFAULT }
    }
}

/// An exporter of test arrays; see the [module](super).
pub struct NdArray {
    source: Source,
}

enum Source {
    /// The array has its memory itself.
    Bases { varexport: bool, bases: Mutex<Bases> },
    /// The array has got its memory from another exporter.
    Consumed(Box<Consumed>),
}

struct Consumed {
    exporter: Arc<dyn Exporter>,
    buffer: Buffer,
    flags: NdFlags,
}

struct Bases {
    /// At least one; the last one is exported.
    list: Vec<Base>,
    next: usize,
}

impl NdArray {
    /// An array of items that are put into memory as `init` says.
    ///
    /// # Errors
    ///
    /// [`FormatError`](crate::FormatError) for a format that is none, or an
    /// item that is not of it; [`LayoutError`](crate::LayoutError) for shape, strides
    /// and offset that do not go with the items;
    /// [`NotAMultiple`](BufferError::NotAMultiple), [`NoItems`](BufferError::NoItems),
    /// [`Flags`](BufferError::Flags).
    pub fn new(items: &[Value], init: NdInit<'_>) -> Result<NdArray, BufferError> {
        let list = alloc::vec![Base::new(0, items, init)?];
        let varexport = init.flags.contains(NdFlags::VAREXPORT);
        let bases = Mutex::new(Bases { list, next: 1 });
        Ok(NdArray { source: Source::Bases { varexport, bases } })
    }

    /// An array of what an exporter gives to a request, which has no more to
    /// tell than that.
    ///
    /// # Errors
    ///
    /// What the exporter says.
    pub fn from_exporter(
        exporter: Arc<dyn Exporter>,
        request: Request,
    ) -> Result<NdArray, BufferError> {
        NdArray::consume(exporter, request, NdFlags::DEFAULT, |buffer| Ok(buffer.clone()))
    }

    /// An array that hands all requests on to the exporter.
    ///
    /// # Errors
    ///
    /// What the exporter says to [`Request::FULL_RO`].
    pub fn redirect(exporter: Arc<dyn Exporter>) -> Result<NdArray, BufferError> {
        let flags = NdFlags::REDIRECT;
        NdArray::consume(exporter, Request::FULL_RO, flags, |buffer| Ok(buffer.clone()))
    }

    /// An array of a part of what an exporter gives.
    pub(super) fn consume(
        exporter: Arc<dyn Exporter>,
        request: Request,
        flags: NdFlags,
        part: impl FnOnce(&Buffer) -> Result<Buffer, BufferError>,
    ) -> Result<NdArray, BufferError> {
        let whole = exporter.export(request)?;
        match part(&whole) {
            Ok(buffer) => {
                let flags = told(flags, &buffer);
                let consumed = Consumed { exporter, buffer, flags };
                Ok(NdArray { source: Source::Consumed(consumed.into()) })
            }
            Err(error) => {
                exporter.release_buffer(whole.internal());
                Err(error)
            }
        }
    }

    /// Puts another base at the end of the list, which is then exported.
    ///
    /// # Errors
    ///
    /// Those of [`new`](NdArray::new); [`Consumer`](BufferError::Consumer);
    /// [`Exported`](BufferError::Exported) if the last base is in use and may not be;
    /// [`Flags`](BufferError::Flags) for [`NdFlags::VAREXPORT`].
    pub fn push(&self, items: &[Value], init: NdInit<'_>) -> Result<(), BufferError> {
        if init.flags.contains(NdFlags::VAREXPORT) {
            let (flags, reason) = (init.flags.bits(), "whether bases may change is said at first");
            return Err(BufferError::Flags { flags, reason });
        }
        let (varexport, mut bases) = self.bases()?;
        let exports = bases.last_exports();
        if !varexport && exports > 0 {
            return Err(BufferError::Exported { exports });
        }
        let base = Base::new(bases.next, items, init)?;
        bases.next += 1;
        bases.list.push(base);
        Ok(())
    }

    /// Takes the last base off the list.
    ///
    /// # Errors
    ///
    /// [`Consumer`](BufferError::Consumer); [`Exported`](BufferError::Exported) if it
    /// is in use; [`LastBase`](BufferError::LastBase) if there is no other.
    pub fn pop(&self) -> Result<(), BufferError> {
        let (_, mut bases) = self.bases()?;
        let exports = bases.last_exports();
        if exports > 0 {
            return Err(BufferError::Exported { exports });
        }
        if bases.list.len() == 1 {
            return Err(BufferError::LastBase);
        }
        bases.list.pop();
        Ok(())
    }

    fn bases(&self) -> Result<(bool, MutexGuard<'_, Bases>), BufferError> {
        match &self.source {
            Source::Bases { varexport, bases } => Ok((*varexport, lock(bases))),
            Source::Consumed(_) => Err(BufferError::Consumer),
        }
    }

    /// The buffer that is exported, its flags and its offset.
    pub(super) fn current(&self) -> (Buffer, NdFlags, Option<usize>) {
        match &self.source {
            Source::Bases { bases, .. } => {
                lock(bases).with_last(|base| (base.buffer.clone(), base.flags, Some(base.offset)))
            }
            Source::Consumed(consumed) => (consumed.buffer.clone(), consumed.flags, None),
        }
    }

    /// How the array was made, and what can be seen of it.
    #[must_use]
    pub fn flags(&self) -> NdFlags {
        self.current().1
    }

    /// Bytes from the start of the memory to the item at index 0, which only
    /// an array with memory of its own knows.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.current().2
    }

    /// The exporter that the memory is from, if there is one.
    #[must_use]
    pub fn obj(&self) -> Option<Arc<dyn Exporter>> {
        match &self.source {
            Source::Bases { .. } => None,
            Source::Consumed(consumed) => Some(Arc::clone(&consumed.exporter)),
        }
    }

    /// Bytes of all items together.
    #[must_use]
    pub fn nbytes(&self) -> usize {
        self.current().0.nbytes()
    }

    /// Whether the items must not be written.
    #[must_use]
    pub fn readonly(&self) -> bool {
        self.current().0.readonly()
    }

    /// Bytes of an item.
    #[must_use]
    pub fn itemsize(&self) -> usize {
        self.current().0.itemsize()
    }

    /// What items are; empty if the array has not been told.
    #[must_use]
    pub fn format(&self) -> String {
        self.current().0.format().map(ToString::to_string).unwrap_or_default()
    }

    /// The number of axes.
    #[must_use]
    pub fn ndim(&self) -> usize {
        self.current().0.ndim()
    }

    /// The extents; empty if the array has not been told.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        self.current().0.shape().unwrap_or_default().to_vec()
    }

    /// Bytes from one index to the next; empty if the array has not been told.
    #[must_use]
    pub fn strides(&self) -> Vec<isize> {
        self.current().0.strides().unwrap_or_default().to_vec()
    }

    /// Suboffsets; empty if there are none.
    #[must_use]
    pub fn suboffsets(&self) -> Vec<isize> {
        self.current().0.suboffsets().unwrap_or_default().to_vec()
    }

    /// Whether the items follow one another in C order.
    #[must_use]
    pub fn c_contiguous(&self) -> bool {
        self.flags().contains(NdFlags::C)
    }

    /// Whether the items follow one another in F order.
    #[must_use]
    pub fn f_contiguous(&self) -> bool {
        self.flags().contains(NdFlags::FORTRAN)
    }

    /// Whether the items follow one another in C or in F order.
    #[must_use]
    pub fn contiguous(&self) -> bool {
        self.c_contiguous() || self.f_contiguous()
    }

    /// All items, as lists in lists.
    ///
    /// # Errors
    ///
    /// [`Incomplete`](BufferError::Incomplete) if the array has not been told
    /// the format, and those of [`MemoryView::tolist`].
    pub fn tolist(&self) -> Result<Value, BufferError> {
        let (buffer, ..) = self.current();
        if buffer.format().is_none() {
            let request = Request::FORMAT;
            return Err(BufferError::Incomplete { request, missing: "format" });
        }
        MemoryView::from_buffer(buffer).tolist()
    }

    /// The bytes of all items in C order.
    ///
    /// # Errors
    ///
    /// Those of [`MemoryView::tobytes`].
    pub fn tobytes(&self) -> Result<Vec<u8>, BufferError> {
        self.memoryview_from_buffer().tobytes(Order::C)
    }

    /// A view that is from no exporter, of the memory as it is now.
    #[must_use]
    pub fn memoryview_from_buffer(&self) -> MemoryView {
        MemoryView::from_buffer(self.current().0)
    }

    /// Adds suboffsets below 0 to an array that has none. They mean that
    /// there are no pointers, so nothing changes.
    ///
    /// # Errors
    ///
    /// [`Flags`](BufferError::Flags) if there are suboffsets;
    /// [`Incomplete`](BufferError::Incomplete) if the array has not been told
    /// strides, which suboffsets go with.
    pub fn add_suboffsets(&self) -> Result<(), BufferError> {
        let (buffer, flags, _) = self.current();
        if buffer.suboffsets().is_some() {
            let (flags, reason) =
                (flags.bits() & NdFlags::PIL.bits(), "there are suboffsets already");
            return Err(BufferError::Flags { flags, reason });
        }
        match buffer.strides() {
            Some(_) => Ok(()),
            None => Err(BufferError::Incomplete { request: Request::INDIRECT, missing: "strides" }),
        }
    }

    /// Python's hash of the bytes of all items in C order, whatever their
    /// format; see [`MemoryView::hash`].
    ///
    /// # Errors
    ///
    /// [`HashWritable`](BufferError::HashWritable) unless the array is
    /// read-only.
    pub fn hash(&self) -> Result<i64, BufferError> {
        if !self.readonly() {
            return Err(BufferError::HashWritable);
        }
        MemoryView::from_buffer(Buffer::from(self.tobytes()?).to_readonly()).hash()
    }
}

fn lock(bases: &Mutex<Bases>) -> MutexGuard<'_, Bases> {
    bases.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bases {
    fn with_last<R>(&mut self, then: impl FnOnce(&mut Base) -> R) -> R {
        match self.list.last_mut() {
            Some(base) => then(base),
            None => unreachable!("the last base cannot be taken off"),
        }
    }

    fn last_exports(&mut self) -> usize {
        self.with_last(|base| base.exports)
    }
}

impl Exporter for NdArray {
    fn export(&self, request: Request) -> Result<Buffer, BufferError> {
        match &self.source {
            Source::Bases { bases, .. } => lock(bases).with_last(|base| {
                if base.flags.contains(NdFlags::GETBUF_FAIL) {
                    let reason = "the array is made to refuse";
                    return Err(BufferError::Refused { request, reason });
                }
                let buffer = base.buffer.answer(request)?;
                base.exports += 1;
                Ok(buffer)
            }),
            Source::Consumed(consumed) if consumed.redirects() => consumed.exporter.export(request),
            Source::Consumed(consumed) => consumed.buffer.answer(request),
        }
    }

    fn release_buffer(&self, internal: usize) {
        match &self.source {
            Source::Bases { bases, .. } => lock(bases).release(internal),
            Source::Consumed(consumed) if consumed.redirects() => {
                consumed.exporter.release_buffer(internal);
            }
            Source::Consumed(_) => {}
        }
    }
}

impl Consumed {
    fn redirects(&self) -> bool {
        self.flags.contains(NdFlags::REDIRECT)
    }
}

impl Bases {
    /// A buffer of this base is no longer in use.
    fn release(&mut self, id: usize) {
        let Some(at) = self.list.iter().position(|base| base.id == id) else { return };
        let base = &mut self.list[at];
        base.exports = base.exports.saturating_sub(1);
        if base.exports == 0 && at + 1 < self.list.len() {
            self.list.remove(at);
        }
    }
}

impl Drop for Consumed {
    fn drop(&mut self) {
        self.exporter.release_buffer(self.buffer.internal());
    }
}

impl fmt::Debug for NdArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (buffer, flags, offset) = self.current();
        f.debug_struct("NdArray")
            .field("buffer", &buffer)
            .field("flags", &flags)
            .field("offset", &offset)
            .finish()
    }
}
