//! Blocks follow each other in index order and leave nothing out.

use super::{l, nest, nests, visits};
use crate::plan::blocks::Blocks;
use proptest::prelude::*;
use std::vec::Vec;

#[test]
fn a_small_nest_is_one_block() {
    let blocks = Blocks::new(nest(4, &[l(3, 40, 4), l(9, 4, 100)]), 108);
    assert_eq!((blocks.count(), blocks.items()), (1, 27));
    assert_eq!(blocks.full(), nest(4, &[l(3, 40, 4), l(9, 4, 100)]));
    assert_eq!(blocks.tail(), None);
}

#[test]
fn the_loop_that_does_not_fit_is_cut() {
    let blocks = Blocks::new(nest(4, &[l(2, 400, 1), l(5, 40, 4), l(9, 4, 100)]), 80);
    assert_eq!((blocks.count(), blocks.items()), (6, 18));
    assert_eq!(blocks.tail(), Some(nest(4, &[l(1, 40, 4), l(9, 4, 100)])));
    let block = blocks.block(5);
    assert_eq!((block.dst, block.src, block.before, block.tail), (560, 17, 81, true));
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
    fn blocks_visit_each_byte_once_in_order(nest in nests(), bytes in 1usize..200) {
        let before = visits(&nest);
        let blocks = Blocks::new(nest, bytes);
        let (mut parts, mut items) = (Vec::new(), 0);
        for id in 0..blocks.count() {
            let block = blocks.block(id);
            prop_assert_eq!(block.before, items);
            let mut part = if block.tail { blocks.tail().unwrap() } else { blocks.full() };
            (part.dst, part.src) = (block.dst, block.src);
            items += part.items();
            parts.extend(visits(&part));
        }
        parts.sort_unstable();
        prop_assert_eq!(parts, before);
    }
}
