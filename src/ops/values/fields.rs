//! Fields: the pairs of two formats, compared block by block.
//!
//! Items are met in blocks that stay in cache while pair after pair is
//! compared there. A pair that lies in the same kind and order in both is
//! left to the typed comparison, with strides of whole items; one of two
//! kinds or orders is packed into a scratch by the copy kernels, which turn
//! bytes on the way, and is compared there.

#![allow(unsafe_code, reason = "turns the offsets of validated views into pointers")]

use super::packed::Packed;
use super::pairs::{Pair, Rule};
use super::parts::Part;
use crate::axes::Axes;
use crate::parallel;
use crate::plan::coalesce::coalesce;
use crate::plan::compare::Comparison;
use crate::plan::grid::Grid;
use crate::plan::loop_nest::{Loop, LoopNest};
use crate::plan::normalize::{Traversal, normalize};
use crate::plan::order::order;
use crate::plan::{Bases, policy, search};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::slice::from_raw_parts;
use stridewise_kernels::Level;
use stridewise_kernels::copy::walk;
use stridewise_kernels::equal::{Equal, Mode};

/// Bytes of a block of one pair: large, as nothing is met again.
const BLOCK: usize = 1 << 20;
/// Bytes of a block of several.
const NEAR: usize = 32 << 10;

/// A comparison by pairs that is ready to run.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    /// The loops over the items, of which the larger is the nest's.
    nest: LoopNest,
    grid: Grid,
    pairs: Vec<Pair>,
    /// The tests of a block with all steps.
    full: Vec<Test>,
    chunks: usize,
    level: Level,
    mode: Mode,
}

impl Fields {
    /// The plan for a nest of all items, whose loops may be in any order if
    /// the first mismatch is not asked for.
    pub(super) fn new(
        mut nest: LoopNest,
        traversal: Traversal,
        pairs: Vec<Pair>,
        level: Level,
        mode: Mode,
        chunks: Option<usize>,
    ) -> Fields {
        simplify(&mut nest, traversal);
        let grid = Grid::new(&nest, if pairs.len() > 1 { NEAR } else { BLOCK });
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(nest.bytes()));
        let chunks = chunks.clamp(1, grid.count(&nest).max(1));
        let mut fields = Fields { nest, grid, pairs, full: Vec::new(), chunks, level, mode };
        if !fields.nest.is_empty() {
            let first = Axes::<usize>::filled(fields.nest.loops.len(), 0);
            fields.full = fields.tests(&fields.grid.block(&fields.nest, &first).0);
        }
        fields
    }

    /// The same for the items in the order of the indices.
    pub(super) fn logical(&self, nest: LoopNest) -> Fields {
        let (pairs, chunks) = (self.pairs.clone(), Some(self.chunks));
        Fields::new(nest, Traversal::Logical, pairs, self.level, self.mode, chunks)
    }

    /// Whether all items are equal.
    ///
    /// # Safety
    /// K2 and K4 for the planned loops from these bases.
    pub(super) unsafe fn run(&self, a: *const u8, b: *const u8) -> bool {
        if self.nest.is_empty() {
            return true;
        }
        let (bases, count) = (Bases::new(a.cast_mut(), b), self.grid.count(&self.nest));
        let run = |id| {
            let (block, whole) = self.grid.block(&self.nest, &self.grid.first(&self.nest, id));
            // SAFETY: a block of the planned loops.
            unsafe { self.block(bases, &block, whole) }
        };
        if self.chunks == 1 || !parallel::pays() {
            return (0..count).all(run);
        }
        // The first block alone: what differs at once should cost no threads.
        let each = count.div_ceil(self.chunks);
        run(0)
            && parallel::all(self.chunks, |chunk| {
                (chunk * each..count.min((chunk + 1) * each)).all(run)
            })
    }

    /// The number of items before the first that differs, for a plan of
    /// logical order.
    ///
    /// # Safety
    /// As [`run`](Fields::run).
    pub(super) unsafe fn search(&self, a: *const u8, b: *const u8) -> Option<usize> {
        if self.nest.is_empty() {
            return None;
        }
        let bases = Bases::new(a.cast_mut(), b);
        // SAFETY: a part of the planned loops.
        let same = |part: &LoopNest, whole: bool| unsafe { self.block(bases, part, whole) };
        let at = search::first_mismatch(&self.nest, &self.grid, self.chunks > 1, &same, &|_| 0)?;
        Some(at / self.nest.item)
    }

    /// Whether the items of a part of the loops are equal.
    ///
    /// # Safety
    /// As [`run`](Fields::run).
    unsafe fn block(&self, bases: Bases, part: &LoopNest, whole: bool) -> bool {
        let fewer;
        let tests = if whole {
            &self.full
        } else {
            fewer = self.tests(part);
            &fewer
        };
        // SAFETY: K4, the first items of the part; its tests.
        unsafe {
            let a = bases.dst().cast_const().offset(part.dst);
            let b = bases.src().offset(part.src);
            tests.iter().all(|test| test.run(a, b))
        }
    }

    /// The tests of a part, from its first items.
    fn tests(&self, part: &LoopNest) -> Vec<Test> {
        let test = |pair| Test::new(&part.loops, pair, self.level, self.mode);
        self.pairs.iter().map(test).collect()
    }
}

/// The passes before the cut into blocks; items have two sizes, so that they
/// do not become longer.
pub(super) fn simplify(nest: &mut LoopNest, traversal: Traversal) {
    normalize(nest, traversal);
    if traversal == Traversal::Free {
        order(nest);
        // No loop is left that moves neither operand, as one of 0 bytes would.
        let item = core::mem::replace(&mut nest.item, 0);
        coalesce(nest);
        nest.item = item;
    }
}

/// How a pair is compared in some items.
#[derive(Clone, Debug)]
enum Test {
    Typed(Box<Comparison>),
    Numbers(Box<Packed>),
    Texts(Box<(LoopNest, [Part; 2])>),
}

impl Test {
    fn new(items: &[Loop], pair: &Pair, level: Level, mode: Mode) -> Test {
        let mut nest = pair.nest(items);
        match pair.rule {
            Rule::Typed(class) => Test::Typed(
                Comparison::new(nest, Equal::new(level, class, mode), None, Some(1)).into(),
            ),
            Rule::Numbers(numbers) => Test::Numbers(Packed::new(nest, numbers, level, mode).into()),
            Rule::Texts(parts) => {
                simplify(&mut nest, Traversal::Free);
                Test::Texts((nest, parts).into())
            }
        }
    }

    /// # Safety
    /// K2 and K4 for the items from these bases.
    unsafe fn run(&self, a: *const u8, b: *const u8) -> bool {
        // SAFETY: handed on; each text lies at its item.
        unsafe {
            match self {
                Test::Typed(comparison) => comparison.run(a, b),
                Test::Numbers(packed) => packed.run(a, b),
                Test::Texts(texts) => {
                    let (nest, parts) = &**texts;
                    let first = (a.offset(nest.dst).cast_mut(), b.offset(nest.src));
                    walk(&nest.loops, first.0, first.1, &|a, b| {
                        let [a_part, b_part] = *parts;
                        let a = from_raw_parts(a.cast_const(), a_part.size());
                        a_part.text(a) == b_part.text(from_raw_parts(b, b_part.size()))
                    })
                }
            }
        }
    }
}

impl Part {
    /// The bytes that a text is, of those that it lies in.
    pub(super) fn text(self, bytes: &[u8]) -> &[u8] {
        match (self, bytes) {
            (Part::Pascal(_), [len, text @ ..]) => &text[..text.len().min(usize::from(*len))],
            _ => bytes,
        }
    }
}
