//! Memory that is shared: who keeps it alive, and who may touch it when.

use crate::buffer::foreign;
use crate::element::Element;
use crate::error::BufferError;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::fmt;
use core::ops::{Deref, DerefMut};
use core::{ptr, slice};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

/// A block of memory that any number of buffers and views share.
///
/// It lives as long as someone has it, and is read and written under a lock
/// of its own, which every method of a view holds for as long as it runs. So
/// views of the same memory may be used by several threads: what one writes,
/// another sees whole or not at all.
///
/// A verb needs no other to end, whatever pool its caller is in. What a verb
/// calls, a [`Hasher`](core::hash::Hasher), does not wait for memory, since that
/// verb may have it: it gets [`BufferError::Busy`].
///
/// ```
/// use stridewise::Order;
/// use stridewise::buffer::{Memory, MemoryView};
///
/// let memory = Memory::from_vec(vec![1u8, 2, 3]);
/// let view = MemoryView::from_memory(&memory);
/// memory.write()?[1] = 7;
/// assert_eq!(view.tobytes(Order::C)?, [1, 7, 3]);
/// # Ok::<(), stridewise::BufferError>(())
/// ```
pub struct Memory {
    start: *mut u8,
    len: usize,
    access: Access,
    lock: RwLock<()>,
    /// Dropped with the memory, which it keeps.
    _owner: Option<Arc<dyn Any + Send + Sync>>,
}

/// What may be done with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    /// Written only where its pointers are not.
    Items,
    Write,
}

// SAFETY: bytes are touched under the lock only, or never written; the owner
// is `Send` and `Sync` itself.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// The memory of a vector, to read and to write.
    #[must_use]
    pub fn from_vec<T: Element>(mut items: Vec<T>) -> Arc<Memory> {
        let (start, len) = (items.as_mut_ptr().cast(), size_of_val(&items[..]));
        // Nobody sees the vector again, so its bytes may become any.
        Memory::of(start, len, Access::Write, Some(Arc::new(items)))
    }

    /// Memory that is there for ever, to read.
    #[must_use]
    pub fn from_static<T: Element>(items: &'static [T]) -> Arc<Memory> {
        let start = items.as_ptr().cast_mut().cast();
        Memory::of(start, size_of_val(items), Access::Read, None)
    }

    /// Memory that others have too, to read.
    #[must_use]
    pub fn from_shared<T: Element>(items: Arc<[T]>) -> Arc<Memory> {
        let (start, len) = (items.as_ptr().cast_mut().cast(), size_of_val(&items[..]));
        Memory::of(start, len, Access::Read, Some(Arc::new(items)))
    }

    /// The bytes of an owner, to read; it is asked for them once.
    ///
    /// ```
    /// use stridewise::buffer::Memory;
    /// let memory = Memory::from_owner(String::from("abc"));
    /// assert_eq!(memory.read()?[..], *b"abc");
    /// assert!(memory.write().is_err());
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    #[must_use]
    pub fn from_owner<O: AsRef<[u8]> + Send + Sync + 'static>(owner: O) -> Arc<Memory> {
        // In its place for good before it is asked.
        let owner = Arc::new(owner);
        let bytes = (*owner).as_ref();
        let (start, len) = (bytes.as_ptr().cast_mut(), bytes.len());
        Memory::of(start, len, Access::Read, Some(owner))
    }

    /// Any memory, which an owner keeps.
    ///
    /// # Safety
    ///
    /// From now until the owner is dropped:
    /// - `len` bytes from `start` are initialised and may be read, from any
    ///   thread;
    /// - if `writable`, they may be written with anything, and nobody else
    ///   reads or writes them;
    /// - if not, nobody writes them.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use stridewise::buffer::Memory;
    /// let mut bytes = vec![1u8, 2];
    /// let start = bytes.as_mut_ptr();
    /// // SAFETY: the vector is the owner, and nobody else has it.
    /// let memory = unsafe { Memory::from_raw(start, 2, true, Arc::new(bytes)) };
    /// memory.write()?[0] = 5;
    /// assert_eq!(memory.read()?[..], [5, 2]);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    #[must_use]
    pub unsafe fn from_raw(
        start: *mut u8,
        len: usize,
        writable: bool,
        owner: Arc<dyn Any + Send + Sync>,
    ) -> Arc<Memory> {
        let access = if writable { Access::Write } else { Access::Read };
        Memory::of(start, len, access, Some(owner))
    }

    /// Memory that holds pointers, so that [`write`](Memory::write) refuses
    /// it, and buffers of it are written only through
    /// [`Buffer::with_pointers`](super::Buffer::with_pointers).
    ///
    /// # Safety
    ///
    /// That of [`from_raw`](Memory::from_raw), but that only those bytes may
    /// be written that such a buffer has as items. The lock of this memory is
    /// the lock of all that the pointers lead to.
    #[must_use]
    pub unsafe fn from_raw_with_pointers(
        start: *mut u8,
        len: usize,
        writable: bool,
        owner: Arc<dyn Any + Send + Sync>,
    ) -> Arc<Memory> {
        let access = if writable { Access::Items } else { Access::Read };
        Memory::of(start, len, access, Some(owner))
    }

    pub(super) fn of(
        start: *mut u8,
        len: usize,
        access: Access,
        owner: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Arc<Memory> {
        Arc::new(Memory { start, len, access, lock: RwLock::new(()), _owner: owner })
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether nobody may write it.
    #[must_use]
    pub fn readonly(&self) -> bool {
        self.access == Access::Read
    }

    pub(super) fn start(&self) -> *mut u8 {
        self.start
    }

    pub(super) fn access(&self) -> Access {
        self.access
    }

    /// All bytes, to read; nobody writes them as long as the guard lives.
    /// The same thread must not use views of the memory in the meantime.
    ///
    /// # Errors
    ///
    /// [`BufferError::Busy`]; see [`Memory`].
    pub fn read(&self) -> Result<MemoryRead<'_>, BufferError> {
        Ok(MemoryRead { _lock: self.lock_to_read()?, memory: self })
    }

    /// All bytes, to write; nobody else has them as long as the guard lives.
    /// The same thread must not use views of the memory in the meantime.
    ///
    /// # Errors
    ///
    /// [`BufferError::ReadOnly`] if it is, or if some of its bytes are
    /// pointers; [`BufferError::Busy`], see [`Memory`].
    pub fn write(&self) -> Result<MemoryWrite<'_>, BufferError> {
        if self.access != Access::Write {
            return Err(BufferError::ReadOnly);
        }
        Ok(MemoryWrite { _lock: self.lock_to_write()?, memory: self })
    }

    /// What nobody can write needs no lock.
    pub(super) fn lock_to_read(&self) -> Result<Option<RwLockReadGuard<'_, ()>>, BufferError> {
        if self.readonly() {
            return Ok(None);
        }
        match self.lock.try_read() {
            Ok(guard) => Ok(Some(guard)),
            Err(TryLockError::Poisoned(poisoned)) => Ok(Some(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) if foreign::is_running() => Err(BufferError::Busy),
            Err(TryLockError::WouldBlock) => {
                Ok(Some(self.lock.read().unwrap_or_else(PoisonError::into_inner)))
            }
        }
    }

    /// Both, always in the same order, and once if they are the same.
    pub(super) fn lock_both_to_read<'a>(
        a: &'a Memory,
        b: &'a Memory,
    ) -> Result<[Option<RwLockReadGuard<'a, ()>>; 2], BufferError> {
        let [first, second] = in_order(a, b);
        let lock = first.lock_to_read()?;
        Ok([lock, if ptr::eq(a, b) { None } else { second.lock_to_read()? }])
    }

    /// As [`lock_both_to_read`](Memory::lock_both_to_read), one to write.
    pub(super) fn lock_to_copy<'a>(
        to: &'a Memory,
        from: &'a Memory,
    ) -> Result<(RwLockWriteGuard<'a, ()>, Option<RwLockReadGuard<'a, ()>>), BufferError> {
        if ptr::eq(to, from) {
            return Ok((to.lock_to_write()?, None));
        }
        if ptr::eq(in_order(to, from)[0], to) {
            let written = to.lock_to_write()?;
            return Ok((written, from.lock_to_read()?));
        }
        let read = from.lock_to_read()?;
        Ok((to.lock_to_write()?, read))
    }

    pub(super) fn lock_to_write(&self) -> Result<RwLockWriteGuard<'_, ()>, BufferError> {
        match self.lock.try_write() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if foreign::is_running() => Err(BufferError::Busy),
            Err(TryLockError::WouldBlock) => {
                Ok(self.lock.write().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Memory { start, len, access, .. } = self;
        write!(f, "Memory({len} bytes at {start:p}, {access:?})")
    }
}

/// The bytes of a [`Memory`], to read.
#[derive(Debug)]
pub struct MemoryRead<'a> {
    memory: &'a Memory,
    _lock: Option<RwLockReadGuard<'a, ()>>,
}

/// The bytes of a [`Memory`], to write.
#[derive(Debug)]
pub struct MemoryWrite<'a> {
    memory: &'a Memory,
    _lock: RwLockWriteGuard<'a, ()>,
}

impl Deref for MemoryRead<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: initialised, by whoever made the memory; locked to read.
        unsafe { bytes(self.memory) }
    }
}

impl Deref for MemoryWrite<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: initialised, by whoever made the memory; locked to write.
        unsafe { bytes(self.memory) }
    }
}

impl DerefMut for MemoryWrite<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        let Memory { start, len, .. } = *self.memory;
        if len == 0 {
            return &mut [];
        }
        // SAFETY: may be written, by whoever made the memory; locked to write.
        unsafe { slice::from_raw_parts_mut(start, len) }
    }
}

fn in_order<'a>(a: &'a Memory, b: &'a Memory) -> [&'a Memory; 2] {
    if ptr::from_ref(a) <= ptr::from_ref(b) { [a, b] } else { [b, a] }
}

/// # Safety
/// Locked for as long as the bytes are used.
unsafe fn bytes(memory: &Memory) -> &[u8] {
    if memory.len == 0 {
        return &[];
    }
    // SAFETY: the caller's.
    unsafe { slice::from_raw_parts(memory.start, memory.len) }
}
