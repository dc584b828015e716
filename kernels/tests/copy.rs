//! Every copy family moves what the naive loop moves, and nothing else.

use super::{Random, for_each_level};
use stridewise_kernels::copy::{Axis, Block, Copy, Family, interleaves, transposes, turnable};

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

/// Moves `block` by the kernel and by the loop, which turns units of `unit`
/// bytes; compares the destination and all that surrounds it.
fn check(copy: Copy, unit: usize, block: &Block, random: &mut Random) {
    let (src_low, src_high) = span(block, |axis| axis.src);
    let (dst_low, dst_high) = span(block, |axis| axis.dst);
    // No margin in the source: reading beyond it is an error of its own
    // under the sanitizer.
    let src: Vec<u8> = (src_low..src_high).map(|_| random.next() as u8).collect();
    let mut expected = vec![CANARY; (dst_high - dst_low) as usize + 2 * MARGIN];
    // Anywhere in a line, as often as not items before one.
    let within = random.within(0, 64);
    let whole = within / block.item * block.item;
    let phase = if random.within(0, 1) == 0 { whole } else { within } as isize;
    let origin = MARGIN as isize - phase - dst_low;
    for o in 0..block.outer.extent as isize {
        for i in 0..block.inner.extent as isize {
            let from = (o * block.outer.src + i * block.inner.src - src_low) as usize;
            let to = (o * block.outer.dst + i * block.inner.dst + origin) as usize;
            let item = &mut expected[to..to + block.item];
            item.copy_from_slice(&src[from..from + block.item]);
            if unit != 0 {
                item.reverse();
                item.chunks_mut(unit).for_each(<[u8]>::reverse);
            }
        }
    }
    let mut dst = vec![CANARY; expected.len()];
    // SAFETY: K1 by the level; both buffers hold the block's span around
    // the item at index 0; they are not the same.
    unsafe {
        copy.run(dst.as_mut_ptr().offset(origin), src.as_ptr().offset(-src_low), block);
    }
    copy.fence();
    let at = dst.iter().zip(&expected).position(|(found, wanted)| found != wanted);
    assert!(at.is_none(), "{copy:?}: {block:?}: byte {} + {at:?}", -origin);
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
                n => k * (n as isize + 1) * sign(random),
            };
            let inner = Axis { extent: long, dst: k, src };
            (rows(inner, random), inner)
        }
        Family::Scatter => {
            let inner = Axis { extent: long, dst: apart(k, random), src: k };
            (rows(inner, random), inner)
        }
        Family::Reverse | Family::Swap => {
            let src = if family == Family::Swap { k } else { -k };
            let inner = Axis { extent: long, dst: k, src };
            (rows(inner, random), inner)
        }
        Family::Deinterleave | Family::Interleave => {
            let streams = random.within(2, 8);
            if !interleaves(item, streams) {
                return None;
            }
            let joined = k * streams as isize;
            let way = if random.within(0, 1) == 0 { 1 } else { -1 };
            let split = apart(k * long as isize, random);
            if family == Family::Deinterleave {
                (
                    Axis { extent: streams, dst: split, src: k },
                    Axis { extent: long, dst: k, src: way * joined },
                )
            } else {
                (
                    Axis { extent: streams, dst: k, src: any(random) },
                    Axis { extent: long, dst: joined, src: way * k },
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
                    check(Copy::new(level, family, item), 0, &block, &mut random);
                }
            }
        }
    });
}

/// `block` with longer rows, and as often as not no gap between them.
fn longer(family: Family, block: Block, random: &mut Random) -> Block {
    let Block { item, mut outer, mut inner } = block;
    let most = 12_000 / (item * outer.extent);
    if family != Family::Runs {
        inner.extent = random.within(1, most.max(1));
    }
    let row = inner.extent as isize * inner.dst.abs();
    match family {
        // Its rows are the streams of one run.
        Family::Interleave => {}
        // Streams that are all on a line at once.
        Family::Deinterleave if random.within(0, 2) > 0 => {
            outer.dst = (row as usize).next_multiple_of(64) as isize;
        }
        _ if random.within(0, 1) == 0 => {
            if family == Family::Runs {
                inner.dst = item as isize;
            }
            outer.dst = inner.extent as isize * inner.dst;
        }
        _ => outer.dst = row + random.within(0, 99) as isize,
    }
    Block { item, outer, inner }
}

#[test]
fn past_the_caches_is_the_same() {
    for_each_level(|level| {
        for family in [
            Family::Runs,
            Family::Fill,
            Family::Gather,
            Family::Reverse,
            Family::Deinterleave,
            Family::Interleave,
        ] {
            let mut random = Random(family as u64);
            for item in [1, 2, 4, 8, 16, 3, 12, 13, 20, 1, 2, 4, 8, 100, 700, 5000] {
                let rounds = match family {
                    Family::Runs => 12,
                    _ if item > 32 => 0,
                    // Streams by their number.
                    Family::Deinterleave => 90,
                    _ => 12,
                };
                for _ in 0..rounds {
                    let Some(block) = draw(family, item, &mut random) else { continue };
                    let block = longer(family, block, &mut random);
                    if !family.accepts(&block) {
                        continue;
                    }
                    let copy = Copy::new(level, family, item).past_caches();
                    check(copy, 0, &block, &mut random);
                }
            }
        }
    });
}

#[test]
fn turned_units_match_naive() {
    let families = [Family::Fill, Family::Gather, Family::Swap, Family::Strided, Family::Tiled];
    for_each_level(|level| {
        for family in families {
            let mut random = Random(family as u64);
            for (item, unit) in (1..=16).flat_map(|item| [1, 2, 4, 8].map(|unit| (item, unit))) {
                for round in 0..if turnable(item, unit) { 12 } else { 0 } {
                    let Some(block) = draw(family, item, &mut random) else { continue };
                    let copy = Copy::turned(level, family, item, unit);
                    check(copy, unit, &block, &mut random);
                    if round < 4 && family == Family::Swap {
                        let block = longer(family, block, &mut random);
                        check(copy.past_caches(), unit, &block, &mut random);
                    }
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
    deinterleave_matches_naive: Deinterleave, [1, 2, 4, 8].into_iter().cycle().take(12);
    interleave_matches_naive: Interleave, [1, 2, 4, 8].into_iter().cycle().take(12);
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
