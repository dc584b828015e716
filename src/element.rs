//! What items are: sizes for moving, classes for comparing.

use crate::format::{self, Format, Item, Scalar};
use core::fmt;
use core::mem::size_of;
use stridewise_kernels::equal::Class;

/// The type of an item, as far as copying and comparing care.
///
/// Typed views have that of their [`Element`]; erased views mostly that of a
/// [`Format`], whose numbers it keeps if their bytes are in the order of the
/// target.
///
/// ```
/// use stridewise::{ElementType, Format};
/// let float: ElementType = Format::parse("f")?.into();
/// assert_eq!(float, ElementType::of::<f32>());
/// assert_eq!(float.itemsize(), 4);
/// assert_eq!(ElementType::of::<[f32; 3]>().to_string(), "[f32; 3]");
/// # Ok::<(), stridewise::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ElementType {
    kind: Kind,
    /// Bytes of a number.
    part: usize,
    /// Numbers of an item.
    parts: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// Rust's `bool`: only 0 and 1.
    Bool,
    /// Any byte, of which only 0 is false.
    Truth,
    Char,
    Int,
    Uint,
    Float,
    Complex,
    Pointer,
    Bytes,
}

impl ElementType {
    /// The type of a Rust element.
    #[must_use]
    #[inline]
    pub fn of<T: Element>() -> ElementType {
        T::TYPE
    }

    /// Items of so many bytes that are compared by their bytes.
    ///
    /// ```
    /// # use stridewise::ElementType;
    /// assert_eq!(ElementType::bytes(12).to_string(), "12 bytes");
    /// ```
    #[must_use]
    pub const fn bytes(itemsize: usize) -> ElementType {
        ElementType::scalar(Kind::Bytes, itemsize)
    }

    const fn scalar(kind: Kind, part: usize) -> ElementType {
        ElementType { kind, part, parts: 1 }
    }

    /// Bytes of an item. See [`ElementType`] for an example.
    #[must_use]
    #[inline]
    pub const fn itemsize(self) -> usize {
        let part = if let Kind::Complex = self.kind { 2 * self.part } else { self.part };
        part * self.parts
    }

    /// The format of such items: bytes where there is none for numbers of
    /// that size.
    #[cfg(feature = "std")]
    pub(crate) fn format(self) -> Format {
        let code = match (self.kind, self.part) {
            (Kind::Bool | Kind::Truth, _) => "?",
            (Kind::Char, _) => "c",
            (Kind::Int, 1) => "b",
            (Kind::Int, 2) => "h",
            (Kind::Int, 4) => "i",
            (Kind::Int, 8) => "q",
            (Kind::Uint, 1) => "B",
            (Kind::Uint, 2) => "H",
            (Kind::Uint, 4) => "I",
            (Kind::Uint, 8) => "Q",
            (Kind::Float, 2) => "e",
            (Kind::Float, 4) => "f",
            (Kind::Float, 8) => "d",
            (Kind::Complex, 4) => "Zf",
            (Kind::Complex, 8) => "Zd",
            (Kind::Pointer, _) => "P",
            _ => "",
        };
        let text = match (code, self.parts) {
            ("", _) => alloc::format!("{}s", self.itemsize()),
            (code, 1) => code.into(),
            (code, parts) => alloc::format!("({parts}){code}"),
        };
        match Format::parse(&text) {
            Ok(format) => format,
            Err(_) => unreachable!("{text} is a format"),
        }
    }

    /// This type for items that are made of any bytes.
    pub(crate) fn of_bytes(self) -> ElementType {
        let kind = if self.kind == Kind::Bool { Kind::Truth } else { self.kind };
        ElementType { kind, ..self }
    }

    /// How items of this type are compared.
    pub(crate) fn class(self) -> Class {
        match (self.kind, self.part) {
            (Kind::Bool | Kind::Truth, _) => Class::Bool,
            (Kind::Float, 2) => Class::F16,
            (Kind::Float, 4) => Class::F32,
            (Kind::Float, _) => Class::F64,
            (Kind::Complex, 4) => Class::C32,
            (Kind::Complex, _) => Class::C64,
            _ => Class::Bits,
        }
    }

    /// So many numbers of a class, or bytes.
    pub(crate) fn of_class(class: Class, count: usize) -> ElementType {
        let one = match class {
            Class::Bits => return ElementType::bytes(count),
            Class::Bool => ElementType::scalar(Kind::Truth, 1),
            Class::F16 => F16::TYPE,
            Class::F32 => f32::TYPE,
            Class::F64 => f64::TYPE,
            Class::C32 => Complex::<f32>::TYPE,
            Class::C64 => Complex::<f64>::TYPE,
        };
        ElementType { parts: count, ..one }
    }

    /// Whether all values of `src` are values of this type.
    pub(crate) fn holds(self, src: ElementType) -> bool {
        self == src || (self.kind == Kind::Truth && src == ElementType { kind: Kind::Bool, ..self })
    }

    /// Whether items of the two types are compared in the same way.
    pub(crate) fn compares_with(self, other: ElementType) -> bool {
        self.holds(other) || other.holds(self)
    }
}

/// Numbers in the byte order of the target, and sub-arrays of them, are
/// themselves; all else is bytes.
impl From<&Format> for ElementType {
    fn from(format: &Format) -> Self {
        let bytes = ElementType::bytes(format.itemsize());
        match &format.item {
            Item::Scalar(scalar) => scalar_type(*scalar).unwrap_or(bytes),
            Item::Array(array) => match array.item.item {
                Item::Scalar(scalar) if bytes.part > 0 => scalar_type(scalar)
                    .map_or(bytes, |one| ElementType { parts: bytes.part / scalar.size(), ..one }),
                _ => bytes,
            },
            _ => bytes,
        }
    }
}

impl From<Format> for ElementType {
    fn from(format: Format) -> Self {
        (&format).into()
    }
}

fn scalar_type(scalar: Scalar) -> Option<ElementType> {
    let size = scalar.size();
    let (kind, part) = match scalar.kind() {
        format::Kind::Bool => (Kind::Truth, size),
        format::Kind::Char => (Kind::Char, size),
        format::Kind::Int => (Kind::Int, size),
        format::Kind::Uint => (Kind::Uint, size),
        format::Kind::Float => (Kind::Float, size),
        format::Kind::Complex => (Kind::Complex, size / 2),
        format::Kind::Pointer => (Kind::Pointer, size),
        format::Kind::Opaque => return None,
    };
    let moves = scalar.is_swapped() && part > 1;
    (!moves).then_some(ElementType::scalar(kind, part))
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts != 1 {
            return write!(f, "[{}; {}]", ElementType { parts: 1, ..*self }, self.parts);
        }
        let bits = self.part * 8;
        match self.kind {
            Kind::Bool | Kind::Truth => f.write_str("bool"),
            Kind::Char => f.write_str("char"),
            Kind::Int => write!(f, "i{bits}"),
            Kind::Uint => write!(f, "u{bits}"),
            Kind::Float => write!(f, "f{bits}"),
            Kind::Complex => write!(f, "complex of f{bits}"),
            Kind::Pointer => f.write_str("pointer"),
            Kind::Bytes => write!(f, "{} bytes", self.part),
        }
    }
}

/// A type that views can hold: numbers, `bool`, complex pairs and arrays of
/// them. No padding, so its bytes can be compared and hashed.
///
/// ```
/// use stridewise::{Complex, ElementType};
/// assert_eq!(ElementType::of::<Complex<f32>>().itemsize(), 8);
/// ```
///
/// Sealed: the verbs rely on what it says.
pub trait Element: Copy + Send + Sync + 'static + sealed::Sealed {
    /// This type's [`ElementType`].
    const TYPE: ElementType;
}

mod sealed {
    pub trait Sealed {}
}

/// A complex number: two floats side by side, the real part first.
///
/// ```
/// let i = stridewise::Complex { re: 0.0f64, im: 1.0 };
/// assert_eq!(size_of_val(&i), 16);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Complex<F> {
    /// Real part.
    pub re: F,
    /// Imaginary part.
    pub im: F,
}

/// An IEEE half-precision float, by its bits.
///
/// ```
/// let one = stridewise::F16(0x3c00);
/// assert_eq!(stridewise::ElementType::of::<stridewise::F16>().to_string(), "f16");
/// # let _ = one;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[repr(transparent)]
pub struct F16(pub u16);

macro_rules! elements {
    ($($ty:ty: $kind:ident, $part:ty;)*) => {
        $(impl sealed::Sealed for $ty {}
        impl Element for $ty {
            const TYPE: ElementType = ElementType::scalar(Kind::$kind, size_of::<$part>());
        })*
    };
}

elements! {
    bool: Bool, bool;
    u8: Uint, u8;
    u16: Uint, u16;
    u32: Uint, u32;
    u64: Uint, u64;
    u128: Uint, u128;
    usize: Uint, usize;
    i8: Int, i8;
    i16: Int, i16;
    i32: Int, i32;
    i64: Int, i64;
    i128: Int, i128;
    isize: Int, isize;
    F16: Float, F16;
    f32: Float, f32;
    f64: Float, f64;
    Complex<f32>: Complex, f32;
    Complex<f64>: Complex, f64;
}

impl<T: Element, const N: usize> sealed::Sealed for [T; N] {}
impl<T: Element, const N: usize> Element for [T; N] {
    /// # Panics
    ///
    /// Fails to compile for arrays of no items.
    const TYPE: ElementType = {
        assert!(N > 0, "items have at least one byte");
        ElementType { parts: N * T::TYPE.parts, ..T::TYPE }
    };
}
