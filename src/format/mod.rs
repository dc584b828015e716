//! Formats: what items are made of, known at run time only.
//!
//! A [`Format`] is what the `struct` module and PEP 3118 write as a string;
//! a [`Value`] is an item that it has read, or is to write.

mod display;
mod fields;
mod float;
mod pack;
mod parse;
mod scalar;
mod unpack;
mod value;

#[cfg(test)]
mod tests;

use crate::axes::Axes;
use crate::error::FormatError;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::mem::{align_of, size_of};

pub use fields::Field;
pub(crate) use float::of_half;
pub(crate) use scalar::{Code, Kind, Mode, Scalar};
pub use value::Value;

/// The most levels of a format: structs, axes of sub-arrays and pointers
/// inside each other.
pub(crate) const MAX_DEPTH: usize = 64;

/// What an item is made of, as a string of the `struct` module or of PEP 3118
/// says.
///
/// | characters | meaning |
/// | --- | --- |
/// | `@ ^ = < > !` | C's sizes, aligned; unaligned; fixed sizes in the target's byte order; least, greatest byte first (twice). In force until the next of them; `@` to begin with |
/// | `? c b B h H i I l L q Q` | `bool`, a byte, signed and unsigned integers |
/// | `n N P` | `isize`, `usize`, a pointer as a number; only after `@` and `^` |
/// | `e f d`, `Zf Zd` | floats of 2, 4, 8 bytes, complex numbers of two of them |
/// | `g Zg` | C's `long double`: opaque; only after `@` and `^` |
/// | `u w` | units of UTF-16 and of UTF-32 |
/// | `s p x` | bytes, bytes with their number first, padding; a count before them is their length |
/// | `T{..}` | a struct |
/// | `&` and an item, `O`, `X{..}` | pointers to items, Python objects, functions: opaque |
/// | `3i` | three of them |
/// | `(2,3)f` | a sub-array in C order |
/// | `i:name:` | a field with a name |
///
/// Between items may be white space. Native items are aligned as C aligns
/// them. A struct that ends under `@` is padded at its end as C pads it, and
/// aligned; a string as a whole is not padded, as in the `struct` module.
///
/// Formats are cheap to clone: scalars have no memory of their own, others
/// share it.
///
/// ```
/// use stridewise::Format;
///
/// let int = Format::parse("@i")?;
/// assert_eq!(int, Format::parse("i")?);
/// assert_eq!((int.code(), int.itemsize(), int.align()), (Some('i'), 4, 4));
/// assert_eq!(int.to_string(), "i");
///
/// let point = Format::parse("T{b:tag: (2)d:at: <h:level:}")?;
/// assert_eq!(point.itemsize(), 26);
/// let offsets: Vec<_> = point.fields().map(|field| (field.name(), field.offset())).collect();
/// assert_eq!(offsets, [(Some("tag"), 0), (Some("at"), 8), (Some("level"), 24)]);
/// assert_eq!(point.to_string(), "T{b:tag:(2)d:at:<h:level:}");
/// # Ok::<(), stridewise::FormatError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    pub(crate) item: Item,
}

/// The cases of a format; those with formats inside are shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    Scalar(Scalar),
    /// `s`, of so many bytes.
    Bytes(usize),
    /// `p`, of so many bytes with that of the length.
    Pascal(usize),
    /// `x`, of so many bytes: padding if it is a field without a name.
    Void(usize),
    Array(Arc<Array>),
    Struct(Arc<Struct>),
    Pointer(Arc<Pointer>),
}

/// A sub-array in C order.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Array {
    /// At least one axis.
    pub(crate) shape: Axes<usize>,
    /// Not an array itself.
    pub(crate) item: Format,
    size: usize,
}

/// Fields one after the other.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Struct {
    /// In ascending order of their offsets, padding included.
    pub(crate) fields: Box<[Field]>,
    /// Whether it is a `T{..}`, not a string of several items.
    pub(crate) braced: bool,
    size: usize,
    align: usize,
    /// The largest alignment of a field, which is the struct's if it ends
    /// under `@`.
    inner: usize,
}

/// A pointer to an item or to a function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pointer {
    target: Target,
    aligned: bool,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Target {
    Item(Format),
    /// What is between the braces.
    Function(Box<str>),
}

impl Format {
    const fn scalar_of(code: Code, mode: Mode) -> Format {
        Format { item: Item::Scalar(Scalar { code, mode }) }
    }

    /// Reads a format; see [`Format`] for what it may say.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unknown`] with the position of the character that is
    /// not understood, [`FormatError::TooLarge`] if sizes overflow `isize`,
    /// [`FormatError::TooDeep`] for more than 64 levels.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// assert_eq!(Format::parse("d")?.itemsize(), 8);
    /// assert_eq!(Format::parse("<hi")?.itemsize(), 6);
    /// assert_eq!(Format::parse("hi")?.itemsize(), 8);
    /// let error = Format::parse("<hy").unwrap_err();
    /// assert_eq!(error.to_string(), "unknown format \"<hy\" at byte 2");
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    pub fn parse(format: &str) -> Result<Format, FormatError> {
        parse::parse(format)
    }

    /// The native format that is written as this one character, one of
    /// `? c b B h H i I l L q Q n N e f d g u w P O`.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// const DOUBLE: Format = Format::from_code('d').unwrap();
    /// assert_eq!(DOUBLE.itemsize(), 8);
    /// ```
    #[must_use]
    pub const fn from_code(code: char) -> Option<Format> {
        if !code.is_ascii() {
            return None;
        }
        match Code::of(&[code as u8]) {
            Some(code) => Some(Format::scalar_of(code, Mode::Native)),
            None => None,
        }
    }

    /// The character of a native format of one character, which others have
    /// none of.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// assert_eq!(Format::parse("@H")?.code(), Some('H'));
    /// assert_eq!(Format::parse("<H")?.code(), None);
    /// assert_eq!(Format::parse("Zd")?.code(), None);
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    #[must_use]
    pub const fn code(&self) -> Option<char> {
        match self.item {
            Item::Scalar(Scalar { code, mode: Mode::Native }) => {
                match code.characters().as_bytes() {
                    [one] => Some(*one as char),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Bytes of an item, padding included; 0 for the empty string and others
    /// that have nothing in them.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// assert_eq!(Format::parse("ib")?.itemsize(), 5);
    /// assert_eq!(Format::parse("T{ib}")?.itemsize(), 8);
    /// assert_eq!(Format::parse("ib0i")?.itemsize(), 8);
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    #[must_use]
    pub fn itemsize(&self) -> usize {
        match &self.item {
            Item::Scalar(scalar) => scalar.size(),
            Item::Bytes(len) | Item::Pascal(len) | Item::Void(len) => *len,
            Item::Array(array) => array.size,
            Item::Struct(fields) => fields.size,
            Item::Pointer(_) => size_of::<*const ()>(),
        }
    }

    /// The alignment that C gives an item: 1 unless it is native. See
    /// [`Format`] for an example.
    #[must_use]
    pub fn align(&self) -> usize {
        match &self.item {
            Item::Scalar(scalar) => scalar.align(),
            Item::Bytes(_) | Item::Pascal(_) | Item::Void(_) => 1,
            Item::Array(array) => array.item.align(),
            Item::Struct(fields) => fields.align,
            Item::Pointer(pointer) if pointer.aligned => align_of::<*const ()>(),
            Item::Pointer(_) => 1,
        }
    }

    /// The parts of a struct or of a string of several items, in ascending
    /// order of their offsets, without padding; none for other formats.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// let format = Format::parse("<2hx4s")?;
    /// let parts: Vec<_> = format.fields().map(|f| (f.offset(), f.count(), f.format())).collect();
    /// let (short, four) = (Format::parse("<h")?, Format::parse("4s")?);
    /// assert_eq!(parts, [(0, 2, &short), (5, 1, &four)]);
    /// assert_eq!(short.fields().count(), 0);
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = &Field> + Clone {
        let fields = match &self.item {
            Item::Struct(fields) => &fields.fields[..],
            _ => &[],
        };
        fields.iter().filter(|field| !field.is_padding() && field.count > 0)
    }

    /// Shape and items of a sub-array; see [`Format`] for how it is written.
    ///
    /// ```
    /// use stridewise::Format;
    ///
    /// let format = Format::parse("(2,3)f")?;
    /// assert_eq!(format.sub_array(), Some((&[2, 3][..], &Format::parse("f")?)));
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    #[must_use]
    pub fn sub_array(&self) -> Option<(&[usize], &Format)> {
        match &self.item {
            Item::Array(array) => Some((&array.shape, &array.item)),
            _ => None,
        }
    }
}

impl core::str::FromStr for Format {
    type Err = FormatError;

    fn from_str(format: &str) -> Result<Format, FormatError> {
        Format::parse(format)
    }
}
