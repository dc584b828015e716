//! What to ask for in advance where memory is read in order.
//!
//! Hardware prefetchers stop at the end of a page, and what a core asks for
//! itself waits in a few buffers. Where prefetchers follow several pages at
//! once, more is on its way: there the lines of the next pages are asked for
//! page beside page, a line of each in turn.

use crate::dispatch::Simd;
use crate::transpose::LINE;
use crate::{Caches, Prefetch};

pub(crate) const PAGE: usize = 4096;
/// Pages side by side.
pub(crate) const PAGES: usize = 4;
/// Bytes of as many pages: so far ahead is asked.
pub(crate) const GROUP: usize = PAGES * PAGE;
/// Bytes of a run for which that pays: of the last group it asks for what
/// nobody reads.
const LONG: usize = 4 * GROUP;
/// Bytes of rows that are asked for like pages.
const ROW: usize = 2048;

/// How a run is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Ahead {
    /// Not at all.
    No,
    /// A page further along.
    Page,
    /// Page beside page.
    Pages,
    /// Row beside row, `stride` bytes apart: first of some rows at `next`,
    /// while the row is read that has so many `lines` of its group before it.
    Rows { next: *const u8, stride: isize, lines: usize },
}

impl Ahead {
    /// For a run of so many bytes that is long or alone.
    #[inline(always)]
    pub(crate) fn of_run(bytes: usize, backwards: bool) -> Ahead {
        if bytes >= LONG && fetches_pages() {
            Ahead::Pages
        } else if backwards {
            // Prefetchers do not expect that.
            Ahead::Page
        } else {
            Ahead::No
        }
    }

    /// For row `o` of some, of so many bytes, which is read from `src` on.
    #[inline(always)]
    pub(crate) fn of_row(
        src: *const u8,
        bytes: usize,
        o: usize,
        stride: isize,
        backwards: bool,
    ) -> Ahead {
        if !(ROW..LONG).contains(&bytes) || !fetches_pages() {
            return Ahead::of_run(bytes, backwards);
        }
        let row = o % PAGES;
        let next = src.wrapping_offset(stride.wrapping_mul((PAGES - row) as isize));
        Ahead::Rows { next, stride, lines: row * bytes.div_ceil(LINE) }
    }

    /// Asks for a line instead of the one of `p`, which is read now, so many
    /// bytes after the first of the run or row.
    ///
    /// # Safety
    /// K1; `p` may be any address.
    #[inline(always)]
    pub(crate) unsafe fn ask<S: Simd>(self, p: *const u8, at: usize, backwards: bool) {
        // SAFETY: handed on.
        unsafe {
            match self {
                Ahead::No => {}
                Ahead::Page => S::prefetch(further(p, PAGE, backwards)),
                Ahead::Pages => S::prefetch(page_beside_page(p, backwards)),
                Ahead::Rows { next, stride, lines } => {
                    let line = lines + at / LINE;
                    let row = stride.wrapping_mul((line % PAGES) as isize);
                    S::prefetch(further(next.wrapping_offset(row), line / PAGES * LINE, backwards));
                }
            }
        }
    }
}

#[inline(always)]
fn fetches_pages() -> bool {
    Caches::detect().prefetch == Prefetch::Pages
}

/// Whether to ask for so many bytes page beside page where a plan has not told
/// that they are in memory: not if the second cache holds them.
#[inline(always)]
pub(crate) fn comes_from_memory(bytes: usize) -> bool {
    // Few bytes are not worth looking that up.
    bytes >= Caches::LEAST.l2 && {
        let caches = Caches::detect();
        caches.prefetch == Prefetch::Pages && bytes >= caches.l2
    }
}

/// Asks for four lines, page beside page, instead of the four from `p` on,
/// which are read now, forward.
///
/// # Safety
/// K1; `p` may be any address.
#[inline(always)]
pub(crate) unsafe fn ask_pages<S: Simd>(p: *const u8) {
    let line = beside(p).wrapping_add(GROUP);
    for page in 0..PAGES {
        // SAFETY: handed on.
        unsafe { S::prefetch(line.wrapping_add(page * PAGE)) }
    }
}

/// Asks for as many bytes of the next group, page beside page, as there are from
/// `p` on or back, for L1.
///
/// # Safety
/// K1; `p` may be any address.
#[inline(always)]
pub(crate) unsafe fn ask_near<S: Simd>(p: *const u8, bytes: usize, backwards: bool) {
    for at in (0..bytes).step_by(LINE) {
        let line = further(p, at, backwards);
        // SAFETY: handed on.
        unsafe { S::prefetch_near(page_beside_page(line, backwards)) }
    }
}

/// Somewhere in the line of the next group that is asked for instead of that of
/// `p`.
#[inline(always)]
fn page_beside_page(p: *const u8, backwards: bool) -> *const u8 {
    let turn = p.addr() / LINE % PAGES;
    further(beside(p).wrapping_add(turn * PAGE), GROUP, backwards)
}

#[inline(always)]
fn further(p: *const u8, bytes: usize, backwards: bool) -> *const u8 {
    if backwards { p.wrapping_sub(bytes) } else { p.wrapping_add(bytes) }
}

/// Somewhere in the line of the first page of its group that is read in turn
/// with those of the other pages, while four lines from `p` on are.
#[inline(always)]
pub(crate) fn beside(p: *const u8) -> *const u8 {
    let at = p.addr() % GROUP;
    p.wrapping_sub(at).wrapping_add(at / PAGES)
}
