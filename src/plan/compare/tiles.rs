//! Tiles: parts of a nest whose operands are laid side by side in a scratch.

#![allow(unsafe_code, reason = "a scratch is one of the operands of a comparison")]

use super::rows;
use crate::axes::Axes;
use crate::memory::{Scratch, reserve_on_line};
use crate::plan::grid::Grid;
use crate::plan::loop_nest::{Loop, LoopNest};
use crate::plan::{Place, Schedule, lines, simplify};
use stridewise_kernels::equal::Equal;
use stridewise_kernels::transpose::Distance;
use stridewise_kernels::{Ask, Level};

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
pub(super) const SET: usize = 512;
/// Bytes between such rows.
const PAD: usize = 64;
/// Runs of fewer bytes are packed rather than compared where they lie.
const SHORT: usize = 16;

/// Bytes of rows that are kept on different cache sets.
const fn padded(bytes: usize) -> usize {
    bytes + bytes / SET * PAD
}

/// Room for one operand's tile.
const ROOM: usize = padded(TILE);

/// Some steps of the last loop.
pub(super) fn piece(nest: &LoopNest, steps: usize, level: Level) -> Tile {
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
pub(super) unsafe fn pieces(
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
    pub(super) fn new(nest: &LoopNest, level: Level, distance: Distance) -> Tiles {
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
    pub(super) unsafe fn run(
        &self,
        nest: &LoopNest,
        equal: Equal,
        left: *const u8,
        right: *const u8,
    ) -> bool {
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
        let place = Place { distance, stream: false };
        let schedule = |nest| Schedule::of_part(nest, level, 1, place);
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
