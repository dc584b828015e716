//! SIMD inner loops of `stridewise`: runs, tiles, comparison and hashing.
//!
//! Nothing here knows about shapes, views or plans: a kernel sees at most
//! two axes. Kernels are generic over the instruction set and the size of an
//! item, never over its type; comparison adds floats. Array libraries want
//! the `stridewise` crate, which plans, checks and calls these.
//!
//! # The contract
//!
//! Every unsafe function here cites the points that its caller vouches for.
//!
//! - **K1** The level's instructions run on this CPU. A [`Level`] proves it.
//! - **K2** All source bytes that the extents and strides name are readable,
//!   with those between the first and the last of them along an axis; all
//!   destination bytes that they name are writable.
//! - **K3** No destination byte is also a source byte, unless the function
//!   says that it may be, and no destination byte is named twice.
//! - **K4** Every offset that the extents and strides can form fits `isize`.
//! - **K5** Any bytes are a valid item: kernels move and compare bytes.

#![no_std]
#![allow(clippy::needless_range_loop, reason = "an index names rows on both sides of a shuffle")]
#[cfg(feature = "std")]
extern crate std;

pub mod copy;
pub mod equal;
pub mod hash;
pub mod transpose;

mod across;
mod ahead;
mod ask;
mod caches;
mod dispatch;
mod gather;
mod interleave;
mod item;
mod level;
mod line;
mod pieces;
mod pixels;
mod plain;
mod runs;
mod scalar;
mod stage;
mod step;
mod vector;
mod walk;

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm32;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub use ask::Ask;
pub use caches::{Caches, Prefetch};
pub use level::Level;
