//! Blocks: a nest in index order, cut into pieces of some bytes.
//!
//! Where the order of the items matters, as in hashing, the loops keep the order of the indices down to one loop that is cut; the
//! loops inside a block are then free again, so a block is planned like any
//! other copy or comparison.

use super::coalesce::coalesce;
use super::loop_nest::{Loop, LoopNest};
use super::normalize::{Traversal, normalize};

/// The nest of all items in index order, and where it is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// Normalized and coalesced in index order.
    pub(crate) nest: LoopNest,
    /// The loop that is cut; the number of loops if the item is the block.
    pub(crate) at: usize,
    /// Steps of that loop to a block; the last may have fewer.
    pub(crate) step: usize,
}

impl Blocks {
    /// Cuts into blocks of at most `bytes` bytes, or one item.
    pub(crate) fn new(mut nest: LoopNest, bytes: usize) -> Blocks {
        normalize(&mut nest, Traversal::Logical);
        coalesce(&mut nest);
        let (mut at, mut inside) = (nest.loops.len(), nest.item);
        while at > 0 {
            let extent = nest.loops[at - 1].extent;
            match inside.checked_mul(extent) {
                Some(block) if block <= bytes => (at, inside) = (at - 1, block),
                _ => {
                    let step = (bytes / inside).clamp(1, extent);
                    return Blocks { nest, at: at - 1, step };
                }
            }
        }
        Blocks { nest, at: 0, step: usize::MAX }
    }

    /// The same nest with a block for each item.
    pub(crate) fn of_runs(mut self) -> Blocks {
        if let Some(last) = self.nest.loops.len().checked_sub(1) {
            (self.at, self.step) = (last, 1);
        }
        self
    }

    /// The loop that is cut.
    fn cut(&self) -> Loop {
        self.nest.loops.get(self.at).copied().unwrap_or(Loop::UNIT)
    }

    /// Blocks of one run of the cut loop.
    fn per_run(&self) -> usize {
        self.cut().extent.div_ceil(self.step)
    }

    /// The number of blocks; 0 if there are no items.
    pub(crate) fn count(&self) -> usize {
        let around = self.nest.loops.iter().take(self.at).fold(1, |n, l| n * l.extent);
        if self.nest.is_empty() { 0 } else { around * self.per_run() }
    }

    /// Items of a block, with all steps.
    pub(crate) fn items(&self) -> usize {
        self.steps() * self.items_inside()
    }

    /// Items of one step of the cut loop.
    fn items_inside(&self) -> usize {
        self.nest.loops.iter().skip(self.at + 1).fold(1, |n, l| n * l.extent)
    }

    /// The loops of a block of some steps, from offset 0; the last block of a
    /// run may have fewer than others.
    pub(crate) fn with_steps(&self, steps: usize) -> LoopNest {
        let mut loops =
            crate::axes::Axes::from_slice(self.nest.loops.get(self.at..).unwrap_or(&[]));
        if let Some(first) = loops.first_mut() {
            let first: &mut Loop = first;
            first.extent = steps;
        }
        LoopNest { loops, item: self.nest.item, dst: 0, src: 0 }
    }

    /// Bytes of one step of the cut loop.
    pub(crate) fn step_bytes(&self) -> usize {
        self.items_inside() * self.nest.item
    }

    /// Steps of a block with all of them.
    pub(crate) fn steps(&self) -> usize {
        self.step.min(self.cut().extent)
    }

    /// Where step `id` of all runs of the cut loop starts in the source, and
    /// how many steps its run has from there on.
    pub(crate) fn step_at(&self, id: usize) -> (isize, usize) {
        let cut = self.cut();
        let (mut run, step) = (id / cut.extent, id % cut.extent);
        let mut src = self.nest.src + step as isize * cut.src;
        for l in self.nest.loops.iter().take(self.at).rev() {
            src += (run % l.extent) as isize * l.src;
            run /= l.extent;
        }
        (src, cut.extent - step)
    }
}
