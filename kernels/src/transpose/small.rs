//! Planes that are small or thin, of one axis each way: steps instead of
//! tables, no blocks, and little stack.

use super::blocks::{Store, go};
use super::table::{Steps, Table};
use super::tile::{Tile, fills_lanes, micro};
use super::tiled::by_strips;
use super::{Args, BLOCK, Plane, triples};
use crate::copy::{Axis, Block, walk};
use crate::dispatch::{Kernel, Simd};
use crate::item::{Item, Sized};
use crate::vector::{Vector, cover};

/// Planes that are [small](super::Plane::is_small).
pub(super) struct Small<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Small<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, plane): Args) {
        // SAFETY: the plane lives as long as the call.
        let plane = unsafe { &*plane };
        let ([rows], [columns]) = (plane.rows, plane.columns) else { return };
        // SAFETY: K1 to K4 are the caller's.
        unsafe { run::<S, SIZE>(dst, src, rows, columns) }
    }
}

/// # Safety
/// K1 for `S`, K2 to K4.
#[inline(always)]
pub(super) unsafe fn run<S: Simd, const SIZE: usize>(
    dst: *mut u8,
    src: *const u8,
    rows: &Axis,
    columns: &Axis,
) {
    let (lane, wide) = (16 / SIZE, S::Wide::BYTES / SIZE);
    // SAFETY: handed on; the micro-tiles fit.
    unsafe {
        let (r, c) = (rows.extent.min(lane), columns.extent.min(lane));
        if S::SCALAR || SIZE == 16 || !fills_lanes::<SIZE>(r, c) {
            straight::<Sized<SIZE>>(dst, src, SIZE, rows, columns);
        } else if r < lane || c < lane {
            let (down, across) = (Steps::new(rows.src), Steps::new(columns.dst));
            let tile = Tile { dst, src, rows: down, columns: across };
            // In a function of its own, which costs the others no registers.
            go::<S, _, _, SIZE>(tile, rows.extent, columns.extent, Store);
        } else if rows.extent < wide {
            by_micro_tiles::<S::Lane, SIZE>(dst, src, rows, columns);
        } else {
            by_micro_tiles::<S::Wide, SIZE>(dst, src, rows, columns);
        }
    }
}

/// Item by item, along the destination; in L1, where lines may be written in
/// parts, along the source if the destination's rows are short.
///
/// # Safety
/// K2 to K4.
#[inline(always)]
pub(super) unsafe fn straight<I: Item>(
    dst: *mut u8,
    src: *const u8,
    item: usize,
    rows: &Axis,
    columns: &Axis,
) {
    const SHORT: usize = 32;
    const L1: usize = 32 << 10;
    let near = rows.extent * columns.extent * item <= L1;
    let (outer, inner) = if near && rows.extent < columns.extent.min(SHORT) {
        (rows, columns)
    } else {
        (columns, rows)
    };
    let block = Block { item, outer: *outer, inner: *inner };
    // SAFETY: handed on.
    unsafe { by_strips::<I>(dst, src, &block) }
}

/// The same of any axes, a block at a time.
///
/// # Safety
/// K1 for `S`, K2 to K4 for the plane's rows and columns; several planes have
/// one block.
#[inline(always)]
pub(super) unsafe fn by_tables<S: Simd, I: Item>(
    dst: *mut u8,
    src: *const u8,
    item: usize,
    plane: &Plane<'_>,
) {
    let (rows, columns) = plane.groups();
    let (mut down, mut across) = (Table::<BLOCK>::new(), Table::<BLOCK>::new());
    for column in (0..columns.len()).step_by(BLOCK) {
        across.move_to(columns, column, columns.len().min(column + BLOCK), 0);
        for row in (0..rows.len()).step_by(BLOCK) {
            down.move_to(rows, row, rows.len().min(row + BLOCK), 0);
            let (rows, columns) = (down.offsets(), across.offsets());
            let (down, across) = (row * I::size(item), column * I::size(item));
            // SAFETY: a block of each plane.
            unsafe {
                walk(plane.around, dst, src, &|dst, src| {
                    let (dst, src) = (dst.wrapping_add(down), src.wrapping_add(across));
                    let tile = Tile { dst, src, rows, columns };
                    if !S::SCALAR && triples::pays(I::size(item), rows.len(), columns.len()) {
                        triples::go::<S, _, _>(tile, rows.len(), columns.len());
                    } else {
                        tile.by_items::<I>(item, rows.len(), columns.len());
                    }
                    true
                });
            }
        }
    }
}

/// # Safety
/// K1 for `V`, K2 to K4; at least `V::BYTES / SIZE` rows and `16 / SIZE`
/// columns.
#[inline(always)]
unsafe fn by_micro_tiles<V: Vector, const SIZE: usize>(
    dst: *mut u8,
    src: *const u8,
    rows: &Axis,
    columns: &Axis,
) {
    let (down, across) = (rows.src, columns.dst);
    cover(
        columns.extent,
        16 / SIZE,
        #[inline(always)]
        |column| {
            cover(
                rows.extent,
                V::BYTES / SIZE,
                #[inline(always)]
                // SAFETY: a micro-tile inside the plane.
                |row| unsafe {
                    let src = src.offset(row as isize * down).add(column * SIZE);
                    let dst = dst.offset(column as isize * across).add(row * SIZE);
                    micro::<V, SIZE>(
                        #[inline(always)]
                        |row| src.offset(row as isize * down),
                        #[inline(always)]
                        |column, run| run.store(dst.offset(column as isize * across)),
                    );
                },
            );
        },
    );
}
