//! Chunks are disjoint, cover everything and keep their kernels.

use super::super::partition::{Split, part, partition};
use super::{accepted, l, nest, nests, visits};
use crate::plan::coalesce::coalesce;
use crate::plan::loop_nest::LoopNest;
use crate::plan::normalize::{Traversal, normalize};
use crate::plan::order::order;
use crate::plan::tile::{Inner, tile};
use proptest::prelude::*;
use std::vec::Vec;
use stridewise_kernels::copy::Family;

/// The cut for a family over the innermost two loops.
fn cut(n: &LoopNest, family: Family, chunks: usize) -> Split {
    partition(n, Inner::new(family, n), chunks, false)
}

#[test]
fn one_chunk_is_the_whole() {
    assert_eq!(cut(&nest(4, &[l(9, 4, 8)]), Family::Gather, 1), Split::WHOLE);
    assert_eq!(cut(&nest(4, &[l(0, 0, 0)]), Family::Runs, 8), Split::WHOLE);
}

#[test]
fn the_outermost_loop_that_is_long_enough_is_cut() {
    let n = nest(4, &[l(3, 65536, 4), l(64, 1024, 12), l(256, 4, 768)]);
    assert_eq!(cut(&n, Family::Strided, 2), Split { at: 0, step: 2, chunks: 2 });
    assert_eq!(cut(&n, Family::Strided, 16), Split { at: 1, step: 4, chunks: 16 });
    // None is: the longest, here in whole lines of 16 items.
    let n = nest(4, &[l(3, 65536, 4), l(2, 32768, 12), l(256, 4, 768)]);
    assert_eq!(cut(&n, Family::Strided, 20), Split { at: 2, step: 16, chunks: 16 });
}

#[test]
fn a_long_run_is_cut_at_lines() {
    assert_eq!(cut(&nest(1000, &[]), Family::Runs, 4), Split { at: 0, step: 256, chunks: 4 });
}

#[test]
fn streams_stay_together() {
    let n = nest(1, &[l(3, 6400, 1), l(6400, 1, 3)]);
    let split = cut(&n, Family::Deinterleave, 3);
    assert_eq!((split.at, split.step % 64), (1, 0));
}

#[test]
fn tiles_stay_whole() {
    let n = nest(4, &[l(4096, 16384, 4), l(4096, 4, 16384)]);
    assert_eq!(cut(&n, Family::Transpose, 300), Split { at: 0, step: 16, chunks: 256 });
}

#[test]
fn pairs_of_lines_stay_whole() {
    let cut = |columns, rows, chunks| {
        let stride = 4 * rows as isize;
        let n = nest(4, &[l(columns, stride, 4), l(rows, 4, 4 * columns as isize)]);
        partition(&n, Inner::new(Family::Transpose, &n), chunks, true)
    };
    assert_eq!(cut(4096, 4096, 64), Split { at: 1, step: 64, chunks: 64 });
    assert_eq!(cut(16384, 1000, 64), Split { at: 1, step: 32, chunks: 32 });
    // Of few rows there would be few chunks.
    assert_eq!(cut(16384, 64, 64), Split { at: 0, step: 256, chunks: 64 });
    assert_eq!(cut(16384, 64, 2), Split { at: 1, step: 32, chunks: 2 });
}

proptest! {
    #[test]
    fn chunks_visit_each_byte_once(
        nest in nests(),
        chunks in 1usize..9,
        each in 1usize..4,
        by_rows: bool,
    ) {
        let mut n = nest;
        normalize(&mut n, Traversal::Free);
        order(&mut n);
        coalesce(&mut n);
        let inner = tile(&mut n);
        let by_rows = by_rows && inner.family == Family::Transpose;
        let split = partition(&n, inner, chunks, by_rows);
        prop_assert!((1..=chunks).contains(&split.chunks));
        if split.chunks > 1 {
            let mut parts = Vec::new();
            for first in (0..split.chunks).step_by(each) {
                let part = part(&n, split, first..split.chunks.min(first + each));
                prop_assert!(!part.is_empty());
                prop_assert!(accepted(&part, inner), "{:?}", part);
                parts.extend(visits(&part));
            }
            parts.sort_unstable();
            prop_assert_eq!(parts, visits(&n));
        }
    }
}
