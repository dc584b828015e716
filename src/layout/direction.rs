//! In which direction can a copy within one buffer run without a temporary?
//!
//! The result of such a copy is to be as if the source had been read first.
//! A copy that visits the indices in lexicographic order spoils it where it
//! writes bytes of a source item that it is yet to read: where, for indices
//! `i < j`, the destination of `i` overlaps the source of `j`. Running the
//! indices down, `i > j` is what spoils. If neither happens at any two
//! indices, or only one does, the copy needs no temporary.
//!
//! `i < j` means that they agree up to some axis, along which `j` is further,
//! and are free beyond it. For each such axis that is one [`Question`]: the
//! common indices count with the difference of the strides, the free ones
//! with the strides themselves, those of the source negated. Only the two
//! indices along the axis itself bound one another; see [`triangle`].

use super::diophantine::{Question, WORK};
use super::{Layout, Overlap};

/// How a copy within one buffer can visit the indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// No byte is shared: in any order.
    Disjoint,
    /// In ascending lexicographic order. An item may still overlap its own
    /// source, so each must be read whole before it is written.
    Ascending,
    /// In descending order, with the same proviso.
    Descending,
    /// Neither is right for all items, or it is not known: by a temporary.
    Neither,
}

/// The direction for two layouts of one shape and itemsize in the same
/// allocation; indices are ordered by the axes as given, the first foremost.
pub(crate) fn direction(dst: &Layout, src: &Layout) -> Direction {
    debug_assert_eq!((dst.shape(), dst.itemsize()), (src.shape(), src.itemsize()));
    if dst.overlap(src) == Overlap::No {
        return Direction::Disjoint;
    }
    let distance = dst.offset as i128 - src.offset as i128;
    direction_of(&dst.shape, dst.strides(), src.strides(), dst.itemsize, distance)
}

/// The same for loops, which a planner may have reordered, and the distance
/// from the source item at index 0 to the destination item; never `Disjoint`.
///
/// Each loop must be one that a layout could have: its reach fits `isize`.
pub(crate) fn direction_of(
    shape: &[usize],
    dst: &[isize],
    src: &[isize],
    itemsize: usize,
    distance: i128,
) -> Direction {
    let pair = Pair { shape, dst, src, itemsize, distance };
    // Its own work for each, so that one direction does not starve the other.
    if !pair.spoils(true, &mut WORK.clone()) {
        Direction::Ascending
    } else if !pair.spoils(false, &mut WORK.clone()) {
        Direction::Descending
    } else {
        Direction::Neither
    }
}

struct Pair<'a> {
    shape: &'a [usize],
    dst: &'a [isize],
    src: &'a [isize],
    itemsize: usize,
    distance: i128,
}

impl Pair<'_> {
    /// Whether some item, written in this direction, may spoil a later source.
    fn spoils(&self, ascending: bool, work: &mut u32) -> bool {
        let window = self.itemsize as i128 - 1;
        // The part that the axes before the current one have: equal indices.
        let mut common = Question::new(-window, window);
        common.shift(self.distance);
        for (axis, &extent) in self.shape.iter().enumerate() {
            if extent < 2 {
                continue;
            }
            let (d, s) = self.steps(axis);
            let mut question = common.clone();
            for (inner, &extent) in self.shape.iter().enumerate().skip(axis + 1) {
                if extent > 1 {
                    let (d, s) = self.steps(inner);
                    question.add(d, extent as i128 - 1);
                    question.add(-s, extent as i128 - 1);
                }
            }
            // d * i - s * j, where the earlier of both is x and the later one
            // x + 1 + y, so that x + y <= extent - 2.
            let (apart, y) = if ascending { (-s, -s) } else { (d, d) };
            question.shift(apart);
            if triangle(question, d - s, y, extent as i128 - 2, work) != Overlap::No {
                return true;
            }
            common.add(d - s, extent as i128 - 1);
        }
        false
    }

    fn steps(&self, axis: usize) -> (i128, i128) {
        (self.dst[axis] as i128, self.src[axis] as i128)
    }
}

/// The question with `a * x + b * y` added, for `x, y >= 0`, `x + y <= max`.
///
/// If one coefficient is 0 or both are equal, that is a single term. Else the
/// triangle is put between a square without and a square within, and what
/// is left of it, two triangles of half the size, is asked again.
fn triangle(question: Question, a: i128, b: i128, max: i128, work: &mut u32) -> Overlap {
    let square = |side| {
        let mut question = question.clone();
        question.add(a, side);
        question.add(b, side);
        question
    };
    if a == 0 || b == 0 || a == b {
        // Equal coefficients: only x + y counts, up to max in all.
        let mut question = question;
        question.add(if a == 0 { b } else { a }, max);
        return question.answer(work);
    }
    let outer = square(max).answer(work);
    if outer != Overlap::Yes || max == 0 {
        return outer;
    }
    let half = max / 2;
    let inner = square(half).answer(work);
    if inner != Overlap::No {
        return inner;
    }
    if *work == 0 {
        return Overlap::Unknown;
    }
    *work -= 1;
    for coef in [a, b] {
        let mut question = question.clone();
        question.shift(coef * (half + 1));
        let answer = triangle(question, a, b, max - half - 1, work);
        if answer != Overlap::No {
            return answer;
        }
    }
    Overlap::No
}
