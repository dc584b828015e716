//! Every copy family moves what the naive loop moves, and nothing else.

use super::{Random, for_each_level};
use crate::Level;
use crate::copy::{Axis, Block, Copy, Family, interleaves, transposes};
use std::vec;
use std::vec::Vec;

const CANARY: u8 = 0xa5;
const MARGIN: usize = 128;

/// Byte offsets that `block` touches on one side: lowest, and one past the
/// highest.
fn span(block: &Block, side: impl Fn(Axis) -> isize) -> (isize, isize) {
    let (mut low, mut high) = (0, block.item as isize);
    for axis in [block.outer, block.inner] {
        let reach = side(axis) * (axis.extent as isize - 1);
        (low, high) = (low + reach.min(0), high + reach.max(0));
    }
    (low, high)
}

/// Moves `block` by the kernel and by the loop; compares the destination and
/// all that surrounds it.
fn check(level: Level, family: Family, block: &Block, random: &mut Random) {
    let (src_low, src_high) = span(block, |axis| axis.src);
    let (dst_low, dst_high) = span(block, |axis| axis.dst);
    // No margin in the source: reading beyond it is an error of its own
    // under the sanitizer.
    let src: Vec<u8> = (src_low..src_high).map(|_| random.next() as u8).collect();
    let mut expected = vec![CANARY; (dst_high - dst_low) as usize + 2 * MARGIN];
    let origin = MARGIN as isize - dst_low;
    for o in 0..block.outer.extent as isize {
        for i in 0..block.inner.extent as isize {
            let from = (o * block.outer.src + i * block.inner.src - src_low) as usize;
            let to = (o * block.outer.dst + i * block.inner.dst + origin) as usize;
            expected[to..to + block.item].copy_from_slice(&src[from..from + block.item]);
        }
    }
    let mut dst = vec![CANARY; expected.len()];
    // SAFETY: K1 by the level; both buffers hold the block's span around
    // the item at index 0; they are not the same.
    unsafe {
        Copy::new(level, family, block.item).run(
            dst.as_mut_ptr().offset(origin),
            src.as_ptr().offset(-src_low),
            block,
        );
    }
    assert!(dst == expected, "{family:?} at {level}: {block:?}");
}

/// A random block that `family` accepts, or none for this item size.
fn draw(family: Family, item: usize, random: &mut Random) -> Option<Block> {
    let k = item as isize;
    let long = random.within(1, 200);
    let short = random.within(1, 5);
    let gap = |random: &mut Random| random.within(0, 9) as isize;
    let sign = |random: &mut Random| if random.within(0, 1) == 0 { 1 } else { -1 };
    let any =
        |random: &mut Random| (random.within(0, 400) as isize - 200) * random.within(0, 3) as isize;
    // An outer stride at which rows of `bytes` do not touch.
    let apart = |bytes: isize, random: &mut Random| (bytes + gap(random)) * sign(random);
    let rows = |inner: Axis, random: &mut Random| Axis {
        extent: short,
        dst: apart(inner.dst.abs() * inner.extent as isize + k, random),
        src: any(random),
    };
    let (outer, inner) = match family {
        Family::Runs | Family::Strided | Family::Tiled => {
            let extent = if family == Family::Tiled { random.within(1, 90) } else { short };
            let inner = Axis { extent, dst: apart(k, random), src: any(random) };
            let mut outer = rows(inner, random);
            outer.extent = random.within(1, 40);
            if random.within(0, 1) == 0 { (inner, outer) } else { (outer, inner) }
        }
        Family::Fill => {
            let inner = Axis { extent: long, dst: k, src: 0 };
            (rows(inner, random), inner)
        }
        Family::Gather => {
            let src = match random.within(0, 3) {
                0 => any(random),
                n => k * (n as isize + 1),
            };
            let inner = Axis { extent: long, dst: k, src };
            (rows(inner, random), inner)
        }
        Family::Scatter => {
            let inner = Axis { extent: long, dst: apart(k, random), src: k };
            (rows(inner, random), inner)
        }
        Family::Reverse => {
            let inner = Axis { extent: long, dst: k, src: -k };
            (rows(inner, random), inner)
        }
        Family::Deinterleave | Family::Interleave => {
            let streams = random.within(2, 8);
            if !interleaves(item, streams) {
                return None;
            }
            let joined = k * streams as isize;
            let split = apart(k * long as isize, random);
            if family == Family::Deinterleave {
                (
                    Axis { extent: streams, dst: split, src: k },
                    Axis { extent: long, dst: k, src: joined },
                )
            } else {
                (
                    Axis { extent: streams, dst: k, src: any(random) },
                    Axis { extent: long, dst: joined, src: k },
                )
            }
        }
        Family::Transpose => {
            if !transposes(item) {
                return None;
            }
            let rows = if random.within(0, 4) == 0 { random.within(250, 600) } else { long };
            let inner = Axis { extent: rows, dst: k, src: any(random) };
            let outer = Axis {
                extent: random.within(1, 300 / item.min(16) + 8),
                dst: apart(k * rows as isize, random),
                src: k,
            };
            (outer, inner)
        }
    };
    Some(Block { item, outer, inner })
}

fn family_matches_naive(family: Family, items: impl Iterator<Item = usize> + Clone) {
    for_each_level(|level| {
        let mut random = Random(family as u64);
        for item in items.clone() {
            for _ in 0..60 {
                if let Some(block) = draw(family, item, &mut random) {
                    assert!(family.accepts(&block), "{family:?}: {block:?}");
                    check(level, family, &block, &mut random);
                }
            }
        }
    });
}

macro_rules! families {
    ($($name:ident: $family:ident, $items:expr;)*) => {
        $(#[test]
        fn $name() {
            family_matches_naive(Family::$family, $items);
        })*
    };
}

families! {
    runs_match_naive: Runs, (1..=66).chain([127, 128, 129, 255, 300, 1023, 1025, 4099]);
    fill_matches_naive: Fill, (1..=33).chain([100, 4095, 4097, 9000]);
    gather_matches_naive: Gather, 1..=40;
    scatter_matches_naive: Scatter, 1..=40;
    strided_matches_naive: Strided, 1..=40;
    reverse_matches_naive: Reverse, 1..=40;
    tiled_matches_naive: Tiled, 1..=40;
    deinterleave_matches_naive: Deinterleave, [1, 1, 1, 2, 2, 4, 4].into_iter();
    interleave_matches_naive: Interleave, [1, 1, 1, 2, 2, 4, 4].into_iter();
    transpose_matches_naive: Transpose, [1, 2, 4, 8, 16].into_iter();
}

#[test]
fn no_items_touch_nothing() {
    let axis = Axis { extent: 0, dst: isize::MAX, src: isize::MIN };
    for (outer, inner) in [(axis, Axis::UNIT), (Axis::UNIT, axis)] {
        for family in [Family::Runs, Family::Strided, Family::Tiled] {
            for_each_level(|level| {
                let block = Block { item: 3, outer, inner };
                let (src, mut dst) = (1u8, 2u8);
                // SAFETY: no items, no bytes.
                unsafe { Copy::new(level, family, 3).run(&mut dst, &src, &block) };
                assert_eq!(dst, 2);
            });
        }
    }
}
