//! stridewise

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod axes;
mod error;
mod format;
mod layout;

pub use error::{AllocError, Error, FormatError, LayoutError, LevelError, MismatchError};
pub use format::Format;
pub use layout::{Layout, MAX_NDIM, Order, Slice};
