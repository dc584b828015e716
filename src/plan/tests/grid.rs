//! Grids leave nothing out, keep to their size, and take runs both ways.

use super::{l, nest, nests, visits};
use crate::plan::grid::Grid;
use proptest::prelude::*;
use std::vec::Vec;

#[test]
fn both_operands_keep_lines() {
    let (rows, columns) = (l(4096, 16384, 4), l(4096, 4, 16384));
    let grid = Grid::new(&nest(4, &[rows, columns]), 16 << 10);
    assert_eq!(*grid.steps, [32, 128]);
    let grid = Grid::new(&nest(4, &[rows, columns]), 1 << 20);
    assert_eq!(*grid.steps, [256, 1024]);
    // A line of three channels is as many pixels of both.
    let pixels = [l(500, 1500, 1), l(500, 3, 500), l(3, 1, 250_000)];
    assert_eq!(*Grid::new(&nest(1, &pixels), 16 << 10).steps, [64, 64, 3]);
}

#[test]
fn short_axes_are_whole() {
    let loops = [l(100, 400, 4), l(100, 4, 400)];
    assert_eq!(*Grid::new(&nest(4, &loops), 1 << 20).steps, [100, 100]);
}

#[test]
fn blocks_are_counted_along_the_innermost_loop() {
    let n = nest(1, &[l(5, 7, 1), l(7, 1, 5)]);
    let grid = Grid { steps: (&[2, 3][..]).into() };
    assert_eq!(grid.count(&n), 9);
    assert_eq!(*grid.first(&n, 5), [2, 6]);
    let (block, full) = grid.block(&n, &grid.first(&n, 5));
    assert_eq!((block.dst, block.src, full), (20, 32, false));
    assert_eq!(*block.loops, [l(2, 7, 1), l(1, 1, 5)]);
    assert!(grid.block(&n, &grid.first(&n, 4)).1);
}

/// The blocks of a grid.
fn blocks(grid: &Grid, n: &crate::plan::loop_nest::LoopNest) -> Vec<(isize, isize)> {
    let blocks = (0..grid.count(n)).map(|id| grid.block(n, &grid.first(n, id)).0);
    let mut bytes: Vec<_> = blocks.flat_map(|block| visits(&block)).collect();
    bytes.sort_unstable();
    bytes
}

/// Runs that both operands make of two short loops each.
#[test]
fn runs_of_many_loops_do_not_make_blocks_too_large() {
    let bytes = nest(1, &[l(3, 12096, 64), l(63, 192, 1), l(3, 64, 12096), l(63, 1, 192)]);
    let floats = nest(4, &[l(3, 11904, 128), l(31, 384, 4), l(3, 128, 11904), l(31, 4, 384)]);
    for n in [bytes, floats] {
        let grid = Grid::new(&n, 16 << 10);
        assert!((1 << 10..=16 << 10).contains(&grid.bytes(&n)), "{grid:?}");
        assert_eq!(blocks(&grid, &n), visits(&n));
    }
}

proptest! {
    #[test]
    fn blocks_visit_each_byte_once(n in nests(), cuts in proptest::collection::vec(1usize..5, 8)) {
        let steps = n.loops.iter().zip(&cuts).map(|(l, &cut)| cut.min(l.extent.max(1)));
        let grid = Grid { steps: steps.collect() };
        prop_assert_eq!(blocks(&grid, &n), visits(&n));
        let grid = Grid::new(&n, 16 << 10);
        prop_assert_eq!(blocks(&grid, &n), visits(&n));
    }

    /// Whatever the strides, the scratch has room.
    #[test]
    fn blocks_keep_to_their_size(
        loops in proptest::collection::vec((1usize..3000, -5000isize..5000, -5000isize..5000), 0..7),
        item in 1usize..=512,
        short in proptest::collection::vec(0isize..3, 14),
        large in any::<bool>(),
    ) {
        let step = |at: usize, far: isize| match short[at] {
            0 => far,
            n => (n - 1) * item as isize,
        };
        let loops: Vec<_> = loops
            .iter()
            .enumerate()
            .map(|(at, &(n, dst, src))| l(n, step(2 * at, dst), step(2 * at + 1, src)))
            .collect();
        let n = nest(item, &loops);
        let bytes = if large { 1 << 20 } else { 16 << 10 };
        prop_assert!(Grid::new(&n, bytes).bytes(&n) <= bytes);
    }
}
