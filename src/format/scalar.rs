//! Single numbers: their characters, sizes and byte orders.

use core::ffi::{c_int, c_long, c_longlong, c_short, c_uint, c_ulong, c_ulonglong, c_ushort};
use core::mem::{align_of, size_of};

/// A number, a character or an object, in the sizes and the byte order of a
/// mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(align(8))] // A word of its own in a format, which is copied whole.
pub(crate) struct Scalar {
    pub(crate) code: Code,
    pub(crate) mode: Mode,
}

/// What the characters `@ ^ = < >` set for those after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    /// The sizes, the alignment and the byte order of C.
    Native,
    /// The sizes and the byte order of C.
    Unaligned,
    /// Fixed sizes in the byte order of the target.
    Standard,
    /// Fixed sizes, the least byte first.
    Little,
    /// Fixed sizes, the greatest byte first.
    Big,
}

/// The scalars, under C's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Code {
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
    LongDouble,
    FloatPair,
    DoublePair,
    LongDoublePair,
    /// A unit of UTF-16.
    Unit16,
    /// A unit of UTF-32.
    Unit32,
    Pointer,
    /// A pointer to an object of Python.
    Object,
}

/// What the bytes of a scalar mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// One byte, true unless 0.
    Bool,
    /// One byte that is no number.
    Char,
    Int,
    Uint,
    /// An unsigned integer of a pointer's size.
    Pointer,
    Float,
    /// Two floats, the real part first.
    Complex,
    /// Bytes without a meaning.
    Opaque,
}

impl Mode {
    pub(super) const fn of(character: u8) -> Option<Mode> {
        Some(match character {
            b'@' => Mode::Native,
            b'^' => Mode::Unaligned,
            b'=' => Mode::Standard,
            b'<' => Mode::Little,
            b'>' | b'!' => Mode::Big,
            _ => return None,
        })
    }

    pub(super) const fn character(self) -> char {
        match self {
            Mode::Native => '@',
            Mode::Unaligned => '^',
            Mode::Standard => '=',
            Mode::Little => '<',
            Mode::Big => '>',
        }
    }

    /// Whether sizes are those of C.
    const fn has_native_sizes(self) -> bool {
        matches!(self, Mode::Native | Mode::Unaligned)
    }
}

/// Characters and what they stand for; `Z` and a float are a complex number.
const CODES: [(&str, Code); 25] = [
    ("?", Code::Bool),
    ("c", Code::Char),
    ("b", Code::SignedChar),
    ("B", Code::UnsignedChar),
    ("h", Code::Short),
    ("H", Code::UnsignedShort),
    ("i", Code::Int),
    ("I", Code::UnsignedInt),
    ("l", Code::Long),
    ("L", Code::UnsignedLong),
    ("q", Code::LongLong),
    ("Q", Code::UnsignedLongLong),
    ("n", Code::SignedSize),
    ("N", Code::Size),
    ("e", Code::Half),
    ("f", Code::Float),
    ("d", Code::Double),
    ("g", Code::LongDouble),
    ("Zf", Code::FloatPair),
    ("Zd", Code::DoublePair),
    ("Zg", Code::LongDoublePair),
    ("u", Code::Unit16),
    ("w", Code::Unit32),
    ("P", Code::Pointer),
    ("O", Code::Object),
];

impl Code {
    /// The code whose characters are `text`.
    pub(super) const fn of(text: &[u8]) -> Option<Code> {
        let mut at = 0;
        while at < CODES.len() {
            let (characters, code) = CODES[at];
            let characters = characters.as_bytes();
            let same = characters.len() == text.len() && characters[0] == text[0];
            if same && (text.len() == 1 || characters[1] == text[1]) {
                return Some(code);
            }
            at += 1;
        }
        None
    }

    /// The characters that stand for the code.
    pub(super) const fn characters(self) -> &'static str {
        CODES[self as usize].0
    }
}

/// Size and alignment of C's `long double`, which Rust has no type for.
const LONG_DOUBLE: (usize, usize) = {
    let short = cfg!(any(
        target_env = "msvc",
        target_arch = "arm",
        all(target_arch = "aarch64", target_vendor = "apple")
    ));
    if short {
        (size_of::<f64>(), align_of::<f64>())
    } else if cfg!(target_arch = "x86") {
        if cfg!(target_vendor = "apple") { (16, 16) } else { (12, 4) }
    } else if cfg!(target_arch = "s390x") {
        (16, 8)
    } else {
        (16, 16)
    }
};

impl Scalar {
    /// The scalar, unless its size is C's and the mode has others.
    pub(super) const fn new(code: Code, mode: Mode) -> Option<Scalar> {
        use Code::{LongDouble, LongDoublePair, Pointer, SignedSize, Size};
        let native = matches!(code, SignedSize | Size | Pointer | LongDouble | LongDoublePair);
        if native && !mode.has_native_sizes() { None } else { Some(Scalar { code, mode }) }
    }

    /// What the bytes mean.
    pub(crate) const fn kind(self) -> Kind {
        match self.code {
            Code::Bool => Kind::Bool,
            Code::Char => Kind::Char,
            Code::SignedChar
            | Code::Short
            | Code::Int
            | Code::Long
            | Code::LongLong
            | Code::SignedSize => Kind::Int,
            Code::UnsignedChar
            | Code::UnsignedShort
            | Code::UnsignedInt
            | Code::UnsignedLong
            | Code::UnsignedLongLong
            | Code::Size
            | Code::Unit16
            | Code::Unit32 => Kind::Uint,
            Code::Half | Code::Float | Code::Double => Kind::Float,
            Code::FloatPair | Code::DoublePair => Kind::Complex,
            Code::Pointer => Kind::Pointer,
            Code::LongDouble | Code::LongDoublePair | Code::Object => Kind::Opaque,
        }
    }

    /// Bytes of the scalar.
    pub(crate) const fn size(self) -> usize {
        let (native, _) = self.of_c();
        if self.mode.has_native_sizes() {
            return native;
        }
        match self.code {
            Code::Short | Code::UnsignedShort => 2,
            Code::Int | Code::UnsignedInt | Code::Long | Code::UnsignedLong => 4,
            Code::LongLong | Code::UnsignedLongLong => 8,
            // The others have but one size.
            _ => native,
        }
    }

    /// Where C lets the scalar begin; anywhere but for native ones.
    pub(super) const fn align(self) -> usize {
        if matches!(self.mode, Mode::Native) { self.of_c().1 } else { 1 }
    }

    /// Whether the bytes of its numbers are not in the order of the target.
    pub(crate) const fn is_swapped(self) -> bool {
        match self.mode {
            Mode::Native | Mode::Unaligned | Mode::Standard => false,
            Mode::Little => cfg!(target_endian = "big"),
            Mode::Big => cfg!(target_endian = "little"),
        }
    }

    /// Size and alignment in C.
    const fn of_c(self) -> (usize, usize) {
        const fn of<T>() -> (usize, usize) {
            (size_of::<T>(), align_of::<T>())
        }
        const fn pair(part: (usize, usize)) -> (usize, usize) {
            (2 * part.0, part.1)
        }
        match self.code {
            Code::Bool | Code::Char | Code::SignedChar | Code::UnsignedChar => of::<u8>(),
            Code::Short => of::<c_short>(),
            Code::UnsignedShort => of::<c_ushort>(),
            Code::Int => of::<c_int>(),
            Code::UnsignedInt => of::<c_uint>(),
            Code::Long => of::<c_long>(),
            Code::UnsignedLong => of::<c_ulong>(),
            Code::LongLong => of::<c_longlong>(),
            Code::UnsignedLongLong => of::<c_ulonglong>(),
            Code::SignedSize => of::<isize>(),
            Code::Size => of::<usize>(),
            Code::Half | Code::Unit16 => of::<u16>(),
            Code::Unit32 => of::<u32>(),
            Code::Float => of::<f32>(),
            Code::Double => of::<f64>(),
            Code::LongDouble => LONG_DOUBLE,
            Code::FloatPair => pair(of::<f32>()),
            Code::DoublePair => pair(of::<f64>()),
            Code::LongDoublePair => pair(LONG_DOUBLE),
            Code::Pointer | Code::Object => of::<*const ()>(),
        }
    }
}
