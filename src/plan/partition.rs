//! Partition: disjoint chunks of one loop for threads.

use super::loop_nest::{Loop, LoopNest};
use super::tile::Inner;
use core::ops::Range;
use stridewise_kernels::copy::Family;

/// Bytes of a cache line.
const LINE: usize = 64;
/// Bytes of rows that are written as pairs of lines.
const PAIR: usize = 2 * LINE;
/// So many of them are cut, although the columns may give more chunks.
const ENOUGH_PAIRS: usize = 16;

/// How a plan is cut: so many steps of one loop to a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// The loop, or the number of loops for the item itself.
    pub(crate) at: usize,
    /// Steps (bytes, for the item) of a chunk; the last may have fewer.
    pub(crate) step: usize,
    /// Chunks, at least 1.
    pub(crate) chunks: usize,
}

impl Split {
    pub(crate) const WHOLE: Split = Split { at: 0, step: 0, chunks: 1 };
}

/// Cuts into at most `chunks` pieces: the outermost loop that is long
/// enough, else the longest. Of a plane that is the columns, or `by_rows` the
/// rows, in pairs of lines.
///
/// A chunk is a whole number of steps after which the destination is a
/// multiple of a cache line further, so that chunks of a destination that
/// starts on a line share none.
pub(crate) fn partition(nest: &LoopNest, inner: Inner, chunks: usize, by_rows: bool) -> Split {
    if chunks <= 1 || nest.is_empty() {
        return Split::WHOLE;
    }
    let last_group = nest.loops.len() - inner.inner;
    let around = last_group - inner.outer;
    // Inside a group of loops a cut would leave gaps.
    let groups = if by_rows { [last_group, around] } else { [around, last_group] };
    let mut best = (0, Split::WHOLE);
    for at in (0..around).chain(groups).chain([nest.loops.len()]) {
        let (extent, grain) = match nest.loops.get(at) {
            Some(&l) if by_rows && at == last_group => (l.extent, steps(l.dst, PAIR)),
            Some(&l) => (l.extent, grain(nest, inner, at, l)),
            None => (if inner.family == Family::Runs { nest.item } else { 0 }, LINE),
        };
        let grains = extent.div_ceil(grain);
        if grains > best.0 && grains > 1 {
            let step = grains.div_ceil(chunks) * grain;
            best = (grains, Split { at, step, chunks: extent.div_ceil(step) });
        }
        let enough = if by_rows && at == last_group { ENOUGH_PAIRS } else { chunks };
        if best.0 >= enough.min(chunks) {
            break;
        }
    }
    best.1
}

/// Steps of loop `at` that belong together.
fn grain(nest: &LoopNest, inner: Inner, at: usize, l: Loop) -> usize {
    let in_kernel = nest.loops.len() - at <= inner.outer + inner.inner;
    match inner {
        // The streams of one group stay together.
        Inner { family: Family::Deinterleave | Family::Interleave, inner, .. }
            if in_kernel && nest.loops.len() - at > inner =>
        {
            l.extent.max(1)
        }
        // Whole tiles, as far as one loop has them.
        Inner { family: Family::Transpose | Family::Tiled, outer: 1, inner: 1 } if in_kernel => {
            (LINE / nest.item.min(LINE)).max(steps(l.dst, LINE))
        }
        _ => steps(l.dst, LINE),
    }
}

/// The least number of steps of `stride` bytes that is a multiple of `bytes`, a
/// power of two.
fn steps(stride: isize, bytes: usize) -> usize {
    bytes >> stride.trailing_zeros().min(bytes.trailing_zeros())
}

/// The part of `nest` that is these chunks.
pub(crate) fn part(nest: &LoopNest, split: Split, chunks: Range<usize>) -> LoopNest {
    let mut part = nest.clone();
    let (start, steps) = (chunks.start * split.step, chunks.len() * split.step);
    match nest.loops.get(split.at) {
        Some(l) => part.cut(split.at, start, steps.min(l.extent - start)),
        None => {
            part.item = steps.min(nest.item - start);
            part.dst += start as isize;
            part.src += start as isize;
        }
    }
    part
}
