//! Exporters: those who let others at their memory.

use super::{Buffer, Request};
use crate::error::BufferError;

/// A type that lets others view its memory. See the [module](super) for one
/// that does.
///
/// A consumer asks for a buffer by a [`Request`], and gives it back when it
/// has done with it.
pub trait Exporter: Send + Sync {
    /// A buffer that is as the request says: mostly the
    /// [`answer`](Buffer::answer) of one that tells all.
    ///
    /// # Errors
    ///
    /// Those of [`Buffer::answer`], or others of the exporter's own.
    fn export(&self, request: Request) -> Result<Buffer, BufferError>;

    /// Hears that a buffer is no longer used, by its
    /// [`internal`](Buffer::internal) number; called once for each that
    /// [`export`](Exporter::export) gave to a
    /// [`ManagedBuffer`](super::ManagedBuffer).
    fn release_buffer(&self, internal: usize) {
        let _ = internal;
    }
}

/// A buffer exports itself, whole or as the request says.
impl Exporter for Buffer {
    fn export(&self, request: Request) -> Result<Buffer, BufferError> {
        self.answer(request)
    }
}
