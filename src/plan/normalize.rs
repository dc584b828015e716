//! Normalize: loops that do nothing go, and the rest run forward.

use super::loop_nest::{Loop, LoopNest, turn};

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
#[inline]
pub(crate) fn normalize(nest: &mut LoopNest, traversal: Traversal) {
    let free = traversal == Traversal::Free;
    let (mut kept, mut empty) = (0, false);
    let (mut dst, mut src) = (nest.dst, nest.src);
    let loops = &mut *nest.loops;
    for at in 0..loops.len() {
        let mut l = loops[at];
        if l.extent <= 1 || (free && l.dst == 0 && l.src == 0) {
            empty |= l.extent == 0;
            continue;
        }
        if free && (l.dst < 0 || (l.dst == 0 && l.src < 0)) {
            let (to, from) = turn(&mut l);
            (dst, src) = (dst.wrapping_add(to), src.wrapping_add(from));
        }
        loops[kept] = l;
        kept += 1;
    }
    nest.loops.truncate(kept);
    if empty {
        nest.loops.clear();
        nest.loops.push(Loop { extent: 0, dst: 0, src: 0 });
        return;
    }
    (nest.dst, nest.src) = (dst, src);
}
