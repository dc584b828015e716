//! Copy, compare and hash N-dimensional memory of any layout, at the speed
//! of memory.
//!
//! Array libraries keep rewriting one machine room: assignment between
//! strided views, conversion to C or F order, equality, hashing. This crate
//! is that room. One planner serves four verbs:
//!
//! | verb | what it does |
//! | --- | --- |
//! | [`copy`], [`copy_broadcast`], [`copy_within`] | any strided view to any other |
//! | [`to_contiguous`] | a fresh array in C, F or the view's own order |
//! | [`equal`], [`first_mismatch`] | typed equality, early exit, where they differ |
//! | [`xxh3_64`], [`xxh3_128`], [`siphash13`], [`hash_into`] | the hash of the C-order bytes, without making them |
//! | [`tree_hash`] | another hash of these bytes, of parts for any number of threads |
//!
//! # From a view to a kernel
//!
//! A [`Layout`] is shape, byte strides, itemsize and offset, checked. A
//! [`View`], [`AnyView`] or [`Array`] is a layout over memory that holds it.
//! From layouts alone a verb makes a plan: it normalizes, orders and
//! coalesces the loops, gives the innermost ones to a vectorized kernel and
//! cuts the rest into chunks for [rayon](https://docs.rs/rayon). Plans are
//! plain data that print themselves, and can be kept: [`CopyPlan`],
//! [`EqualPlan`], [`HashPlan`]. Kernels come in levels ([`Level`]); the best
//! one of the CPU is found at run time, see [`level()`]. Libraries with a
//! view type of their own call [`raw`].
//!
//! Pointers may lie between axes, as in `char (*v[n])[h][w]`: such a layout is
//! [indirect](Layout::indirect), with suboffsets. The verbs walk the pointers
//! and run one plan wherever these lead. An [`IndirectArray`] makes a table of
//! arrays; [`AnyView::from_raw`] takes other people's pointers.
//!
//! What items are made of may be known at run time only: a [`Format`] is what
//! Python's `struct` module and PEP 3118 write as a string, a [`Value`] an
//! item that it reads or writes. Views of two formats are compared, copied and
//! hashed by value: [`equal_values`], [`first_value_mismatch`],
//! [`copy_values`], [`value_hash`].
//!
//! Libraries that let each other at their memory do so by the buffer protocol,
//! Python's PEP 3118: exporters, requests and memory views are in
#![cfg_attr(feature = "std", doc = "[`buffer`].")]
#![cfg_attr(not(feature = "std"), doc = "`buffer`, which needs `std`.")]
//!
//! ```
//! use stridewise::{Order, Slice, View, equal, first_mismatch, to_contiguous, xxh3_64};
//!
//! // A picture of 2 x 3 pixels of red, green and blue.
//! let data: Vec<u8> = (0..18).collect();
//! let picture = View::new(&data, &[2, 3, 3])?;
//! // Upside down, as planes.
//! let planes = picture.slice(0, Slice::new(None, None, -1))?.permute(&[2, 0, 1])?;
//!
//! let copy = to_contiguous(&planes, Order::C)?;
//! assert_eq!(copy.as_slice()[..6], [9, 12, 15, 0, 3, 6]);
//! assert!(equal(&planes, &copy)?);
//! assert_eq!(first_mismatch(&planes, &copy)?, None);
//! assert_eq!(xxh3_64(&planes)?, xxh3_64(&copy)?);
//! # Ok::<(), stridewise::Error>(())
//! ```
//!
//! # Features
//!
//! `std` reads the environment variable `STRIDEWISE_LEVEL` and has the locks
//! of `buffer`; `rayon` runs
//! large plans in the caller's thread pool. Both are on by default; without
//! them the crate is `no_std` with `alloc`. Vector kernels need neither.
//! `testing` adds `buffer::testing`, an exporter of arrays of every kind for the
//! tests of libraries that consume buffers.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod axes;
#[cfg(feature = "std")]
pub mod buffer;
mod element;
mod error;
mod format;
mod layout;
mod level;
mod memory;
mod ops;
mod parallel;
mod plan;
pub mod raw;
#[allow(unsafe_code, reason = "the constructors that vouch for pointers")]
mod view;

pub use element::{Complex, Element, ElementType, F16};
#[cfg(feature = "std")]
pub use error::BufferError;
pub use error::{AllocError, Error, FormatError, LayoutError, LevelError, MismatchError};
pub use format::{Field, Format, Value};
pub use layout::{Layout, MAX_NDIM, Order, Slice};
pub use level::{LEVEL_VARIABLE, Level, level, level_named};
pub use ops::{
    CopyPlan, CopyValuesPlan, EqualPlan, EqualValuesPlan, HashPlan, HashValuesPlan, Options, copy,
    copy_broadcast, copy_values, copy_within, equal, equal_values, equal_with, first_mismatch,
    first_mismatch_with, first_value_mismatch, hash_into, siphash13, to_contiguous,
    to_contiguous_any, tree_hash, value_hash, xxh3_64, xxh3_128,
};
pub use parallel::serial;
pub use stridewise_kernels::equal::Mode;
pub use stridewise_kernels::{Caches, Prefetch};
pub use view::{
    AnyArray, AnyView, AnyViewMut, Array, IndirectArray, Strided, StridedMut, View, ViewMut,
};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
