//! Tile: which loops a kernel takes, and which kernel takes them.
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
//! A transpose may take more than two loops: see [`group`].
//!
//! Both smallest steps are made to run forward, so a mirrored axis costs
//! nothing: only the other operand's row step is negative then.

use super::loop_nest::{Loop, LoopNest};
use stridewise_kernels::copy::{Block, Family, interleaves, transposes};

/// Items of more bytes than this are moved one by one, as runs.
pub(crate) const RUN: usize = 64;

/// The kernel of a nest, and how many of its innermost loops it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inner {
    pub(crate) family: Family,
    /// Loops that the kernel walks slowly: a transpose's columns.
    pub(crate) outer: usize,
    /// The innermost loops, which it walks fast: a transpose's rows.
    pub(crate) inner: usize,
}

impl Inner {
    pub(crate) fn new(family: Family, nest: &LoopNest) -> Inner {
        let taken = nest.loops.len().min(2);
        Inner { family, outer: taken / 2, inner: taken.div_ceil(2) }
    }
}

/// Moves the loops for the kernel to the end of the nest, those that it walks
/// fast last, and names the kernel.
///
/// The nest is normalized, ordered and coalesced.
#[inline]
pub(crate) fn tile(nest: &mut LoopNest) -> Inner {
    if nest.loops.is_empty() || nest.item > RUN || nest.is_empty() {
        return Inner::new(Family::Runs, nest);
    }
    arrange(nest);
    let Some(outer) = nest.loops.len().checked_sub(2) else {
        return Inner::new(line(nest.item, nest.loops[0]), nest);
    };
    let family = plane(nest.item, nest.loops[outer], nest.loops[outer + 1]);
    if family == Family::Interleave {
        // It walks the joined stream's items fast and forward, the streams
        // slowly.
        if nest.loops[outer].dst < 0 {
            nest.flip(outer);
        }
        nest.loops.swap(outer, outer + 1);
    }
    let mut inner = Inner::new(family, nest);
    // The tables of a group cost more than moving fewer bytes.
    const LEAST: usize = 4096;
    if family == Family::Transpose && nest.bytes() >= LEAST {
        group(nest, &mut inner);
    }
    inner
}

/// The same for a nest of items whose units are turned.
pub(crate) fn turned(nest: &mut LoopNest) -> Inner {
    if nest.is_empty() {
        return Inner::new(Family::Strided, nest);
    }
    arrange(nest);
    let (_, Block { item, outer: r, inner: c }) = block(nest);
    let k = item as isize;
    let family = if nest.loops.len() > 1 && is_plane(r, c) {
        if c.dst == k && r.src == k { Family::Transpose } else { Family::Tiled }
    } else if (c.dst, c.src) == (k, k) {
        Family::Swap
    } else if c.dst == k && c.src != 0 {
        Family::Gather
    } else {
        Family::Strided
    };
    let mut inner = Inner::new(family, nest);
    if family == Family::Transpose {
        group(nest, &mut inner);
    }
    inner
}

/// Whether writing past the caches pays: the destination has runs.
pub(crate) fn streams(family: Family) -> bool {
    use Family::{Scatter, Strided, Tiled};
    !matches!(family, Scatter | Strided | Tiled)
}

/// Adds loops to a transpose's columns, along which the source goes on
/// gaplessly, until they fill a few lines, and to its rows, along which the
/// destination goes on, until they fill a block.
fn group(nest: &mut LoopNest, inner: &mut Inner) {
    const ENOUGH_COLUMNS: usize = 256;
    const ENOUGH_ROWS: usize = 256;
    let item = nest.item;
    let (mut columns, mut rows) = {
        let [.., r, c] = nest.loops[..] else { return };
        (r.extent, c.extent)
    };
    while columns * item < ENOUGH_COLUMNS {
        let around = nest.loops.len() - inner.outer - inner.inner;
        let goes_on = |l: &Loop| l.src.unsigned_abs() == columns * item;
        let Some(at) = nest.loops[..around].iter().position(goes_on) else { break };
        if nest.loops[at].src < 0 {
            nest.flip(at);
        }
        columns *= nest.loops[at].extent;
        nest.loops[at..around].rotate_left(1);
        inner.outer += 1;
    }
    while rows < ENOUGH_ROWS {
        let around = nest.loops.len() - inner.outer - inner.inner;
        let goes_on = |l: &Loop| l.dst == (rows * item) as isize;
        let Some(at) = nest.loops[..around].iter().position(goes_on) else { break };
        rows *= nest.loops[at].extent;
        nest.loops[at..around + inner.outer].rotate_left(1);
        inner.inner += 1;
    }
}

/// Puts `c` last and `r`, if that is another loop, before it and forward.
#[inline]
pub(crate) fn arrange(nest: &mut LoopNest) {
    let r = source_run(&nest.loops);
    let last = nest.loops.len() - 1;
    if r == last {
        return;
    }
    if nest.loops[r].src < 0 {
        nest.flip(r);
    }
    // Mostly one swap, and no call.
    for at in r + 1..last {
        nest.loops.swap(at - 1, at);
    }
}

/// The loop with the smallest step of the source; the last of equal ones.
#[inline]
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
    if !is_plane(r, c) {
        return line(item, c);
    }
    if c.dst != k || r.src != k {
        return Family::Tiled;
    }
    if streams_pay(item, r.extent, c.extent) && c.src.abs() == k * r.extent as isize {
        Family::Deinterleave
    } else if streams_pay(item, c.extent, r.extent) && r.dst.abs() == k * c.extent as isize {
        Family::Interleave
    } else if transposes(item) {
        Family::Transpose
    } else {
        Family::Tiled
    }
}

/// Whether the rows of two operands lie across each other.
fn is_plane(r: Loop, c: Loop) -> bool {
    r.src != 0 && r.src.unsigned_abs() < c.src.unsigned_abs()
}

/// Whether `streams` streams of `items` items are parted or joined, not
/// transposed.
fn streams_pay(item: usize, streams: usize, items: usize) -> bool {
    interleaves(item, streams) && (streams * item < 16 || items >= 4 * streams)
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

/// The loops around a transpose, its columns and its rows.
pub(crate) fn groups(nest: &LoopNest, inner: Inner) -> (&[Loop], &[Loop], &[Loop]) {
    let (rest, rows) = nest.loops.split_at(nest.loops.len() - inner.inner);
    let (around, columns) = rest.split_at(rest.len() - inner.outer);
    (around, columns, rows)
}

/// The two innermost loops as a kernel's block, and the loops around it.
pub(crate) fn block(nest: &LoopNest) -> (&[Loop], Block) {
    let (around, outer, inner) = match nest.loops[..] {
        [] => (&[][..], Loop::UNIT, Loop::UNIT),
        [inner] => (&[][..], Loop::UNIT, inner),
        [ref around @ .., outer, inner] => (around, outer, inner),
    };
    (around, Block { item: nest.item, outer, inner })
}
