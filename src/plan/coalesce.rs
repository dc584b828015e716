//! Coalesce: neighbours that are contiguous in both operands become one
//! loop, and the innermost becomes part of the item.

use super::loop_nest::{Loop, LoopNest};

/// Merges each loop with the one inside it where one step of the outer is
/// all steps of the inner, in both operands; then widens the item by a loop
/// that steps by just one item.
#[inline]
pub(crate) fn coalesce(nest: &mut LoopNest) {
    if nest.is_empty() {
        return;
    }
    let loops = &mut *nest.loops;
    let mut kept = 0;
    for at in 0..loops.len() {
        let inner = loops[at];
        if kept > 0
            && let Some(merged) = merge(loops[kept - 1], inner)
        {
            loops[kept - 1] = merged;
        } else {
            loops[kept] = inner;
            kept += 1;
        }
    }
    nest.loops.truncate(kept);
    if let Some(&Loop { extent, dst, src }) = nest.loops.last()
        && dst == nest.item as isize
        && src == dst
    {
        nest.item *= extent;
        nest.loops.truncate(kept - 1);
    }
}

/// The two loops as one, if they are.
#[inline]
fn merge(outer: Loop, inner: Loop) -> Option<Loop> {
    let whole = |step: isize| step.checked_mul(isize::try_from(inner.extent).ok()?);
    if whole(inner.dst)? == outer.dst && whole(inner.src)? == outer.src {
        let extent = outer.extent.checked_mul(inner.extent)?;
        return Some(Loop { extent, ..inner });
    }
    None
}
