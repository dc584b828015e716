//! Blocks: a nest in index order, cut into pieces of some bytes.
//!
//! Where the order of the items matters (hashing, the first mismatch) the
//! loops keep the order of the indices down to one loop that is cut; the
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
        self.step.min(self.cut().extent) * self.items_inside()
    }

    /// Items of one step of the cut loop.
    fn items_inside(&self) -> usize {
        self.nest.loops.iter().skip(self.at + 1).fold(1, |n, l| n * l.extent)
    }

    /// The loops of a block with all steps, from offset 0.
    pub(crate) fn full(&self) -> LoopNest {
        self.with_steps(self.step.min(self.cut().extent))
    }

    /// The loops of the last block of each run, if it has fewer steps.
    pub(crate) fn tail(&self) -> Option<LoopNest> {
        let rest = self.cut().extent % self.step;
        (rest != 0 && self.cut().extent > self.step).then(|| self.with_steps(rest))
    }

    fn with_steps(&self, steps: usize) -> LoopNest {
        let mut loops =
            crate::axes::Axes::from_slice(self.nest.loops.get(self.at..).unwrap_or(&[]));
        if let Some(first) = loops.first_mut() {
            let first: &mut Loop = first;
            first.extent = steps;
        }
        LoopNest { loops, item: self.nest.item, dst: 0, src: 0 }
    }

    /// Block `id`: where it starts in both operands, whether it is a tail,
    /// and how many items come before it.
    pub(crate) fn block(&self, id: usize) -> Block {
        let (mut run, piece) = (id / self.per_run(), id % self.per_run());
        let cut = self.cut();
        let start = piece * self.step.min(cut.extent);
        let mut items = self.items_inside();
        let mut block = Block {
            dst: self.nest.dst + start as isize * cut.dst,
            src: self.nest.src + start as isize * cut.src,
            tail: cut.extent - start < self.step && cut.extent > self.step,
            before: start * items,
        };
        items *= cut.extent;
        for l in self.nest.loops.iter().take(self.at).rev() {
            let index = run % l.extent;
            run /= l.extent;
            block.dst += index as isize * l.dst;
            block.src += index as isize * l.src;
            block.before += index * items;
            items *= l.extent;
        }
        block
    }
}

/// One block of a nest in index order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Offset of its first item in the destination (left operand).
    pub(crate) dst: isize,
    /// Offset of its first item in the source (right operand).
    pub(crate) src: isize,
    /// Whether it has the loops of [`Blocks::tail`].
    pub(crate) tail: bool,
    /// Items of the nest that come before it.
    pub(crate) before: usize,
}
