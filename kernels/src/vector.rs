//! The register operations that the families use, and no others.
//!
//! Every instruction set here works in lanes of 16 bytes; a wider register
//! is several lanes side by side. All shuffles stay inside a lane, and data
//! crosses lanes only in loads and stores ([`Vector::load_lanes`],
//! [`Vector::store_lane`]): so each family is written once for any width.

/// A register of [`LANES`](Vector::LANES) lanes of 16 bytes.
///
/// # Safety
/// All methods demand K1 (the instructions run here); loads and stores also
/// that the named bytes are readable or writable (K2). No alignment is
/// needed.
pub(crate) trait Vector: Copy {
    /// Lanes of 16 bytes.
    const LANES: usize;
    /// Width in bytes.
    const BYTES: usize = 16 * Self::LANES;

    /// The `BYTES` bytes at `p`.
    unsafe fn load(p: *const u8) -> Self;
    /// Writes the `BYTES` bytes at `p`.
    unsafe fn store(self, p: *mut u8);
    /// Writes the `BYTES` bytes at `p`, a multiple of `BYTES`, past the
    /// caches where the architecture can; [`Simd::fence`](crate::dispatch::Simd::fence)
    /// makes them visible to other threads.
    unsafe fn stream(self, p: *mut u8);
    /// Lane `l` is the 16 bytes at `p(l)`.
    unsafe fn load_lanes(p: impl Fn(usize) -> *const u8) -> Self;
    /// Writes one lane, a number that the compiler sees, at `p`.
    #[inline(always)]
    unsafe fn store_lane(self, _lane: usize, p: *mut u8) {
        // SAFETY: K1, K2; there is just one.
        unsafe { self.store(p) }
    }
    /// Every lane holds `lane`.
    unsafe fn splat(lane: &[u8; 16]) -> Self;
    /// Within each lane: the elements of `SIZE` bytes (1, 2, 4 or 8) of both
    /// low halves, alternating.
    unsafe fn zip_low<const SIZE: usize>(self, other: Self) -> Self;
    /// The same of both high halves.
    unsafe fn zip_high<const SIZE: usize>(self, other: Self) -> Self;
    /// Within each lane: byte `i` becomes byte `index[i]` of `self`, or 0
    /// where `index[i] >= 128`. Indices from 16 to 127 are not allowed.
    unsafe fn shuffle(self, index: Self) -> Self;
    /// Bitwise or.
    unsafe fn or(self, other: Self) -> Self;
    /// The lanes in opposite order.
    unsafe fn reverse_lanes(self) -> Self;
    /// Four registers' lanes turned, as many registers at once as they have
    /// lanes: lane `m` of register `i` becomes lane `i % LANES` of register
    /// `i - i % LANES + m`.
    #[inline(always)]
    unsafe fn turn_lanes(four: [Self; 4]) -> [Self; 4] {
        four
    }
}

/// Calls `step(at)` so that pieces of `size` cover `0..extent`; the last
/// piece ends there, overlapping the one before it where it must.
///
/// `extent` is at least `size`.
#[inline(always)]
pub(crate) fn cover(extent: usize, size: usize, mut step: impl FnMut(usize)) {
    debug_assert!(extent >= size);
    let mut at = 0;
    while at + size < extent {
        step(at);
        at += size;
    }
    step(extent - size);
}

/// The array of `make(0)`, `make(1)` and so on. Unlike `core::array::from_fn`
/// it is always inlined: outside of the function that has a vector
/// instruction's target feature, the instruction is a call.
#[inline(always)]
pub(crate) fn array<T: Copy, const N: usize>(make: impl Fn(usize) -> T) -> [T; N] {
    let mut array = [make(0); N];
    for i in 1..N {
        array[i] = make(i);
    }
    array
}
