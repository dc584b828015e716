//! Steps of two, three and four items, forward and back, by byte shuffles
//! inside lanes.
//!
//! The items of a lane of the destination are `STEP` items apart: they come
//! from `STEP` lanes of the source, which start at the first item of a step
//! or end with the last one. Either reads the bytes between the items; the
//! former also those after the last item, the latter those before the first.
//! So the lanes at one end of a run are of the one kind, all others of the
//! other.

use crate::item::{Item, Sized};
use crate::line::Line;
use crate::vector::Vector;

/// A run of items of `SIZE` bytes that are `STEP` items apart in the source,
/// from `src` on or, if `BACK`, from there back.
#[derive(Clone, Copy)]
pub(crate) struct Step<const SIZE: usize, const STEP: usize, const BACK: bool> {
    pub(crate) src: *const u8,
}

impl<const SIZE: usize, const STEP: usize, const BACK: bool> Step<SIZE, STEP, BACK> {
    /// Bytes of the source from the first item of a step to the last.
    const REST: usize = (STEP - 1) * SIZE;
    /// `[end][j]`: what a lane of the destination takes of lane `j` of the
    /// source, where each item is the first or the last of its step.
    const SHUFFLES: [[[u8; 16]; STEP]; 2] = {
        let mut table = [[[128; 16]; STEP]; 2];
        let mut b = 0;
        while b < 16 {
            let item = if BACK { 16 / SIZE - 1 - b / SIZE } else { b / SIZE };
            let first = item * STEP * SIZE + b % SIZE;
            let last = first + Self::REST;
            table[0][first / 16][b] = (first % 16) as u8;
            table[1][last / 16][b] = (last % 16) as u8;
            b += 1;
        }
        table
    };

    /// # Safety
    /// K1 for `V`, K2 for `STEP` lanes for each lane of the register.
    #[inline(always)]
    unsafe fn lanes<V: Vector, const END: usize>(self, at: usize) -> V {
        // SAFETY: as promised.
        unsafe {
            let take = |j: usize| {
                V::load_lanes(
                    #[inline(always)]
                    |l| {
                        let to = at + 16 * l;
                        let from = if BACK {
                            // The lane's items end with the first one.
                            self.src.sub((to + 16 - SIZE) * STEP).sub(END * Self::REST)
                        } else {
                            self.src.add(to * STEP).sub(END * Self::REST)
                        };
                        from.add(16 * j)
                    },
                )
                .shuffle(V::splat(&Self::SHUFFLES[END][j]))
            };
            let mut lanes = take(0);
            for j in 1..STEP {
                lanes = lanes.or(take(j));
            }
            lanes
        }
    }
}

impl<const SIZE: usize, const STEP: usize, const BACK: bool> Line for Step<SIZE, STEP, BACK> {
    const BEYOND: bool = true;
    const READS: usize = STEP;
    const BACK: bool = BACK;

    #[inline(always)]
    fn read(self, at: usize) -> *const u8 {
        let far = at * STEP;
        if BACK { self.src.wrapping_sub(far) } else { self.src.wrapping_add(far) }
    }

    #[inline(always)]
    fn item(self) -> usize {
        SIZE
    }

    #[inline(always)]
    unsafe fn make<V: Vector>(self, at: usize) -> V {
        // SAFETY: handed on. Forward, the lanes reach to the next item;
        // back, they start after the next one.
        unsafe { if BACK { self.lanes::<V, 1>(at) } else { self.lanes::<V, 0>(at) } }
    }

    #[inline(always)]
    unsafe fn last<V: Vector>(self, at: usize) -> V {
        // SAFETY: as for `make`, the other way round.
        unsafe { if BACK { self.lanes::<V, 0>(at) } else { self.lanes::<V, 1>(at) } }
    }

    #[inline(always)]
    unsafe fn put(self, dst: *mut u8, at: usize) {
        // SAFETY: an item of the run.
        unsafe {
            let from = if BACK { self.src.sub(at * STEP) } else { self.src.add(at * STEP) };
            Sized::<SIZE>::copy(dst, from, SIZE);
        }
    }
}
