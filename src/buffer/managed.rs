//! Managed buffers: what an exporter has given, and how many views have it.

use super::{Exporter, Memory};
use crate::error::BufferError;
use alloc::sync::Arc;
use core::cell::UnsafeCell;
use core::fmt;
use core::panic::RefUnwindSafe;
use core::sync::atomic::{AtomicUsize, Ordering};

/// A buffer that views share; the exporter gets it back when the last of
/// them has been released or dropped.
///
/// A method of a view that runs counts as a view: so that another thread
/// may release the view meanwhile, and the buffer is still given back after
/// its last use.
pub struct ManagedBuffer {
    /// Views that have not been released, and methods that run.
    exports: AtomicUsize,
    /// Taken by who counts `exports` down to 0, from where it never comes up
    /// again; read by those who are counted.
    held: UnsafeCell<Option<Held>>,
}

// SAFETY: what is held is `Send` and `Sync` itself, and is taken when nobody
// is counted who could read it.
unsafe impl Sync for ManagedBuffer {}
/// A panic leaves the count and what is held as they were.
impl RefUnwindSafe for ManagedBuffer {}

struct Held {
    memory: Arc<Memory>,
    /// Who wants the buffer back, by this number.
    exporter: Option<Arc<dyn Exporter>>,
    internal: usize,
}

impl ManagedBuffer {
    /// A buffer with its first view registered, which goes back to the
    /// exporter that gave it, if any.
    pub(super) fn of(
        memory: Arc<Memory>,
        exporter: Option<Arc<dyn Exporter>>,
        internal: usize,
    ) -> Arc<ManagedBuffer> {
        let held = UnsafeCell::new(Some(Held { memory, exporter, internal }));
        Arc::new(ManagedBuffer { exports: AtomicUsize::new(1), held })
    }

    /// The number of views that have not been released, and of their methods
    /// that run.
    #[must_use]
    pub fn exports(&self) -> usize {
        self.exports.load(Ordering::Relaxed)
    }

    /// Counts one more view, unless the last one is gone.
    pub(super) fn register(&self) -> Result<(), BufferError> {
        let more = |exports: usize| if exports == 0 { None } else { exports.checked_add(1) };
        match self.exports.fetch_update(Ordering::Acquire, Ordering::Relaxed, more) {
            Ok(_) => Ok(()),
            Err(_) => Err(BufferError::Released),
        }
    }

    /// Counts one view less, and gives the buffer back after the last.
    pub(super) fn unregister(&self) {
        if self.exports.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        // SAFETY: nobody is counted, and nobody will be. Those who were have
        // read before they counted themselves down, which this has seen.
        let held = unsafe { (*self.held.get()).take() };
        if let Some(Held { exporter: Some(exporter), internal, .. }) = held {
            exporter.release_buffer(internal);
        }
    }

    /// Keeps the buffer for as long as the hold lives.
    pub(super) fn hold(&self) -> Result<Hold<'_>, BufferError> {
        self.register()?;
        Ok(Hold { managed: self })
    }
}

impl fmt::Debug for ManagedBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedBuffer").field("exports", &self.exports()).finish_non_exhaustive()
    }
}

/// A view that lives as long as a method runs.
pub(super) struct Hold<'a> {
    managed: &'a ManagedBuffer,
}

impl Hold<'_> {
    fn held(&self) -> Result<&Held, BufferError> {
        // SAFETY: the hold is counted, so nothing is taken while it lives.
        let held = unsafe { &*self.managed.held.get() };
        held.as_ref().ok_or(BufferError::Released)
    }

    pub(super) fn memory(&self) -> Result<&Arc<Memory>, BufferError> {
        Ok(&self.held()?.memory)
    }

    pub(super) fn exporter(&self) -> Result<Option<Arc<dyn Exporter>>, BufferError> {
        Ok(self.held()?.exporter.clone())
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.managed.unregister();
    }
}
