//! Planes in blocks, straight from the source to the destination.
//!
//! In and near the caches a block is 256 source rows by four lines of
//! columns, walked along the destination. Edges are covered by tiles that
//! overlap their neighbours.
//!
//! What is streamed is walked along the source instead, some rows side by
//! side for a page of columns: that is a pattern that hardware prefetchers
//! follow, and a line that is streamed whole has no order to keep.

use super::table::{COLUMNS, ColumnTable, Offsets, Steps, Table};
use super::tile::{Tile, fills_lanes};
use super::{LINE, Walk};
use crate::copy::{Axis, walk};
use crate::dispatch::Simd;
use crate::item::Sized;
use crate::vector::{Vector, cover};
use core::marker::PhantomData;
use pulp::NullaryFnOnce;

/// Source rows of a block.
const ROWS: usize = super::BLOCK;
/// Bytes of the source rows that are walked side by side.
const PAGE: usize = 4096;

impl<const SIZE: usize> Walk<'_, SIZE> {
    /// Block by block, by ordinary stores.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane.
    #[inline(always)]
    pub(super) unsafe fn by_blocks<S: Simd>(&self) {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        // SAFETY: handed on.
        unsafe {
            match (self.rows.steps(), self.columns.steps()) {
                (Some(down), Some(across)) => {
                    let tile = Tile { dst: self.dst, src: self.src, rows: down, columns: across };
                    for column in (0..columns).step_by(COLUMNS * Self::EDGE) {
                        let width = (COLUMNS * Self::EDGE).min(columns - column);
                        for row in (0..rows).step_by(ROWS) {
                            let part = tile.from::<SIZE>(row, column);
                            go::<S, _, _, SIZE>(part, ROWS.min(rows - row), width, Store);
                        }
                    }
                }
                _ => self.by_tables::<S>(rows, columns),
            }
        }
    }

    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane, which has so many rows and columns.
    #[inline(always)]
    unsafe fn by_tables<S: Simd>(&self, rows: usize, columns: usize) {
        let mut across = ColumnTable::new();
        let mut down = Table::<{ ROWS + LINE }>::new();
        for column in (0..columns).step_by(COLUMNS * Self::EDGE) {
            let end = columns.min(column + COLUMNS * Self::EDGE);
            across.move_to(self.columns, column, end, Self::EDGE);
            for row in (0..rows).step_by(ROWS) {
                down.move_to(self.rows, row, rows.min(row + ROWS), Self::EDGE);
                let (rows, columns) = (down.offsets(), across.offsets());
                let (down, across) = (down.first * SIZE, across.first * SIZE);
                // SAFETY: a block of each plane.
                unsafe {
                    walk(self.around, self.dst, self.src, &|dst, src| {
                        let (dst, src) = (dst.wrapping_add(down), src.wrapping_add(across));
                        let tile = Tile { dst, src, rows, columns };
                        go::<S, _, _, SIZE>(tile, rows.len(), columns.len(), Store);
                        true
                    });
                }
            }
        }
    }

    /// How many rows come before the destination rows' first whole line, if
    /// that is the same for all.
    pub(super) fn rows_to_a_line(&self) -> Option<usize> {
        let bytes = self.dst.align_offset(LINE);
        let together = self.columns.axes.iter().all(|axis| axis.dst % LINE as isize == 0);
        (together && bytes.is_multiple_of(SIZE)).then_some(bytes / SIZE)
    }

    /// Past the caches; `head` is from [`Walk::rows_to_a_line`].
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane; at least `EDGE` columns and
    /// `head + EDGE` rows.
    #[inline(always)]
    pub(super) unsafe fn streamed<S: Simd>(&self, rows: &Axis, columns: &Axis, head: usize) {
        let (down, across) = (Steps::new(rows.src), Steps::new(columns.dst));
        let tile = Tile { dst: self.dst, src: self.src, rows: down, columns: across };
        let lines = (rows.extent - head) / Self::EDGE * Self::EDGE;
        let tail = rows.extent - head - lines;
        for column in (0..columns.extent).step_by(PAGE / SIZE) {
            // The last page has a whole line of columns.
            let column = column.min(columns.extent - Self::EDGE);
            let width = (columns.extent - column).min(PAGE / SIZE);
            // SAFETY: strips and tiles of the plane.
            unsafe {
                go::<S, _, _, SIZE>(tile.from::<SIZE>(0, column), head, width, Store);
                let strips = tile.from::<SIZE>(head, column);
                go::<S, _, _, SIZE>(strips, lines, width, Stream);
                let last = tile.from::<SIZE>(head + lines, column);
                go::<S, _, _, SIZE>(last, tail, width, Store);
            }
        }
    }
}

/// How a block is written.
pub(super) trait Put {
    const STREAM: bool;
}

/// By ordinary stores.
pub(super) struct Store;

/// Whole lines past the caches; the rows are lines, the columns at least one.
struct Stream;

impl Put for Store {
    const STREAM: bool = false;
}

impl Put for Stream {
    const STREAM: bool = true;
}

/// Moves a block in a function of its own: there are several callers, and
/// without optimization each inlined copy would take its own stack.
///
/// # Safety
/// K1 for `S`, K2 to K4 for so many rows and columns of the tile; what `P`
/// says of them.
#[inline(always)]
pub(super) unsafe fn go<S: Simd, R: Offsets, C: Offsets, const SIZE: usize>(
    tile: Tile<R, C>,
    rows: usize,
    columns: usize,
    put: impl Put,
) {
    fn block<S, R, C, P: Put, const SIZE: usize>(
        tile: Tile<R, C>,
        rows: usize,
        columns: usize,
        _put: P,
    ) -> Block<S, R, C, P, SIZE> {
        Block { tile, rows, columns, how: PhantomData }
    }
    if rows == 0 {
        return;
    }
    // SAFETY: handed on.
    unsafe { S::vectorize(block::<S, R, C, _, SIZE>(tile, rows, columns, put)) }
}

struct Block<S, R, C, P, const SIZE: usize> {
    tile: Tile<R, C>,
    rows: usize,
    columns: usize,
    how: PhantomData<(S, P)>,
}

impl<S: Simd, R: Offsets, C: Offsets, P: Put, const SIZE: usize> NullaryFnOnce
    for Block<S, R, C, P, SIZE>
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // SAFETY: only `go` makes one, whose caller vouches.
        unsafe { self.run() }
    }
}

impl<S: Simd, R: Offsets, C: Offsets, P: Put, const SIZE: usize> Block<S, R, C, P, SIZE> {
    /// # Safety
    /// That of [`go`].
    #[inline(always)]
    unsafe fn run(self) {
        let Block { tile, rows, columns, .. } = self;
        let (edge, lane, wide) = (LINE / SIZE, 16 / SIZE, S::Wide::BYTES / SIZE);
        // SAFETY: each step is a part of the block.
        unsafe {
            if P::STREAM {
                for row in (0..rows).step_by(edge) {
                    cover(
                        columns,
                        edge,
                        #[inline(always)]
                        |column| tile.from::<SIZE>(row, column).line::<S, SIZE, true, false>(),
                    );
                }
            } else if S::SCALAR || !fills_lanes::<SIZE>(rows.min(lane), columns.min(lane)) {
                tile.by_items::<Sized<SIZE>>(SIZE, rows, columns);
            } else if rows < lane || columns < lane {
                let (r, c) = (rows.min(lane), columns.min(lane));
                cover_both(
                    (columns, c),
                    (rows, r),
                    #[inline(always)]
                    |column, row| tile.from::<SIZE>(row, column).part::<S::Lane, SIZE>(r, c),
                );
            } else if rows >= edge && columns >= edge && SIZE > 1 && tile.splits_lines() {
                cover_both(
                    (columns, edge),
                    (rows, edge),
                    #[inline(always)]
                    |column, row| tile.from::<SIZE>(row, column).line::<S, SIZE, false, true>(),
                );
            } else if rows >= edge && columns >= edge {
                cover_both(
                    (columns, edge),
                    (rows, edge),
                    #[inline(always)]
                    |column, row| tile.from::<SIZE>(row, column).line::<S, SIZE, false, false>(),
                );
            } else if rows >= wide {
                cover_both(
                    (columns, lane),
                    (rows, wide),
                    #[inline(always)]
                    |column, row| tile.from::<SIZE>(row, column).micro::<S::Wide, SIZE>(),
                );
            } else {
                cover_both(
                    (columns, lane),
                    (rows, lane),
                    #[inline(always)]
                    |column, row| tile.from::<SIZE>(row, column).micro::<S::Lane, SIZE>(),
                );
            }
        }
    }
}

/// [`cover`] within `cover`; extents and sizes.
#[inline(always)]
pub(super) fn cover_both(
    outer: (usize, usize),
    inner: (usize, usize),
    step: impl Fn(usize, usize),
) {
    cover(
        outer.0,
        outer.1,
        #[inline(always)]
        |o| {
            cover(
                inner.0,
                inner.1,
                #[inline(always)]
                |i| step(o, i),
            );
        },
    );
}
