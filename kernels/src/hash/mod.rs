//! Hashing bytes: XXH3 at the speed of a read, and SipHash-1-3.
//!
//! Both are streams: any way of cutting the bytes into `update` calls gives
//! the hash of the bytes in one piece, and no level changes a result.
//!
//! - [`xxh3_64`], [`xxh3_128`] and [`Xxh3`] follow the [specification] of
//!   XXH3 with the default secret and a seed. Up to 240 bytes are mixed
//!   directly (`short`). Longer inputs are stripes of 64 bytes, summed into
//!   eight words (`long`): the only loop here that exists per level.
//! - [`SipHasher13`] is what CPython hashes bytes with.
//!
//! [specification]: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

mod blocks;
mod long;
mod mix;
mod secret;
mod short;
mod siphash;
mod xxh3;

pub use blocks::{BLOCK_BYTES, BlockSums, block_sums};
pub(crate) use long::Accumulate;
pub(crate) use mix::PRIME32_1;
pub use siphash::SipHasher13;
pub use xxh3::{Xxh3, xxh3_64, xxh3_128};
