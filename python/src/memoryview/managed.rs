//! Managed buffers: what an exporter has lent, and how many views have it.

use super::released;
use crate::lease::Lease;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use std::sync::{Mutex, PoisonError};

/// A buffer that views share. An object of its own, because the collector
/// counts references: the one to the exporter is this object's, however many
/// views there are.
#[pyclass(frozen, module = "stridewise", name = "_ManagedBuffer")]
pub struct ManagedBuffer {
    lease: Mutex<Option<Lease>>,
    released: AtomicBool,
    /// Views that have not been released.
    views: AtomicUsize,
    exporter: Exporter,
}

/// The exporter, which the lease keeps.
struct Exporter(*const Option<Py<PyAny>>);

// SAFETY: looked at only while the lease is there.
unsafe impl Send for Exporter {}
// SAFETY: as above.
unsafe impl Sync for Exporter {}

impl ManagedBuffer {
    /// The first view of a buffer.
    pub fn hold(py: Python<'_>, lease: Lease) -> PyResult<Hold> {
        let managed = ManagedBuffer {
            exporter: Exporter(lease.exporter_slot()),
            lease: Mutex::new(Some(lease)),
            released: AtomicBool::new(false),
            views: AtomicUsize::new(1),
        };
        Ok(Hold { managed: Py::new(py, managed)?, released: AtomicBool::new(false) })
    }

    /// Gives the buffer back, once.
    fn release(&self) {
        self.released.store(true, Relaxed);
        let lease = self.lease.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The exporter may run anything.
        drop(lease);
    }

    fn exporter(&self) -> Option<&Py<PyAny>> {
        if self.released.load(Relaxed) {
            return None;
        }
        // SAFETY: the lease is there, in its box, until `release`.
        unsafe { &*self.exporter.0 }.as_ref()
    }
}

#[pymethods]
impl ManagedBuffer {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(self.exporter())
    }

    fn __clear__(&self) {
        self.release();
    }
}

/// One view of a managed buffer.
pub struct Hold {
    managed: Py<ManagedBuffer>,
    released: AtomicBool,
}

impl Hold {
    /// One more view, unless the buffer is gone.
    pub fn again(&self) -> PyResult<Hold> {
        let managed = self.managed.get();
        if managed.released.load(Relaxed) {
            return Err(released());
        }
        managed.views.fetch_add(1, Relaxed);
        let managed = Python::attach(|py| self.managed.clone_ref(py));
        Ok(Hold { managed, released: AtomicBool::new(false) })
    }

    /// One view less, once; the last one gives the buffer back.
    pub fn release(&self) {
        if !self.released.swap(true, Relaxed) {
            let managed = self.managed.get();
            if managed.views.fetch_sub(1, Relaxed) == 1 {
                managed.release();
            }
        }
    }

    pub fn is_released(&self) -> bool {
        self.managed.get().released.load(Relaxed)
    }

    /// The object whose memory it is.
    pub fn exporter(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.managed.get().exporter().map(|exporter| exporter.clone_ref(py))
    }

    pub fn traverse(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.managed)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.release();
    }
}
