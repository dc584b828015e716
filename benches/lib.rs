//! What the benchmarks share: the catalogue of layouts, the memory that they
//! lie in, and the engines that stridewise is compared with.

pub mod cases;
pub mod memory;
pub mod naive;
pub mod peers;
pub mod rows;
