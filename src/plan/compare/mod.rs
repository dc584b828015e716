//! Equality over the same nests: runs where both operands have them, else
//! tiles that copies lay side by side in L1.
//!
//! The operand with runs gives the order. A tile has a few lines of either
//! operand (see `grid`), and copies bring the other operand's part of it, or
//! both, into a scratch in that order. Operands beyond the caches make large
//! tiles: the copy of one asks for its own lines ahead, as any large copy
//! does, and the other is read in runs that are long enough for hardware to
//! foresee. Where memory can be asked for a few pages ahead, long lines of
//! items are compared in small pieces instead, and smaller tiles read the rows of
//! both operands side by side. Elsewhere planes beyond the caches that
//! would be transposed are compared by the transposing kernel itself, as its
//! lines leave its scratch.

#![allow(unsafe_code, reason = "the walk turns a plan's offsets into pointers")]

mod tiles;

use super::loop_nest::{Loop, LoopNest};
use super::partition::{Split, part, partition};
use super::tile::{Inner, RUN, block, groups};
use super::{Bases, How, lines, policy, simplify};
use crate::parallel;
use stridewise_kernels::copy::{Axis, Block, Family, walk};
use stridewise_kernels::equal::{Class, Equal, Mode};
use stridewise_kernels::transpose::Distance;
use stridewise_kernels::{Caches, Level, Prefetch};
use tiles::{SET, pieces};

pub(crate) use tiles::{Tile, Tiles};

/// A comparison that is ready to run; the left operand stands in the
/// destination's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) nest: LoopNest,
    pub(crate) way: Way,
    /// Whether the operands have changed places: the left one gives the order.
    pub(crate) swapped: bool,
    pub(crate) split: Split,
    /// Chosen here, so that a plan that is run again does not choose again.
    pub(crate) equal: Equal,
}

/// How a nest is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "what runs once should not allocate")]
pub(crate) enum Way {
    /// Where it lies: the items are runs in both operands, or few.
    InPlace,
    /// Along long lines, piece by piece, as [`lines`] tells; a piece with all
    /// steps. What comes next is asked for.
    Pieces(Tile),
    /// Tile by tile.
    Tiles(Tiles),
    /// As it would be transposed.
    Planes(How),
}

/// Items that are not worth packing. As many come before the first tile, so
/// that what differs early costs no tile.
const FEW: usize = 128;

/// Whether items are compared one by one, as packing them would cost more than
/// it saves: few items; else integers, bytes and single `f64`, one instruction
/// each, if they are large, or near and either of a size that no register has
/// or packed on both sides. Others are compared many at a time. The numbers
/// were measured: see `docs/decisions.md`.
fn in_place(nest: &LoopNest, equal: Equal, caches: policy::For) -> bool {
    /// Bytes that a small L1 holds.
    const L1: usize = 32 << 10;
    let values = equal.mode() == Mode::Values && equal.class() == Class::F64 && nest.item == 8;
    let simple = values || equal.mode() == Mode::Bits || equal.class() == Class::Bits;
    if nest.items() <= FEW || !simple {
        return nest.items() <= FEW;
    }
    let one_packed = has_runs(nest, |l| l.dst);
    // Rows that share cache sets are better read once.
    let collide = |l: &Loop| [l.dst, l.src].iter().any(|step| step % SET as isize == 0);
    let near = match nest.item {
        ..5 => return false,
        24.. => return true,
        8 if one_packed => 8 << 10,
        5 | 16 if one_packed => L1,
        _ if nest.loops.iter().any(|l| l.extent > 8 && collide(l)) => L1,
        _ if policy::prefetches(nest, caches) => L1,
        _ => return true,
    };
    nest.bytes() <= near
}

/// Bytes of the first run that are looked at before all else: whole items.
const FIRST: usize = 64;

impl Comparison {
    /// All passes, for some caches; `chunks` is `None` to let the bytes
    /// decide.
    pub(crate) fn new(
        mut nest: LoopNest,
        equal: Equal,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> Comparison {
        simplify(&mut nest);
        let (mut way, mut swapped) = (Way::InPlace, false);
        let runs = nest.loops.is_empty() || nest.item > RUN || nest.is_empty();
        if !runs {
            swapped = !has_runs(&nest, |l| l.dst) && has_runs(&nest, |l| l.src);
            if swapped {
                swap(&mut nest);
                simplify(&mut nest);
            }
            if !in_place(&nest, equal, caches) {
                let level = equal.level();
                if policy::turns(&nest, caches)
                    && let Some((nest, how)) = planes(&nest, level, caches, chunks)
                {
                    let (way, split) = (Way::Planes(how), how.split);
                    return Comparison { nest, way, swapped, split, equal };
                }
                way = if lines::is_long(&nest) && policy::asks(&nest, caches) {
                    Way::Pieces(tiles::piece(&nest, lines::steps(&nest), level))
                } else {
                    Way::Tiles(Tiles::new(&nest, level, policy::distance_of_tiles(&nest, caches)))
                };
            }
        }
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(nest.bytes()));
        let family = if runs { Family::Runs } else { Family::Tiled };
        let mut split = partition(&nest, Inner::new(family, &nest), chunks, false);
        if let (Way::Tiles(tiles), true) = (&way, split.chunks > 1) {
            // Whole tiles.
            let Loop { extent, .. } = nest.loops[split.at];
            split.step = split.step.next_multiple_of(tiles.grid.steps[split.at]);
            split.chunks = extent.div_ceil(split.step);
        }
        Comparison { nest, way, swapped, split, equal }
    }

    /// Caches for comparing a part in the same way: beyond them if this is, and
    /// that matters.
    pub(crate) fn caches_of_parts(&self) -> policy::For {
        let prefetch = match &self.way {
            Way::InPlace | Way::Tiles(Tiles { distance: Distance::Core, .. }) => return None,
            Way::Pieces(_) | Way::Tiles(Tiles { distance: Distance::FollowedMemory, .. }) => {
                Prefetch::Pages
            }
            Way::Tiles(_) | Way::Planes(_) => Prefetch::Runs,
        };
        Some(Caches { prefetch, ..Caches::LEAST })
    }

    /// Whether all items are equal.
    ///
    /// # Safety
    /// K2 and K4 for the planned loops from these bases, both only read.
    #[inline]
    pub(crate) unsafe fn run(&self, left: *const u8, right: *const u8) -> bool {
        let (left, right) = if self.swapped { (right, left) } else { (left, right) };
        let nest = &self.nest;
        // What differs at once should cost next to nothing.
        let first = nest.item.min(FIRST);
        // SAFETY: a part of the first run, if there is one.
        let same = |left: *const u8, right: *const u8| unsafe {
            self.equal.run(left.offset(nest.dst), right.offset(nest.src), first)
        };
        if !nest.is_empty() && !same(left, right) {
            return false;
        }
        // SAFETY: handed on.
        unsafe { self.run_all(left, right) }
    }

    /// # Safety
    /// As [`run`](Comparison::run), the operands swapped if they are to be.
    #[inline(never)]
    unsafe fn run_all(&self, left: *const u8, right: *const u8) -> bool {
        if self.split.chunks == 1 || !parallel::pays() {
            // SAFETY: handed on.
            return unsafe { self.run_nest(&self.nest, left, right) };
        }
        let bases = Bases::new(left.cast_mut(), right);
        let run = |id| {
            let part = part(&self.nest, self.split, id..id + 1);
            // SAFETY: a part of the loops.
            unsafe { self.run_nest(&part, bases.dst(), bases.src()) }
        };
        // The first chunk alone: what differs at once should cost no threads.
        run(0) && parallel::all(self.split.chunks - 1, |id| run(id + 1))
    }

    /// [`run`](Comparison::run) for one of many cores: a run is short work.
    ///
    /// # Safety
    /// As [`run`](Comparison::run).
    #[inline]
    pub(crate) unsafe fn run_core(&self, left: *const u8, right: *const u8) -> bool {
        let nest = &self.nest;
        // SAFETY: handed on.
        unsafe {
            if nest.loops.is_empty() && self.split.chunks == 1 {
                self.equal.run(left.offset(nest.dst), right.offset(nest.src), nest.item)
            } else {
                self.run(left, right)
            }
        }
    }

    /// # Safety
    /// K2 and K4 for `nest`, which is a part of `self.nest`.
    unsafe fn run_nest(&self, nest: &LoopNest, left: *const u8, right: *const u8) -> bool {
        if nest.is_empty() {
            return true;
        }
        let equal = self.equal;
        if nest.item > RUN || nest.loops.is_empty() {
            // SAFETY: handed on.
            return unsafe { rows(nest, left, right, equal) };
        }
        let (around, block) = block(nest);
        // SAFETY: K4, the first items; the block at each step of the loops
        // around it, or at their first; all of the nest.
        unsafe {
            let (l, r) = (left.offset(nest.dst).cast_mut(), right.offset(nest.src));
            match &self.way {
                Way::InPlace => walk(around, l, r, &|l, r| equal.block(l, r, &block)),
                _ if !equal.block(l, r, &first_of(block)) => false,
                Way::Pieces(full) => pieces(nest, full, equal, left, right),
                Way::Tiles(tiles) => tiles.run(nest, equal, left, right),
                Way::Planes(how) => how.equal(nest, left, right, equal),
            }
        }
    }
}

/// How a nest is transposed, if the planes are worth the kernel's scratch.
fn planes(
    nest: &LoopNest,
    level: Level,
    caches: policy::For,
    chunks: Option<usize>,
) -> Option<(LoopNest, How)> {
    /// Bytes that each operand's runs in a plane have at least.
    const LEAST: usize = 256;
    let mut nest = nest.clone();
    let how = How::straight(&mut nest, level, caches, chunks);
    if !how.is_planes() || how.unit != 0 {
        return None;
    }
    let (_, columns, rows) = groups(&nest, how.inner);
    let bytes = |loops: &[Loop]| loops.iter().map(|l| l.extent).product::<usize>() * nest.item;
    (bytes(columns) >= LEAST && bytes(rows) >= LEAST).then_some((nest, how))
}

/// Whether an operand's items lie next to each other along a loop.
fn has_runs(nest: &LoopNest, step: impl Fn(&Loop) -> isize) -> bool {
    nest.loops.iter().any(|l| step(l).unsigned_abs() == nest.item)
}

/// Makes the right operand the left one.
fn swap(nest: &mut LoopNest) {
    core::mem::swap(&mut nest.dst, &mut nest.src);
    for l in nest.loops.iter_mut() {
        core::mem::swap(&mut l.dst, &mut l.src);
    }
}

/// The first [`FEW`] items of a block.
fn first_of(block: Block) -> Block {
    let Block { item, outer, inner } = block;
    let items = inner.extent.min(FEW);
    Block {
        item,
        outer: Axis { extent: outer.extent.min(FEW / items), ..outer },
        inner: Axis { extent: items, ..inner },
    }
}

/// Whether the items of a nest are equal where they lie, run by run.
///
/// # Safety
/// K2 and K4 for `nest`, which has items.
unsafe fn rows(nest: &LoopNest, left: *const u8, right: *const u8, equal: Equal) -> bool {
    let (around, rows) = match nest.loops[..] {
        [] => (&[][..], Loop::UNIT),
        [ref around @ .., rows] => (around, rows),
    };
    // SAFETY: K2, K4: rows of whole items, a run each.
    unsafe {
        walk(around, left.offset(nest.dst).cast_mut(), right.offset(nest.src), &|left, right| {
            equal.rows(left, rows.dst, right, rows.src, rows.extent, nest.item)
        })
    }
}
