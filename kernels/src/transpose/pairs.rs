//! Planes streamed two lines at a time, for CPUs whose prefetchers follow
//! dozens of source rows that are read side by side, and which stream lines
//! that lie apart at half the speed of pairs.
//!
//! A pair of destination lines is made of twice as many source rows as a
//! tile. Their lines are copied to the stack first: rows that share a cache
//! set are read but once, and items are turned on the way. Of one-byte items
//! the rows for a pair would be too many, so the first line of each pair
//! waits in scratch for the second.
//!
//! What stays in a cache of the core is written by ordinary stores on the same
//! walk, a line by a line; rows that are too short to be followed are asked for.

use super::LINE;
use super::table::{Table, ask};
use super::tile::{Tile, swapped};
use super::{Store, Walk, go};
use crate::dispatch::Simd;
use crate::vector::{Vector, cover};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use pulp::NullaryFnOnce;

/// Bytes of the source rows that are walked side by side.
const PAGE: usize = 4096;
/// Bytes of a row that a prefetcher must see to follow it.
const FOLLOWED: usize = 512;

/// Scratch for the first lines of pairs.
#[repr(align(64))]
struct Lines<const BYTES: usize>(MaybeUninit<[u8; BYTES]>);

impl<const SIZE: usize> Walk<'_, SIZE> {
    /// Source rows that make a pair of lines.
    pub(super) const PAIR: usize = 2 * Self::EDGE;

    /// Past the caches; `head` is from [`Walk::rows_to_a_line`], the bytes of
    /// each item are reversed in units of `swap` unless 0.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane; at least `EDGE` columns and
    /// `head + PAIR` rows.
    #[inline(always)]
    pub(super) unsafe fn by_pairs<S: Simd>(&self, swap: usize, head: usize) {
        // In functions of their own, for the scratch of only one size.
        // SAFETY: handed on.
        unsafe {
            if SIZE == 1 {
                S::vectorize(
                    #[inline(always)]
                    || {
                        let mut first = Lines::<{ PAGE * LINE }>(MaybeUninit::uninit());
                        let first = first.0.as_mut_ptr().cast();
                        self.by_pages::<S, PAGE, true>(swap, head, first);
                    },
                );
            } else {
                S::vectorize(
                    #[inline(always)]
                    || self.by_pages::<S, { PAGE / 2 }, true>(swap, head, core::ptr::null_mut()),
                );
            }
        }
    }

    /// By ordinary stores, to where they stay in a cache.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane; at least `EDGE` columns.
    #[inline(always)]
    pub(super) unsafe fn by_pairs_to_cache<S: Simd>(&self, swap: usize) {
        // SAFETY: handed on.
        unsafe {
            S::vectorize(
                #[inline(always)]
                || self.by_pages::<S, PAGE, false>(swap, 0, core::ptr::null_mut()),
            );
        }
    }

    /// The same with room for the columns of a page.
    ///
    /// # Safety
    /// That of [`Walk::by_pairs`]; if one-byte items are streamed, `first` has
    /// room for a line of each column of a page.
    #[inline(always)]
    unsafe fn by_pages<S: Simd, const COLUMNS: usize, const STREAM: bool>(
        &self,
        swap: usize,
        head: usize,
        first: *mut u8,
    ) {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        let (mut across, mut down) = (Table::<COLUMNS>::new(), Table::<{ 4 * LINE }>::new());
        for column in (0..columns).step_by(PAGE / SIZE) {
            let end = columns.min(column + PAGE / SIZE);
            // The last page has a whole line of columns.
            across.move_to(self.columns, column, end, Self::EDGE);
            let mut row = 0;
            while row < rows {
                let many = if row < head { head } else { Self::PAIR.min(rows - row) };
                // Behind them the next ones, which may be asked for.
                let next = if STREAM { 0 } else { Self::PAIR.min(rows - row - many) };
                down.move_to(self.rows, row, row + many + next, 0);
                let tile = Tile {
                    dst: self.dst.wrapping_add(row * SIZE),
                    src: self.src.wrapping_add(across.first * SIZE),
                    rows: down.offsets(),
                    columns: across.offsets(),
                };
                let columns = tile.columns.len();
                // SAFETY: parts of the plane.
                unsafe {
                    if row >= head && many == Self::PAIR {
                        let how = PhantomData;
                        S::vectorize(Pairs::<S, SIZE, STREAM> { tile, columns, swap, first, how });
                    } else if swap == 0 {
                        go::<S, _, _, SIZE>(tile, many, columns, Store);
                    } else {
                        tile.by_swapped_items::<SIZE>(swap, many, columns);
                    }
                }
                row += many;
            }
        }
    }
}

/// A pair of lines of each of some destination rows.
struct Pairs<'t, S, const SIZE: usize, const STREAM: bool> {
    tile: Tile<&'t [isize], &'t [isize]>,
    columns: usize,
    swap: usize,
    first: *mut u8,
    how: PhantomData<S>,
}

impl<S: Simd, const SIZE: usize, const STREAM: bool> NullaryFnOnce for Pairs<'_, S, SIZE, STREAM> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // SAFETY: only `by_pages` makes one, whose caller vouches.
        unsafe { self.run() }
    }
}

impl<S: Simd, const SIZE: usize, const STREAM: bool> Pairs<'_, S, SIZE, STREAM> {
    /// # Safety
    /// That of [`Walk::by_pages`], for this part of the plane.
    #[inline(always)]
    unsafe fn run(self) {
        let Pairs { tile, columns, swap, first, .. } = self;
        let edge = LINE / SIZE;
        let next = |src: *const u8| src.wrapping_add(LINE);
        // SAFETY: K1; each step is a part of the plane. A line of column `c`
        // in the scratch is `first + c * LINE`.
        unsafe {
            let index = (swap != 0).then(
                #[inline(always)]
                || S::Wide::splat(&swapped(SIZE, swap)),
            );
            if !STREAM {
                // No prefetcher sees enough of such rows to follow them.
                let short = columns * SIZE < FOLLOWED;
                return cover(
                    columns,
                    edge,
                    #[inline(always)]
                    |column| {
                        let tile = tile.from::<SIZE>(0, column);
                        if short {
                            ask::<S>(tile.src, &tile.rows[2 * edge..], 1);
                        }
                        for row in [0, edge] {
                            let tile = tile.from::<SIZE>(row, 0);
                            if SIZE > 1 {
                                tile.by_registers::<S::Wide, SIZE>(index);
                                continue;
                            }
                            tile.by_copy::<S::Wide, SIZE, 1>(
                                None,
                                #[inline(always)]
                                |c, part, run| run.store(tile.row(c).add(part)),
                            );
                        }
                    },
                );
            }
            if SIZE > 1 {
                return cover(
                    columns,
                    edge,
                    #[inline(always)]
                    |column| {
                        let tile = tile.from::<SIZE>(0, column);
                        if SIZE == 2 {
                            ask::<S>(next(tile.src), tile.rows, 1);
                        }
                        tile.by_copy::<S::Wide, SIZE, 2>(
                            index,
                            #[inline(always)]
                            |c, part, run| run.stream(tile.row(c).add(part)),
                        );
                    },
                );
            }
            cover(
                columns,
                edge,
                #[inline(always)]
                |column| {
                    let tile = tile.from::<SIZE>(0, column);
                    ask::<S>(next(tile.src), &tile.rows[..edge], 1);
                    tile.by_copy::<S::Wide, SIZE, 1>(
                        None,
                        #[inline(always)]
                        |c, part, run| run.store(first.add((column + c) * LINE + part)),
                    );
                },
            );
            cover(
                columns,
                edge,
                #[inline(always)]
                |column| {
                    let tile = tile.from::<SIZE>(edge, column);
                    ask::<S>(next(tile.src), &tile.rows[..edge], 1);
                    tile.by_copy::<S::Wide, SIZE, 1>(
                        None,
                        #[inline(always)]
                        |c, part, run| {
                            let to = tile.row(c);
                            if part == 0 {
                                let from = first.add((column + c) * LINE);
                                for at in (0..LINE).step_by(S::Wide::BYTES) {
                                    S::Wide::load(from.add(at)).stream(to.sub(LINE).add(at));
                                }
                            }
                            run.stream(to.add(part));
                        },
                    );
                },
            );
        }
    }
}
