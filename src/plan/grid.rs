//! Grid: a nest cut into blocks that keep the runs of both operands.
//!
//! Where one operand runs along some loops and the other along others, a
//! block takes a few lines of either, so that no line is met by more blocks
//! than it must be.

use super::loop_nest::{Loop, LoopNest};
use crate::axes::Axes;
use core::fmt::{Display, Formatter, Result};

/// Bytes of a run that a large block does not cut: a page that is met
/// again costs as much as some of its lines.
const RUN: usize = 1024;
/// Bytes of a cache line.
const LINE: usize = 64;

/// How many steps of each loop make a block; the last of a loop may have
/// fewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    pub(crate) steps: Axes<usize>,
}

impl Grid {
    /// Blocks of up to `bytes` bytes, which are 16 KiB and an item at least:
    /// first the runs of either operand, then the nest's innermost loops are
    /// filled.
    pub(crate) fn new(nest: &LoopNest, bytes: usize) -> Grid {
        Grid::filled(nest, bytes, bytes)
    }

    /// The same, but for what is filled: not beyond `full` bytes.
    pub(crate) fn filled(nest: &LoopNest, bytes: usize, full: usize) -> Grid {
        let mut grid = Grid { steps: Axes::filled(nest.loops.len(), 1) };
        if !nest.is_empty() {
            // A run may become twice as long, so that no sliver of it is left.
            let mut enough = RUN;
            while enough > LINE && 4 * enough * enough / nest.item.min(LINE) > bytes {
                enough /= 2;
            }
            grid.take_run(nest, enough, |l| l.src);
            grid.take_run(nest, enough, |l| l.dst);
            if grid.bytes(nest) > bytes {
                // Runs of several short loops each; any block will do.
                grid.steps = Axes::filled(nest.loops.len(), 1);
            }
            grid.fill(nest, full);
        }
        grid
    }

    /// Bytes of a block with all steps.
    pub(crate) fn bytes(&self, nest: &LoopNest) -> usize {
        self.steps.iter().product::<usize>() * nest.item
    }

    /// Takes steps of the loops along which an operand moves least, until
    /// they make a run.
    fn take_run(&mut self, nest: &LoopNest, enough: usize, step: impl Fn(&Loop) -> isize) {
        let (mut run, mut last) = (nest.item, 0);
        while run < enough {
            let further = |l: &&Loop| step(l).unsigned_abs() > last;
            let Some(least) =
                nest.loops.iter().filter(further).map(|l| step(l).unsigned_abs()).min()
            else {
                break;
            };
            let loops = nest.loops.iter().zip(self.steps.iter_mut());
            for (l, steps) in loops.filter(|(l, _)| step(l).unsigned_abs() == least) {
                let need = enough.div_ceil(run);
                // Not so many that the rest would be a sliver.
                *steps = if l.extent < 2 * need { l.extent } else { need }.max(*steps);
                run *= *steps;
            }
            last = least;
        }
    }

    /// Takes more steps of the innermost loops.
    fn fill(&mut self, nest: &LoopNest, bytes: usize) {
        let lines = (LINE / nest.item.min(LINE)).max(1);
        let mut block = self.bytes(nest);
        for (l, steps) in nest.loops.iter().zip(self.steps.iter_mut()).rev() {
            let inside = block / *steps;
            let most = bytes / inside;
            if l.extent > most {
                *steps = if most > lines { most - most % lines } else { most }.max(*steps);
                break;
            }
            *steps = l.extent;
            block = inside * l.extent;
        }
    }

    /// The number of blocks of a nest of the planned loops, or a part of it.
    pub(crate) fn count(&self, nest: &LoopNest) -> usize {
        nest.loops.iter().zip(&self.steps).map(|(l, &steps)| l.extent.div_ceil(steps)).product()
    }

    /// The index, in the loops, of the first item of block `id`; blocks are
    /// counted along the innermost loop first.
    pub(crate) fn first(&self, nest: &LoopNest, mut id: usize) -> Axes<usize> {
        let mut first = Axes::filled(nest.loops.len(), 0);
        let loops = nest.loops.iter().zip(&self.steps).zip(first.iter_mut());
        for ((l, &steps), first) in loops.rev() {
            let blocks = l.extent.div_ceil(steps);
            *first = id % blocks * steps;
            id /= blocks;
        }
        first
    }

    /// The block whose first item is at `first`, and whether it has all steps.
    pub(crate) fn block(&self, nest: &LoopNest, first: &[usize]) -> (LoopNest, bool) {
        let (mut block, mut full) = (nest.clone(), true);
        for (at, (&first, &steps)) in first.iter().zip(&self.steps).enumerate() {
            let rest = nest.loops[at].extent - first;
            full &= rest >= steps;
            block.cut(at, first, rest.min(steps));
        }
        (block, full)
    }
}

impl Display for Grid {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (at, steps) in self.steps.iter().enumerate() {
            write!(f, "{}{steps}", if at == 0 { "" } else { " x " })?;
        }
        Ok(())
    }
}
