//! Parts: what a format's items are made of, as far as values care.

use crate::format::{Array, Format, Item, Kind, Scalar, Struct};
use stridewise_kernels::equal::Class;

/// A value without values inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Number(Number),
    /// So many bytes.
    Text(usize),
    /// Bytes after their number, in so many bytes.
    Pascal(usize),
    /// So many bytes of which nothing is known.
    Opaque(usize),
}

/// A number as it lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) kind: Num,
    /// Whether its bytes are not in the order of the target.
    pub(super) swapped: bool,
}

/// The kinds of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Num {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
    /// A complex number of two `F32`.
    C32,
    /// A complex number of two `F64`.
    C64,
}

impl Num {
    /// Bytes of a number.
    pub(super) fn size(self) -> usize {
        match self {
            Num::Bool | Num::I8 | Num::U8 => 1,
            Num::I16 | Num::U16 | Num::F16 => 2,
            Num::I32 | Num::U32 | Num::F32 => 4,
            Num::I64 | Num::U64 | Num::F64 | Num::C32 => 8,
            Num::C64 => 16,
        }
    }

    /// Bytes of what byte order turns.
    pub(super) fn unit(self) -> usize {
        if self.is_complex() { self.size() / 2 } else { self.size() }
    }

    /// How the typed kernels compare numbers in the order of the target.
    pub(super) fn class(self) -> Class {
        match self {
            Num::Bool => Class::Bool,
            Num::F16 => Class::F16,
            Num::F32 => Class::F32,
            Num::F64 => Class::F64,
            Num::C32 => Class::C32,
            Num::C64 => Class::C64,
            _ => Class::Bits,
        }
    }

    pub(super) fn is_complex(self) -> bool {
        matches!(self, Num::C32 | Num::C64)
    }
}

impl Part {
    fn of(scalar: Scalar) -> Part {
        let size = scalar.size();
        let kind = match (scalar.kind(), size) {
            (Kind::Char, _) => return Part::Text(size),
            (Kind::Opaque, _) => return Part::Opaque(size),
            (Kind::Bool, _) => Num::Bool,
            (Kind::Int, 1) => Num::I8,
            (Kind::Int, 2) => Num::I16,
            (Kind::Int, 4) => Num::I32,
            (Kind::Int, _) => Num::I64,
            (Kind::Uint, 1) => Num::U8,
            (Kind::Uint, 2) => Num::U16,
            (Kind::Uint | Kind::Pointer, 4) => Num::U32,
            (Kind::Uint | Kind::Pointer, _) => Num::U64,
            (Kind::Float, 2) => Num::F16,
            (Kind::Float, 4) => Num::F32,
            (Kind::Float, _) => Num::F64,
            (Kind::Complex, 8) => Num::C32,
            (Kind::Complex, _) => Num::C64,
        };
        Part::Number(Number { kind, swapped: scalar.is_swapped() && kind.unit() > 1 })
    }

    /// Bytes of the part.
    pub(super) fn size(self) -> usize {
        match self {
            Part::Number(number) => number.kind.size(),
            Part::Text(len) | Part::Pascal(len) | Part::Opaque(len) => len,
        }
    }
}

/// What the value of a format is.
pub(super) enum Look<'f> {
    Part(Part),
    List(&'f Array),
    Tuple(&'f Struct),
}

/// Looks at a format; at the top, a string of one item is that item, which
/// may not lie at the start.
pub(super) fn look(format: &Format) -> (usize, Look<'_>) {
    let part = match &format.item {
        Item::Scalar(scalar) => Part::of(*scalar),
        Item::Bytes(len) => Part::Text(*len),
        Item::Pascal(len) => Part::Pascal(*len),
        Item::Void(len) => Part::Opaque(*len),
        Item::Pointer(_) => Part::Opaque(format.itemsize()),
        Item::Array(array) => return (0, Look::List(array)),
        Item::Struct(fields) => {
            let mut values = format.fields();
            return match (fields.is_tuple(), values.next()) {
                (false, Some(field)) => {
                    let (offset, look) = look(field.format());
                    (offset + field.offset(), look)
                }
                _ => (0, Look::Tuple(fields)),
            };
        }
    };
    (0, Look::Part(part))
}
