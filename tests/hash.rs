//! Hashes: those of the C-order bytes, by other people's hashers.

use crate::support::strategies::sources;
use crate::support::{check, oracle, source, view};
use proptest::prelude::*;
use serde_json::Value;
use siphasher::sip::SipHasher13;
use std::hash::{DefaultHasher, Hasher};
use stridewise::{
    AnyView, ElementType, HashPlan, Layout, Level, Options, Order, hash_into, siphash13, xxh3_64,
    xxh3_128,
};
use xxhash_rust::xxh3;

/// Both hashes of plain bytes and the streams of two hashers, by the others.
fn reference(bytes: &[u8]) -> (u64, u128, u64, u64) {
    let (mut sip, mut std) = (SipHasher13::new_with_keys(3, 4), DefaultHasher::new());
    sip.write(bytes);
    std.write(bytes);
    (xxh3::xxh3_64(bytes), xxh3::xxh3_128(bytes), sip.finish(), std.finish())
}

/// The same by a plan.
fn planned(plan: &HashPlan, view: &AnyView<'_>) -> (u64, u128, u64, u64) {
    let (mut sip, mut std) = (SipHasher13::new_with_keys(3, 4), DefaultHasher::new());
    plan.hash_into(view, &mut sip).unwrap();
    plan.hash_into(view, &mut std).unwrap();
    let (short, long) = (plan.xxh3_64(view).unwrap(), plan.xxh3_128(view).unwrap());
    (short, long, sip.finish(), std.finish())
}

/// The same at once.
fn at_once(view: &AnyView<'_>) -> (u64, u128, u64, u64) {
    let mut std = DefaultHasher::new();
    hash_into(view, &mut std).unwrap();
    let sip = siphash13(view, 3, 4).unwrap();
    (xxh3_64(view).unwrap(), xxh3_128(view).unwrap(), sip, std.finish())
}

#[test]
fn prop_hash_matches_oracle() {
    check("prop_hash_matches_oracle", sources, |(src, options)| {
        let from = source(&src, 1);
        let expected = reference(&oracle::c_bytes(&from, &src));
        let view = view(&from, &src);
        let plan = HashPlan::with(&src, options).unwrap();
        prop_assert_eq!(planned(&plan, &view), expected, "{}", &plan);
        prop_assert_eq!(at_once(&view), expected, "at once, {}", &plan);
        prop_assert_eq!(&plan, &HashPlan::with(&src.clone(), options).unwrap());
        Ok(())
    });
}

/// Views of more than one packed block, with and without a shorter last one.
#[test]
fn large_views_are_cut_into_blocks() {
    let shapes: [&[usize]; 5] =
        [&[700, 300, 3], &[3, 511, 513], &[1024, 1024], &[600_000], &[40, 41, 42, 11]];
    for (shape, itemsize) in shapes.iter().flat_map(|&shape| [1, 2, 3, 8].map(|k| (shape, k))) {
        let whole = Layout::contiguous(shape, itemsize, Order::F).unwrap();
        let last = shape.len() - 1;
        let halved = whole.slice(last, stridewise::Slice::new(None, None, -2)).unwrap();
        for src in [whole, halved] {
            let from = source(&src, 2);
            let expected = reference(&oracle::c_bytes(&from, &src));
            for level in Level::available() {
                let options = Options { level: Some(level), chunks: None, caches: None };
                let plan = HashPlan::with(&src, options).unwrap();
                assert_eq!(planned(&plan, &view(&from, &src)), expected, "{plan}");
            }
        }
    }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("data/hash_vectors.json")).unwrap()
}

/// Three hashes by CPython's rules, as `hash_vectors.json` writes them.
fn recorded(entry: &Value) -> (i64, u64, u128) {
    let hex = |name: &str| u128::from_str_radix(entry[name].as_str().unwrap(), 16).unwrap();
    (entry["siphash13"].as_i64().unwrap(), hex("xxh3_64") as u64, hex("xxh3_128"))
}

/// The same of a view.
fn computed(view: &AnyView<'_>, empty: bool) -> (i64, u64, u128) {
    let sip = match siphash13(view, 0, 0).unwrap() as i64 {
        _ if empty => 0,
        -1 => -2,
        hash => hash,
    };
    (sip, xxh3_64(view).unwrap(), xxh3_128(view).unwrap())
}

#[test]
fn recorded_byte_strings() {
    let vectors = vectors();
    let entries = vectors["bytes"].as_array().unwrap();
    assert_eq!(entries.len(), 34);
    for entry in entries {
        let len = entry["len"].as_u64().unwrap() as usize;
        let bytes: Vec<u8> = (0..len).map(|i| ((i * 131 + 7) % 251) as u8).collect();
        // Also every second of twice as many, and backwards.
        let apart: Vec<u8> = bytes.iter().flat_map(|&byte| [byte, 99]).collect();
        let back: Vec<u8> = bytes.iter().rev().copied().collect();
        let end = len.saturating_sub(1) as isize;
        for (memory, stride, offset) in [(&bytes, 1, 0), (&apart, 2, 0), (&back, -1, end)] {
            let layout = Layout::new(&[len], &[stride], 1, offset).unwrap();
            let view = AnyView::new(memory, ElementType::of::<u8>(), layout).unwrap();
            assert_eq!(computed(&view, len == 0), recorded(entry), "{len} bytes by {stride}");
        }
    }
}

#[test]
fn recorded_views() {
    let file = include_bytes!("data/astronaut.npy");
    // Magic, version 1.0, the length of the header, the header.
    let header = usize::from(u16::from_le_bytes([file[8], file[9]]));
    let pixels = &file[10 + header..];
    assert_eq!(pixels.len(), 512 * 512 * 3);
    let vectors = vectors();
    let entries = vectors["views"].as_array().unwrap();
    assert_eq!(entries.len(), 11);
    for entry in entries {
        let list = |name: &str| -> Vec<i64> {
            entry[name].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).collect()
        };
        let shape: Vec<usize> = list("shape").iter().map(|&n| n as usize).collect();
        let strides: Vec<isize> = list("strides").iter().map(|&n| n as isize).collect();
        let (itemsize, offset) = (&entry["itemsize"], &entry["offset"]);
        let (itemsize, offset) = (itemsize.as_u64().unwrap(), offset.as_i64().unwrap());
        let layout = Layout::new(&shape, &strides, itemsize as usize, offset as isize).unwrap();
        let view = AnyView::new(pixels, ElementType::bytes(itemsize as usize), layout).unwrap();
        let empty = shape.contains(&0);
        assert_eq!(computed(&view, empty), recorded(entry), "{}", entry["view_of_astronaut_npy"]);
    }
}

/// The level and the layout do not matter.
#[test]
fn equal_items_hash_alike() {
    let rows = Layout::contiguous(&[37, 53], 3, Order::C).unwrap();
    let columns = Layout::contiguous(&[37, 53], 3, Order::F).unwrap();
    let from = source(&rows, 7);
    let mut turned = source(&columns, 8);
    oracle::copy(&mut turned, &columns, &from, &rows);
    for level in Level::available() {
        let options = Options { level: Some(level), chunks: None, caches: None };
        let [a, b] = [(&rows, &from), (&columns, &turned)].map(|(layout, memory)| {
            planned(&HashPlan::with(layout, options).unwrap(), &view(memory, layout))
        });
        assert_eq!(a, b, "{level}");
    }
}
