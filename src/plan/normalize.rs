//! Normalize: loops that do nothing go, and the rest run forward.

use super::loop_nest::{Loop, LoopNest};

/// Whether a plan may visit items in any order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traversal {
    /// Any order: copy and equality.
    Free,
    /// The order of the indices: hashing and the first mismatch.
    Logical,
}

/// Drops unit loops; if the order is free, flips loops so that the
/// destination runs forward, or the source where the destination stands still.
///
/// A loop that moves neither operand visits the same pair again: with free
/// order it goes too. A nest with an extent of 0 becomes a single empty loop,
/// whatever its strides were.
pub(crate) fn normalize(nest: &mut LoopNest, traversal: Traversal) {
    if nest.is_empty() {
        nest.loops.clear();
        nest.loops.push(Loop { extent: 0, dst: 0, src: 0 });
        return;
    }
    let free = traversal == Traversal::Free;
    let mut kept = 0;
    for at in 0..nest.loops.len() {
        let l = nest.loops[at];
        if l.extent == 1 || (free && l.dst == 0 && l.src == 0) {
            continue;
        }
        nest.loops[kept] = l;
        if free && (l.dst < 0 || (l.dst == 0 && l.src < 0)) {
            nest.flip(kept);
        }
        kept += 1;
    }
    nest.loops.truncate(kept);
}
