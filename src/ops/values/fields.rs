//! Fields: the pairs of two formats, compared block by block.
//!
//! Items are met in blocks that stay in cache while pair after pair is
//! compared there. A pair that lies in the same kind and order in both is
//! left to the typed comparison, with strides of whole items; one of two
//! kinds or orders is packed into a scratch by the copy kernels, which turn
//! bytes on the way, and is compared there.

#![allow(unsafe_code, reason = "turns the offsets of validated views into pointers")]

use super::lanes::Numbers;
use super::pairs::{Pair, Rule};
use super::parts::{Number, Part};
use crate::axes::Axes;
use crate::parallel;
use crate::plan::coalesce::coalesce;
use crate::plan::compare::Comparison;
use crate::plan::execute::walk;
use crate::plan::grid::Grid;
use crate::plan::loop_nest::{Loop, LoopNest};
use crate::plan::normalize::{Traversal, normalize};
use crate::plan::order::order;
use crate::plan::{Bases, Schedule, policy, search};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::slice::from_raw_parts;
use stridewise_kernels::Level;
use stridewise_kernels::equal::{Class, Equal, Mode};

/// Bytes of a block of one pair: large, as nothing is met again.
const BLOCK: usize = 1 << 20;
/// Bytes of a block of several.
const NEAR: usize = 32 << 10;
/// Bytes of a scratch.
const SCRATCH: usize = 16 << 10;

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
            Rule::Typed(class) => {
                Test::Typed(Comparison::new(nest, level, class, mode, None, Some(1)).into())
            }
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

/// How numbers of two kinds or orders are compared.
#[derive(Clone, Debug)]
struct Packed {
    nest: LoopNest,
    /// Cuts into what fits the scratches.
    grid: Grid,
    numbers: [Number; 2],
    full: [Source; 2],
    check: Check,
    level: Level,
}

/// What is asked of numbers that lie in a row, in the order of the target.
#[derive(Clone, Copy, Debug)]
enum Check {
    Typed(Equal),
    Lanes(Numbers),
}

/// How the numbers of a block come into a row: by a copy to a scratch, unless
/// they lie in one.
#[derive(Clone, Debug)]
struct Source(Option<Schedule>);

/// Room for the numbers of a block.
#[repr(align(64))]
struct Scratch(MaybeUninit<[u8; SCRATCH]>);

impl Packed {
    fn new(mut nest: LoopNest, numbers: [Number; 2], level: Level, mode: Mode) -> Packed {
        simplify(&mut nest, Traversal::Free);
        let mut grid = Grid::new(&nest, SCRATCH);
        if grid.bytes(&nest) > SCRATCH {
            // A piece of the innermost loop.
            grid.steps = Axes::filled(nest.loops.len(), 1);
            if let Some(steps) = grid.steps.last_mut() {
                *steps = SCRATCH / nest.item;
            }
        }
        let first = Axes::<usize>::filled(nest.loops.len(), 0);
        let full = Packed::sources(&grid.block(&nest, &first).0, numbers, level);
        let [a, b] = numbers.map(|number| number.kind);
        let check = if a == b {
            let class = if mode == Mode::Bits { Class::Bits } else { a.class() };
            Check::Typed(Equal::new(level, class, mode))
        } else {
            Check::Lanes(Numbers::new(a, b, mode))
        };
        Packed { nest, grid, numbers, full, check, level }
    }

    fn sources(block: &LoopNest, [a, b]: [Number; 2], level: Level) -> [Source; 2] {
        [Source::new(block, |l| l.dst, a, level), Source::new(block, |l| l.src, b, level)]
    }

    /// Never inlined: the scratch is a lot of stack to ask for.
    ///
    /// # Safety
    /// K2 and K4 for the planned loops from these bases.
    #[inline(never)]
    unsafe fn run(&self, a: *const u8, b: *const u8) -> bool {
        let mut scratch = [const { Scratch(MaybeUninit::uninit()) }; 2];
        let [scratch_a, scratch_b] = scratch.each_mut().map(|s| s.0.as_mut_ptr().cast::<u8>());
        let sizes = self.numbers.map(|number| number.kind.size());
        (0..self.grid.count(&self.nest)).all(|id| {
            let (block, whole) = self.grid.block(&self.nest, &self.grid.first(&self.nest, id));
            let fewer;
            let [source_a, source_b] = if whole {
                &self.full
            } else {
                fewer = Packed::sources(&block, self.numbers, self.level);
                &fewer
            };
            let items = block.items();
            // SAFETY: K4, the first numbers of a block, which has no more of
            // them than the scratches, which nobody else has (K3).
            let (a, b) = unsafe {
                let a = source_a.bytes(a.offset(block.dst), scratch_a, items * sizes[0]);
                (a, source_b.bytes(b.offset(block.src), scratch_b, items * sizes[1]))
            };
            match self.check {
                // SAFETY: K2, two slices of the same length.
                Check::Typed(equal) => unsafe { equal.run(a.as_ptr(), b.as_ptr(), a.len()) },
                Check::Lanes(numbers) => numbers.run(a, b),
            }
        })
    }
}

impl Source {
    /// The numbers of one operand, whose steps are told.
    fn new(block: &LoopNest, step: fn(&Loop) -> isize, number: Number, level: Level) -> Source {
        let (size, unit) = (number.kind.size(), number.kind.unit());
        let mut nest = LoopNest::item(size);
        nest.loops = block.loops.clone();
        let (mut next, mut dense) = (size, true);
        for (l, of) in nest.loops.iter_mut().zip(&block.loops).rev() {
            *l = Loop { extent: of.extent, dst: next as isize, src: step(of) };
            dense &= l.extent == 1 || l.src == l.dst;
            next *= l.extent;
        }
        if dense && !number.swapped {
            return Source(None);
        }
        if number.swapped {
            let parts = Loop { extent: size / unit, dst: unit as isize, src: unit as isize };
            nest.loops.push(parts);
            nest.loops.push(Loop { extent: unit, dst: 1, src: -1 });
            (nest.item, nest.src) = (1, unit as isize - 1);
        }
        Source(Some(Schedule::new(nest, level, None, Some(1))))
    }

    /// The bytes of the numbers in a row.
    ///
    /// # Safety
    /// K2 to K4 for the planned block from `first` to the scratch, which has
    /// `len` bytes.
    unsafe fn bytes<'s>(&self, first: *const u8, scratch: *mut u8, len: usize) -> &'s [u8] {
        let Some(schedule) = &self.0 else {
            // SAFETY: K2, the block is a row.
            return unsafe { from_raw_parts(first, len) };
        };
        // SAFETY: handed on; the schedule has then written all of it.
        unsafe {
            schedule.run(scratch, first);
            from_raw_parts(scratch, len)
        }
    }
}
