//! What to ask for in advance where memory is read in order.
//!
//! Hardware prefetchers stop at the end of a page, and what a core asks for
//! itself waits in a few buffers. Where prefetchers follow several pages at
//! once, more is on its way: there the lines of the next pages are asked for
//! page beside page, a line of each in turn.

use crate::Caches;
use crate::dispatch::Simd;
use crate::transpose::LINE;

const PAGE: usize = 4096;
/// Pages side by side.
const PAGES: usize = 4;
/// Bytes of as many pages: so far ahead is asked.
pub(crate) const GROUP: usize = PAGES * PAGE;
/// Bytes of a run for which that pays: of the last group it asks for what
/// nobody reads.
const LONG: usize = 4 * GROUP;

/// How a run is asked for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ahead {
    /// Not at all.
    No,
    /// A page further along.
    Page,
    /// Page beside page.
    Pages,
}

impl Ahead {
    /// For a run of so many bytes that is read forward.
    #[inline(always)]
    pub(crate) fn forward(bytes: usize) -> Ahead {
        if bytes >= LONG && Caches::detect().follows_rows { Ahead::Pages } else { Ahead::No }
    }

    /// For one that is read backwards, which prefetchers do not expect.
    #[inline(always)]
    pub(crate) fn backwards(bytes: usize) -> Ahead {
        let forward = Ahead::forward(bytes);
        if forward == Ahead::No { Ahead::Page } else { forward }
    }

    /// Asks for a line instead of the one of `p`, which is read now.
    ///
    /// # Safety
    /// K1; `p` may be any address.
    #[inline(always)]
    pub(crate) unsafe fn ask<S: Simd>(self, p: *const u8, backwards: bool) {
        let step = |p: *const u8, far| {
            if backwards { p.wrapping_sub(far) } else { p.wrapping_add(far) }
        };
        let turn = p.addr() / LINE % PAGES;
        // SAFETY: handed on.
        unsafe {
            match self {
                Ahead::No => {}
                Ahead::Page => S::prefetch(step(p, PAGE)),
                Ahead::Pages => {
                    S::prefetch(step(beside(p).wrapping_add(turn * PAGE), GROUP));
                }
            }
        }
    }
}

/// Whether to ask for so many bytes page beside page where a plan has not told
/// that they are in memory: not if the second cache holds them.
#[inline(always)]
pub(crate) fn comes_from_memory(bytes: usize) -> bool {
    let caches = Caches::detect();
    caches.follows_rows && bytes >= caches.l2
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

/// Somewhere in the line of the first page of its group that is read in turn
/// with those of the other pages, while four lines from `p` on are.
#[inline(always)]
fn beside(p: *const u8) -> *const u8 {
    let at = p.addr() % GROUP;
    p.wrapping_sub(at).wrapping_add(at / PAGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_page_has_its_turn() {
        let at = |addr| core::ptr::without_provenance::<u8>(5 * GROUP + addr);
        for line in 0..GROUP / LINE {
            for byte in [0, 1, LINE - 1] {
                let beside = beside(at(line * LINE + byte)).addr() - 5 * GROUP;
                assert_eq!(beside / LINE, line / PAGES);
            }
        }
    }
}
