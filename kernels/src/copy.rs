//! Moving items: what a block is, and which loop moves it.

use crate::dispatch::{KernelFn, select};
use crate::level::Level;
use crate::{gather, interleave, transpose};

/// One axis of a [`Block`]: so many steps of so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Items along the axis.
    pub extent: usize,
    /// Bytes from one item to the next in the destination.
    pub dst: isize,
    /// Bytes from one item to the next in the source.
    pub src: isize,
}
