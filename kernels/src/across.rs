//! A few streams out of one and into one, where the CPU moves bytes across
//! lanes.
//!
//! A register has `n` items, and `k` of them hold the joined form of `n` items
//! of each of `k` streams. Each register's items are sorted by stream, by one
//! permute, each stream's into a region of its own; blends collect a stream's
//! regions from all registers; one more permute puts these in order, which for
//! the first stream they are in already. That is `2 k - 1` permutes, where
//! shuffles within lanes take up to `k * k`, and the loads that fill these
//! lanes. To join, the inverse.
//!
//! For that, no two registers may have a stream in the same region, and a
//! region must be as long for all. See [`region`].

use crate::dispatch::Simd;
use crate::vector::{Vector, array};

/// Bytes of the register that is permuted.
const BYTES: usize = 64;

/// A register of each stream out of `K` registers at `src`.
///
/// # Safety
/// K1 for `S`, which moves bytes [across](Simd::ACROSS); K2 for the registers.
#[inline(always)]
pub(crate) unsafe fn split<S: Simd, const K: usize, const SIZE: usize>(
    src: *const u8,
) -> [S::Wide; K] {
    // SAFETY: as promised.
    unsafe {
        let sorted: [_; K] = array(
            #[inline(always)]
            |j| S::permute(S::Wide::load(src.add(j * BYTES)), &Regions::<K, SIZE>::SORT[j]),
        );
        array(
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
/// K1 for `S`, which moves bytes [across](Simd::ACROSS).
#[inline(always)]
pub(crate) unsafe fn join<S: Simd, const K: usize, const SIZE: usize>(
    mut streams: [S::Wide; K],
) -> [S::Wide; K] {
    // SAFETY: as promised.
    unsafe {
        for s in 1..K {
            streams[s] = S::permute(streams[s], &Regions::<K, SIZE>::UNORDER[s]);
        }
        array(
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

/// The first item of stream `s` in register `j`, which starts with item
/// `n * j` of the joined form.
const fn first<const K: usize, const SIZE: usize>(j: usize, s: usize) -> usize {
    (s + K * BYTES - BYTES / SIZE * j) % K
}

/// The region that stream `s` has in register `j`: a number below `K`.
///
/// How many items of a stream there are follows from the first one, `f`: one
/// more where `f < n mod k`. If `n` and `k` have no common factor, `f` differs
/// for each register, and is the region. Else it repeats after `k / g` of
/// them, `g` being the largest power of two in `k`; the next ones exchange
/// regions among `g` neighbours, which are equally long.
const fn region<const K: usize, const SIZE: usize>(j: usize, s: usize) -> usize {
    let g = 1 << K.trailing_zeros();
    first::<K, SIZE>(j, s) ^ (j * g / K)
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
            let items = (BYTES / SIZE - first::<K, SIZE>(j, 0)).div_ceil(K);
            let bytes = items * SIZE;
            place[region::<K, SIZE>(j, 0)] = (at, at + bytes);
            at += bytes;
            j += 1;
        }
        place
    };

    /// The bytes of each region.
    const MASK: [u64; K] = {
        let (mut mask, mut r) = ([0; K], 0);
        while r < K {
            let (from, to) = Self::PLACE[r];
            mask[r] = (!0 >> (BYTES - (to - from))) << from;
            r += 1;
        }
        mask
    };

    /// What sorts register `j` by stream.
    const SORT: [Index; K] = {
        let (mut sort, mut j) = ([[0; BYTES]; K], 0);
        while j < K {
            let mut s = 0;
            while s < K {
                let (from, to) = Self::PLACE[region::<K, SIZE>(j, s)];
                let first = first::<K, SIZE>(j, s);
                let mut b = 0;
                while b < to - from {
                    sort[j][from + b] = ((first + b / SIZE * K) * SIZE + b % SIZE) as u8;
                    b += 1;
                }
                s += 1;
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
