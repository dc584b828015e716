//! Tile: which two loops a kernel takes, and which kernel takes them.
//!
//! The loop with the destination's smallest step, `c`, and the loop with the
//! source's smallest step, `r`, decide:
//!
//! - long items are runs, whatever the loops;
//! - if they are one loop, the problem is a run or a strided line: fill,
//!   gather, reverse, scatter or strided;
//! - if they are two, it is a plane whose rows lie across each other: a few
//!   streams to part or join, a transpose, or a tiled walk.
//!
//! Both smallest steps are made to run forward, so a mirrored axis costs
//! nothing: only the other operand's row step is negative then.

use super::loop_nest::{Loop, LoopNest};
use stridewise_kernels::copy::{Axis, Block, Family, interleaves, transposes};

/// Items of more bytes than this are moved one by one, as runs.
pub(crate) const RUN: usize = 64;

/// Moves the two loops for the kernel to the end of the nest, the one that
/// it walks fast last, and names the kernel.
///
/// The nest is normalized, ordered and coalesced.
pub(crate) fn tile(nest: &mut LoopNest) -> Family {
    if nest.loops.is_empty() || nest.item > RUN || nest.is_empty() {
        return Family::Runs;
    }
    arrange(nest);
    let Some(outer) = nest.loops.len().checked_sub(2) else {
        return line(nest.item, nest.loops[0]);
    };
    let family = plane(nest.item, nest.loops[outer], nest.loops[outer + 1]);
    if family == Family::Interleave {
        // It walks the joined stream's items fast, the streams slowly.
        nest.loops.swap(outer, outer + 1);
    }
    family
}

/// Puts `c` last and `r`, if that is another loop, before it and forward.
pub(crate) fn arrange(nest: &mut LoopNest) {
    let r = source_run(&nest.loops);
    let last = nest.loops.len() - 1;
    if r == last {
        return;
    }
    if nest.loops[r].src < 0 {
        nest.flip(r);
    }
    nest.loops[r..last].rotate_left(1);
}

/// The loop with the smallest step of the source; the last of equal ones.
fn source_run(loops: &[Loop]) -> usize {
    let mut best = loops.len() - 1;
    for (at, l) in loops.iter().enumerate().rev() {
        let step = l.src.unsigned_abs();
        if step != 0 && (loops[best].src == 0 || step < loops[best].src.unsigned_abs()) {
            best = at;
        }
    }
    // A source that stands still on the destination's run is a fill.
    if loops[loops.len() - 1].src == 0 { loops.len() - 1 } else { best }
}

/// The kernel for an outer loop `r` around an inner loop `c`.
///
/// It is a line's kernel unless the source's smaller step is `r`'s.
pub(crate) fn plane(item: usize, r: Loop, c: Loop) -> Family {
    let k = item as isize;
    if r.src == 0 || r.src.unsigned_abs() >= c.src.unsigned_abs() {
        return line(item, c);
    }
    if c.dst != k || r.src != k {
        return Family::Tiled;
    }
    if interleaves(item, r.extent) && c.src == k * r.extent as isize {
        Family::Deinterleave
    } else if interleaves(item, c.extent) && r.dst == k * c.extent as isize {
        Family::Interleave
    } else if transposes(item) {
        Family::Transpose
    } else {
        Family::Tiled
    }
}

/// The kernel for strided lines along `c`.
fn line(item: usize, c: Loop) -> Family {
    let k = item as isize;
    match (c.dst == k, c.src) {
        (true, 0) => Family::Fill,
        (true, src) if src == -k => Family::Reverse,
        (true, _) => Family::Gather,
        (false, src) if src == k => Family::Scatter,
        (false, _) => Family::Strided,
    }
}

/// The two innermost loops as a kernel's block, and the loops around it.
pub(crate) fn block(nest: &LoopNest) -> (&[Loop], Block) {
    let (around, outer, inner) = match nest.loops[..] {
        [] => (&[][..], Loop::UNIT, Loop::UNIT),
        [inner] => (&[][..], Loop::UNIT, inner),
        [ref around @ .., outer, inner] => (around, outer, inner),
    };
    let axis = |l: Loop| Axis { extent: l.extent, dst: l.dst, src: l.src };
    (around, Block { item: nest.item, outer: axis(outer), inner: axis(inner) })
}
