//! Transposing planes: the source runs along some axes, the destination
//! along others.
//!
//! In a plane, the destination runs gaplessly along its *rows* (the axes
//! that number the source's rows), the source along its *columns*. There may
//! be several axes of each: then a row is numbered by all of them, so that
//! small axes fill a tile together. Where source rows and destination rows
//! start is kept in two small tables, made anew for each block.
//!
//! A block is 256 source rows by four lines of columns. Inside, tiles of a
//! line by a line (see `tile`) are walked along the destination, so that its
//! rows are written in runs, while the block's source lines stay in L2. In a
//! plane beyond the caches the lines of the next block are asked for
//! meanwhile, in the source's own order: reads and writes want opposite
//! loops, and the block reconciles them. Edges are covered by tiles that
//! overlap their neighbours; planes thinner than a micro-tile go item by item.

mod blocks;
mod small;
mod staged;
mod table;
mod tile;
mod tiled;

use crate::copy::{self, Axis};
use crate::dispatch::{Kernel, KernelFn, Simd, select};
use crate::level::Level;
use small::Small;
use table::Group;

pub(crate) use tiled::Tiled;

/// Bytes of a cache line, the edge of a tile.
pub(crate) const LINE: usize = 64;
/// Items whose source runs along some axes and whose destination runs along
/// others.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// Axes along which the destination is gapless, outermost first: the
    /// last one's step is an item, each other one's all of the next.
    pub rows: &'a [Axis],
    /// Axes along which the source is gapless, outermost first.
    pub columns: &'a [Axis],
    /// Whether the operands are beyond the caches of a core.
    pub far: bool,
    /// Whether to write past the caches; [`Transpose::fence`] then makes the
    /// result visible to other threads.
    pub stream: bool,
    /// The bytes of each item are reversed in units of so many bytes; 0 if
    /// they are not.
    pub swap: usize,
}

/// The transposing kernel for one item size at one level.
///
/// ```
/// use stridewise_kernels::{Level, copy::Axis, transpose::{Plane, Transpose}};
/// let src = [1u16, 2, 3, 4, 5, 6];
/// let mut dst = [0u16; 6];
/// // Two rows of three to three rows of two.
/// let plane = Plane {
///     rows: &[Axis { extent: 2, dst: 2, src: 6 }],
///     columns: &[Axis { extent: 3, dst: 4, src: 2 }],
///     far: false,
///     stream: false,
///     swap: 0,
/// };
/// let transpose = Transpose::new(Level::detect(), 2);
/// // SAFETY: K1 by the level, K2 to K4 by the extents and strides above.
/// unsafe { transpose.run(dst.as_mut_ptr().cast(), src.as_ptr().cast(), &plane) };
/// assert_eq!(dst, [1, 4, 2, 5, 3, 6]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Transpose {
    run: unsafe fn(Args),
    small: unsafe fn(Args),
    fence: unsafe fn(()),
}

type Args = (*mut u8, *const u8, *const Plane<'static>);

impl Transpose {
    /// The kernel for items of 1, 2, 4, 8 or 16 bytes.
    // Not inline, so that all kernels are compiled in this crate only.
    #[must_use]
    pub fn new(level: Level, item: usize) -> Transpose {
        let (run, small) = match item {
            1 => sizes::<1>(level),
            2 => sizes::<2>(level),
            4 => sizes::<4>(level),
            8 => sizes::<8>(level),
            _ => sizes::<16>(level),
        };
        Transpose { run, small, fence: select::<Fence>(level) }
    }

    /// Moves the plane.
    ///
    /// # Safety
    /// K2, K3 and K4 for the plane's extents and strides and the item size
    /// given to [`Transpose::new`], which is the step of the innermost row
    /// axis in the destination and of the innermost column axis in the source.
    #[inline]
    pub unsafe fn run(self, dst: *mut u8, src: *const u8, plane: &Plane<'_>) {
        // SAFETY: K1 by the level that `new` had, the rest by the caller; the
        // plane lives as long as the call.
        unsafe {
            let run = if small::is_small(plane) { self.small } else { self.run };
            run((dst, src, core::ptr::from_ref(plane).cast()));
        }
    }

    /// To be called after the last plane that was streamed.
    #[inline]
    pub fn fence(self) {
        // SAFETY: K1 by the level that `new` had.
        unsafe { (self.fence)(()) }
    }
}

/// The code for planes and for small planes.
fn sizes<const SIZE: usize>(level: Level) -> (KernelFn<Planes<SIZE>>, KernelFn<Small<SIZE>>) {
    (select::<Planes<SIZE>>(level), select::<Small<SIZE>>(level))
}

struct Fence;

impl Kernel for Fence {
    type Args = ();
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((): ()) {
        // SAFETY: K1.
        unsafe { S::fence() }
    }
}

struct Planes<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Planes<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, plane): Args) {
        // SAFETY: the plane lives as long as the call.
        let plane = unsafe { &*plane };
        let rows = Group { axes: plane.rows, step: |axis| axis.src };
        let columns = Group { axes: plane.columns, step: |axis| axis.dst };
        if let ([rows], [columns], true) = (plane.rows, plane.columns, S::SCALAR) {
            // SAFETY: handed on.
            return unsafe { small::by_items::<SIZE>(dst, src, rows, columns) };
        }
        let Plane { far, stream, swap, .. } = *plane;
        let walk = Walk::<SIZE> { dst, src, rows, columns, far, stream, swap };
        // SAFETY: K1 to K4 are the caller's.
        unsafe { walk.run::<S>() }
    }
}

/// A plane with one axis each way, as a block of a copy.
pub(crate) struct TransposeBlock<const SIZE: usize>;

impl<const SIZE: usize> Kernel for TransposeBlock<SIZE> {
    type Args = copy::Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): copy::Args) {
        // SAFETY: the block lives as long as the call.
        let copy::Block { outer, inner, .. } = unsafe { &*block };
        let (rows, columns) = (core::slice::from_ref(inner), core::slice::from_ref(outer));
        let plane = Plane { rows, columns, far: false, stream: false, swap: 0 };
        // SAFETY: handed on.
        unsafe { Planes::<SIZE>::run::<S>((dst, src, core::ptr::from_ref(&plane).cast())) }
    }
}

/// A walk through a plane.
struct Walk<'a, const SIZE: usize> {
    dst: *mut u8,
    src: *const u8,
    rows: Group<'a>,
    columns: Group<'a>,
    far: bool,
    stream: bool,
    swap: usize,
}

impl<const SIZE: usize> Walk<'_, SIZE> {
    const EDGE: usize = LINE / SIZE;

    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane, which is not scalar's.
    #[inline(always)]
    unsafe fn run<S: Simd>(&self) {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        // A shelf of rows that are shorter has no lines to speak of.
        let enough = rows >= 2 * Self::EDGE && columns >= Self::EDGE;
        let staged = !S::SCALAR && enough && (self.stream || self.far && self.rows_collide());
        // SAFETY: handed on.
        unsafe {
            if !staged && self.swap == 0 {
                return self.by_blocks::<S>();
            }
            if let ([down], [across], true, Some(head)) =
                (self.rows.axes, self.columns.axes, self.stream, self.rows_to_a_line())
                && SIZE >= 4
                && self.swap == 0
                && rows >= head + Self::EDGE
                && !self.rows_collide()
            {
                return self.streamed::<S>(down, across, head);
            }
            self.by_stages::<S>();
        }
    }

    /// Whether rows on either side are so far apart that they share the sets
    /// of a first-level cache, or a bank of memory.
    fn rows_collide(&self) -> bool {
        const APART: isize = 4096;
        let collide = |group: Group<'_>| group.axes.iter().any(|l| (group.step)(l) % APART == 0);
        collide(self.rows) || collide(self.columns)
    }
}
