//! Comparing two runs of items, by bits or by value.
//!
//! How is in `runs`, by which rule in `rule`; `items` compares what is no run.

use crate::level::Level;
use core::fmt;

mod items;
mod rule;
mod runs;

use rule::{Bits, Bool, Same, SamePair, Value};
use runs::{AllFn, FindFn, Rows, Run, kernels};

/// What the items are, as far as comparing them is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Integers, characters, pointers, raw bytes: items of any size that are
    /// equal if their bytes are.
    Bits,
    /// One byte, true unless 0.
    Bool,
    /// IEEE binary16.
    F16,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// Two [`Class::F32`]: a complex number.
    C32,
    /// Two [`Class::F64`]: a complex number.
    C64,
}

/// When two items of a [`Class`] are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// As the language says: NaN differs from itself, `-0.0` equals `0.0`,
    /// every true equals every other true.
    #[default]
    Values,
    /// If their bytes are equal, whatever the class.
    Bits,
    /// As [`Mode::Values`], but a NaN equals any other NaN. A complex number
    /// is NaN if one of its parts is.
    NanEqual,
}

impl Class {
    /// Bytes of an item; 1 for [`Class::Bits`], whose items have any size.
    ///
    /// ```
    /// use stridewise_kernels::equal::Class;
    /// assert_eq!(Class::C32.item_size(), 8);
    /// ```
    #[must_use]
    pub const fn item_size(self) -> usize {
        match self {
            Class::Bits | Class::Bool => 1,
            Class::F16 => 2,
            Class::F32 => 4,
            Class::F64 | Class::C32 => 8,
            Class::C64 => 16,
        }
    }
}

/// A comparison, chosen once and run any number of times.
///
/// ```
/// use stridewise_kernels::{Level, equal::{Class, Equal, Mode}};
/// let (a, b) = ([0.0_f32, 1.0, f32::NAN], [-0.0_f32, 1.0, f32::NAN]);
/// let (p, q) = (a.as_ptr().cast(), b.as_ptr().cast());
/// let values = Equal::new(Level::detect(), Class::F32, Mode::Values);
/// let nan_equal = Equal::new(Level::detect(), Class::F32, Mode::NanEqual);
/// let bits = Equal::new(Level::detect(), Class::F32, Mode::Bits);
/// // SAFETY: K2, both arrays have 12 bytes.
/// unsafe {
///     assert_eq!(values.first_mismatch(p, q, 12), Some(8));
///     assert!(nan_equal.run(p, q, 12));
///     assert_eq!(bits.first_mismatch(p, q, 12), Some(0));
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Equal {
    level: Level,
    class: Class,
    mode: Mode,
    rows: AllFn,
    /// Of its own, so that few rows save no registers for it.
    beside: AllFn,
    find: FindFn,
}

impl Equal {
    /// The comparison of items of `class` at `level`.
    #[must_use]
    pub fn new(level: Level, class: Class, mode: Mode) -> Equal {
        let (rows, beside, find) = match (mode, class) {
            (Mode::Bits, _) | (_, Class::Bits) => kernels::<Bits>(level),
            (_, Class::Bool) => kernels::<Bool>(level),
            (Mode::Values, Class::F16) => kernels::<Value<u16>>(level),
            (Mode::Values, Class::F32 | Class::C32) => kernels::<Value<u32>>(level),
            (Mode::Values, Class::F64 | Class::C64) => kernels::<Value<u64>>(level),
            (Mode::NanEqual, Class::F16) => kernels::<Same<u16>>(level),
            (Mode::NanEqual, Class::F32) => kernels::<Same<u32>>(level),
            (Mode::NanEqual, Class::F64) => kernels::<Same<u64>>(level),
            (Mode::NanEqual, Class::C32) => kernels::<SamePair<u64>>(level),
            (Mode::NanEqual, Class::C64) => kernels::<SamePair<u128>>(level),
        };
        Equal { level, class, mode, rows, beside, find }
    }

    /// The same, but some rows are read side by side, a line of each in turn: for
    /// short ones in memory, where [many rows are followed](crate::Prefetch::Rows).
    ///
    /// ```
    /// use stridewise_kernels::{Level, equal::{Class, Equal, Mode}};
    /// let bytes = Equal::new(Level::detect(), Class::Bits, Mode::Values);
    /// let rows = [[7u8; 100]; 30];
    /// let (p, q) = (rows.as_ptr().cast(), rows.as_ptr().cast());
    /// // SAFETY: K2, thirty rows of 64 bytes, a hundred bytes apart.
    /// assert!(unsafe { bytes.side_by_side().rows(p, 100, q, 100, 30, 64) });
    /// ```
    #[inline]
    #[must_use]
    pub fn side_by_side(self) -> Equal {
        Equal { rows: self.beside, ..self }
    }

    /// The level that it was chosen for.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The class of the items.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// When items are equal.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether all items in the `bytes` bytes at `a` and at `b` are equal.
    ///
    /// `bytes` is a multiple of the size of an item; no alignment is needed.
    ///
    /// # Safety
    /// K2, K4: `bytes` bytes are readable at `a` and at `b`. They may overlap.
    #[inline]
    #[must_use]
    pub unsafe fn run(self, a: *const u8, b: *const u8, bytes: usize) -> bool {
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's, for one row.
        unsafe { self.rows(a, 0, b, 0, 1, bytes) }
    }

    /// The byte offset of the first item that differs, if one does.
    ///
    /// In [`Class::Bits`], whose items have any size, that of the first byte
    /// that differs.
    ///
    /// # Safety
    /// As [`run`](Equal::run).
    #[inline]
    #[must_use]
    pub unsafe fn first_mismatch(self, a: *const u8, b: *const u8, bytes: usize) -> Option<usize> {
        self.check(bytes);
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's.
        let at = unsafe { (self.find)(Run { a, b, bytes }) }?;
        Some(at - at % self.class.item_size())
    }

    /// Whether all items of `rows` rows of `bytes` bytes are equal.
    ///
    /// Row `i` is at `a + i * a_stride` and at `b + i * b_stride`.
    ///
    /// # Safety
    /// K2, K4: all rows are readable and their offsets fit `isize`. They may
    /// overlap.
    ///
    /// ```
    /// use stridewise_kernels::{Level, equal::{Class, Equal, Mode}};
    /// let (a, b) = (*b"ab.cd.", *b"ab?cd!");
    /// let bytes = Equal::new(Level::detect(), Class::Bits, Mode::Values);
    /// // SAFETY: K2, two rows of two bytes, three bytes apart.
    /// assert!(unsafe { bytes.rows(a.as_ptr(), 3, b.as_ptr(), 3, 2, 2) });
    /// ```
    #[inline]
    #[must_use]
    pub unsafe fn rows(
        self,
        a: *const u8,
        a_stride: isize,
        b: *const u8,
        b_stride: isize,
        rows: usize,
        bytes: usize,
    ) -> bool {
        self.check(bytes);
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's.
        unsafe { (self.rows)(Rows { run: Run { a, b, bytes }, a_stride, b_stride, rows }) }
    }

    fn check(self, bytes: usize) {
        let whole = self.mode == Mode::Bits || bytes.is_multiple_of(self.class.item_size());
        debug_assert!(whole, "{bytes} bytes are not whole items of {:?}", self.class);
    }
}

impl PartialEq for Equal {
    fn eq(&self, other: &Equal) -> bool {
        (self.level, self.class, self.mode) == (other.level, other.class, other.mode)
    }
}

impl Eq for Equal {}

impl fmt::Debug for Equal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Equal { level, class, mode, .. } = self;
        f.debug_struct("Equal")
            .field("level", level)
            .field("class", class)
            .field("mode", mode)
            .finish_non_exhaustive()
    }
}
