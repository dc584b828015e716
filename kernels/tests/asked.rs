//! Which lines are asked for.

use crate::ahead::{Ahead, GROUP, PAGE, PAGES, ask_near, ask_pages, beside};
use crate::dispatch::Simd;
use crate::transpose::LINE;
use core::cell::RefCell;
use std::collections::HashSet;

std::thread_local! {
    static ASKED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what it is asked for.
#[derive(Clone, Copy)]
struct Keeps;

impl Simd for Keeps {
    unsafe fn prefetch(p: *const u8) {
        ASKED.with_borrow_mut(|asked| asked.push(p.addr()));
    }

    unsafe fn prefetch_near(p: *const u8) {
        // SAFETY: nothing is read.
        unsafe { Keeps::prefetch(p) }
    }
}

fn at(addr: usize) -> *const u8 {
    core::ptr::without_provenance(addr)
}

fn asked() -> Vec<usize> {
    ASKED.take()
}

/// The lines of the next group, each once, a page after the other in turn.
#[test]
fn pages_are_asked_for_side_by_side() {
    for backwards in [false, true] {
        let mut reads: Vec<usize> = (0..GROUP / LINE).map(|i| 5 * GROUP + i * LINE).collect();
        if backwards {
            reads.reverse();
        }
        for &read in &reads {
            // SAFETY: nothing is read.
            unsafe { Ahead::Pages.ask::<Keeps>(at(read), 0, backwards) };
        }
        let mut asked = asked();
        let pages = asked[..4].iter().map(|addr| addr / PAGE);
        assert_eq!(pages.collect::<HashSet<_>>().len(), PAGES);
        asked.sort_unstable();
        let next = if backwards { 4 } else { 6 } * GROUP / LINE;
        assert!(asked.into_iter().map(|addr| addr / LINE).eq(next..next + GROUP / LINE));
    }
}

/// Also by pieces, which may begin anywhere in a line.
#[test]
fn pieces_ask_for_all_of_the_next_group() {
    const BYTES: usize = 4096;
    for backwards in [false, true] {
        for piece in (0..GROUP).step_by(BYTES) {
            let far = piece + 7;
            let p = if backwards { 6 * GROUP - far } else { 5 * GROUP + far };
            // SAFETY: nothing is read.
            unsafe { ask_near::<Keeps>(at(p), BYTES, backwards) };
        }
        let mut asked = asked();
        asked.sort_unstable();
        let next = if backwards { 4 } else { 6 } * GROUP / LINE;
        assert!(asked.into_iter().map(|addr| addr / LINE).eq(next..next + GROUP / LINE));
    }
}

#[test]
fn four_lines_at_once_are_those_of_one_after_the_other() {
    for read in (5 * GROUP..6 * GROUP).step_by(4 * LINE) {
        // SAFETY: nothing is read.
        unsafe {
            ask_pages::<Keeps>(at(read));
            let four = asked();
            for line in 0..4 {
                Ahead::Pages.ask::<Keeps>(at(read + line * LINE), 0, false);
            }
            let lines = |asked: Vec<usize>| asked.into_iter().map(|addr| addr / LINE);
            assert!(lines(four).eq(lines(asked())));
        }
    }
}

/// While four rows are read, the next four are asked for, whichever way.
#[test]
fn rows_are_asked_for_side_by_side() {
    const BYTES: usize = 40 * LINE;
    let start = 1usize << 20;
    for (stride, backwards) in [(10_000isize, false), (-10_000, false), (10_000, true)] {
        let row = |o: usize| start.wrapping_add_signed(stride * o as isize);
        for o in 0..4 {
            let ahead = Ahead::Rows { next: at(row(4)), stride, lines: o * BYTES / LINE };
            for line in (0..BYTES).step_by(LINE) {
                // SAFETY: nothing is read.
                unsafe { ahead.ask::<Keeps>(at(row(o)), line, backwards) };
            }
        }
        let asked = asked();
        assert_eq!(asked[..4], [row(4), row(5), row(6), row(7)]);
        let lines = (4..8).flat_map(|o| {
            (0..BYTES)
                .step_by(LINE)
                .map(move |far| if backwards { row(o) - far } else { row(o) + far })
        });
        assert_eq!(asked.len(), 4 * BYTES / LINE);
        assert_eq!(asked.into_iter().collect::<HashSet<_>>(), lines.collect());
    }
}

#[test]
fn each_line_of_a_page_has_its_turn() {
    for line in 0..GROUP / LINE {
        for byte in [0, 1, LINE - 1] {
            let beside = beside(at(5 * GROUP + line * LINE + byte)).addr() - 5 * GROUP;
            assert_eq!(beside / LINE, line / PAGES);
        }
    }
}
