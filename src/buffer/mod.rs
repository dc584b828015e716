//! The buffer protocol: libraries that let each other at their memory,
//! without knowing each other's types.
//!
//! An [`Exporter`] has memory. A consumer sends it a [`Request`] that says
//! what it can handle, and gets a [`Buffer`]: memory, layout, format, and
//! whether it may be written. A [`MemoryView`] is such a consumer, and does all that can be
//! done with items whose type and layout are known at run time only: it
//! reads and writes them, slices, casts, copies, compares and hashes.
//!
//! The rules are those of Python's buffer protocol, PEP 3118, so that a
//! library which exports by them here does so there. The memory itself is
//! safe: it is kept by whoever has a buffer of it, and locked while it is used.
//!
//! # A library type that exports its memory
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicUsize, Ordering};
//! use stridewise::buffer::{Buffer, Exporter, Memory, MemoryView, Request};
//! use stridewise::{Array, BufferError, Format, Layout, Order, Slice};
//!
//! /// Measurements of some stations, one column each.
//! struct Table {
//!     buffer: Buffer,
//!     viewers: AtomicUsize,
//! }
//!
//! impl Table {
//!     fn new(values: Vec<u16>, stations: usize) -> Result<Table, BufferError> {
//!         let shape = [values.len() / stations, stations];
//!         let layout = Layout::contiguous(&shape, 2, Order::F)?;
//!         let buffer = Buffer::new(&Memory::from_vec(values), layout, Format::parse("H")?)?;
//!         Ok(Table { buffer, viewers: AtomicUsize::new(0) })
//!     }
//! }
//!
//! impl Exporter for Table {
//!     fn export(&self, request: Request) -> Result<Buffer, BufferError> {
//!         let buffer = self.buffer.answer(request)?;
//!         self.viewers.fetch_add(1, Ordering::Relaxed);
//!         Ok(buffer)
//!     }
//!
//!     fn release_buffer(&self, _: usize) {
//!         self.viewers.fetch_sub(1, Ordering::Relaxed);
//!     }
//! }
//!
//! let table = Arc::new(Table::new(vec![11, 12, 13, 21, 22, 23], 2)?);
//! let view = MemoryView::from_exporter(table.clone())?;
//! assert_eq!(table.viewers.load(Ordering::Relaxed), 1);
//!
//! // Viewed and sliced: the last row first.
//! let upwards = view.slice(0, Slice::new(None, None, -1))?;
//! assert_eq!(upwards.tolist()?.to_string(), "[[13, 23], [12, 22], [11, 21]]");
//!
//! // Written: the first station gets what the second has.
//! view.index(1, 0)?.assign(&view.index(1, 1)?)?;
//!
//! // Cast: the columns follow one another, so this is F order.
//! let bytes = view.cast_in("B", None, Order::F)?;
//! assert_eq!(bytes.shape()?, [12]);
//!
//! // Compared, with numbers of another type in another order.
//! let numbers = Array::new(vec![21.0, 21.0, 22.0, 22.0, 23.0, 23.0], &[3, 2])?;
//! let numbers = MemoryView::from_buffer(Buffer::from(numbers));
//! assert!(view == numbers);
//! assert_eq!(view.value_hash()?, numbers.value_hash()?);
//!
//! // Hashed as Python does, once it cannot be written: by the bytes.
//! assert_eq!(bytes.hash(), Err(BufferError::HashWritable));
//! # #[cfg(target_endian = "little")]
//! assert_eq!(bytes.to_readonly()?.hash()?, 1408893816352489225);
//!
//! // Given back after the last view.
//! drop((view, upwards, bytes));
//! assert_eq!(table.viewers.load(Ordering::Relaxed), 0);
//! # Ok::<(), BufferError>(())
//! ```

#![allow(unsafe_code, reason = "memory is vouched for, and locked before it is viewed")]

mod describe;
mod exporter;
mod foreign;
mod managed;
mod memory;
mod owners;
mod request;
#[cfg(feature = "testing")]
pub mod testing;
mod view;

pub use crate::error::BufferError;
pub use describe::Buffer;
pub use exporter::Exporter;
pub use managed::ManagedBuffer;
pub use memory::{Memory, MemoryRead, MemoryWrite};
pub use request::Request;
pub use view::{Access, Index, Items, MemoryView};
