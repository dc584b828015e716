//! The Python package `stridewise`: the buffer protocol at the speed of
//! memory.
//!
//! Every function takes any objects that export their memory. An
//! [`Operand`](operand::Operand) is such an object's memory for as long as it
//! is lent: the exporter keeps it until the operand is dropped, so kernels may
//! run on it without the interpreter's lock. What each verb refuses is found
//! out before anything is written.

mod array;
mod compare;
mod copy;
mod dlpack;
mod errors;
mod export;
mod format;
mod hash;
mod lease;
mod memory;
mod memoryview;
mod operand;
mod plan;
mod siphash;
mod small;
mod testing;
mod threads;
mod value;

use pyo3::prelude::*;

/// The compiled part of `stridewise`.
#[pymodule]
mod _stridewise {
    #[pymodule_export]
    use crate::array::Array;
    #[pymodule_export]
    use crate::compare::{equal, first_mismatch};
    #[pymodule_export]
    use crate::copy::{contiguous, copyto, tobytes};
    #[pymodule_export]
    use crate::hash::{hash_bytes, tree_hash, value_hash, xxh3_64, xxh3_128};
    #[pymodule_export]
    use crate::memoryview::MemoryView;
    #[pymodule_export]
    use crate::plan::{Plan, level, plan};
    #[pymodule_export]
    use crate::testing::testing;
    #[pymodule_export]
    use crate::threads::{set_threads, threads};
}
