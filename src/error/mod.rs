//! What can fail: one enum per family, and one over all for the verbs.
//!
//! Every variant carries the values that it complains about; the text is one
//! lower-case line, so that it fits behind a caller's own prefix.

#[cfg(feature = "std")]
mod buffer;
mod layout;

#[cfg(test)]
mod tests;

use crate::element::ElementType;
use crate::format::Format;
use crate::layout::Layout;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "std")]
pub use buffer::BufferError;
pub use layout::LayoutError;

/// Two operands that do not fit together.
///
/// ```
/// use stridewise::MismatchError;
///
/// let error = MismatchError::Shape { dst: vec![2, 3], src: vec![3, 2] };
/// assert_eq!(error.to_string(), "shape [2, 3] does not match shape [3, 2]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "always destination and source, or the two operands of a comparison"
)]
pub enum MismatchError {
    /// Different numbers of axes.
    Rank { dst: usize, src: usize },
    /// Different extents.
    Shape { dst: Vec<usize>, src: Vec<usize> },
    /// Items of different sizes.
    Itemsize { dst: usize, src: usize },
    /// Items of different types.
    Type { dst: ElementType, src: ElementType },
    /// Formats that are not the same parts.
    Format { dst: Format, src: Format },
    /// A view is not laid out as the plan's operand is.
    Planned { planned: Box<Layout>, given: Box<Layout> },
    /// A part is not laid out as the first one is.
    Parts { first: Box<Layout>, part: Box<Layout> },
}

/// The numbers that two layouts of items may differ in.
struct Steps<'a>(&'a Layout);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shape, strides) = (self.0.shape(), self.0.strides());
        write!(f, "shape {shape:?}, strides {strides:?}, itemsize {}", self.0.itemsize())?;
        match self.0.suboffsets() {
            [] => Ok(()),
            suboffsets => write!(f, ", suboffsets {suboffsets:?}"),
        }
    }
}

impl fmt::Display for MismatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MismatchError::Rank { dst, src } => {
                write!(f, "{dst} axes do not match {src} axes")
            }
            MismatchError::Shape { dst, src } => {
                write!(f, "shape {dst:?} does not match shape {src:?}")
            }
            MismatchError::Itemsize { dst, src } => {
                write!(f, "itemsize {dst} does not match itemsize {src}")
            }
            MismatchError::Type { dst, src } => {
                write!(f, "items of type {dst} do not match items of type {src}")
            }
            MismatchError::Format { dst, src } => {
                let (dst, src) = (dst.to_string(), src.to_string());
                write!(f, "format {dst:?} does not match format {src:?}")
            }
            MismatchError::Planned { planned, given } => {
                write!(f, "planned for {} but given {}", Steps(planned), Steps(given))
            }
            MismatchError::Parts { first, part } => {
                write!(f, "the first part has {} but another {}", Steps(first), Steps(part))
            }
        }
    }
}

impl core::error::Error for MismatchError {}

/// A level that cannot be had.
///
/// ```
/// use stridewise::LevelError;
///
/// let error = LevelError::Unavailable { name: "v4".into(), best: "v3" };
/// assert_eq!(error.to_string(), "level v4 is not available: the best here is v3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the values in the message")]
pub enum LevelError {
    /// No level has this name.
    Unknown { name: String },
    /// This CPU, or this build, lacks the level.
    Unavailable { name: String, best: &'static str },
}

impl fmt::Display for LevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LevelError::Unknown { name } => write!(f, "no level is called {name:?}"),
            LevelError::Unavailable { name, best } => {
                write!(f, "level {name} is not available: the best here is {best}")
            }
        }
    }
}

impl core::error::Error for LevelError {}

/// Memory that the allocator refused.
///
/// ```
/// use stridewise::AllocError;
///
/// assert_eq!(AllocError { bytes: 8 }.to_string(), "allocation of 8 bytes failed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocError {
    /// How many bytes were asked for.
    pub bytes: usize,
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "allocation of {} bytes failed", self.bytes)
    }
}

impl core::error::Error for AllocError {}

/// A format string that is not understood, or an item that is not of its
/// format.
///
/// ```
/// use stridewise::{Format, FormatError};
///
/// let error = Format::parse("iy").unwrap_err();
/// assert_eq!(error, FormatError::Unknown { format: "iy".into(), at: 1 });
/// assert_eq!(error.to_string(), "unknown format \"iy\" at byte 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are the values in the message")]
pub enum FormatError {
    /// What begins at a byte means nothing there, or is missing.
    Unknown { format: String, at: usize },
    /// Bytes, counts or values of an item that overflow.
    TooLarge { format: String },
    /// Too many structs, axes and pointers in each other.
    TooDeep { format: String, max: usize },
    /// More or fewer bytes than the format has.
    Length { format: String, expected: usize, given: usize },
    /// More or fewer values than the format has.
    Count { format: String, expected: usize, given: usize },
    /// A value of another kind.
    Type { format: String, expected: &'static str, value: String },
    /// A number that the format has no room for.
    Range { format: String, value: String },
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::Unknown { format, at } => {
                write!(f, "unknown format {format:?} at byte {at}")
            }
            FormatError::TooLarge { format } => {
                write!(f, "items of format {format:?} overflow isize")
            }
            FormatError::TooDeep { format, max } => {
                write!(f, "format {format:?} has more than {max} levels")
            }
            FormatError::Length { format, expected, given } => {
                write!(f, "format {format:?} takes {expected} bytes, not {given}")
            }
            FormatError::Count { format, expected, given } => {
                write!(f, "format {format:?} takes {expected} values, not {given}")
            }
            FormatError::Type { format, expected, value } => {
                write!(f, "format {format:?} takes {expected}, not {value}")
            }
            FormatError::Range { format, value } => {
                write!(f, "{value} is out of range for format {format:?}")
            }
        }
    }
}

impl core::error::Error for FormatError {}

/// Any failure of the four verbs; its text is that of the family.
///
/// ```
/// use stridewise::{Error, Layout, LayoutError};
///
/// fn plane() -> Result<Layout, Error> {
///     Ok(Layout::new(&[4, 4], &[4, 1], 0, 0)?)
/// }
/// assert_eq!(plane().unwrap_err(), Error::Layout(LayoutError::ZeroItemsize));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A layout is refused.
    Layout(LayoutError),
    /// The operands do not fit together.
    Mismatch(MismatchError),
    /// The level cannot be had.
    Level(LevelError),
    /// The result cannot be allocated.
    Alloc(AllocError),
    /// A format is not understood.
    Format(FormatError),
    /// A buffer is refused, or a view of one.
    #[cfg(feature = "std")]
    Buffer(BufferError),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Layout(error) => error.fmt(f),
            Error::Mismatch(error) => error.fmt(f),
            Error::Level(error) => error.fmt(f),
            Error::Alloc(error) => error.fmt(f),
            Error::Format(error) => error.fmt(f),
            #[cfg(feature = "std")]
            Error::Buffer(error) => error.fmt(f),
        }
    }
}

// `source` stays empty: the text above is already the family's own.
impl core::error::Error for Error {}

impl From<LayoutError> for Error {
    fn from(error: LayoutError) -> Self {
        Error::Layout(error)
    }
}

impl From<MismatchError> for Error {
    fn from(error: MismatchError) -> Self {
        Error::Mismatch(error)
    }
}

impl From<LevelError> for Error {
    fn from(error: LevelError) -> Self {
        Error::Level(error)
    }
}

impl From<AllocError> for Error {
    fn from(error: AllocError) -> Self {
        Error::Alloc(error)
    }
}

impl From<FormatError> for Error {
    fn from(error: FormatError) -> Self {
        Error::Format(error)
    }
}

#[cfg(feature = "std")]
impl From<BufferError> for Error {
    fn from(error: BufferError) -> Self {
        match error {
            BufferError::Layout(error) => Error::Layout(error),
            BufferError::Mismatch(error) => Error::Mismatch(error),
            BufferError::Level(error) => Error::Level(error),
            BufferError::Alloc(error) => Error::Alloc(error),
            BufferError::Format(error) => Error::Format(error),
            error => Error::Buffer(error),
        }
    }
}
