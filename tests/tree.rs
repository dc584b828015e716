//! The tree hash: as specified in docs/tree-hash.md, whatever the layout,
//! the level and the threads.

use crate::support::strategies::sources;
use crate::support::{bytes, check, memory, oracle, pool, source, view};
use proptest::prelude::*;
use stridewise::{
    AnyView, ElementType, HashPlan, Layout, Level, Options, Order, Slice, raw, tree_hash,
};
use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

/// The specification, word by word, by another implementation of XXH3.
fn specified(bytes: &[u8]) -> u128 {
    let mut root = Vec::new();
    for leaf in bytes.chunks(131_072) {
        root.extend(xxh3_128(leaf).to_le_bytes());
    }
    root.extend((bytes.len() as u64).to_le_bytes());
    xxh3_128_with_seed(&root, 0x6873_6168_6565_7274)
}

/// The input of the specification's values.
fn example(n: usize) -> Vec<u8> {
    (0..n as u64).map(|i| (i * i / 7 % 251) as u8).collect()
}

/// The table of docs/tree-hash.md.
const VALUES: [(usize, u128); 8] = [
    (0, 0xac5a_9fb0_09e4_ab98_c104_90d8_7929_e79a),
    (1, 0x9529_6c3c_1e28_fbac_8327_fbe6_0ed9_5a5a),
    (8, 0xea3e_4dc9_c2cf_61e3_7c04_869f_6299_4444),
    (131_071, 0xfe1a_e3c2_2563_2b1c_6dc5_6743_18f8_dc7e),
    (131_072, 0x2e77_1f1a_2bb3_b4d5_feae_e642_ebe7_747e),
    (131_073, 0x7c7f_7436_124e_622a_b601_a888_ccf5_1dec),
    (262_144, 0x9191_3e54_8047_873b_ed11_6e37_dadd_384e),
    (400_000, 0x4793_bad2_3b6d_75e3_c991_20e6_da7d_042a),
];

#[test]
fn values_are_those_of_the_specification() {
    let text = include_str!("../docs/tree-hash.md");
    for (n, value) in VALUES {
        let bytes = example(n);
        assert_eq!(specified(&bytes), value, "{n} bytes, by the specification");
        let layout = Layout::contiguous(&[n], 1, Order::C).unwrap();
        assert_eq!(tree_hash(&view(&bytes, &layout)), Ok(value), "{n} bytes");
        let row = format!("| {n} | `{value:032x}` |");
        assert!(text.contains(&row), "not in the specification: {row}");
    }
    assert_eq!(text.matches("` |\n").count(), VALUES.len());
}

#[test]
fn prop_tree_hash_is_as_specified() {
    check("prop_tree_hash_is_as_specified", sources, |(src, options)| {
        let from = source(&src, 1);
        let expected = specified(&oracle::c_bytes(&from, &src));
        let plan = HashPlan::with(&src, options).unwrap();
        prop_assert_eq!(plan.tree_hash(&view(&from, &src)).unwrap(), expected, "{}", &plan);
        prop_assert_eq!(tree_hash(&view(&from, &src)).unwrap(), expected, "at once, {}", &plan);
        Ok(())
    });
}

/// Layouts of several leaves, whose rows and items end anywhere in them.
fn several_leaves() -> Vec<Layout> {
    let c = |shape: &[usize], k| Layout::contiguous(shape, k, Order::C).unwrap();
    let f = |shape: &[usize], k| Layout::contiguous(shape, k, Order::F).unwrap();
    let every = |n| Slice::new(None, None, n);
    vec![
        c(&[1 << 20], 1),
        c(&[300_001], 3),
        c(&[200_001, 2], 3).slice(1, 0..1).unwrap(),
        c(&[3, 700_001], 1).slice(1, 0..700_000).unwrap(),
        c(&[901, 1100], 1).slice(1, 0..1099).unwrap(),
        c(&[5, 131_073], 1).slice(1, 0..131_072).unwrap(),
        f(&[1024, 512], 4),
        f(&[511, 513], 4),
        f(&[77, 1001, 3], 1).reverse(1).unwrap(),
        f(&[129, 65, 67], 3),
        f(&[70, 80, 90], 2).slice(0, every(-1)).unwrap(),
        f(&[2; 19], 1),
        c(&[600_000], 1).slice(0, every(2)).unwrap(),
        c(&[1, 40_000], 1).broadcast_to(&[9, 40_000]).unwrap(),
        // Larger than the scratch, and rows that are a multiple of 4 KiB.
        f(&[1024, 1024], 4),
        f(&[256, 64, 64], 8),
    ]
}

#[test]
fn neither_layout_nor_level_nor_threads_matter() {
    let pool = pool();
    for layout in several_leaves() {
        let from = source(&layout, 5);
        let expected = specified(&oracle::c_bytes(&from, &layout));
        let view = view(&from, &layout);
        assert_eq!(tree_hash(&view), Ok(expected), "{layout:?}");
        assert_eq!(pool.install(|| tree_hash(&view)), Ok(expected), "{layout:?}");
        for level in Level::available() {
            for chunks in [1, 2, 3, 7, 1000] {
                let options = Options { level: Some(level), chunks: Some(chunks), caches: None };
                let plan = HashPlan::with(&layout, options).unwrap();
                let found = pool.install(|| plan.tree_hash(&view));
                assert_eq!(found, Ok(expected), "{level} {chunks} {plan}");
            }
        }
    }
}

/// What a hash is for: the smallest changes of bytes and of their number.
#[test]
fn every_change_changes_the_value() {
    let n = 400_000;
    let mut data = bytes(n + 1, 9);
    let element = ElementType::bytes(1);
    let hash = |data: &[u8], n| {
        let layout = Layout::contiguous(&[n], 1, Order::C).unwrap();
        tree_hash(&AnyView::new(data, element, layout).unwrap()).unwrap()
    };
    let mut seen = vec![hash(&data, n), hash(&data, n - 1), hash(&data, n + 1)];
    for at in [0, 1, 131_071, 131_072, 262_143, 262_144, n - 1] {
        data[at] ^= 1;
        seen.push(hash(&data, n));
        data[at] ^= 1;
    }
    // Two leaves change places.
    let (first, second) = data.split_at_mut(131_072);
    first.swap_with_slice(&mut second[..131_072]);
    seen.push(hash(&data, n));
    // Zeros count.
    let zeros = vec![0; n + 1];
    seen.extend([0, 1, 131_072, 131_073, n, n + 1].map(|n| hash(&zeros, n)));
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn raw_memory_hashes_alike() {
    let layout = Layout::contiguous(&[300, 400], 4, Order::F).unwrap();
    let from = memory(&layout, 3);
    let expected = specified(&oracle::c_bytes(&from, &layout));
    // SAFETY: the vector holds the layout.
    let found = unsafe { raw::tree_hash(&[300, 400], 4, from.as_ptr(), layout.strides()) };
    assert_eq!(found, Ok(expected));
}
