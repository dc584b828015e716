//! Is there a sum of whole multiples of some numbers within a window?
//!
//! Whether two sets of strided items share a byte is the question whether
//! bounded integers `0 <= x_k <= max_k` exist with
//!
//! ```text
//! lo <= coef_0 * x_0 + coef_1 * x_1 + .. <= hi
//! ```
//!
//! a bounded linear Diophantine problem. That is NP-complete in general, but
//! the strides that occur are easy, and NumPy (`solve_may_share_memory`) has
//! shown that a depth-first search that prunes by bounds and by greatest
//! common divisors answers them at once. This search differs in that
//!
//! - the window is kept as an interval, with no slack variables for the bytes
//!   of an item; each level shrinks it to the multiples of the divisor of the
//!   coefficients that remain;
//! - coefficients that reach every multiple of their divisor in their range,
//!   as those of gapless axes do, answer without a search;
//! - values of `x_k` for which the rest cannot be divisible are leapt over
//!   ([`first_within`]), so that two coefficients never need a search;
//! - where few sums of the larger coefficients leave something that the
//!   smaller ones can make up, both are answered by themselves ([`halves`]);
//! - the work is bounded, and the answer may be that it is not known.

use super::Overlap;
use crate::axes::Axes;
use core::cmp::Reverse;

/// How many nodes the searches for one answer to a caller may visit.
pub(super) const WORK: u32 = 1 << 12;

/// So many values are tried rather than thought about.
const FEW: i128 = 4;

/// One `coef * x` with `0 <= x <= max`, and facts about it and all that
/// follow it, which have smaller coefficients.
#[derive(Clone, Copy, Debug, Default)]
struct Term {
    /// Positive.
    coef: i128,
    /// Positive.
    max: i128,
    /// The largest sum.
    sum: i128,
    /// The greatest common divisor of the coefficients.
    gcd: i128,
    /// Whether each multiple of `gcd` from 0 to `sum` is a sum.
    dense: bool,
}

/// The question. Its answer never overflows if the absolute values of the
/// window and of all `coef * max` together stay below 2^120, which leaves a
/// wide margin: those of a layout stay below 2^64.
#[derive(Clone, Debug)]
pub(super) struct Question {
    terms: Axes<Term, 16>,
    lo: i128,
    hi: i128,
}

impl Question {
    /// With no terms yet: is 0 within `lo..=hi`?
    pub(super) fn new(lo: i128, hi: i128) -> Question {
        Question { terms: Axes::new(), lo, hi }
    }

    /// Adds a constant to the sum.
    pub(super) fn shift(&mut self, by: i128) {
        self.lo -= by;
        self.hi -= by;
    }

    /// Adds `coef * x` with `0 <= x <= max` to the sum.
    pub(super) fn add(&mut self, coef: i128, max: i128) {
        debug_assert!(max >= 0);
        if coef == 0 || max == 0 {
            return;
        }
        if coef < 0 {
            // coef * x = coef * max + |coef| * (max - x)
            self.shift(coef * max);
        }
        let coef = coef.abs();
        match self.terms.iter_mut().find(|term| term.coef == coef) {
            Some(term) => term.max += max,
            None => self.terms.push(Term { coef, max, ..Term::default() }),
        }
    }

    /// Adds `coef * x` with `-max <= x <= max` to the sum.
    pub(super) fn add_both_ways(&mut self, coef: i128, max: i128) {
        self.shift(-coef * max);
        self.add(coef, 2 * max);
    }

    /// Whether some sum is within the window; each node takes 1 from `work`.
    pub(super) fn answer(mut self, work: &mut u32) -> Overlap {
        self.terms.sort_unstable_by_key(|term| Reverse(term.coef));
        sum_up(&mut self.terms);
        search(&self.terms, self.lo, self.hi, work)
    }
}

/// Writes down the facts about each term and those after it.
fn sum_up(terms: &mut [Term]) {
    let mut rest: Option<Term> = None;
    for term in terms.iter_mut().rev() {
        match rest {
            None => (term.sum, term.gcd, term.dense) = (0, term.coef, true),
            Some(rest) => {
                term.sum = rest.sum;
                term.gcd = gcd(term.coef, rest.gcd);
                // Steps no longer than what the rest bridges.
                term.dense = rest.dense && term.gcd == rest.gcd && term.coef <= rest.sum + rest.gcd;
            }
        }
        term.sum += term.coef * term.max;
        rest = Some(*term);
    }
}

fn search(terms: &[Term], lo: i128, hi: i128, work: &mut u32) -> Overlap {
    let Some((first, rest)) = terms.split_first() else {
        return if lo <= 0 && 0 <= hi { Overlap::Yes } else { Overlap::No };
    };
    // To the range of the sums, and in to the nearest multiples.
    let (lo, hi) = (lo.max(0), hi.min(first.sum));
    if lo > hi {
        return Overlap::No;
    }
    let (lo, hi) = match first.gcd {
        1 => (lo, hi),
        gcd => (lo + (gcd - lo % gcd) % gcd, hi - hi % gcd),
    };
    if lo > hi {
        return Overlap::No;
    }
    // All x 0 and all x at their max are sums, too.
    let (true, Some(next)) = (!first.dense && lo > 0 && hi < first.sum, rest.first()) else {
        return Overlap::Yes;
    };
    let coef = first.coef;
    let least = (lo - next.sum).max(0);
    let mut x = least / coef + i128::from(least % coef > 0);
    let most = first.max.min(hi / coef);
    if most - x >= FEW
        && let Some(split) = split(terms, lo, hi)
    {
        return halves(terms, split, lo, hi, work);
    }
    while let Some(skip) = indivisible(coef, next.gcd, lo - coef * x, hi - coef * x) {
        x = x.saturating_add(skip);
        if x > most {
            break;
        }
        if *work == 0 {
            return Overlap::Unknown;
        }
        *work -= 1;
        match search(rest, lo - coef * x, hi - coef * x, work) {
            Overlap::No => x += 1,
            answer => return answer,
        }
    }
    Overlap::No
}

/// Where to cut the terms in two that can be answered by themselves.
#[derive(Clone, Copy)]
struct Split {
    /// How many terms are before the cut.
    at: usize,
    /// What their sum is a multiple of, and which multiples it can be.
    gcd: i128,
    least: i128,
    most: i128,
}

/// The first cut at which few sums of the terms before it leave something that
/// those after it can make up: the outer axes of an array, and the inner ones.
fn split(terms: &[Term], lo: i128, hi: i128) -> Option<Split> {
    let mut divisor = terms[0].coef;
    for (k, pair) in terms.windows(2).enumerate().skip(1) {
        divisor = gcd(divisor, pair[0].coef);
        let least = (lo - pair[1].sum).max(0);
        let least = least / divisor + i128::from(least % divisor > 0);
        let most = hi / divisor;
        if most - least < FEW {
            return Some(Split { at: k + 1, gcd: divisor, least, most });
        }
    }
    None
}

/// Both sides of the cut, for each sum in turn: the work adds up, where to
/// try all values on the one side for each on the other multiplies it.
fn halves(terms: &[Term], split: Split, lo: i128, hi: i128, work: &mut u32) -> Overlap {
    let mut sure = true;
    for multiple in split.least..=split.most {
        if *work == 0 {
            return Overlap::Unknown;
        }
        *work -= 1;
        let sum = multiple * split.gcd;
        let outer = exactly(&terms[..split.at], sum, work);
        if outer == Overlap::No {
            continue;
        }
        match search(&terms[split.at..], lo - sum, hi - sum, work) {
            Overlap::Yes if outer == Overlap::Yes => return Overlap::Yes,
            Overlap::No => {}
            _ => sure = false,
        }
    }
    if sure { Overlap::No } else { Overlap::Unknown }
}

/// Whether some of the terms, without those that follow, make up this sum.
fn exactly(terms: &[Term], sum: i128, work: &mut u32) -> Overlap {
    let mut terms: Axes<Term, 16> = Axes::from_slice(terms);
    sum_up(&mut terms);
    search(&terms, sum, sum, work)
}

/// How often to take `coef` from the window until it holds a multiple of `gcd`.
fn indivisible(coef: i128, gcd: i128, lo: i128, hi: i128) -> Option<i128> {
    let width = hi - lo;
    // How far the top of the window is above a multiple.
    let above = hi.rem_euclid(gcd);
    if above <= width {
        return Some(0);
    }
    // above - coef * z, modulo gcd, is to be within 0..=width; no wrap, since
    // above > width.
    let skip =
        first_within((coef % gcd) as u128, gcd as u128, (above - width) as u128, above as u128)?;
    Some(i128::try_from(skip).unwrap_or(i128::MAX))
}

/// The least `z` with `lo <= step * z mod modulus <= hi`, for
/// `0 < lo <= hi < modulus` and `step < modulus`, all below 2^64.
///
/// Between two wraps the residues walk up in steps of `step`. If that never
/// lands in the window, what counts is where they start after a wrap: the
/// same question modulo `step`, for the number of wraps. The modulus halves
/// at least every second time, as in Euclid's algorithm.
fn first_within(step: u128, modulus: u128, lo: u128, hi: u128) -> Option<u128> {
    if step == 0 {
        return None;
    }
    if step > modulus / 2 {
        // The mirror image has the shorter steps. Not both are longer.
        return first_within(modulus - step, modulus, modulus - hi, modulus - lo);
    }
    let direct = lo.div_ceil(step);
    if direct * step <= hi {
        return Some(direct);
    }
    // No multiple of the step is in the window: neither remainder is 0, and
    // they do not change places.
    let wraps = first_within(modulus % step, step, step - hi % step, step - lo % step)?;
    Some((lo + modulus * wraps).div_ceil(step))
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::{Overlap, Question, WORK, first_within};
    use crate::layout::tests::Random;
    use std::vec::Vec;

    #[test]
    fn first_within_agrees_with_trying() {
        for modulus in 2..=24 {
            for step in 0..modulus {
                for lo in 1..modulus {
                    for hi in lo..modulus {
                        let tried =
                            (0..modulus).find(|z| (lo..=hi).contains(&(step * z % modulus)));
                        let found = first_within(step, modulus, lo, hi);
                        assert_eq!(found, tried, "{step} mod {modulus} in {lo}..={hi}");
                    }
                }
            }
        }
    }

    #[test]
    fn first_within_takes_the_largest_moduli() {
        let modulus = (1 << 64) - 59;
        let step = 11_400_714_819_323_198_485;
        let z = first_within(step, modulus, 5, 5).unwrap();
        assert_eq!(mul_mod(step, z, modulus), 5);
    }

    fn mul_mod(a: u128, mut b: u128, modulus: u128) -> u128 {
        let (mut sum, mut a) = (0, a % modulus);
        while b > 0 {
            if b & 1 == 1 {
                sum = (sum + a) % modulus;
            }
            (a, b) = (a * 2 % modulus, b >> 1);
        }
        sum
    }

    #[test]
    fn answers_agree_with_trying() {
        let mut random = Random::new(7);
        let mut count = [0; 2];
        for round in 0..20_000 {
            // Small ones are dense or tried; large ones, with divisors in
            // common, are cut in two.
            let (coefs, divisor, maxes) = if round < 19_000 { (30, 1, 5) } else { (40, 6, 12) };
            let mut terms: Vec<(i128, i128)> = (0..random.below(5))
                .map(|_| (random.within(-coefs, coefs) as i128, random.below(maxes) as i128))
                .collect();
            for term in terms.iter_mut().skip(2) {
                term.0 *= divisor * 10;
            }
            let lo = random.within(-60, 60) as i128;
            let hi = lo + random.below(6) as i128;
            let mut question = Question::new(lo, hi);
            let mut sums = std::vec![0];
            for &(coef, max) in &terms {
                question.add(coef, max);
                sums = sums.iter().flat_map(|s| (0..=max).map(move |x| s + coef * x)).collect();
                sums.sort_unstable();
                sums.dedup();
            }
            let tried = sums.iter().any(|sum| (lo..=hi).contains(sum));
            let answer = if tried { Overlap::Yes } else { Overlap::No };
            assert_eq!(question.answer(&mut WORK.clone()), answer, "{terms:?} in {lo}..={hi}");
            count[usize::from(tried)] += 1;
        }
        assert!(count.iter().all(|&n| n > 2000), "lopsided: {count:?}");
    }

    #[test]
    fn two_coefficients_need_no_search() {
        // A search would try up to a million values.
        for (window, answer) in [(1..=1, Overlap::No), (20..=20, Overlap::Yes)] {
            let mut question = Question::new(*window.start(), *window.end());
            question.add_both_ways(1_000_003, 15_000);
            question.add_both_ways(999_983, 15_000);
            let mut work = 2;
            // 1_000_003 * a + 999_983 * b = 20 at a = 1, b = -1; for 1 both
            // must be beyond 49_999.
            assert_eq!(question.answer(&mut work), answer);
        }
    }

    #[test]
    fn work_is_bounded() {
        let mut question = Question::new(1_234_567_890_123, 1_234_567_890_123);
        for coef in [10_000_019, 10_000_079, 10_000_103, 10_000_121, 10_000_139, 10_000_141] {
            question.add(coef, 40_000);
        }
        let mut work = WORK;
        assert_ne!(question.answer(&mut work), Overlap::No);
    }
}
