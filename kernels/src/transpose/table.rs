//! Where the rows of a plane start: at a step, or from a table.

use super::LINE;
use crate::copy::Axis;
use crate::dispatch::Simd;
use core::mem::MaybeUninit;

/// Offsets of rows, from a pointer to the first.
///
/// # Safety
/// Methods demand that the row is there.
pub(super) trait Offsets: Copy {
    /// The offset of row `i`.
    unsafe fn at(self, i: usize) -> isize;
    /// The rows from `first` on; their offsets still count from where those
    /// of all rows do.
    unsafe fn from(self, first: usize) -> Self;
}

/// Rows of one axis: `base`, and a step for each.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    base: isize,
    step: isize,
}

impl Steps {
    pub(super) fn new(step: isize) -> Steps {
        Steps { base: 0, step }
    }
}

impl Offsets for Steps {
    #[inline(always)]
    unsafe fn at(self, i: usize) -> isize {
        self.base + i as isize * self.step
    }

    #[inline(always)]
    unsafe fn from(self, first: usize) -> Self {
        Steps { base: self.base + first as isize * self.step, ..self }
    }
}

impl Offsets for &[isize] {
    #[inline(always)]
    unsafe fn at(self, i: usize) -> isize {
        debug_assert!(i < self.len());
        // SAFETY: the row is there.
        unsafe { *self.get_unchecked(i) }
    }

    #[inline(always)]
    unsafe fn from(self, first: usize) -> Self {
        debug_assert!(first <= self.len());
        // SAFETY: the rows are there.
        unsafe { self.get_unchecked(first..) }
    }
}

/// Asks for so many lines of each row, from `src` on.
///
/// # Safety
/// K1 for `S`; the rows may be anywhere.
#[inline(always)]
pub(super) unsafe fn ask<S: Simd>(src: *const u8, rows: &[isize], lines: usize) {
    for &row in rows {
        for line in 0..lines {
            // SAFETY: handed on.
            unsafe { S::prefetch(src.wrapping_offset(row).wrapping_add(line * LINE)) };
        }
    }
}

/// The axes that number rows, and the step that counts.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) axes: &'a [Axis],
    pub(super) step: fn(&Axis) -> isize,
}

impl Group<'_> {
    pub(super) fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.extent).product()
    }

    /// The step, if there is one axis.
    #[inline(always)]
    pub(super) fn steps(&self) -> Option<Steps> {
        if let [axis] = self.axes { Some(Steps::new((self.step)(axis))) } else { None }
    }

    /// The offsets of the rows from `first` on, as many as the table holds.
    #[inline(always)]
    pub(super) fn fill(&self, first: usize, table: &mut [MaybeUninit<isize>]) {
        if let [axis] = self.axes {
            let step = (self.step)(axis);
            for (row, offset) in table.iter_mut().enumerate() {
                offset.write((first + row) as isize * step);
            }
            return;
        }
        self.fill_mixed(first, table);
    }

    /// From the first row on what there is is repeated along the next axis out;
    /// else runs of the innermost axis, each from the index of its first row.
    #[inline(never)]
    fn fill_mixed(&self, first: usize, table: &mut [MaybeUninit<isize>]) {
        let Some((inner, outer)) = self.axes.split_last() else {
            table.fill(MaybeUninit::new(0));
            return;
        };
        if first == 0 {
            return self.fill_all(table);
        }
        let (mut row, step) = (0, (self.step)(inner));
        while row < table.len() {
            let (mut rest, start) = ((first + row) / inner.extent, (first + row) % inner.extent);
            let mut offset = start as isize * step;
            for axis in outer.iter().rev() {
                offset += (rest % axis.extent) as isize * (self.step)(axis);
                rest /= axis.extent;
            }
            let run = (inner.extent - start).min(table.len() - row);
            for entry in &mut table[row..row + run] {
                entry.write(offset);
                // Past the last row, the offset is nobody's.
                offset = offset.wrapping_add(step);
            }
            row += run;
        }
    }
}

impl Group<'_> {
    /// The first rows, as many as the table holds.
    fn fill_all(&self, table: &mut [MaybeUninit<isize>]) {
        let Some(start) = table.first_mut() else { return };
        start.write(0);
        let mut rows = 1;
        for axis in self.axes.iter().rev() {
            let inside = rows;
            for shift in (1..axis.extent).map(|i| i as isize * (self.step)(axis)) {
                let (done, rest) = table.split_at_mut(rows);
                if rest.is_empty() {
                    return;
                }
                for (row, entry) in done[..inside].iter().zip(rest) {
                    // SAFETY: rows that have been written.
                    entry.write(unsafe { row.assume_init() } + shift);
                }
                rows = (rows + inside).min(table.len());
            }
        }
    }
}

/// Rows `first..first + len` of a group and where they start.
pub(super) struct Table<const N: usize> {
    /// The first `len` are there.
    offsets: [MaybeUninit<isize>; N],
    pub(super) first: usize,
    len: usize,
}

impl<const N: usize> Table<N> {
    pub(super) fn new() -> Self {
        Table { offsets: [MaybeUninit::uninit(); N], first: 0, len: 0 }
    }

    /// The rows `first..end`; reaches back rather than having fewer than
    /// `least`, if there are as many.
    #[inline(always)]
    pub(super) fn move_to(&mut self, group: Group<'_>, first: usize, end: usize, least: usize) {
        self.first = first.min(end.saturating_sub(least));
        self.len = end - self.first;
        group.fill(self.first, &mut self.offsets[..self.len]);
    }

    /// Adds the rows `first..end` with `shift` on each offset, as many as
    /// there is room for.
    #[inline(always)]
    pub(super) fn add(&mut self, group: Group<'_>, first: usize, end: usize, shift: isize) {
        let len = (self.len + end.saturating_sub(first)).min(N);
        let more = &mut self.offsets[self.len..len];
        group.fill(first, more);
        for offset in more {
            // SAFETY: just filled.
            offset.write(unsafe { offset.assume_init() } + shift);
        }
        self.len = len;
    }

    /// `len` rows at the offsets that `at` gives.
    #[inline(always)]
    pub(super) fn set(&mut self, len: usize, mut at: impl FnMut(usize) -> isize) {
        self.len = len;
        for (row, offset) in self.offsets[..len].iter_mut().enumerate() {
            offset.write(at(row));
        }
    }

    #[inline(always)]
    pub(super) fn offsets(&self) -> &[isize] {
        // SAFETY: `move_to`, `add` and `set` write as many as they say.
        unsafe { &*(core::ptr::from_ref(&self.offsets[..self.len]) as *const [isize]) }
    }
}

/// Lines of a source row in a block.
pub(super) const COLUMNS: usize = 4;

pub(super) type ColumnTable = Table<{ COLUMNS * LINE }>;
