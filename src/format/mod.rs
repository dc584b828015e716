//! Element types that are known at run time only.
//!
//! A [`Format`] is what the `struct` module and PEP 3118 write as a string.
//! So far it is one native scalar; formats of several fields will be a second
//! case beside [`Scalar`], which is why the parts of a `Format` are private.

#[cfg(test)]
mod tests;

use crate::error::FormatError;
use core::ffi::{c_int, c_long, c_longlong, c_short, c_uint, c_ulong, c_ulonglong, c_ushort};
use core::fmt;
use core::mem::{align_of, size_of};

/// The type of an item: one of the native formats `? c b B h H i I l L q Q n N e f d P`.
///
/// Sizes and alignments are those of the target's C compiler.
///
/// ```
/// use stridewise::Format;
///
/// let int = Format::parse("@i")?;
/// assert_eq!(int, Format::parse("i")?);
/// assert_eq!((int.code(), int.itemsize(), int.align()), ('i', 4, 4));
/// assert_eq!(int.to_string(), "i");
/// # Ok::<(), stridewise::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    scalar: Scalar,
}

/// The native scalars, under C's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scalar {
    Bool,
    Char,
    SignedChar,
    UnsignedChar,
    Short,
    UnsignedShort,
    Int,
    UnsignedInt,
    Long,
    UnsignedLong,
    LongLong,
    UnsignedLongLong,
    SignedSize,
    Size,
    Half,
    Float,
    Double,
    Pointer,
}

impl Format {
    /// Reads a format: one code, or `@` and one code.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unknown`] for all else, the empty string included.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// assert_eq!(Format::parse("d")?.itemsize(), 8);
    /// assert!(Format::parse("<d").is_err());
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    pub fn parse(format: &str) -> Result<Format, FormatError> {
        let code = format.strip_prefix('@').unwrap_or(format);
        let mut chars = code.chars();
        match (chars.next().and_then(Format::from_code), chars.next()) {
            (Some(format), None) => Ok(format),
            _ => Err(FormatError::Unknown { format: format.into() }),
        }
    }

    /// The format that is written as this one character.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// const DOUBLE: Format = Format::from_code('d').unwrap();
    /// assert_eq!(DOUBLE.itemsize(), 8);
    /// ```
    #[must_use]
    pub const fn from_code(code: char) -> Option<Format> {
        let scalar = match code {
            '?' => Scalar::Bool,
            'c' => Scalar::Char,
            'b' => Scalar::SignedChar,
            'B' => Scalar::UnsignedChar,
            'h' => Scalar::Short,
            'H' => Scalar::UnsignedShort,
            'i' => Scalar::Int,
            'I' => Scalar::UnsignedInt,
            'l' => Scalar::Long,
            'L' => Scalar::UnsignedLong,
            'q' => Scalar::LongLong,
            'Q' => Scalar::UnsignedLongLong,
            'n' => Scalar::SignedSize,
            'N' => Scalar::Size,
            'e' => Scalar::Half,
            'f' => Scalar::Float,
            'd' => Scalar::Double,
            'P' => Scalar::Pointer,
            _ => return None,
        };
        Some(Format { scalar })
    }

    /// The character that stands for this format; see [`Format`] for an example.
    #[must_use]
    pub const fn code(self) -> char {
        match self.scalar {
            Scalar::Bool => '?',
            Scalar::Char => 'c',
            Scalar::SignedChar => 'b',
            Scalar::UnsignedChar => 'B',
            Scalar::Short => 'h',
            Scalar::UnsignedShort => 'H',
            Scalar::Int => 'i',
            Scalar::UnsignedInt => 'I',
            Scalar::Long => 'l',
            Scalar::UnsignedLong => 'L',
            Scalar::LongLong => 'q',
            Scalar::UnsignedLongLong => 'Q',
            Scalar::SignedSize => 'n',
            Scalar::Size => 'N',
            Scalar::Half => 'e',
            Scalar::Float => 'f',
            Scalar::Double => 'd',
            Scalar::Pointer => 'P',
        }
    }

    /// Bytes per item; see [`Format`] for an example.
    #[must_use]
    pub const fn itemsize(self) -> usize {
        self.size_and_align().0
    }

    /// The alignment that C gives such an item; see [`Format`] for an example.
    #[must_use]
    pub const fn align(self) -> usize {
        self.size_and_align().1
    }

    const fn size_and_align(self) -> (usize, usize) {
        const fn of<T>() -> (usize, usize) {
            (size_of::<T>(), align_of::<T>())
        }
        match self.scalar {
            Scalar::Bool | Scalar::Char | Scalar::SignedChar | Scalar::UnsignedChar => of::<u8>(),
            Scalar::Short => of::<c_short>(),
            Scalar::UnsignedShort => of::<c_ushort>(),
            Scalar::Int => of::<c_int>(),
            Scalar::UnsignedInt => of::<c_uint>(),
            Scalar::Long => of::<c_long>(),
            Scalar::UnsignedLong => of::<c_ulong>(),
            Scalar::LongLong => of::<c_longlong>(),
            Scalar::UnsignedLongLong => of::<c_ulonglong>(),
            Scalar::SignedSize => of::<isize>(),
            Scalar::Size => of::<usize>(),
            Scalar::Half => of::<u16>(),
            Scalar::Float => of::<f32>(),
            Scalar::Double => of::<f64>(),
            Scalar::Pointer => of::<*const ()>(),
        }
    }

    /// Which scalar this is.
    pub(crate) const fn scalar(self) -> Scalar {
        self.scalar
    }
}

/// The canonical string: without `@`.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.code())
    }
}

impl core::str::FromStr for Format {
    type Err = FormatError;

    fn from_str(format: &str) -> Result<Format, FormatError> {
        Format::parse(format)
    }
}
