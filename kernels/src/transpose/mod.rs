//! Transposing planes: the source runs along some axes, the destination
//! along others.
//!
//! In a plane, the destination runs gaplessly along its *rows* (the axes
//! that number the source's rows), the source along its *columns*. There may
//! be several axes of each: then a row is numbered by all of them, so that
//! small axes fill a tile together. Where source rows and destination rows
//! start is kept in two small tables, made anew for each block.
//!
//! There are three ways through a plane. Small ones go micro-tile by
//! micro-tile (`small`). Others go in tiles of a line by a line (see `tile`),
//! block by block in and near the caches, along the source where the
//! destination is written past them (`blocks`), some in pairs of lines
//! (`pairs`). Beyond the caches, the ones
//! whose rows share cache sets, do not start on lines, or have small items go
//! through scratch in both caches (`staged`).

mod blocks;
mod pairs;
mod small;
mod staged;
mod table;
mod tile;
mod tiled;
mod triples;

use crate::copy::{self, Axis, Block, walk};
use crate::dispatch::{Kernel, KernelFn, Simd, select};
use crate::equal::Equal;
use crate::item::{Any, Item, Sized, with_item};
use crate::level::Level;
use blocks::{Store, go};
use core::marker::PhantomData;
use small::Small;
use staged::Staged;
use table::Group;

pub use staged::is_register;
pub(crate) use tiled::Tiled;

/// Bytes of a cache line, the edge of a tile.
pub(crate) const LINE: usize = 64;

/// Where operands are that are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distance {
    /// In the caches of a core.
    Core,
    /// Beyond them. Tiles begin with whole lines of the source; items that
    /// registers do not hold go through scratch.
    Caches,
    /// Mostly in memory. So do small items, and rows that share cache sets.
    Memory,
    /// The same where [many rows are followed](crate::Prefetch::Rows):
    /// what is written past the caches is written in pairs of lines, and what
    /// is not stays in a core's.
    FollowedMemory,
}

/// Items whose source runs along some axes and whose destination runs along
/// others.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// Axes along which the destination is gapless, outermost first: the
    /// last one's step is an item, each other one's all of the next.
    pub rows: &'a [Axis],
    /// Axes along which the source is gapless, outermost first.
    pub columns: &'a [Axis],
    /// Axes of which each step is a plane, outermost first.
    pub around: &'a [Axis],
    /// Where the operands mostly are.
    pub distance: Distance,
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
/// use stridewise_kernels::{Level, copy::Axis, transpose::{Distance, Plane, Transpose}};
/// let src = [1u16, 2, 3, 4, 5, 6];
/// let mut dst = [0u16; 6];
/// // Two rows of three to three rows of two.
/// let plane = Plane {
///     rows: &[Axis { extent: 2, dst: 2, src: 6 }],
///     columns: &[Axis { extent: 3, dst: 4, src: 2 }],
///     around: &[],
///     distance: Distance::Core,
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
    run: unsafe fn((Args, Option<Equal>)) -> bool,
    small: unsafe fn(Args),
    /// Whether no plane is worth more.
    straight: bool,
    fence: unsafe fn(()),
}

/// Destination, source, plane.
type Args = (*mut u8, *const u8, *const Plane<'static>);

impl Transpose {
    /// The kernel for items of 1 to 64 bytes.
    // Not inline, so that all kernels are compiled in this crate only.
    #[must_use]
    pub fn new(level: Level, item: usize) -> Transpose {
        let (run, small) = match item {
            1 => sizes::<1>(level),
            2 => sizes::<2>(level),
            4 => sizes::<4>(level),
            8 => sizes::<8>(level),
            16 => sizes::<16>(level),
            _ => {
                let strips = match item {
                    64 => select::<OddStrips<Sized<64>>>(level),
                    _ => with_item!(item, I => select::<OddStrips<I>>(level)),
                };
                (select::<Odd>(level), strips)
            }
        };
        // What registers do not hold gains nothing by scratch without registers.
        let straight = level == Level::SCALAR && !is_register(item);
        Transpose { run, small, straight, fence: select::<Fence>(level) }
    }

    /// Moves the planes.
    ///
    /// # Safety
    /// K2, K3 and K4 for the planes' extents and strides and the item size
    /// given to [`Transpose::new`], which is the step of the innermost row
    /// axis in the destination and of the innermost column axis in the source.
    #[inline]
    pub unsafe fn run(&self, dst: *mut u8, src: *const u8, plane: &Plane<'_>) {
        // SAFETY: handed on.
        unsafe {
            if plane.around.is_empty() || plane.is_block() {
                return self.run_one(dst, src, plane);
            }
            let one = Plane { around: &[], ..*plane };
            walk(plane.around, dst, src, &|dst, src| {
                self.run_one(dst, src, &one);
                true
            });
        }
    }

    /// The same of one plane, or of planes that are blocks.
    ///
    /// # Safety
    /// That of [`run`](Transpose::run).
    #[inline]
    unsafe fn run_one(&self, dst: *mut u8, src: *const u8, plane: &Plane<'_>) {
        // SAFETY: K1 by the level that `new` had, the rest by the caller; the
        // plane lives as long as the call.
        unsafe {
            let head = plane.before_line(src);
            if head > 0 {
                // Two planes that share no destination row.
                let mut part = [Axis { extent: head, ..plane.columns[0] }];
                self.run_one(dst, src, &Plane { columns: &part, ..*plane });
                part[0].extent = plane.columns[0].extent - head;
                let skip = |step: isize| head as isize * step;
                let (dst, src) = (dst.offset(skip(part[0].dst)), src.offset(skip(part[0].src)));
                return self.run_one(dst, src, &Plane { columns: &part, ..*plane });
            }
            let args = (dst, src, core::ptr::from_ref(plane).cast());
            if plane.is_small() || self.straight && plane.swap == 0 {
                (self.small)(args);
            } else {
                (self.run)((args, None));
            }
        }
    }

    /// Whether the items that [`run`](Transpose::run) would move are where it
    /// would move them: in `left` in the destination's place.
    ///
    /// A comparison of large planes: the source's lines are turned in scratch
    /// as they are for a copy, and compared as they leave it.
    ///
    /// # Safety
    /// K2 and K4 as for [`run`](Transpose::run), but the left operand is only
    /// read and may be the other one, or name an item twice. Items of the
    /// plane are whole items of `equal`.
    #[must_use]
    pub unsafe fn equal(
        &self,
        left: *const u8,
        right: *const u8,
        plane: &Plane<'_>,
        equal: Equal,
    ) -> bool {
        let one = Plane { around: &[], ..*plane };
        let one = core::ptr::from_ref(&one).cast();
        // SAFETY: K1 by the level that `new` had, the rest by the caller; the
        // plane lives as long as the call, which writes nothing to `left`.
        unsafe {
            walk(plane.around, left.cast_mut(), right, &|left, right| {
                (self.run)(((left, right, one), Some(equal)))
            })
        }
    }

    /// To be called after the last plane that was streamed.
    #[inline]
    pub fn fence(&self) {
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
    type Args = (Args, Option<Equal>);
    type Output = bool;

    #[inline(always)]
    unsafe fn run<S: Simd>(((dst, src, plane), against): (Args, Option<Equal>)) -> bool {
        // SAFETY: the plane lives as long as the call.
        let plane = unsafe { &*plane };
        if against.is_some() {
            // SAFETY: handed on.
            return unsafe { plane.staged(dst, src, against).run::<S, Sized<SIZE>>(SIZE) };
        }
        if let ([rows], [columns], 0, true) = (plane.rows, plane.columns, plane.swap, S::SCALAR) {
            // SAFETY: handed on.
            unsafe { small::straight::<Sized<SIZE>>(dst, src, SIZE, rows, columns) };
            return true;
        }
        let (rows, columns) = plane.groups();
        let walk = Walk::<SIZE> { dst, src, rows, columns, around: plane.around };
        // SAFETY: K1 to K4 are the caller's.
        unsafe { walk.run::<S>(plane) };
        true
    }
}

/// Planes of items that registers do not hold side by side, by scratch.
struct Odd;

impl Kernel for Odd {
    type Args = (Args, Option<Equal>);
    type Output = bool;

    #[inline(always)]
    unsafe fn run<S: Simd>(((dst, src, plane), against): (Args, Option<Equal>)) -> bool {
        // SAFETY: the plane lives as long as the call; K1 to K4 are the
        // caller's.
        unsafe {
            let plane = &*plane;
            plane.staged(dst, src, against).run::<S, Any>(plane.item())
        }
    }
}

/// The same straight from one to the other.
struct OddStrips<I>(PhantomData<I>);

impl<I: Item> Kernel for OddStrips<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, plane): Args) {
        // SAFETY: the plane lives as long as the call; K2 to K4 are the
        // caller's.
        unsafe {
            let plane = &*plane;
            match (plane.rows, plane.columns) {
                ([rows], [columns])
                    if S::SCALAR || !triples::pays(plane.item(), rows.extent, columns.extent) =>
                {
                    small::straight::<I>(dst, src, plane.item(), rows, columns);
                }
                _ => small::by_tables::<S, I>(dst, src, plane.item(), plane),
            }
        }
    }
}

/// Bytes of the largest item that is a register.
const LANE: usize = 16;

/// Rows of a block, and bytes of its columns.
const BLOCK: usize = 256;

/// So many items of a lane each fit L1, where lines may be written in parts.
const FEW: usize = 2048;

impl Plane<'_> {
    fn groups(&self) -> (Group<'_>, Group<'_>) {
        let rows = Group { axes: self.rows, step: |axis| axis.src };
        (rows, Group { axes: self.columns, step: |axis| axis.dst })
    }

    fn staged(&self, dst: *mut u8, src: *const u8, against: Option<Equal>) -> Staged<'_> {
        let (rows, columns) = self.groups();
        let Plane { stream, swap, distance, .. } = *self;
        let by_pieces = stream && distance == Distance::FollowedMemory;
        Staged { dst, src, rows, columns, stream, by_pieces, swap, against }
    }

    /// Whether the plane is written in pairs of lines, if it has that many rows
    /// and its destination begins at an item of a line.
    ///
    /// Such planes are best divided along their rows: then each thread reads
    /// whole pages of the source.
    #[must_use]
    pub fn in_pairs(&self) -> bool {
        let in_lines = |axis: &Axis| axis.dst % LINE as isize == 0;
        self.stream
            && self.distance == Distance::FollowedMemory
            && is_register(self.item())
            && self.columns.iter().all(in_lines)
    }

    /// Bytes of an item: the step of the innermost row axis.
    #[must_use]
    #[inline(always)]
    pub fn item(&self) -> usize {
        self.rows.last().map_or(1, |axis| axis.dst.unsigned_abs())
    }

    /// Whether a plane of one axis each way is no larger than a few tiles, or
    /// thinner than one; or has items that go straight unless they are far.
    #[inline(always)]
    fn is_small(&self) -> bool {
        let item = self.item();
        if !is_register(item) && self.swap == 0 {
            return self.distance == Distance::Core || !self.has_lines(item);
        }
        let ([rows], [columns], 0) = (self.rows, self.columns, self.swap) else { return false };
        let (thin, thick) = if rows.extent < columns.extent {
            (rows.extent, columns.extent)
        } else {
            (columns.extent, rows.extent)
        };
        thin * item < LINE || thick <= LINE || item == LANE && thin * thick <= FEW
    }

    /// How many columns come before the source's first whole line, where all
    /// of its rows start at the same place in a line.
    ///
    /// A tile that starts there reads one line a row, any other one reads two.
    /// Large allocations start in a line, after what the allocator keeps.
    #[inline(always)]
    pub(crate) fn before_line(&self, src: *const u8) -> usize {
        let [columns] = self.columns else { return 0 };
        if self.distance == Distance::Core {
            return 0;
        }
        let (before, item) = (src.addr().wrapping_neg() % LINE, self.item());
        let alike = |axis: &Axis| axis.src % LINE as isize == 0;
        let head = before / item;
        let worth = before.is_multiple_of(item) && head < columns.extent;
        if worth && self.rows.iter().all(alike) { head } else { 0 }
    }

    /// Whether several axes make one block of a plane in the caches: its tables
    /// serve all planes.
    #[inline(always)]
    fn is_block(&self) -> bool {
        let Plane { rows, columns, distance, stream, swap, .. } = *self;
        let (down, across) = self.groups();
        let near = swap == 0 && !stream && distance == Distance::Core;
        let many = rows.len() + columns.len() > 2;
        near && many && down.len() <= BLOCK && across.len() * self.item() <= BLOCK
    }

    /// Whether there are lines to speak of, on either side.
    fn has_lines(&self, item: usize) -> bool {
        let (rows, columns) = self.groups();
        rows.len() * item >= 2 * LINE && columns.len() * item >= LINE
    }

    /// Whether rows on either side [collide](rows_collide).
    #[must_use]
    pub fn rows_collide(&self) -> bool {
        self.rows.iter().any(|axis| rows_collide(axis.src))
            || self.columns.iter().any(|axis| rows_collide(axis.dst))
    }
}

/// Whether rows that are so many bytes apart share the sets of a first-level
/// cache, or a bank of memory.
#[must_use]
pub fn rows_collide(step: isize) -> bool {
    step % 4096 == 0
}

/// A plane with one axis each way, as a block of a copy.
pub(crate) struct TransposeBlock<const SIZE: usize>;

impl<const SIZE: usize> Kernel for TransposeBlock<SIZE> {
    type Args = copy::Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): copy::Args) {
        // SAFETY: the block lives as long as the call.
        let Block { outer, inner, .. } = unsafe { &*block };
        let (rows, columns) = (core::slice::from_ref(inner), core::slice::from_ref(outer));
        let plane =
            Plane { rows, columns, around: &[], distance: Distance::Core, stream: false, swap: 0 };
        let (rows, columns) = plane.groups();
        // SAFETY: K1 to K4 are the caller's.
        unsafe {
            if S::SCALAR || plane.is_small() {
                return small::run::<S, SIZE>(dst, src, inner, outer);
            }
            Walk::<SIZE> { dst, src, rows, columns, around: &[] }.by_blocks::<S>();
        }
    }
}

/// A walk through a plane.
struct Walk<'a, const SIZE: usize> {
    dst: *mut u8,
    src: *const u8,
    rows: Group<'a>,
    columns: Group<'a>,
    /// Of one block only.
    around: &'a [Axis],
}

impl<const SIZE: usize> Walk<'_, SIZE> {
    const EDGE: usize = LINE / SIZE;

    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane.
    #[inline(always)]
    unsafe fn run<S: Simd>(&self, plane: &Plane<'_>) {
        let far = plane.stream
            || plane.distance >= Distance::Memory && (SIZE <= 2 || plane.rows_collide());
        let beyond = !S::SCALAR && far && plane.has_lines(SIZE);
        // SAFETY: handed on.
        unsafe {
            if let (true, Some(head)) = (beyond && plane.in_pairs(), self.rows_to_a_line())
                && self.rows.len() >= head + Self::PAIR
            {
                return self.by_pairs::<S>(plane.swap, head);
            }
            let packed = plane.distance == Distance::FollowedMemory && !plane.stream;
            if packed && !S::SCALAR && plane.has_lines(SIZE) {
                return self.by_pairs_to_cache::<S>(plane.swap);
            }
            if plane.swap == 0 {
                if !beyond {
                    return self.by_blocks::<S>();
                }
                if let ([down], [across], false, Some(head)) =
                    (plane.rows, plane.columns, plane.rows_collide(), self.rows_to_a_line())
                    && plane.stream
                    && SIZE >= 4
                    && down.extent >= head + Self::EDGE
                {
                    return self.streamed::<S>(down, across, head);
                }
            }
            plane.staged(self.dst, self.src, None).run::<S, Sized<SIZE>>(SIZE);
        }
    }
}
