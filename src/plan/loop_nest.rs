//! The planner's only data: loops over two operands.

use crate::axes::Axes;

/// One loop: so many steps, and the bytes that a step moves each operand.
pub(crate) use stridewise_kernels::copy::Axis as Loop;

/// Nested loops around one item, outermost first.
///
/// For comparison, the left operand stands in the destination's place. The
/// offsets that the loops visit lie inside spans that fit `isize` (L3), so
/// products of strides and indices cannot overflow; they wrap only for
/// loops that never run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoopNest {
    pub(crate) loops: Axes<Loop>,
    /// Bytes of the item: a run that is contiguous in both operands.
    pub(crate) item: usize,
    /// Where the destination's first item is, from its index 0.
    pub(crate) dst: isize,
    /// Where the source's first item is, from its index 0.
    pub(crate) src: isize,
}

impl LoopNest {
    /// The loops over all axes, in index order.
    #[inline]
    pub(crate) fn new(shape: &[usize], item: usize, dst: &[isize], src: &[isize]) -> LoopNest {
        let mut nest = LoopNest::item(item);
        nest.fill(shape, dst, src);
        nest
    }

    /// An item without loops.
    #[inline]
    pub(crate) fn item(item: usize) -> LoopNest {
        LoopNest { loops: Axes::new(), item, dst: 0, src: 0 }
    }

    /// Gives an item its loops where it lies: moving a nest costs as much as
    /// half of the passes over it.
    #[inline]
    pub(crate) fn fill(&mut self, shape: &[usize], dst: &[isize], src: &[isize]) {
        let steps = dst.iter().zip(src);
        let loops = shape.iter().zip(steps);
        self.loops.extend(loops.map(|(&extent, (&dst, &src))| Loop { extent, dst, src }));
    }

    /// Items visited; 0 rather than a product that overflows, if an extent is 0.
    pub(crate) fn items(&self) -> usize {
        if self.is_empty() {
            return 0;
        }
        self.loops.iter().fold(1, |items, l| items.saturating_mul(l.extent))
    }

    /// Bytes that one operand gives or takes.
    pub(crate) fn bytes(&self) -> usize {
        self.items().saturating_mul(self.item)
    }

    /// Bytes of the source that are read: loops at which it stands still read
    /// the same again.
    pub(crate) fn bytes_read(&self) -> usize {
        let moved = self.loops.iter().filter(|l| l.src != 0 || l.extent == 0);
        moved.fold(self.item, |bytes, l| bytes.saturating_mul(l.extent))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.loops.iter().any(|l| l.extent == 0)
    }

    /// Bytes of the items that come before the one at an index of the loops.
    pub(crate) fn before(&self, index: &[usize]) -> usize {
        let (mut before, mut step) = (0, self.item);
        for (l, index) in self.loops.iter().zip(index).rev() {
            before += index * step;
            step *= l.extent;
        }
        before
    }

    /// Runs loop `at` the other way round.
    pub(crate) fn flip(&mut self, at: usize) {
        let (dst, src) = turn(&mut self.loops[at]);
        self.dst = self.dst.wrapping_add(dst);
        self.src = self.src.wrapping_add(src);
    }

    /// Loop `at` cut to the steps from `start`, `extent` of them.
    pub(crate) fn cut(&mut self, at: usize, start: usize, extent: usize) {
        let l = &mut self.loops[at];
        l.extent = extent;
        self.dst += start as isize * l.dst;
        self.src += start as isize * l.src;
    }
}

/// Turns a loop of at least one step around, and tells where its first step
/// then is.
#[inline]
pub(crate) fn turn(l: &mut Loop) -> (isize, isize) {
    // Wraps where there are no items, and so no steps that could be taken.
    let last = (l.extent as isize).wrapping_sub(1);
    let first = (last.wrapping_mul(l.dst), last.wrapping_mul(l.src));
    (l.dst, l.src) = (l.dst.wrapping_neg(), l.src.wrapping_neg());
    first
}
