//! Planes of three-byte items in the caches: spread to four bytes in registers,
//! turned as these, and closed again.

use super::blocks::cover_both;
use super::table::Offsets;
use super::tile::{Tile, rounds, store_part};
use crate::dispatch::Simd;
use crate::vector::Vector;
use core::marker::PhantomData;
use pulp::NullaryFnOnce;

/// Bytes of an item, and items of a lane.
const ITEM: usize = 3;
const LANE: usize = 4;
/// Columns that a source row has at least: a lane is read in one with bytes
/// after it or, at the end of the row, before it.
const COLUMNS: usize = 6;

/// Whether a plane of so many rows and columns has registers to fill.
#[inline(always)]
pub(super) fn pays(item: usize, rows: usize, columns: usize) -> bool {
    item == ITEM && rows >= LANE && columns >= COLUMNS
}

/// Moves a block, in a function of its own.
///
/// # Safety
/// K1 for `S`, K2 to K4 for so many rows and columns of the tile, which
/// [pay](pays).
#[inline(always)]
pub(super) unsafe fn go<S: Simd, R: Offsets, C: Offsets>(
    tile: Tile<R, C>,
    rows: usize,
    columns: usize,
) {
    // SAFETY: handed on.
    unsafe { S::vectorize(Triples { tile, rows, columns, how: PhantomData::<S> }) };
}

struct Triples<S, R, C> {
    tile: Tile<R, C>,
    rows: usize,
    columns: usize,
    how: PhantomData<S>,
}

impl<S: Simd, R: Offsets, C: Offsets> NullaryFnOnce for Triples<S, R, C> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // SAFETY: only `go` makes one, whose caller vouches.
        unsafe {
            if self.rows >= LANE * S::Wide::LANES {
                self.run::<S::Wide>();
            } else {
                self.run::<S::Lane>();
            }
        }
    }
}

impl<S: Simd, R: Offsets, C: Offsets> Triples<S, R, C> {
    /// # Safety
    /// That of [`go`]; at least a register of rows.
    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let Triples { tile, rows, columns, .. } = self;
        // SAFETY: K1; each step is a part of the block.
        unsafe {
            let spread = |first: u8| {
                let mut index = [0x80; 16];
                for at in 0..ITEM * LANE {
                    index[at / ITEM * 4 + at % ITEM] = first + at as u8;
                }
                V::splat(&index)
            };
            let (head, tail) = (spread(0), spread(4));
            let mut close = [0x80; 16];
            for at in 0..ITEM * LANE {
                close[at] = (at / ITEM * 4 + at % ITEM) as u8;
            }
            let close = V::splat(&close);
            cover_both(
                (columns, LANE),
                (rows, LANE * V::LANES),
                #[inline(always)]
                |column, row| {
                    // The first column is followed by two others after its lane.
                    let ends = ITEM * column + 16 > ITEM * columns;
                    let (before, spread) = if ends { (4, tail) } else { (0, head) };
                    let src = tile.src.add(ITEM * column).wrapping_sub(before);
                    rounds::<V, 4>(
                        #[inline(always)]
                        |i| {
                            let lanes = V::load_lanes(
                                #[inline(always)]
                                |l| src.wrapping_offset(tile.rows.at(row + i + LANE * l)),
                            );
                            lanes.shuffle(spread)
                        },
                        #[inline(always)]
                        |j, run| {
                            let to = tile.row(column + j).add(ITEM * row);
                            put(run.shuffle(close), to);
                        },
                    );
                },
            );
        }
    }
}

/// Twelve bytes of each lane, one lane's after the other's: the next one
/// covers what a lane has more.
///
/// # Safety
/// K1 for `V`, K2, K3.
#[inline(always)]
unsafe fn put<V: Vector>(run: V, to: *mut u8) {
    #[repr(align(64))]
    struct Lanes([u8; 64]);
    let mut lanes = Lanes([0; 64]);
    let bytes = ITEM * LANE;
    // SAFETY: as promised; only the last lane has nothing after it.
    unsafe {
        if V::LANES == 1 {
            return store_part(run, to, bytes);
        }
        run.store(lanes.0.as_mut_ptr());
        for lane in 0..V::LANES {
            let from = lanes.0.as_ptr().add(16 * lane);
            if lane + 1 < V::LANES {
                to.add(bytes * lane).cast::<[u8; 16]>().write(from.cast::<[u8; 16]>().read());
            } else {
                to.add(bytes * lane).cast::<[u8; 12]>().write(from.cast::<[u8; 12]>().read());
            }
        }
    }
}
