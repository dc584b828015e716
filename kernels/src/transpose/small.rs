//! Planes of a tile or less: steps instead of tables, and little stack.

use super::{Args, Plane};
use crate::copy::Axis;
use crate::dispatch::{Kernel, Simd};
use crate::item::{Item, Sized};
use crate::transpose::tile::micro;
use crate::vector::{Vector, cover};

/// Items along each side at most.
const MOST: usize = 64;

/// Whether a plane is one, of a single axis each way.
#[inline(always)]
pub(super) fn is_small(plane: &Plane<'_>) -> bool {
    matches!((plane.rows, plane.columns),
        ([rows], [columns]) if rows.extent <= MOST && columns.extent <= MOST)
}

/// Planes that are [small](is_small).
pub(super) struct Small<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Small<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, plane): Args) {
        // SAFETY: the plane lives as long as the call.
        let plane = unsafe { &*plane };
        let ([Axis { extent: rows, src: down, .. }], [Axis { extent: columns, dst: across, .. }]) =
            (plane.rows, plane.columns)
        else {
            return;
        };
        let (rows, columns, down, across) = (*rows, *columns, *down, *across);
        let (lane, wide) = (16 / SIZE, S::Wide::BYTES / SIZE);
        // SAFETY: K1 to K4 are the caller's: each step is a part of the plane.
        unsafe {
            if S::SCALAR || rows < lane || columns < lane {
                for column in 0..columns {
                    let (dst, src) = (dst.offset(column as isize * across), src.add(column * SIZE));
                    for row in 0..rows {
                        let from = src.offset(row as isize * down);
                        Sized::<SIZE>::copy(dst.add(row * SIZE), from, SIZE);
                    }
                }
            } else if rows < wide {
                by_micro_tiles::<S::Lane, SIZE>(dst, across, columns, src, down, rows);
            } else {
                by_micro_tiles::<S::Wide, SIZE>(dst, across, columns, src, down, rows);
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
    across: isize,
    columns: usize,
    src: *const u8,
    down: isize,
    rows: usize,
) {
    cover(
        columns,
        16 / SIZE,
        #[inline(always)]
        |column| {
            cover(
                rows,
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
