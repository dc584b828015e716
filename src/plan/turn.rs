//! Turn: a short loop over the units of an item, run backwards in one of the
//! operands, becomes part of the item.
//!
//! So the other byte order, or the other order of a pixel's channels, is a
//! shuffle in the pass that copies anyway, whatever the loops around it are.

use super::loop_nest::{Loop, LoopNest};
use stridewise_kernels::copy::turnable;

/// The bytes of the units that kernels are to turn in each item, or 0.
///
/// The nest is normalized, ordered and coalesced: the destination runs
/// forward along the last loop, and a loop around it that went on backwards
/// has been merged with it.
pub(crate) fn turn(nest: &mut LoopNest) -> usize {
    let unit = nest.item;
    let [.., around, l] = nest.loops[..] else { return 0 };
    let k = unit as isize;
    let Some(item) = unit.checked_mul(l.extent) else { return 0 };
    if nest.is_empty() || l.dst != k || l.src != -k || !turnable(item, unit) {
        return 0;
    }
    // A few items are not worth the shuffle that is made for them.
    if around.extent < l.extent {
        return 0;
    }
    nest.src -= (l.extent as isize - 1) * k;
    nest.item = item;
    nest.loops.truncate(nest.loops.len() - 1);
    unit
}

/// Makes a loop again of what [`turn`] made a part of the item.
pub(crate) fn turn_back(nest: &mut LoopNest, unit: usize) {
    let (extent, k) = (nest.item / unit, unit as isize);
    nest.src += (extent as isize - 1) * k;
    nest.item = unit;
    nest.loops.push(Loop { extent, dst: k, src: -k });
}
