//! All integration tests in one binary: the public API against the oracle.
//!
//! `STRIDEWISE_TEST_LAYOUTS` is the number of random layouts to a property
//! (20,000), `STRIDEWISE_TEST_SEED` draws others than the usual ones.

#[cfg(feature = "testing")]
mod buffer;
mod contiguous;
mod copy;
mod coverage;
mod equal;
mod errors;
mod formats;
#[cfg(unix)]
mod guard;
mod hash;
mod indirect;
mod layout;
mod levels;
mod parallel;
mod raw;
mod second_opinion;
mod support;
mod tree;
mod values;
mod views;
mod within;
