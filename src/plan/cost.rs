//! Cost: the cache lines that a copy touches, and touches again.
//!
//! A model that can be counted. Memory is lines of 64 bytes, and index 0 of
//! either operand starts one. A kernel touches each line of its unit once: a
//! run, a line of items, or a plane, whose tiles use lines whole. Around the
//! units run the plan's loops. From the inside out, as many of them as touch
//! no more lines than a cache has are one round; each round touches its lines
//! once, and lines of earlier rounds again, unless an operand just stands still
//! from one to the next. A cache of that size that keeps what was used last
//! has no more misses than that.

use super::loop_nest::{Loop, LoopNest};
use super::tile::Inner;
use crate::axes::Axes;
use core::fmt::{Display, Formatter, Result};
use stridewise_kernels::copy::Family;

/// Bytes of a cache line.
const LINE: usize = 64;

/// What a copy costs, in bytes of whole lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Lines of the source.
    pub(crate) read: usize,
    /// Lines of the source that are read in more than one round, counted
    /// from the second round on.
    pub(crate) read_again: usize,
    /// Lines of the destination.
    pub(crate) written: usize,
    /// Lines of the destination that are written in more than one round.
    pub(crate) written_again: usize,
}

impl Cost {
    /// The cost of a planned copy beside a cache of so many bytes.
    pub(crate) fn new(nest: &LoopNest, inner: Inner, cache: usize) -> Cost {
        if nest.is_empty() {
            return Cost { read: 0, read_again: 0, written: 0, written_again: 0 };
        }
        let dst = Side { item: nest.item, offset: nest.dst, step: |l| l.dst };
        let src = Side { item: nest.item, offset: nest.src, step: |l| l.src };
        let fits = |lines: usize| lines <= cache / LINE;
        let round_at = |at: usize| {
            let (around, round) = nest.loops.split_at(at);
            fits(dst.most(around, round).saturating_add(src.most(around, round)))
        };
        let unit = unit(nest, inner);
        let at = (0..unit).find(|&at| round_at(at)).unwrap_or(unit);
        let (around, round) = nest.loops.split_at(at);
        let of = |side: Side, other: Side| {
            let once = side.lines(&[], &nest.loops);
            let two_rounds = other.most(around, round).saturating_mul(2);
            let fits = fits(side.most(around, round).saturating_add(two_rounds));
            // Where it stands still, the next round finds all lines there.
            let mut moved = around;
            while let [rest @ .., l] = moved
                && (side.step)(l) == 0
                && fits
            {
                moved = rest;
            }
            let all = side.lines(moved, round);
            let bytes = |lines: usize| lines.saturating_mul(LINE);
            (bytes(once), bytes(all.saturating_sub(once)))
        };
        let ((written, written_again), (read, read_again)) = (of(dst, src), of(src, dst));
        Cost { read, read_again, written, written_again }
    }
}

/// The first of the loops that make a unit.
fn unit(nest: &LoopNest, inner: Inner) -> usize {
    let len = nest.loops.len();
    match inner.family {
        Family::Runs => len,
        Family::Fill | Family::Gather | Family::Scatter | Family::Reverse | Family::Strided => {
            len - inner.inner
        }
        _ => len - inner.inner - inner.outer,
    }
}

/// One operand of a nest.
#[derive(Clone, Copy)]
struct Side {
    item: usize,
    offset: isize,
    step: fn(&Loop) -> isize,
}

impl Side {
    /// The distinct lines that the loops `inside` touch, summed over all
    /// steps of those `around`.
    fn lines(self, around: &[Loop], inside: &[Loop]) -> usize {
        let (segment, mut starts) = self.segments(inside);
        for l in around {
            starts.repeat(l.extent, (self.step)(l));
        }
        starts.lines(segment, 0)
    }

    /// The most of them at any step of those `around`.
    fn most(self, around: &[Loop], inside: &[Loop]) -> usize {
        let (segment, starts) = self.segments(inside);
        let mut steps = Starts::at(0);
        for l in around {
            steps.repeat(l.extent, (self.step)(l));
        }
        let steps = steps.many.iter().enumerate().filter(|&(_, &many)| many > 0);
        steps.map(|(shift, _)| starts.lines(segment, shift)).max().unwrap_or(0)
    }

    /// The bytes of a segment, and where all of them start.
    ///
    /// Loops with gaps of less than a line make one segment of all that they
    /// span; the steps of others are segments that share no line, and only
    /// how many start where in a line matters. Steps that overlap, or that
    /// leave larger and then smaller gaps, share lines that count twice here.
    fn segments(self, loops: &[Loop]) -> (usize, Starts) {
        let mut steps: Axes<(usize, isize)> = Axes::new();
        for l in loops {
            steps.push((l.extent, (self.step)(l)));
        }
        steps.sort_unstable_by_key(|&(_, step)| step.unsigned_abs());
        let (mut start, mut segment, mut solid) = (self.offset, self.item, 0);
        for &(extent, step) in steps.iter() {
            if step.unsigned_abs() >= segment + LINE {
                break;
            }
            let last = (extent - 1) as isize * step;
            start = start.wrapping_add(last.min(0));
            segment += last.unsigned_abs();
            solid += 1;
        }
        let mut starts = Starts::at(start.rem_euclid(LINE as isize) as usize);
        for &(extent, step) in &steps[solid..] {
            starts.repeat(extent, step);
        }
        (segment, starts)
    }
}

/// How many segments start at each byte of a line.
struct Starts {
    many: [usize; LINE],
}

impl Starts {
    /// One, at a byte.
    fn at(byte: usize) -> Starts {
        let mut many = [0; LINE];
        many[byte] = 1;
        Starts { many }
    }

    /// The lines that the segments touch if all start some bytes later.
    fn lines(&self, segment: usize, shift: usize) -> usize {
        let lines = |(at, &many): (usize, &usize)| {
            many.saturating_mul(((at + shift) % LINE + segment).div_ceil(LINE))
        };
        self.many.iter().enumerate().map(lines).fold(0, usize::saturating_add)
    }

    /// All of them `extent` times, each time `step` bytes further.
    fn repeat(&mut self, extent: usize, step: isize) {
        let mut many = [0usize; LINE];
        for turn in 0..LINE.min(extent) {
            // The steps come back to the same byte of a line after 64.
            let times = (extent - turn).div_ceil(LINE);
            let shift = (turn as isize).wrapping_mul(step).rem_euclid(LINE as isize) as usize;
            for (at, &old) in self.many.iter().enumerate() {
                let to = &mut many[(at + shift) % LINE];
                *to = to.saturating_add(old.saturating_mul(times));
            }
        }
        self.many = many;
    }
}

impl Display for Cost {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Cost { read, read_again, written, written_again } = self;
        write!(f, "lines: {read} bytes read")?;
        if *read_again > 0 {
            write!(f, ", {read_again} again")?;
        }
        write!(f, ", {written} written")?;
        if *written_again > 0 {
            write!(f, ", {written_again} again")?;
        }
        Ok(())
    }
}
