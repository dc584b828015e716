//! The level without vectors: always present, the yardstick of the others.

mod xxh3;

pub(crate) use xxh3::Words;

use crate::dispatch::Simd;
use crate::vector::Vector;
use pulp::NullaryFnOnce;

/// The scalar level.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

impl Simd for Scalar {
    type Wide = Bytes;
    type Lane = Bytes;
    type Sum = Words;
    const SCALAR: bool = true;

    #[inline(always)]
    unsafe fn vectorize<Op: NullaryFnOnce>(op: Op) -> Op::Output {
        op.call()
    }
}

/// One lane of plain bytes: the definition of [`Vector`].
#[derive(Clone, Copy)]
pub(crate) struct Bytes([u8; 16]);

impl Vector for Bytes {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(p: *const u8) -> Self {
        // SAFETY: K2, 16 bytes.
        Bytes(unsafe { p.cast::<[u8; 16]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, p: *mut u8) {
        // SAFETY: K2, 16 bytes.
        unsafe { p.cast::<[u8; 16]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn stream(self, p: *mut u8) {
        // SAFETY: K2.
        unsafe { self.store(p) }
    }

    #[inline(always)]
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self {
        // SAFETY: K2, one lane.
        unsafe { Self::load(p(0)) }
    }

    #[inline(always)]
    unsafe fn splat(lane: &[u8; 16]) -> Self {
        Bytes(*lane)
    }

    #[inline(always)]
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self {
        self.zip::<SIZE>(other, 0)
    }

    #[inline(always)]
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self {
        self.zip::<SIZE>(other, 8)
    }

    #[inline(always)]
    unsafe fn shuffle(self, index: Self) -> Self {
        Bytes(index.0.map(|i| if i < 128 { self.0[usize::from(i)] } else { 0 }))
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Bytes(core::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    #[inline(always)]
    unsafe fn reverse_lanes(self) -> Self {
        self
    }
}

impl Bytes {
    #[inline(always)]
    fn zip<const SIZE: usize>(self, other: Self, half: usize) -> Self {
        Bytes(core::array::from_fn(|i| {
            let (element, byte) = (i / SIZE, i % SIZE);
            let from = if element % 2 == 0 { &self.0 } else { &other.0 };
            from[half + element / 2 * SIZE + byte]
        }))
    }
}
