//! Pairs: two formats compiled into what is to be compared with what.
//!
//! The formats are walked together, value by value. Neighbours that lie next
//! to each other in both and are compared alike become one pair, so that
//! formats that differ in names, counts or padding only are compared by long
//! runs.

use super::parts::{Look, Number, Part, look};
use crate::axes::Axes;
use crate::format::{Array, Field, Format, Struct};
use crate::plan::loop_nest::{Loop, LoopNest};
use alloc::vec::Vec;
use stridewise_kernels::equal::{Class, Mode};

/// A part of the left item and a part of the right one that are equal if the
/// items are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) rule: Rule,
    /// From the starts of the items to the parts.
    pub(super) offsets: [usize; 2],
    /// Bytes of each part.
    pub(super) sizes: [usize; 2],
    /// Parts next to each other.
    pub(super) count: usize,
    /// The sub-arrays and repeated structs around.
    pub(super) loops: Axes<Loop>,
}

/// How parts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Where they lie, by the typed kernels.
    Typed(Class),
    /// As numbers, once their bytes are in order.
    Numbers([Number; 2]),
    /// As bytes whose number comes first in one or both.
    Texts([Part; 2]),
}

impl Rule {
    /// The rule for two parts, or none if they are never equal.
    fn of(a: Part, b: Part, mode: Mode) -> Option<Rule> {
        match (a, b) {
            (Part::Number(a), Part::Number(b)) => Rule::of_numbers(a, b, mode),
            _ if mode == Mode::Bits => (a == b).then_some(Rule::Typed(Class::Bits)),
            (Part::Text(a), Part::Text(b)) | (Part::Opaque(a), Part::Opaque(b)) => {
                (a == b).then_some(Rule::Typed(Class::Bits))
            }
            (Part::Text(_) | Part::Pascal(_), Part::Text(_) | Part::Pascal(_)) => {
                Some(Rule::Texts([a, b]))
            }
            _ => None,
        }
    }

    pub(super) fn of_numbers(a: Number, b: Number, mode: Mode) -> Option<Rule> {
        if a.kind != b.kind {
            return (mode != Mode::Bits).then_some(Rule::Numbers([a, b]));
        }
        let class = if mode == Mode::Bits { Class::Bits } else { a.kind.class() };
        // Where bits decide, it is enough that both have the same order.
        let native = a.swapped == b.swapped && (!a.swapped || class == Class::Bits);
        Some(if native { Rule::Typed(class) } else { Rule::Numbers([a, b]) })
    }
}

/// The pairs of two formats, or none if no two items are equal.
pub(super) fn pairs(a: &Format, b: &Format, mode: Mode) -> Option<Vec<Pair>> {
    let mut pairs = Pairs { mode, loops: Axes::new(), pairs: Vec::new() };
    pairs.join([a, b], [0, 0]).then_some(pairs.pairs)
}

struct Pairs {
    mode: Mode,
    loops: Axes<Loop>,
    pairs: Vec<Pair>,
}

impl Pairs {
    /// Adds the pairs of two formats at these offsets; `false` if their
    /// values are never equal.
    fn join(&mut self, [a, b]: [&Format; 2], [at_a, at_b]: [usize; 2]) -> bool {
        let ((inside_a, a), (inside_b, b)) = (look(a), look(b));
        let offsets = [at_a + inside_a, at_b + inside_b];
        match (a, b) {
            (Look::Part(a), Look::Part(b)) => self.add([a, b], offsets),
            (Look::List(a), Look::List(b)) => self.lists([a, b], offsets),
            (Look::Tuple(a), Look::Tuple(b)) => self.tuples([a, b], offsets),
            _ => false,
        }
    }

    fn add(&mut self, parts @ [a, b]: [Part; 2], offsets: [usize; 2]) -> bool {
        let Some(rule) = Rule::of(a, b, self.mode) else { return false };
        let (mut sizes, mut count) = (parts.map(Part::size), 1);
        if rule == Rule::Typed(Class::Bits) {
            // So that they join what lies next to them.
            (count, sizes) = (sizes[0], [1, 1]);
        }
        let pair = Pair { rule, offsets, sizes, count, loops: self.loops.clone() };
        match self.pairs.last_mut() {
            _ if count == 0 => {}
            Some(last) if last.goes_on(&pair) => last.count += pair.count,
            _ => self.pairs.push(pair),
        }
        true
    }

    /// Joins what is inside a loop.
    fn inside(&mut self, l: Loop, join: impl FnOnce(&mut Self) -> bool) -> bool {
        if l.extent == 1 {
            return join(self);
        }
        self.loops.push(l);
        let (first, same) = (self.pairs.len(), join(self));
        self.loops.truncate(self.loops.len() - 1);
        // Parts that are all of a step are a longer run outside.
        if let [.., pair] = &mut self.pairs[first..]
            && pair.is_run(l)
        {
            pair.loops.truncate(pair.loops.len() - 1);
            pair.count *= l.extent;
            if let [.., last, pair] = &mut self.pairs[..]
                && last.goes_on(pair)
            {
                last.count += pair.count;
                self.pairs.truncate(self.pairs.len() - 1);
            }
        }
        same
    }

    fn lists(&mut self, arrays: [&Array; 2], offsets: [usize; 2]) -> bool {
        let [a, b] = arrays;
        for (x, y) in a.shape.iter().zip(&b.shape) {
            if x != y {
                return false;
            }
            if *x == 0 {
                // Nothing inside is looked at.
                return true;
            }
        }
        if a.shape.len() != b.shape.len() {
            return false;
        }
        self.axes(&a.shape, arrays, offsets)
    }

    fn axes(&mut self, shape: &[usize], arrays: [&Array; 2], offsets: [usize; 2]) -> bool {
        let [extent, inner @ ..] = shape else {
            return self.join(arrays.map(|array| &array.item), offsets);
        };
        let items = inner.iter().product::<usize>();
        let [dst, src] = arrays.map(|array| (items * array.item.itemsize()) as isize);
        self.inside(Loop { extent: *extent, dst, src }, |pairs| pairs.axes(inner, arrays, offsets))
    }

    fn tuples(&mut self, tuples: [&Struct; 2], offsets: [usize; 2]) -> bool {
        if tuples[0].values() != tuples[1].values() {
            return false;
        }
        let [mut a, mut b] = tuples.map(|tuple| Fields { fields: &tuple.fields, passed: 0 });
        while let (Some((field_a, at_a, left_a)), Some((field_b, at_b, left_b))) =
            (a.next(), b.next())
        {
            let extent = left_a.min(left_b);
            let formats = [field_a.format(), field_b.format()];
            let [dst, src] = formats.map(|format| format.itemsize() as isize);
            let offsets = [offsets[0] + at_a, offsets[1] + at_b];
            let l = Loop { extent, dst, src };
            if !self.inside(l, |pairs| pairs.join(formats, offsets)) {
                return false;
            }
            a.passed += extent;
            b.passed += extent;
        }
        true
    }
}

impl Pair {
    /// The loops over the parts of some items; the larger part is the nest's
    /// item.
    pub(super) fn nest(&self, items: &[Loop]) -> LoopNest {
        let ([a, b], [dst, src]) = (self.sizes, self.offsets.map(|offset| offset as isize));
        let mut nest = LoopNest { loops: Axes::from_slice(items), item: a.max(b), dst, src };
        nest.loops.extend(self.loops.iter().copied());
        nest.loops.push(Loop { extent: self.count, dst: a as isize, src: b as isize });
        nest
    }

    /// Whether `next` begins where this ends.
    fn goes_on(&self, next: &Pair) -> bool {
        let end = |side: usize| self.offsets[side] + self.count * self.sizes[side];
        self.rule == next.rule
            && self.sizes == next.sizes
            && self.loops == next.loops
            && [end(0), end(1)] == next.offsets
    }

    /// Whether one step of a loop is all parts.
    fn is_run(&self, l: Loop) -> bool {
        let bytes = self.sizes.map(|size| (self.count * size) as isize);
        bytes == [l.dst, l.src]
    }
}

/// The fields of a struct that are left.
struct Fields<'f> {
    fields: &'f [Field],
    /// Items of the first one that have been passed.
    passed: usize,
}

impl<'f> Fields<'f> {
    /// The field of the next value, where that is, and how many are left.
    fn next(&mut self) -> Option<(&'f Field, usize, usize)> {
        loop {
            let (first, rest) = self.fields.split_first()?;
            let values = if first.is_padding() { 0 } else { first.count() };
            if self.passed < values {
                let at = first.offset() + self.passed * first.format().itemsize();
                return Some((first, at, values - self.passed));
            }
            (self.fields, self.passed) = (rest, 0);
        }
    }
}
