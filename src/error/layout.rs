//! What can be wrong with a layout, alone or against its memory.

use alloc::vec::Vec;
use core::fmt;

/// A layout that is refused, with the values that made it so.
///
/// ```
/// use stridewise::{Layout, LayoutError};
///
/// let error = Layout::new(&[2, 3], &[8], 8, 0).unwrap_err();
/// assert_eq!(error, LayoutError::RankMismatch { shape: 2, strides: 1 });
/// assert_eq!(error.to_string(), "shape has 2 axes but strides has 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the values in the message")]
pub enum LayoutError {
    /// More axes than [`MAX_NDIM`](crate::MAX_NDIM).
    RankTooLarge { ndim: usize, max: usize },
    /// Shape and strides are of different lengths.
    RankMismatch { shape: usize, strides: usize },
    /// Shape and suboffsets are of different lengths.
    SuboffsetMismatch { shape: usize, suboffsets: usize },
    /// Items of no bytes.
    ZeroItemsize,
    /// The items together take more than `isize::MAX` bytes.
    ExtentOverflow { shape: Vec<usize>, itemsize: usize },
    /// Some item's distance from the start of the allocation is no `isize`.
    SpanOverflow { shape: Vec<usize>, strides: Vec<isize>, offset: isize },
    /// Bytes `start..end` are touched, but the allocation is `0..len`.
    SpanOutside { start: isize, end: isize, len: usize },
    /// Two indices of a writable view share a byte.
    SelfOverlap { shape: Vec<usize>, strides: Vec<isize>, itemsize: usize },
    /// The layout's items are not of the element type's size.
    ItemsizeMismatch { layout: usize, element: usize },
    /// An item would lie where its type may not.
    Misaligned { address: usize, align: usize },
    /// A slice that never advances.
    StepZero { axis: usize },
    /// No such axis.
    AxisOutside { axis: usize, ndim: usize },
    /// No such run of axes.
    AxesOutside { start: usize, end: usize, ndim: usize },
    /// No such index along the axis.
    IndexOutside { axis: usize, index: isize, extent: usize },
    /// Not every axis exactly once.
    NotAPermutation { axes: Vec<usize>, ndim: usize },
    /// The last axis that ends in pointers, where bytes alone are vouched for.
    Indirect { axis: usize, suboffset: isize },
    /// The axis does not go without following its pointers.
    PointerNeeded { axis: usize, suboffset: isize },
    /// A suboffset below 0, which would mean that there is none.
    NegativeSuboffset { axis: usize, suboffset: isize },
    /// Axes would change places with pointers.
    PointerOrder { axes: Vec<usize>, suboffsets: Vec<isize> },
    /// The shape does not stretch to the other one.
    CannotBroadcast { from: Vec<usize>, to: Vec<usize> },
    /// The extents do not multiply to the one that they are to replace.
    CannotSplit { axis: usize, extent: usize, into: Vec<usize> },
    /// The item is not a number of parts of that size.
    CannotSplitItem { itemsize: usize, size: usize },
    /// No single stride walks all of these axes.
    CannotMerge { shape: Vec<usize>, strides: Vec<isize> },
    /// The shapes hold different numbers of items.
    SizeMismatch { from: Vec<usize>, to: Vec<usize> },
    /// An array of no parts, so of no known shape.
    NoParts,
    /// The new shape would need its items moved.
    CannotReshape { shape: Vec<usize>, strides: Vec<isize>, to: Vec<usize> },
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use LayoutError::*;
        match self {
            RankTooLarge { ndim, max } => {
                write!(f, "{ndim} axes are more than the {max} allowed")
            }
            RankMismatch { shape, strides } => {
                write!(f, "shape has {shape} axes but strides has {strides}")
            }
            SuboffsetMismatch { shape, suboffsets } => {
                write!(f, "shape has {shape} axes but suboffsets has {suboffsets}")
            }
            ZeroItemsize => f.write_str("itemsize is 0"),
            ExtentOverflow { shape, itemsize } => {
                write!(f, "shape {shape:?} of {itemsize}-byte items overflows isize")
            }
            SpanOverflow { shape, strides, offset } => write!(
                f,
                "shape {shape:?} with strides {strides:?} from offset {offset} overflows isize"
            ),
            SpanOutside { start, end, len } => {
                write!(f, "bytes {start}..{end} are touched but the allocation is 0..{len}")
            }
            SelfOverlap { shape, strides, itemsize } => write!(
                f,
                "{itemsize}-byte items of shape {shape:?} with strides {strides:?} overlap each other"
            ),
            ItemsizeMismatch { layout, element } => {
                write!(f, "itemsize is {layout} but the element type takes {element} bytes")
            }
            Misaligned { address, align } => {
                write!(f, "address {address:#x} is not a multiple of {align}")
            }
            StepZero { axis } => write!(f, "slice step along axis {axis} is 0"),
            AxisOutside { axis, ndim } => {
                write!(f, "axis {axis} is outside the {ndim} axes")
            }
            AxesOutside { start, end, ndim } => {
                write!(f, "axes {start}..{end} are outside the {ndim} axes")
            }
            IndexOutside { axis, index, extent } => {
                write!(f, "index {index} is outside axis {axis} of extent {extent}")
            }
            NotAPermutation { axes, ndim } => {
                write!(f, "{axes:?} is not a permutation of {ndim} axes")
            }
            Indirect { axis, suboffset } => {
                write!(f, "axis {axis} ends in pointers (suboffset {suboffset}) to unknown memory")
            }
            PointerNeeded { axis, suboffset } => write!(
                f,
                "axis {axis} ends in pointers (suboffset {suboffset}) that a layout cannot follow"
            ),
            NegativeSuboffset { axis, suboffset } => {
                write!(f, "suboffset {suboffset} of axis {axis} would be negative")
            }
            PointerOrder { axes, suboffsets } => write!(
                f,
                "axes in the order {axes:?} change places with pointers at suboffsets {suboffsets:?}"
            ),
            CannotBroadcast { from, to } => {
                write!(f, "shape {from:?} does not broadcast to {to:?}")
            }
            CannotSplit { axis, extent, into } => {
                write!(f, "axis {axis} of extent {extent} does not split into {into:?}")
            }
            CannotSplitItem { itemsize, size } => {
                write!(f, "items of {itemsize} bytes do not split into parts of {size} bytes")
            }
            CannotMerge { shape, strides } => {
                write!(f, "axes of shape {shape:?} with strides {strides:?} do not merge")
            }
            SizeMismatch { from, to } => {
                write!(f, "shapes {from:?} and {to:?} hold different numbers of items")
            }
            NoParts => f.write_str("no parts to make an array of"),
            CannotReshape { shape, strides, to } => write!(
                f,
                "shape {shape:?} with strides {strides:?} does not become {to:?} without a copy"
            ),
        }
    }
}

impl core::error::Error for LayoutError {}
