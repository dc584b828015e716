//! An exporter to test consumers with: every kind of memory, on request.
//!
//! An [`NdArray`] is made from a list of items. [`NdInit`] says how they are
//! to lie: in which format, shape, strides and from which offset on, in C or in F
//! order, writable or not, or as an array of pointers to its rows
//! ([`NdFlags::PIL`], as the Python Imaging Library has its pictures). A
//! library that consumes buffers finds here each case that others' exporters
//! may have in store for it:
//!
//! ```
//! use std::sync::Arc;
//! use stridewise::buffer::testing::{NdArray, NdFlags, NdInit, is_contiguous};
//! use stridewise::buffer::{MemoryView, Request};
//! use stridewise::{BufferError, Order, Value};
//!
//! let items: Vec<Value> = (0..6).map(Value::from).collect();
//! let init = NdInit { shape: &[2, 3], format: "h", ..NdInit::default() };
//! let plain = Arc::new(NdArray::new(&items, init)?);
//! let pointers = NdArray::new(&items, NdInit { flags: NdFlags::PIL, ..init })?;
//! let pointers = Arc::new(pointers);
//! assert_eq!(plain.tolist()?.to_string(), "[[0, 1, 2], [3, 4, 5]]");
//! assert_eq!(plain.tolist()?, pointers.tolist()?);
//! assert!(is_contiguous(plain.clone(), Order::C)? && !is_contiguous(pointers.clone(), Order::A)?);
//!
//! // What is viewed is equal, wherever it lies.
//! let view = MemoryView::from_exporter(pointers.clone())?;
//! assert_eq!(view, MemoryView::from_exporter(plain)?);
//! // A consumer that cannot follow pointers is told so.
//! let refused = MemoryView::with_request(pointers, Request::RECORDS_RO).unwrap_err();
//! assert!(matches!(refused, BufferError::NeedsSuboffsets { .. }));
//! # Ok::<(), BufferError>(())
//! ```
//!
//! # Exporters that tell less than they know
//!
//! [`NdArray::from_exporter`] is itself a consumer, of any request. It
//! exports again what it has got, and so may be an exporter that has no
//! strides, no shape or no format to tell, which no consumer should fall over:
//!
//! ```
//! use std::sync::Arc;
//! use stridewise::buffer::testing::{NdArray, NdInit};
//! use stridewise::buffer::{MemoryView, Request};
//! use stridewise::{BufferError, Value};
//!
//! let items: Vec<Value> = (0..4).map(Value::from).collect();
//! let base = NdArray::new(&items, NdInit { shape: &[2, 2], ..NdInit::default() })?;
//! let less = Arc::new(NdArray::from_exporter(Arc::new(base), Request::ND)?);
//! assert_eq!((less.shape(), less.strides()), (vec![2, 2], vec![]));
//! assert!(matches!(MemoryView::from_exporter(less), Err(BufferError::Incomplete { .. })));
//! # Ok::<(), BufferError>(())
//! ```
//!
//! Arrays with [`NdFlags::GETBUF_FAIL`] refuse every request.
//!
//! # Exporters that change
//!
//! An array has a list of bases, of which it exports the last.
//! [`push`](NdArray::push) and [`pop`](NdArray::pop) change it: as long as nobody
//! has a buffer of the last one, or, with [`NdFlags::VAREXPORT`], at any time.
//! Buffers of earlier bases stay as they are, and a base goes away with its
//! last buffer.
//!
//! # Functions
//!
//! [`get_pointer`], [`get_contiguous`], [`is_contiguous`] and [`cmp_contig`]
//! ask an exporter by the plainest means, so that cleverer ones can be held to
//! them; [`slice_indices`] tells what a slice picks.

mod base;
mod flags;
mod functions;
mod index;
mod ndarray;
mod pil;

pub use flags::NdFlags;
pub use functions::{cmp_contig, get_contiguous, get_pointer, is_contiguous, slice_indices};
pub use ndarray::{NdArray, NdInit};
