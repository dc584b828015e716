//! Runs of items of three bytes, as pixels have them: the last one first, or
//! the bytes of each turned.
//!
//! A lane of the destination begins and ends within items. The items that it
//! has bytes of lie in less than two lanes of the source: the one that starts
//! with them and the one that ends with them, each of which is shuffled.
//! After three lanes all repeats. So three lines are made in one go, with the
//! shuffles and the distances of all their lanes known to the compiler: that
//! is half as fast again as to look them up.

use crate::copy::Args;
use crate::dispatch::{Kernel, Simd};
use crate::gather::rows;
use crate::item::{Sized, Turned};
use crate::transpose::LINE;
use crate::vector::Vector;

/// Bytes of an item.
const K: usize = 3;
/// Bytes of the destination that are made in one go.
const GROUP: usize = K * LINE;

/// The last item first if `BACK`, else the bytes of each item turned.
pub(crate) struct Pixels<const BACK: bool, const STREAM: bool>;

impl<const BACK: bool, const STREAM: bool> Kernel for Pixels<BACK, STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let bytes = K * block.inner.extent;
        if S::SCALAR || bytes < S::Lane::BYTES {
            // SAFETY: K2 to K4 are the caller's; the strides are the block's.
            return unsafe {
                if BACK {
                    rows::<Sized<K>>(dst, src, block);
                } else {
                    rows::<Turned<1>>(dst, src, block);
                }
            };
        }
        for o in 0..block.outer.extent as isize {
            // SAFETY: K2 to K4 for row `o`.
            unsafe {
                let (dst, src) = (dst.offset(o * block.outer.dst), src.offset(o * block.outer.src));
                let run = Run::<BACK> { dst, src: if BACK { src.add(K) } else { src }, bytes };
                if bytes < S::Wide::BYTES {
                    run.registers::<S::Lane>(0, bytes);
                } else {
                    run.lines::<S::Wide, STREAM>();
                }
            }
        }
    }
}

/// A run: where it starts in the destination, where it starts or, if `BACK`,
/// ends in the source.
#[derive(Clone, Copy)]
struct Run<const BACK: bool> {
    dst: *mut u8,
    src: *const u8,
    bytes: usize,
}

/// How lanes are made whose register starts at some byte of an item.
#[derive(Clone, Copy)]
struct Phase {
    /// What to take of the 16 bytes that start with a lane's items.
    low: [[u8; 16]; 4],
    /// What to take of those that end with them.
    high: [[u8; 16]; 4],
    /// Where these bytes are, from the byte of the source that is as far from
    /// the run's start, or end, as the register in the destination.
    low_at: [isize; 4],
    high_at: [isize; 4],
}

impl<const BACK: bool> Run<BACK> {
    const PHASES: [Phase; K] = {
        let (none, at) = ([[128; 16]; 4], [0; 4]);
        let mut phases = [Phase { low: none, high: none, low_at: at, high_at: at }; K];
        let mut start = 0;
        while start < K {
            let mut lane = 0;
            while lane < 4 {
                // Bytes of the first item before the lane, of the last after it.
                let before = (start + 16 * lane) % K;
                let after = (K - (before + 16) % K) % K;
                let all = before + 16 + after;
                let phase = &mut phases[start];
                let first = 16 * lane as isize - before as isize;
                phase.low_at[lane] = if BACK { -first - all as isize } else { first };
                phase.high_at[lane] = phase.low_at[lane] + all as isize - 16;
                let mut b = 0;
                while b < 16 {
                    let (item, byte) = ((before + b) / K, (before + b) % K);
                    let from =
                        if BACK { all - (item + 1) * K + byte } else { item * K + K - 1 - byte };
                    if from < 16 {
                        phase.low[lane][b] = from as u8;
                    } else {
                        phase.high[lane][b] = (from + 16 - all) as u8;
                    }
                    b += 1;
                }
                lane += 1;
            }
            start += 1;
        }
        phases
    };

    /// The bytes of the destination from `at` on.
    ///
    /// # Safety
    /// K1 for `V`, K2: inside the run.
    #[inline(always)]
    unsafe fn make<V: Vector>(self, at: usize, phase: &Phase) -> V {
        // SAFETY: both lanes are bytes of items that the register has.
        unsafe {
            let src = if BACK { self.src.sub(at) } else { self.src.add(at) };
            let low = V::load_lanes(
                #[inline(always)]
                |l| src.offset(phase.low_at[l]),
            );
            let high = V::load_lanes(
                #[inline(always)]
                |l| src.offset(phase.high_at[l]),
            );
            let low = low.shuffle(V::load(phase.low.as_ptr().cast()));
            low.or(high.shuffle(V::load(phase.high.as_ptr().cast())))
        }
    }

    /// The bytes `from..to` of the destination by registers, which may write
    /// more of the run.
    ///
    /// # Safety
    /// K1 for `V`, K2, K3; the run has a register full.
    #[inline(always)]
    unsafe fn registers<V: Vector>(self, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            at = at.min(self.bytes - V::BYTES);
            // SAFETY: inside the run.
            unsafe {
                self.make::<V>(at, &const { Self::PHASES }[at % K]).store(self.dst.add(at));
            }
            at += V::BYTES;
        }
    }

    /// All of the run, three lines at a time.
    ///
    /// # Safety
    /// K1 for `V`, K2, K3; the run has a register full.
    #[inline(always)]
    unsafe fn lines<V: Vector, const STREAM: bool>(self) {
        let head = if STREAM { self.dst.align_offset(LINE).min(self.bytes) } else { 0 };
        // SAFETY: parts of the run.
        unsafe {
            self.registers::<V>(0, head);
            let done = match head % K {
                0 => self.groups::<V, STREAM, 0>(head),
                1 => self.groups::<V, STREAM, 1>(head),
                _ => self.groups::<V, STREAM, 2>(head),
            };
            self.registers::<V>(done, self.bytes);
        }
    }

    /// Whole groups from `from` on, which starts at byte `START` of an item,
    /// and of a line if `STREAM`. Returns where they end.
    ///
    /// # Safety
    /// K1 for `V`, K2, K3.
    #[inline(always)]
    unsafe fn groups<V: Vector, const STREAM: bool, const START: usize>(
        self,
        from: usize,
    ) -> usize {
        let mut at = from;
        while at + GROUP <= self.bytes {
            let mut part = 0;
            while part < GROUP {
                // SAFETY: inside the run.
                unsafe {
                    let phase = &const { Self::PHASES }[(START + part) % K];
                    let register = self.make::<V>(at + part, phase);
                    let to = self.dst.add(at + part);
                    if STREAM { register.stream(to) } else { register.store(to) }
                }
                part += V::BYTES;
            }
            at += GROUP;
        }
        at
    }
}
