//! An odd number of streams out of one and into one, where the CPU moves bytes
//! across lanes.
//!
//! A register has `n` items, and `k` of them hold the joined form of `n` items
//! of each of `k` streams. Register `j` starts with item `n * j`, so that its
//! first item of stream `s` is its item `(s - n * j) mod k`: call that the
//! region of the pair. Its length is known by its number alone, and since `n`
//! and `k` have no common factor, each register meets each region once, and so
//! does each stream. So one permute per register sorts its items by region,
//! blends collect a stream's regions from all registers, each in its place,
//! and one more permute puts them in order, which for the first stream they
//! are in already. That is `2 k - 1` permutes, where shuffles within lanes
//! take `k * k` and the loads that fill these lanes. The inverse joins them.

use crate::dispatch::Simd;
use crate::vector::Vector;

/// Bytes of the register that is permuted.
const BYTES: usize = 64;

/// Whether this serves `streams` streams.
pub(crate) const fn serves<S: Simd>(streams: usize) -> bool {
    S::ACROSS && streams % 2 == 1
}

/// A register of each stream out of `K` registers at `src`.
///
/// # Safety
/// K1 for `S`, which [serves] `K`; K2 for the registers.
#[inline(always)]
pub(crate) unsafe fn split<S: Simd, const K: usize, const SIZE: usize>(
    src: *const u8,
) -> [S::Wide; K] {
    // SAFETY: as promised.
    unsafe {
        let sorted: [_; K] = core::array::from_fn(
            #[inline(always)]
            |j| S::permute(S::Wide::load(src.add(j * BYTES)), &Regions::<K, SIZE>::SORT[j]),
        );
        core::array::from_fn(
            #[inline(always)]
            |s| {
                let stream = collect::<S, K, SIZE>(
                    sorted,
                    #[inline(always)]
                    |j| region::<K, SIZE>(j, s),
                );
                if s == 0 { stream } else { S::permute(stream, &Regions::<K, SIZE>::ORDER[s]) }
            },
        )
    }
}

/// The `K` registers that join one of each stream.
///
/// # Safety
/// K1 for `S`, which [serves] `K`.
#[inline(always)]
pub(crate) unsafe fn join<S: Simd, const K: usize, const SIZE: usize>(
    mut streams: [S::Wide; K],
) -> [S::Wide; K] {
    // SAFETY: as promised.
    unsafe {
        for s in 1..K {
            streams[s] = S::permute(streams[s], &Regions::<K, SIZE>::UNORDER[s]);
        }
        core::array::from_fn(
            #[inline(always)]
            |j| {
                let sorted = collect::<S, K, SIZE>(
                    streams,
                    #[inline(always)]
                    |s| region::<K, SIZE>(j, s),
                );
                S::permute(sorted, &Regions::<K, SIZE>::UNSORT[j])
            },
        )
    }
}

/// From each register the region that is asked for.
///
/// # Safety
/// As for [`join`].
#[inline(always)]
unsafe fn collect<S: Simd, const K: usize, const SIZE: usize>(
    registers: [S::Wide; K],
    region: impl Fn(usize) -> usize,
) -> S::Wide {
    let mut all = registers[0];
    for i in 1..K {
        // SAFETY: as promised.
        all = unsafe { S::blend(all, registers[i], Regions::<K, SIZE>::MASK[region(i)]) };
    }
    all
}

/// The region of register `j` that has the items of stream `s`.
const fn region<const K: usize, const SIZE: usize>(j: usize, s: usize) -> usize {
    (s + K * BYTES - BYTES / SIZE * j) % K
}

/// Byte indices of a register.
type Index = [u8; BYTES];

/// Where regions lie: in the order in which the first stream has them.
struct Regions<const K: usize, const SIZE: usize>;

impl<const K: usize, const SIZE: usize> Regions<K, SIZE> {
    /// The first byte of each region, and the one after its last.
    const PLACE: [(usize, usize); K] = {
        let (mut place, mut at, mut j) = ([(0, 0); K], 0, 0);
        while j < K {
            let region = region::<K, SIZE>(j, 0);
            let bytes = (BYTES / SIZE - region).div_ceil(K) * SIZE;
            place[region] = (at, at + bytes);
            at += bytes;
            j += 1;
        }
        place
    };

    /// The bytes of each region.
    const MASK: [u64; K] = {
        let (mut mask, mut r) = ([0; K], 0);
        while r < K {
            let (mut from, to) = Self::PLACE[r];
            while from < to {
                mask[r] |= 1 << from;
                from += 1;
            }
            r += 1;
        }
        mask
    };

    /// What sorts register `j` by region.
    const SORT: [Index; K] = {
        let (mut sort, mut j) = ([[0; BYTES]; K], 0);
        while j < K {
            let mut r = 0;
            while r < K {
                let (from, to) = Self::PLACE[r];
                let mut b = 0;
                while b < to - from {
                    sort[j][from + b] = ((r + b / SIZE * K) * SIZE + b % SIZE) as u8;
                    b += 1;
                }
                r += 1;
            }
            j += 1;
        }
        sort
    };

    /// What puts the regions of stream `s` in order.
    const ORDER: [Index; K] = {
        let (mut order, mut s) = ([[0; BYTES]; K], 0);
        while s < K {
            let (mut at, mut j) = (0, 0);
            while j < K {
                let (mut from, to) = Self::PLACE[region::<K, SIZE>(j, s)];
                while from < to {
                    order[s][at] = from as u8;
                    (from, at) = (from + 1, at + 1);
                }
                j += 1;
            }
            s += 1;
        }
        order
    };

    const UNSORT: [Index; K] = inverse(Self::SORT);
    const UNORDER: [Index; K] = inverse(Self::ORDER);
}

/// What undoes each permute.
const fn inverse<const K: usize>(permutes: [Index; K]) -> [Index; K] {
    let (mut inverse, mut i) = ([[0; BYTES]; K], 0);
    while i < K {
        let mut b = 0;
        while b < BYTES {
            inverse[i][permutes[i][b] as usize] = b as u8;
            b += 1;
        }
        i += 1;
    }
    inverse
}
