//! Flags of an [`NdArray`](super::NdArray).

use core::ops::{BitOr, BitOrAssign};

/// How an [`NdArray`](super::NdArray) is to be made, and what it then is.
///
/// ```
/// use stridewise::buffer::testing::NdFlags;
/// let flags = NdFlags::WRITABLE | NdFlags::PIL;
/// assert!(flags.contains(NdFlags::PIL) && !flags.contains(NdFlags::FORTRAN));
/// assert_eq!(flags.bits(), 0x12);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NdFlags(u32);

impl NdFlags {
    /// None of the others: items in C order, to read.
    pub const DEFAULT: NdFlags = NdFlags(0);
    /// The list of bases may change while buffers of it are in use.
    pub const VAREXPORT: NdFlags = NdFlags(0x1);
    /// The items may be written.
    pub const WRITABLE: NdFlags = NdFlags(0x2);
    /// The items are in F order; told of arrays that are made otherwise, too.
    pub const FORTRAN: NdFlags = NdFlags(0x4);
    /// There are no axes; only told.
    pub const SCALAR: NdFlags = NdFlags(0x8);
    /// The first axis is one of pointers.
    pub const PIL: NdFlags = NdFlags(0x10);
    /// Requests go to the exporter that the array is from.
    pub const REDIRECT: NdFlags = NdFlags(0x20);
    /// Requests are refused.
    pub const GETBUF_FAIL: NdFlags = NdFlags(0x40);
    /// The items are in C order; only told.
    pub const C: NdFlags = NdFlags(0x100);

    /// The number of the flags.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether all bits of `other` are in this.
    #[must_use]
    pub const fn contains(self, other: NdFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// These flags but for those of `other`.
    pub(super) const fn without(self, other: NdFlags) -> NdFlags {
        NdFlags(self.0 & !other.0)
    }
}

impl BitOr for NdFlags {
    type Output = NdFlags;

    fn bitor(self, other: NdFlags) -> NdFlags {
        NdFlags(self.0 | other.0)
    }
}

impl BitOrAssign for NdFlags {
    fn bitor_assign(&mut self, other: NdFlags) {
        *self = *self | other;
    }
}
