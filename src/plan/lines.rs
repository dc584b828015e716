//! Lines: long loops of small steps, run piece by piece.
//!
//! What one kernel brings into a core's cache for another is not written past
//! the caches, and its kernel does not ask for memory in advance. Where that
//! pays, the walk does so between pieces that the first cache holds.

#![allow(unsafe_code, reason = "the walk turns a plan's offsets into pointers")]

use super::loop_nest::{Loop, LoopNest};
use stridewise_kernels::copy::walk;

/// Bytes of a piece.
const PIECE: usize = 4 << 10;
/// Bytes along a line that has so many pieces that asking for them pays.
const LONG: usize = 64 << 10;
/// Bytes of steps of which each line of memory has some.
const NEAR: usize = 64;

/// Whether the last loop is long, and each line of memory has some of its
/// steps and of no others.
pub(crate) fn is_long(nest: &LoopNest) -> bool {
    let [around @ .., l] = &nest.loops[..] else { return false };
    let step = l.dst.unsigned_abs().max(l.src.unsigned_abs());
    // What lies between two steps is of other loops, and would be met again.
    let between = |at: isize, step: isize| at != 0 && at.unsigned_abs() < step.unsigned_abs();
    let shared = |a: &Loop| between(a.dst, l.dst) || between(a.src, l.src);
    step <= NEAR && l.extent.saturating_mul(step) >= LONG && !around.iter().any(shared)
}

/// Steps of a piece; of items that such loops have.
pub(crate) fn steps(nest: &LoopNest) -> usize {
    PIECE / nest.item
}

/// Calls `leaf` for each piece of the last loop, from its first item on, until
/// it answers `false`.
///
/// # Safety
/// K4 for the offsets that the loops visit, from the first items on; there are
/// loops.
pub(crate) unsafe fn by_pieces(
    nest: &LoopNest,
    dst: *mut u8,
    src: *const u8,
    leaf: &impl Fn(*mut u8, *const u8, Loop) -> bool,
) -> bool {
    let [around @ .., l] = &nest.loops[..] else { unreachable!("no loops") };
    let most = steps(nest);
    // SAFETY: K4; the first items of a piece.
    unsafe {
        walk(around, dst, src, &|dst, src| {
            (0..l.extent).step_by(most).all(|at| {
                let (dst, src) = (dst.offset(at as isize * l.dst), src.offset(at as isize * l.src));
                leaf(dst, src, Loop { extent: most.min(l.extent - at), ..*l })
            })
        })
    }
}
