//! Blocks follow each other in index order and leave nothing out.

use super::{l, nest, nests, visits};
use crate::plan::blocks::Blocks;
use proptest::prelude::*;
use std::vec::Vec;

#[test]
fn a_small_nest_is_one_block() {
    let blocks = Blocks::new(nest(4, &[l(3, 40, 4), l(9, 4, 100)]), 108);
    assert_eq!((blocks.count(), blocks.items()), (1, 27));
    assert_eq!(blocks.with_steps(blocks.steps()), nest(4, &[l(3, 40, 4), l(9, 4, 100)]));
}

#[test]
fn the_loop_that_does_not_fit_is_cut() {
    let blocks = Blocks::new(nest(4, &[l(2, 400, 1), l(5, 40, 4), l(9, 4, 100)]), 80);
    assert_eq!((blocks.count(), blocks.items()), (6, 18));
    assert_eq!(blocks.with_steps(1), nest(4, &[l(1, 40, 4), l(9, 4, 100)]));
    assert_eq!((blocks.steps(), blocks.step_bytes()), (2, 36));
    assert_eq!((blocks.step_at(4), blocks.step_at(9)), ((16, 1), (17, 1)));
}

#[test]
fn an_item_that_does_not_fit_is_a_block() {
    let blocks = Blocks::new(nest(100, &[l(2, 400, 200)]), 10);
    assert_eq!((blocks.count(), blocks.items()), (2, 1));
}

#[test]
fn no_items_make_no_blocks() {
    assert_eq!(Blocks::new(nest(4, &[l(0, 4, 4), l(2, 4, 4)]), 100).count(), 0);
    assert_eq!(Blocks::new(nest(4, &[]), 1).count(), 1);
}

proptest! {
    #[test]
    fn blocks_read_each_byte_once(nest in nests(), bytes in 1usize..200) {
        let before = visits(&nest);
        let blocks = Blocks::new(nest, bytes);
        let (mut parts, mut step, mut count) = (Vec::new(), 0, 0);
        while step * blocks.step_bytes() < blocks.nest.bytes() {
            let (src, left) = blocks.step_at(step);
            let steps = left.min(blocks.steps());
            let mut part = blocks.with_steps(steps);
            part.src = src;
            parts.extend(visits(&part).into_iter().map(|(_, src)| src));
            (step, count) = (step + steps, count + 1);
        }
        prop_assert_eq!(blocks.count(), count);
        let mut before: Vec<_> = before.into_iter().map(|(_, src)| src).collect();
        before.sort_unstable();
        parts.sort_unstable();
        prop_assert_eq!(parts, before);
    }
}
