//! What can be wrong with a buffer, a request for one, or a view of one.

use super::{AllocError, Error, FormatError, LayoutError, LevelError, MismatchError};
use crate::buffer::Request;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A request that is refused, or a view that cannot do what it is told.
///
/// ```
/// use std::sync::Arc;
/// use stridewise::BufferError;
/// use stridewise::buffer::{Buffer, Exporter, Request};
///
/// let bytes = Buffer::from(&b"abc"[..]);
/// let error = bytes.answer(Request::WRITABLE).unwrap_err();
/// assert_eq!(error, BufferError::NotWritable { request: Request::WRITABLE });
/// assert_eq!(error.to_string(), "request WRITABLE: the memory is read-only");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the values in the message")]
pub enum BufferError {
    /// The view has been released.
    Released,
    /// The view, or the array, cannot change as long as others have it.
    Exported { exports: usize },
    /// The memory must not be written.
    ReadOnly,
    /// The verb that calls, on this thread, has the memory.
    Busy,

    /// A request to write read-only memory.
    NotWritable { request: Request },
    /// A request for items in C order, which they are not in.
    NotCContiguous { request: Request, shape: Vec<usize>, strides: Vec<isize> },
    /// A request for items in F order, which they are not in.
    NotFContiguous { request: Request, shape: Vec<usize>, strides: Vec<isize> },
    /// A request for items in C or F order, which they are in neither of.
    NotContiguous { request: Request, shape: Vec<usize>, strides: Vec<isize> },
    /// A request without suboffsets, which there are.
    NeedsSuboffsets { request: Request, suboffsets: Vec<isize> },
    /// A request without strides for items that are not in C order.
    NeedsStrides { request: Request, shape: Vec<usize>, strides: Vec<isize> },
    /// A request for a format without a shape.
    FormatWithoutShape { request: Request },
    /// A request for more than the exporter has got itself.
    Incomplete { request: Request, missing: &'static str },
    /// An exporter that gives nothing, for its own reason.
    Refused { request: Request, reason: &'static str },

    /// More or fewer indices than axes.
    IndexCount { given: usize, ndim: usize },
    /// A scalar has no first axis.
    Scalar,
    /// The two sides of an assignment have different formats.
    FormatMismatch { dst: String, src: String },
    /// No value of the array equals the one that is looked for.
    NotFound { value: String },

    /// Formats of a cast: each a native one of one character.
    CastFormat { format: String },
    /// Formats of a cast: one of them of bytes.
    CastFormats { from: String, to: String },
    /// What is cast is contiguous.
    CastOrder { shape: Vec<usize>, strides: Vec<isize> },
    /// What is cast has items.
    CastEmpty { shape: Vec<usize> },
    /// One side of a cast has one axis.
    CastRank { from: usize, to: usize },
    /// What a cast gives has items.
    CastExtent { axis: usize, shape: Vec<usize> },
    /// A cast gives whole items.
    CastLength { nbytes: usize, itemsize: usize },
    /// A cast gives as many bytes as it takes.
    CastSize { shape: Vec<usize>, itemsize: usize, nbytes: usize },

    /// What may change has no hash.
    HashWritable,
    /// Only bytes have the hash of their bytes.
    HashFormat { format: String },

    /// Flags that do not go together.
    Flags { flags: u32, reason: &'static str },
    /// An array of no items.
    NoItems,
    /// An offset or a stride that leads into an item.
    NotAMultiple { value: isize, itemsize: usize },
    /// The array has got its buffer from another one.
    Consumer,
    /// The array has only one base.
    LastBase,

    /// A layout is refused.
    Layout(LayoutError),
    /// The operands do not fit together.
    Mismatch(MismatchError),
    /// The level cannot be had.
    Level(LevelError),
    /// The result cannot be allocated.
    Alloc(AllocError),
    /// A format is not understood, or an item not of its format.
    Format(FormatError),
}

impl fmt::Display for BufferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use BufferError::*;
        match self {
            Released => f.write_str("the view has been released"),
            Exported { exports: 1 } => f.write_str("there is 1 export"),
            Exported { exports } => write!(f, "there are {exports} exports"),
            ReadOnly => f.write_str("the memory is read-only"),
            Busy => f.write_str("the memory is in use by the verb that calls"),
            NotWritable { request } => write!(f, "request {request}: the memory is read-only"),
            NotCContiguous { request, shape, strides } => {
                write!(
                    f,
                    "request {request}: shape {shape:?} with strides {strides:?} is not in C order"
                )
            }
            NotFContiguous { request, shape, strides } => {
                write!(
                    f,
                    "request {request}: shape {shape:?} with strides {strides:?} is not in F order"
                )
            }
            NotContiguous { request, shape, strides } => write!(
                f,
                "request {request}: shape {shape:?} with strides {strides:?} is not contiguous"
            ),
            NeedsSuboffsets { request, suboffsets } => {
                write!(f, "request {request}: there are suboffsets {suboffsets:?}")
            }
            NeedsStrides { request, shape, strides } => {
                write!(f, "request {request}: shape {shape:?} needs its strides {strides:?}")
            }
            FormatWithoutShape { request } => {
                write!(f, "request {request}: a format needs a shape")
            }
            Incomplete { request, missing } => {
                write!(f, "request {request}: the exporter has no {missing} itself")
            }
            Refused { request, reason } => write!(f, "request {request}: {reason}"),
            IndexCount { given, ndim } => write!(f, "{given} indices for {ndim} axes"),
            Scalar => f.write_str("a scalar has no axes"),
            FormatMismatch { dst, src } => {
                write!(f, "format {dst:?} does not match format {src:?}")
            }
            NotFound { value } => write!(f, "{value} is not there"),
            CastFormat { format } => {
                write!(f, "cast: format {format:?} is not a native one of one character")
            }
            CastFormats { from, to } => {
                write!(f, "cast: neither format {from:?} nor {to:?} is of bytes")
            }
            CastOrder { shape, strides } => write!(
                f,
                "cast: shape {shape:?} with strides {strides:?} is not contiguous in that order"
            ),
            CastEmpty { shape } => write!(f, "cast: shape {shape:?} has no items"),
            CastRank { from, to } => write!(f, "cast: from {from} axes to {to}, neither 1"),
            CastExtent { axis, shape } => {
                write!(f, "cast: extent of axis {axis} in shape {shape:?} is 0")
            }
            CastLength { nbytes, itemsize } => {
                write!(f, "cast: {nbytes} bytes are not a multiple of {itemsize}")
            }
            CastSize { shape, itemsize, nbytes } => write!(
                f,
                "cast: shape {shape:?} of {itemsize}-byte items does not take {nbytes} bytes"
            ),
            HashWritable => f.write_str("memory that may be written has no hash"),
            HashFormat { format } => {
                write!(f, "items of format {format:?} have no hash by their bytes")
            }
            Flags { flags, reason } => write!(f, "flags {flags:#x}: {reason}"),
            NotAMultiple { value, itemsize } => {
                write!(f, "{value} bytes are not a multiple of {itemsize}")
            }
            NoItems => f.write_str("there are no items"),
            Consumer => f.write_str("an array of another exporter's memory cannot change its own"),
            LastBase => f.write_str("there is only one base"),
            Layout(error) => error.fmt(f),
            Mismatch(error) => error.fmt(f),
            Level(error) => error.fmt(f),
            Alloc(error) => error.fmt(f),
            Format(error) => error.fmt(f),
        }
    }
}

// `source` stays empty: the text above is already the family's own.
impl core::error::Error for BufferError {}

impl From<Error> for BufferError {
    fn from(error: Error) -> Self {
        match error {
            Error::Layout(error) => BufferError::Layout(error),
            Error::Mismatch(error) => BufferError::Mismatch(error),
            Error::Level(error) => BufferError::Level(error),
            Error::Alloc(error) => BufferError::Alloc(error),
            Error::Format(error) => BufferError::Format(error),
            Error::Buffer(error) => error,
        }
    }
}

impl From<LayoutError> for BufferError {
    fn from(error: LayoutError) -> Self {
        BufferError::Layout(error)
    }
}

impl From<MismatchError> for BufferError {
    fn from(error: MismatchError) -> Self {
        BufferError::Mismatch(error)
    }
}

impl From<LevelError> for BufferError {
    fn from(error: LevelError) -> Self {
        BufferError::Level(error)
    }
}

impl From<AllocError> for BufferError {
    fn from(error: AllocError) -> Self {
        BufferError::Alloc(error)
    }
}

impl From<FormatError> for BufferError {
    fn from(error: FormatError) -> Self {
        BufferError::Format(error)
    }
}
