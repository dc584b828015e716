//! Values: items of two formats compared, copied and hashed by what they
//! mean.
//!
//! Two formats are compiled into pairs of parts (`pairs`), which are compared
//! in blocks of items (`fields`), numbers of two kinds by way of one that
//! holds both (`lanes`), and copied with their bytes turned (`copy`). One pair
//! that is the whole item takes the way of [`equal`](crate::equal). Hashes are
//! made of codes that equal values of all formats share (`codes`).

mod codes;
mod copy;
mod equal;
mod fields;
mod hash;
mod lanes;
mod packed;
mod pairs;
mod parts;

#[cfg(test)]
mod tests;

pub use copy::{CopyValuesPlan, copy_values};
pub use equal::{EqualValuesPlan, equal_values, first_value_mismatch};
pub use hash::{HashValuesPlan, value_hash};
