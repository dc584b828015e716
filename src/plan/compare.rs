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

use super::grid::Grid;
use super::loop_nest::{Loop, LoopNest};
use stridewise_kernels::copy::walk;

use super::partition::{Split, part, partition};
use super::tile::{Inner, RUN, block, groups};
use super::{Bases, How, Schedule, lines, policy, simplify};
use crate::axes::Axes;
use crate::memory::{Scratch, reserve_on_line};
use crate::parallel;
use stridewise_kernels::copy::{Axis, Block, Family};
use stridewise_kernels::equal::{Class, Equal, Mode};
use stridewise_kernels::transpose::Distance;
use stridewise_kernels::{Ask, Caches, Level, Prefetch};

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

/// How a nest is cut into tiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tiles {
    pub(crate) grid: Grid,
    /// A tile with all steps.
    pub(crate) full: Tile,
    /// Where the operands are.
    pub(crate) distance: Distance,
}

/// How a tile is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tile {
    /// Lays out the right operand in the left one's order.
    pub(crate) right: Schedule,
    /// Lays out the left operand, if it has no runs either.
    pub(crate) left: Option<Schedule>,
    /// The left operand against the right one's scratch.
    rows: LoopNest,
    /// Whether its rows are read side by side.
    beside: bool,
}

/// Bytes of a tile without what keeps its rows on different cache sets.
const TILE: usize = 16 << 10;
/// The same for operands beyond the caches, which read long runs of each.
const LARGE: usize = 1 << 20;
/// Bytes of such tiles, where they are enough for these runs, if their rows are
/// read side by side: what is packed stays in L2.
const BESIDE: usize = 256 << 10;
/// Rows of a multiple of so many bytes need that.
const SET: usize = 512;
/// Bytes between such rows.
const PAD: usize = 64;
/// Runs of fewer bytes are packed rather than compared where they lie.
const SHORT: usize = 16;

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

/// Bytes of rows that are kept on different cache sets.
const fn padded(bytes: usize) -> usize {
    bytes + bytes / SET * PAD
}

/// Room for one operand's tile.
const ROOM: usize = padded(TILE);

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
                    Way::Pieces(piece(&nest, lines::steps(&nest), level))
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

/// Some steps of the last loop.
fn piece(nest: &LoopNest, steps: usize, level: Level) -> Tile {
    let [.., l] = nest.loops[..] else { unreachable!("no loops") };
    let mut piece = LoopNest::item(nest.item);
    piece.loops.extend([Loop { extent: steps, ..l }]);
    Tile::new(piece, level, Distance::Core)
}

/// Compares a nest piece by piece.
///
/// Never inlined: the scratch is a lot of stack to ask for.
///
/// # Safety
/// K2 and K4 for `nest`, which is the one that `full` was made for or a part
/// of it.
#[inline(never)]
unsafe fn pieces(
    nest: &LoopNest,
    full: &Tile,
    equal: Equal,
    left: *const u8,
    right: *const u8,
) -> bool {
    let mut scratch = [const { Scratch::<ROOM>::new() }; 2];
    let scratch = scratch.each_mut().map(Scratch::start);
    let (ask, steps) = (Ask::new(equal.level()), lines::steps(nest));
    // SAFETY: K2, K4; the scratch has room for a piece.
    unsafe {
        let (left, right) = (left.offset(nest.dst).cast_mut(), right.offset(nest.src));
        lines::by_pieces(nest, left, right, &|left, right, l| {
            ask.of_next(left, l.dst, l.extent);
            ask.of_next(right, l.src, l.extent);
            if l.extent == steps {
                full.run(equal, scratch, left, right)
            } else {
                piece(nest, l.extent, equal.level()).run(equal, scratch, left, right)
            }
        })
    }
}

impl Tiles {
    fn new(nest: &LoopNest, level: Level, distance: Distance) -> Tiles {
        let grid = match distance {
            Distance::Core => Grid::new(nest, TILE),
            Distance::FollowedMemory => Grid::filled(nest, LARGE, BESIDE),
            _ => Grid::new(nest, LARGE),
        };
        let (tile, _) = grid.block(nest, &Axes::<usize>::filled(nest.loops.len(), 0));
        Tiles { full: Tile::new(tile, level, distance), grid, distance }
    }

    /// Compares a nest tile by tile.
    ///
    /// Never inlined: the scratch is a lot of stack to ask for.
    ///
    /// # Safety
    /// K2 and K4 for `nest`, which is the planned one or a part of it.
    #[inline(never)]
    unsafe fn run(&self, nest: &LoopNest, equal: Equal, left: *const u8, right: *const u8) -> bool {
        let mut small = [const { Scratch::<ROOM>::new() }; 2];
        let mut scratch = small.each_mut().map(Scratch::start);
        let mut here = self;
        let (_large, smaller);
        if self.grid.bytes(nest) > TILE {
            let need = padded(self.grid.bytes(nest)).next_multiple_of(PAD);
            if let Ok((room, start)) = reserve_on_line(2 * need) {
                _large = room;
                scratch = [start, start.wrapping_add(need)];
            } else {
                // Without memory for them, more and smaller tiles.
                smaller = Tiles::new(nest, equal.level(), Distance::Core);
                here = &smaller;
            }
        }
        for id in 0..here.grid.count(nest) {
            let (tile, full) = here.grid.block(nest, &here.grid.first(nest, id));
            // SAFETY: K4, the tile's first items; the tile itself, for which
            // the scratch has room.
            let same = unsafe {
                let (left, right) = (left.offset(tile.dst), right.offset(tile.src));
                if full {
                    here.full.run(equal, scratch, left, right)
                } else {
                    Tile::new(tile, equal.level(), self.distance).run(equal, scratch, left, right)
                }
            };
            if !same {
                return false;
            }
        }
        true
    }
}

impl Tile {
    /// The tile's loops, wherever it is.
    fn new(mut nest: LoopNest, level: Level, distance: Distance) -> Tile {
        (nest.dst, nest.src) = (0, 0);
        let mut rows = nest.clone();
        let mut run = nest.item;
        for l in nest.loops.iter().rev().take_while(|l| l.dst != 0) {
            if l.dst != run as isize {
                break;
            }
            run *= l.extent;
        }
        let packs_left = run < SHORT;
        let (mut right, mut left) = (nest.clone(), nest.clone());
        let mut step = nest.item;
        for (at, l) in nest.loops.iter().enumerate().rev() {
            // The left operand's runs end here.
            if step == run && step.is_multiple_of(SET) && !packs_left {
                step += PAD;
            }
            right.loops[at].dst = step as isize;
            left.loops[at] = Loop { dst: step as isize, src: l.dst, ..*l };
            rows.loops[at].src = step as isize;
            step *= l.extent;
        }
        let schedule = |nest| Schedule::of_part(nest, level, 1, distance, false);
        if packs_left {
            rows = LoopNest { loops: Axes::new(), item: step, dst: 0, src: 0 };
        }
        simplify(&mut rows);
        let left = packs_left.then(|| schedule(left));
        let beside = distance == Distance::FollowedMemory && left.is_none();
        Tile { right: schedule(right), left, rows, beside }
    }

    /// Whether a tile's items are equal.
    ///
    /// # Safety
    /// K2 and K4 for the tile from `left` and `right`.
    unsafe fn run(
        &self,
        equal: Equal,
        [left_rows, right_rows]: [*mut u8; 2],
        mut left: *const u8,
        right: *const u8,
    ) -> bool {
        // SAFETY: K2 for the operands by the caller; the rows fit a scratch;
        // K3, the scratches are nobody else's.
        unsafe {
            self.right.run(right_rows, right);
            if let Some(pack) = &self.left {
                pack.run(left_rows, left);
                left = left_rows;
            }
            let equal = if self.beside { equal.side_by_side() } else { equal };
            rows(&self.rows, left, right_rows, equal)
        }
    }
}
