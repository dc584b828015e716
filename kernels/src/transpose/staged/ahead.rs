//! Lines that are asked for in advance.

use crate::dispatch::Simd;
use crate::transpose::LINE;

/// What is asked for in advance.
pub(super) struct Ahead<'t> {
    /// Of the next panel.
    pub(super) source: Lines<'t>,
    /// What the block is compared with.
    pub(super) left: Option<Lines<'t>>,
}

impl Ahead<'_> {
    pub(super) fn nothing() -> Self {
        Ahead { source: Lines { src: core::ptr::null(), rows: &[], each: 1, next: 0 }, left: None }
    }

    /// Goes on with a row of the source.
    #[inline(always)]
    pub(super) fn start_at(&mut self, row: usize) {
        self.source.next = row * self.source.each;
    }

    /// Asks for the next `n` lines.
    ///
    /// # Safety
    /// K1 for `S`.
    #[inline(always)]
    pub(super) unsafe fn ask<S: Simd>(&mut self, n: usize) {
        // SAFETY: handed on.
        unsafe {
            self.source.ask::<S>(n);
            if let Some(left) = &mut self.left {
                left.ask::<S>(n);
            }
        }
    }
}

/// Lines of rows, in their own order.
pub(super) struct Lines<'t> {
    pub(super) src: *const u8,
    /// Offsets of the rows.
    pub(super) rows: &'t [isize],
    /// Lines of a row.
    pub(super) each: usize,
    /// The next line, counted from the first row's first.
    pub(super) next: usize,
}

impl Lines<'_> {
    /// # Safety
    /// K1 for `S`.
    #[inline(always)]
    unsafe fn ask<S: Simd>(&mut self, n: usize) {
        if self.rows.is_empty() {
            return;
        }
        for _ in 0..n {
            if let Some(&row) = self.rows.get(self.next / self.each) {
                let at = self.next % self.each * LINE;
                // SAFETY: handed on.
                unsafe { S::prefetch(self.src.wrapping_offset(row).wrapping_add(at)) };
                self.next += 1;
            }
        }
    }
}
