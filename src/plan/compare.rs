//! Equality over the same nests: runs where both operands have them, else
//! tiles that the copy kernels lay side by side in L1.

#![allow(unsafe_code, reason = "the walk turns a plan's offsets into pointers")]

use super::execute::walk;
use super::loop_nest::{Loop, LoopNest};
use super::normalize::{Traversal, normalize};
use super::partition::{Split, chunk, partition};
use super::tile::{Inner, RUN, arrange, block, plane};
use super::{Bases, coalesce, order, policy};
use crate::parallel;
use core::mem::MaybeUninit;
use stridewise_kernels::Level;
use stridewise_kernels::copy::{Axis, Block, Copy, Family};
use stridewise_kernels::equal::{Class, Equal, Mode};

/// A comparison that is ready to run; the left operand stands in the
/// destination's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Comparison {
    pub(crate) nest: LoopNest,
    /// `None` if the items are runs in both operands.
    pub(crate) tile: Option<Tile>,
    pub(crate) split: Split,
    pub(crate) level: Level,
    pub(crate) class: Class,
    pub(crate) mode: Mode,
}

/// Steps of the two innermost loops that are compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tile {
    pub(crate) outer: usize,
    pub(crate) inner: usize,
    /// How the left operand becomes rows; `None` if it has rows already.
    pub(crate) left: Option<Family>,
    /// How the right operand becomes rows; `None` if it has rows already.
    pub(crate) right: Option<Family>,
    /// Items are compared where they lie: few, or such as no register packs.
    pub(crate) in_place: bool,
}

/// Bytes of a tile's rows, without what keeps them on different cache sets.
const TILE: usize = 16 << 10;
/// Bytes between the rows of a tile.
const PAD: usize = 64;
/// Rows of a tile that is cut both ways.
const ROWS: usize = 64;

/// Items that are not worth packing. As many come before the first tile, so
/// that what differs early costs no tile.
const FEW: usize = 128;

/// Room for one operand's tile.
#[repr(align(64))]
struct Scratch(MaybeUninit<[u8; TILE + ROWS * PAD]>);

impl Scratch {
    fn new() -> Scratch {
        Scratch(MaybeUninit::uninit())
    }

    fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

impl Comparison {
    /// All passes; `chunks` is `None` to let the bytes decide.
    pub(crate) fn new(
        mut nest: LoopNest,
        level: Level,
        class: Class,
        mode: Mode,
        chunks: Option<usize>,
    ) -> Comparison {
        normalize(&mut nest, Traversal::Free);
        order::order(&mut nest);
        coalesce::coalesce(&mut nest);
        let tile = if nest.loops.is_empty() || nest.item > RUN || nest.is_empty() {
            None
        } else {
            arrange(&mut nest);
            Some(Tile::new(&nest))
        };
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(nest.bytes()));
        let family = if tile.is_none() { Family::Runs } else { Family::Tiled };
        let split = partition(&nest, Inner::new(family, &nest), chunks);
        Comparison { nest, tile, split, level, class, mode }
    }

    /// Whether all items are equal.
    ///
    /// # Safety
    /// K2 and K4 for the planned loops from these bases, both only read.
    pub(crate) unsafe fn run(&self, left: *const u8, right: *const u8) -> bool {
        if self.split.chunks == 1 || !parallel::pays() {
            // SAFETY: handed on.
            return unsafe { self.run_nest(&self.nest, left, right) };
        }
        let bases = Bases::new(left.cast_mut(), right);
        let run = |id| {
            let part = chunk(&self.nest, self.split, id);
            // SAFETY: a part of the loops.
            unsafe { self.run_nest(&part, bases.dst(), bases.src()) }
        };
        // The first chunk alone: what differs at once should cost no threads.
        run(0) && parallel::all(self.split.chunks - 1, |id| run(id + 1))
    }

    /// # Safety
    /// K2 and K4 for `nest`, which is a part of `self.nest`.
    unsafe fn run_nest(&self, nest: &LoopNest, left: *const u8, right: *const u8) -> bool {
        if nest.is_empty() {
            return true;
        }
        let equal = Equal::new(self.level, self.class, self.mode);
        // SAFETY: K4, the first items.
        let (left, right) = unsafe { (left.offset(nest.dst).cast_mut(), right.offset(nest.src)) };
        let Some(tile) = self.tile else {
            let (around, rows) = match nest.loops[..] {
                [] => (&[][..], Loop::UNIT),
                [ref around @ .., rows] => (around, rows),
            };
            // SAFETY: K2, K4: rows of whole items, a run each.
            return unsafe {
                walk(around, left, right, &|left, right| {
                    equal.rows(left, rows.dst, right, rows.src, rows.extent, nest.item)
                })
            };
        };
        let (around, block) = block(nest);
        // SAFETY: the block, or a part of it, at each step of the loops
        // around it, and first at their first.
        unsafe {
            if block.outer.extent * block.inner.extent <= FEW {
                return walk(around, left, right, &|left, right| equal.block(left, right, &block));
            }
            equal.block(left, right, &first_of(block))
                && walk(around, left, right, &|left, right| {
                    self.run_tiles(tile, &block, equal, left, right)
                })
        }
    }

    /// Compares a block tile by tile.
    ///
    /// Never inlined: the scratch is a lot of stack to ask for.
    ///
    /// # Safety
    /// K2 and K4 for the block.
    #[inline(never)]
    unsafe fn run_tiles(
        &self,
        tile: Tile,
        block: &Block,
        equal: Equal,
        left: *const u8,
        right: *const u8,
    ) -> bool {
        let (outer, inner, item) = (block.outer, block.inner, block.item);
        let side = |family: Option<Family>| family.map(|f| Copy::new(self.level, f, item));
        let (pack_left, pack_right) = (side(tile.left), side(tile.right));
        let (mut left_rows, mut right_rows) = (Scratch::new(), Scratch::new());
        for o in (0..outer.extent).step_by(tile.outer) {
            let rows = tile.outer.min(outer.extent - o);
            for i in (0..inner.extent).step_by(tile.inner) {
                let items = tile.inner.min(inner.extent - i);
                let (o, i) = (o as isize, i as isize);
                // SAFETY: a tile of the block; its rows fit the scratch,
                // which `Tile::new` sized it for.
                let same = unsafe {
                    let left = left.offset(o * outer.dst + i * inner.dst);
                    let right = right.offset(o * outer.src + i * inner.src);
                    if tile.in_place {
                        let part = Block {
                            item,
                            outer: Axis { extent: rows, ..outer },
                            inner: Axis { extent: items, ..inner },
                        };
                        if !equal.block(left, right, &part) {
                            return false;
                        }
                        continue;
                    }
                    let tile = Part { rows, items, item };
                    let (l, l_step) =
                        tile.rows(pack_left, &mut left_rows, left, outer.dst, inner.dst);
                    let (r, r_step) =
                        tile.rows(pack_right, &mut right_rows, right, outer.src, inner.src);
                    equal.rows(l, l_step, r, r_step, rows, items * item)
                };
                if !same {
                    return false;
                }
            }
        }
        true
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

/// The extents of one tile, which may be cut short at the edges.
#[derive(Clone, Copy)]
struct Part {
    rows: usize,
    items: usize,
    item: usize,
}

impl Part {
    /// Where the rows of one operand start and how far apart they are: where
    /// they are, or packed into the scratch.
    ///
    /// # Safety
    /// K2, K4 for the tile from `start`, which fits the scratch.
    unsafe fn rows(
        self,
        pack: Option<Copy>,
        scratch: &mut Scratch,
        start: *const u8,
        outer: isize,
        inner: isize,
    ) -> (*const u8, isize) {
        let Some(pack) = pack else { return (start, outer) };
        let pitch = (self.items * self.item + PAD) as isize;
        let block = Block {
            item: self.item,
            outer: Axis { extent: self.rows, dst: pitch, src: outer },
            inner: Axis { extent: self.items, dst: self.item as isize, src: inner },
        };
        // SAFETY: K2 for the operand by the caller; the rows fit the
        // scratch; K3, the scratch is nobody else's.
        unsafe { pack.run(scratch.start(), start, &block) };
        (scratch.start(), pitch)
    }
}

impl Tile {
    /// Tiles of about 16 KiB: up to 64 rows of up to 256 bytes, more of the
    /// one where there are few of the other.
    fn new(nest: &LoopNest) -> Tile {
        let (_, Block { item, outer, inner }) = block(nest);
        let row = 4 * PAD / item;
        let mut rows = outer.extent.min(ROWS);
        let mut items = inner.extent.min(row);
        if items < row {
            rows = outer.extent.min(TILE / (items * item + PAD));
        } else if rows < ROWS {
            items = inner.extent.min(TILE / rows / item);
        }
        debug_assert!(rows * (items * item + PAD) <= size_of::<Scratch>());
        let pack = |outer_step, inner_step| {
            let r = Loop { extent: rows, dst: 0, src: outer_step };
            let c = Loop { extent: items, dst: item as isize, src: inner_step };
            (inner_step != item as isize).then(|| plane(item, r, c))
        };
        let (left, right) = (pack(outer.dst, inner.dst), pack(outer.src, inner.src));
        let in_place = [left, right].contains(&Some(Family::Tiled));
        let (left, right) = if in_place { (None, None) } else { (left, right) };
        Tile { outer: rows, inner: items, left, right, in_place }
    }
}
