//! Boxes: which nests go in some, what they say, and the lines that they cost.

use super::{l, nest, visits};
use crate::plan::Schedule;
use crate::plan::boxes::Boxes;
use crate::plan::grid::Grid;
use crate::plan::loop_nest::LoopNest;
use std::collections::BTreeSet;
use std::string::ToString;
use std::vec::Vec;
use stridewise_kernels::{Caches, Level, Prefetch};

const NONE: Caches = Caches { l1: 0, l2: 0, l3: 0, prefetch: Prefetch::Pages };

fn best() -> Option<Level> {
    Level::available().last().filter(|&level| level != Level::SCALAR)
}

fn is_boxed(nest: LoopNest, level: Level, caches: Caches) -> bool {
    Schedule::new(nest, level, Some(caches), Some(1)).how.boxes().is_some()
}

#[test]
fn short_rows_that_leave_the_caches_go_in_boxes() {
    let Some(level) = best() else { return };
    // 3000 rows of 19 floats.
    let rows = || nest(8, &[l(3000, 152, 8), l(19, 8, 24_000)]);
    assert!(is_boxed(rows(), level, NONE));
    assert!(!is_boxed(rows(), Level::SCALAR, NONE));
    let fits = Caches { l2: 1 << 20, l3: 1 << 30, ..NONE };
    assert!(!is_boxed(rows(), level, fits));
    // Long rows on lines, a destination of nothing but short runs, two boxes at most.
    assert!(!is_boxed(nest(8, &[l(80, 4096, 8), l(512, 8, 640)]), level, NONE));
    assert!(!is_boxed(nest(8, &[l(3000, 160, 8), l(19, 8, 24_000)]), level, NONE));
    assert!(!is_boxed(nest(8, &[l(200, 152, 8), l(19, 8, 1600)]), level, NONE));
}

#[test]
fn boxes_say_what_they_are() {
    let Some(level) = best() else { return };
    let nest = nest(8, &[l(3000, 152, 8), l(19, 8, 24_000)]);
    let plan = Schedule::new(nest, level, Some(NONE), Some(1)).to_string();
    let (_, plan) = plan.split_once("chunks: 1\n").unwrap();
    assert_eq!(
        plan,
        "lines: 456000 bytes read, 2432 again, 456000 written, 2432 again\n\
         loop 0: 3000 times, dst +152, src +8\n\
         loop 1: 19 times, dst +8, src +24000\n\
         kernel: boxes of 104 x 19 8-byte items, packed by transpose, past the caches"
    );
}

/// The lines of both operands that each box touches, added up.
fn touched(nest: &LoopNest, grid: &Grid) -> [usize; 2] {
    let mut lines = [0; 2];
    for id in 0..grid.count(nest) {
        let bytes = visits(&grid.block(nest, &grid.first(nest, id)).0);
        let of =
            |side: Vec<isize>| side.into_iter().map(|b| b.div_euclid(64)).collect::<BTreeSet<_>>();
        lines[0] += of(bytes.iter().map(|b| b.0).collect()).len();
        lines[1] += of(bytes.iter().map(|b| b.1).collect()).len();
    }
    lines
}

#[test]
fn boxes_cost_the_lines_of_each() {
    let Some(level) = best() else { return };
    let boxes = Boxes::new(level, Some(NONE));
    let cases = [
        // Whole boxes, boxes that are cut at the end, and one that is all.
        (nest(8, &[l(1040, 152, 8), l(19, 8, 8320)]), true),
        (nest(8, &[l(1000, 152, 8), l(19, 8, 8000)]), false),
        (nest(4, &[l(30, 2100, 20), l(21, 100, 600), l(5, 20, 4), l(5, 4, 12_600)]), false),
        (nest(1, &[l(64, 100, 1), l(100, 1, 64)]), true),
    ];
    for (nest, whole) in cases {
        let (grid, _) = boxes.describe(&nest);
        let [written, read] = touched(&nest, &grid);
        let cost = boxes.cost(&nest, 0);
        let said = [cost.written + cost.written_again, cost.read + cost.read_again];
        let counted = [64 * written, 64 * read];
        assert!(said[0] >= counted[0] && said[1] >= counted[1], "{said:?} {counted:?} {grid}");
        assert!(!whole || said == counted, "{said:?} {counted:?} {grid}");
    }
}
