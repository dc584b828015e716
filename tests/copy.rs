//! Copy, planned and at once, against the oracle.

use crate::support::strategies::{Pair, Stretched, pairs, stretched};
use crate::support::{check, memory, oracle, same_bytes, source, view, view_mut};
use proptest::prelude::*;
use stridewise::{CopyPlan, Layout, Level, Options, Order, copy, copy_broadcast};

#[test]
fn prop_copy_matches_oracle() {
    check("prop_copy_matches_oracle", pairs, |Pair { dst, src, options }| {
        let from = source(&src, 1);
        let dirty = memory(&dst, 2);
        let mut expected = dirty.clone();
        oracle::copy(&mut expected, &dst, &from, &src);
        let plan = CopyPlan::with(&dst, &src, options).unwrap();
        prop_assert_eq!(Some(plan.level()), options.level);
        prop_assert!(Some(plan.chunks()) <= options.chunks);
        let mut to = dirty.clone();
        plan.run(&mut view_mut(&mut to, &dst), &view(&from, &src)).unwrap();
        same_bytes!(to, expected, "{plan}");
        // Again over its own result: as dirty as memory gets.
        to.copy_from_slice(&dirty);
        copy(&mut view_mut(&mut to, &dst), &view(&from, &src)).unwrap();
        same_bytes!(to, expected, "one-shot of {plan}");
        Ok(())
    });
}

#[test]
fn prop_copy_broadcast_matches_oracle() {
    check("prop_copy_broadcast_matches_oracle", stretched, |Stretched { dst, src, broadcast }| {
        let from = source(&src, 3);
        let mut to = memory(&dst, 4);
        let mut expected = to.clone();
        oracle::copy(&mut expected, &dst, &from, &broadcast);
        copy_broadcast(&mut view_mut(&mut to, &dst), &view(&from, &src)).unwrap();
        same_bytes!(to, expected, "broadcast");
        Ok(())
    });
}

#[test]
fn prop_plans_are_pure() {
    check("prop_plans_are_pure", pairs, |Pair { dst, src, options }| {
        let plan = || CopyPlan::with(&dst.clone(), &src.clone(), options).unwrap();
        prop_assert_eq!(plan(), plan());
        let text = plan().to_string();
        prop_assert_eq!(&text, &plan().to_string());
        prop_assert_eq!(text.lines().filter(|line| line.starts_with("kernel: ")).count(), 1);
        let level = format!("level: {}", options.level.unwrap());
        prop_assert!(text.lines().any(|line| line == level));
        Ok(())
    });
}

/// Every level, itemsize and extent around the micro-tiles: nothing is left
/// to chance here.
#[test]
fn transposes_at_every_edge() {
    let edges = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 67];
    for level in Level::available() {
        for itemsize in [1, 2, 3, 4, 8, 12, 16, 24] {
            for (rows, columns) in edges.iter().flat_map(|&r| edges.map(|c| (r, c))) {
                let options = Options { level: Some(level), chunks: Some(1), caches: None };
                let dst = Layout::contiguous(&[rows, columns], itemsize, Order::C).unwrap();
                let src = Layout::contiguous(&[rows, columns], itemsize, Order::F).unwrap();
                for src in [src.clone(), src.reverse(0).unwrap(), src.reverse(1).unwrap()] {
                    copies(&dst, &src, options);
                }
            }
        }
    }
}

/// Every number of streams, either way, at every level.
#[test]
fn streams_of_every_number() {
    for level in Level::available() {
        for itemsize in 1..=8 {
            for (k, n) in (2..=17).flat_map(|k| [1, 5, 15, 16, 17, 63, 64, 65, 200].map(|n| (k, n)))
            {
                let options = Options { level: Some(level), chunks: Some(1), caches: None };
                let joined = Layout::contiguous(&[n, k], itemsize, Order::C).unwrap();
                let planes = Layout::contiguous(&[n, k], itemsize, Order::F).unwrap();
                copies(&joined, &planes, options);
                copies(&planes, &joined, options);
            }
        }
    }
}

/// One copy, with a canary behind it.
fn copies(dst: &Layout, src: &Layout, options: Options) {
    let from = source(src, 5);
    let mut to = memory(dst, 6);
    let mut expected = to.clone();
    oracle::copy(&mut expected, dst, &from, src);
    let plan = CopyPlan::with(dst, src, options).unwrap();
    plan.run(&mut view_mut(&mut to, dst), &view(&from, src)).unwrap();
    assert!(to == expected, "{plan}\n{dst:?}\n{src:?}");
}
