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
const GROUP: usize = PAGES * PAGE;
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

    /// Asks for what comes some time after the line of `p`.
    ///
    /// # Safety
    /// K1; `p` may be any address.
    #[inline(always)]
    pub(crate) unsafe fn ask<S: Simd>(self, p: *const u8, backwards: bool) {
        let step = |p: *const u8, far| {
            if backwards { p.wrapping_sub(far) } else { p.wrapping_add(far) }
        };
        // SAFETY: handed on.
        unsafe {
            match self {
                Ahead::No => {}
                Ahead::Page => S::prefetch(step(p, PAGE)),
                Ahead::Pages => S::prefetch(step(beside(p), GROUP)),
            }
        }
    }
}

/// The line of the group of `p` whose turn it is when all pages are read side
/// by side.
#[inline(always)]
fn beside(p: *const u8) -> *const u8 {
    let line = p.addr() % GROUP / LINE;
    let at = line % PAGES * PAGE + line / PAGES * LINE;
    p.map_addr(|addr| addr / GROUP * GROUP + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_group_has_its_turn_page_beside_page() {
        let at = |addr| core::ptr::without_provenance::<u8>(5 * GROUP + addr);
        let mut turns: [usize; GROUP / LINE] =
            core::array::from_fn(|line| beside(at(line * LINE + 7)).addr() - 5 * GROUP);
        assert_eq!(turns[..6], [0, PAGE, 2 * PAGE, 3 * PAGE, LINE, PAGE + LINE]);
        turns.sort_unstable();
        assert!(turns.iter().enumerate().all(|(line, &turn)| turn == line * LINE));
    }
}
