//! Transposing planes: the source runs along one axis, the destination
//! along the other.
//!
//! A tile is one cache line by one cache line: `64 / SIZE` items each way.
//! Each line that it touches is read whole and written whole, so strides
//! that map all rows to the same cache set cost no extra traffic.
//!
//! Inside, the unit is a micro-tile: one lane (16 bytes, `n = 16 / SIZE`
//! items) of `n` source rows, times the lanes of a register. Lane `l` of
//! register `i` is loaded from source row `i + l * n`. Then `log2(n)` rounds
//! pair register `i` with register `i + n / 2` and zip their items; after
//! the last round register `j` is a run of destination row `j`. (This is the
//! perfect shuffle, applied until the index bits of row and column have
//! changed places.)
//!
//! Tiles are walked in blocks of [`BLOCK_ROWS`] source rows by four lines,
//! along the destination inside a block, so that a block's source lines
//! stay in L2 while its destination rows are written in runs. Edges are
//! covered by tiles that overlap their neighbours; planes thinner than a
//! micro-tile go item by item.

use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::item::{Item, Sized};
use crate::vector::{Vector, cover};
use core::marker::PhantomData;

/// Bytes of a cache line, the edge of a tile.
const LINE: usize = 64;
/// Source rows of a block of tiles.
const BLOCK_ROWS: usize = 256;

/// Planes of items that registers can hold: 1, 2, 4, 8 or 16 bytes.
pub(crate) struct Transpose<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Transpose<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let Block { outer, inner, .. } = unsafe { *block };
        let plane = Plane::<SIZE> {
            dst,
            src,
            dst_stride: outer.dst,
            src_stride: inner.src,
            rows: inner.extent,
            columns: outer.extent,
        };
        let (edge, lane, wide) = (LINE / SIZE, 16 / SIZE, S::Wide::BYTES / SIZE);
        // SAFETY: K1 to K4 are the caller's; each call is given a plane of
        // at least one of its tiles.
        unsafe {
            if S::SCALAR || plane.rows < lane || plane.columns < lane {
                tiled::<Sized<SIZE>>(dst, src, block);
            } else if plane.rows < wide {
                plane.by_micro_tiles::<S::Lane>();
            } else if plane.rows < edge || plane.columns < edge {
                plane.by_micro_tiles::<S::Wide>();
            } else {
                plane.by_lines::<S::Wide>();
            }
        }
    }
}

/// Source rows are strided and contiguous along columns; destination rows
/// are the source's columns.
#[derive(Clone, Copy)]
struct Plane<const SIZE: usize> {
    dst: *mut u8,
    src: *const u8,
    /// Bytes from one destination row (source column) to the next.
    dst_stride: isize,
    /// Bytes from one source row (destination column) to the next.
    src_stride: isize,
    rows: usize,
    columns: usize,
}

impl<const SIZE: usize> Plane<SIZE> {
    /// Tiles of a line by a line, in blocks.
    ///
    /// # Safety
    /// K1 for `V`, K2 to K4; both extents are at least `LINE / SIZE`.
    #[inline(always)]
    unsafe fn by_lines<V: Vector>(self) {
        let edge = LINE / SIZE;
        let mut column = 0;
        while column < self.columns {
            let columns = (self.columns - column).min(4 * edge);
            let mut row = 0;
            while row < self.rows {
                let rows = (self.rows - row).min(BLOCK_ROWS);
                // A thin rest of a block reaches back into its neighbour.
                let (r, c) = (row.min(self.rows - edge), column.min(self.columns - edge));
                cover(
                    columns.max(edge),
                    edge,
                    #[inline(always)]
                    |j| {
                        cover(
                            rows.max(edge),
                            edge,
                            #[inline(always)]
                            // SAFETY: a tile inside the plane.
                            |i| unsafe { self.tile::<V>(r + i, c + j) },
                        );
                    },
                );
                row += rows;
            }
            column += columns;
        }
    }

    /// A tile of a line by a line.
    ///
    /// # Safety
    /// K1 for `V`, K2 to K4 for `LINE / SIZE` rows and columns from there.
    #[inline(always)]
    unsafe fn tile<V: Vector>(self, row: usize, column: usize) {
        let lane = 16 / SIZE;
        for c in 0..LINE / 16 {
            for r in 0..LINE / V::BYTES {
                // SAFETY: a part of the tile.
                unsafe { self.micro_tile::<V>(row + r * V::LANES * lane, column + c * lane) }
            }
        }
    }

    /// The whole plane by micro-tiles, along the destination's rows.
    ///
    /// # Safety
    /// K1 for `V`, K2 to K4; at least `V::BYTES / SIZE` rows and `16 / SIZE`
    /// columns.
    #[inline(always)]
    unsafe fn by_micro_tiles<V: Vector>(self) {
        cover(
            self.columns,
            16 / SIZE,
            #[inline(always)]
            |column| {
                cover(
                    self.rows,
                    V::BYTES / SIZE,
                    #[inline(always)]
                    // SAFETY: a micro-tile inside the plane.
                    |row| unsafe { self.micro_tile::<V>(row, column) },
                );
            },
        );
    }

    /// `V::BYTES / SIZE` rows by `16 / SIZE` columns, through registers.
    ///
    /// # Safety
    /// K1 for `V`, K2 to K4 for these items.
    #[inline(always)]
    unsafe fn micro_tile<V: Vector>(self, row: usize, column: usize) {
        let n = 16 / SIZE;
        // SAFETY: K2 for lanes of 16 bytes of each source row and for a
        // register of each destination row; K4 for their offsets.
        unsafe {
            let src = self.src.offset(row as isize * self.src_stride).add(column * SIZE);
            let dst = self.dst.offset(column as isize * self.dst_stride).add(row * SIZE);
            let lanes = n as isize * self.src_stride;
            let mut registers = [V::load_lanes(src, lanes); 16];
            for i in 1..n {
                registers[i] = V::load_lanes(src.offset(i as isize * self.src_stride), lanes);
            }
            for _ in 0..n.ilog2() {
                let mut zipped = registers;
                for i in 0..n / 2 {
                    (zipped[2 * i], zipped[2 * i + 1]) =
                        registers[i].zip::<SIZE>(registers[i + n / 2]);
                }
                registers = zipped;
            }
            for (j, register) in registers[..n].iter().enumerate() {
                register.store(dst.offset(j as isize * self.dst_stride));
            }
        }
    }
}

/// Planes of any items at any strides, in tiles of some lines.
pub(crate) struct Tiled<I>(PhantomData<I>);

impl<I: Item> Kernel for Tiled<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: handed on.
        unsafe { tiled::<I>(dst, src, block) }
    }
}

/// Item by item inside tiles.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(always)]
unsafe fn tiled<I: Item>(dst: *mut u8, src: *const u8, block: *const Block) {
    // SAFETY: the block lives as long as the call.
    let Block { item, outer, inner } = unsafe { *block };
    let edge = (LINE / I::size(item)).max(8);
    let mut o = 0;
    while o < outer.extent {
        let outers = o..(o + edge).min(outer.extent);
        let mut i = 0;
        while i < inner.extent {
            let inners = i..(i + edge).min(inner.extent);
            for o in outers.clone() {
                for i in inners.clone() {
                    let (o, i) = (o as isize, i as isize);
                    // SAFETY: K2 to K4 for item (o, i).
                    unsafe {
                        I::copy(
                            dst.offset(o * outer.dst + i * inner.dst),
                            src.offset(o * outer.src + i * inner.src),
                            item,
                        );
                    }
                }
            }
            i = inners.end;
        }
        o = outers.end;
    }
}
