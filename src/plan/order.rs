//! Order: the largest steps come first.

use super::loop_nest::{Loop, LoopNest};

/// Sorts the loops by the destination's step, then by the source's, largest
/// first, so that writes run forward through memory. Loops of equal steps
/// keep their order. This comes before coalescing, which sees only
/// neighbours.
#[inline]
pub(crate) fn order(nest: &mut LoopNest) {
    let loops = &mut *nest.loops;
    let step = |l: Loop| (l.dst.unsigned_abs(), l.src.unsigned_abs());
    // Insertion sort: there are few loops, and most come sorted.
    for at in 1..loops.len() {
        let mut to = at;
        while to > 0 && step(loops[to - 1]) < step(loops[to]) {
            loops.swap(to - 1, to);
            to -= 1;
        }
    }
}
