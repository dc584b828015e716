//! What the strategies reach: every family of kernels, in every verb.

use crate::support::check_cases;
use crate::support::strategies::{Compared, Pair, compared, pairs, sources};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use stridewise::{CopyPlan, EqualPlan, HashPlan, Level, Mode};

const FAMILIES: [&str; 13] = [
    "boxes",
    "deinterleave",
    "fill",
    "gather",
    "interleave",
    "reverse",
    "runs",
    "scatter",
    "strided",
    "swap",
    "tiled walk",
    "transpose",
    "turned",
];

/// The names of families in the kernel's line of a plan.
fn families(plan: &str) -> Vec<&'static str> {
    let line = plan.lines().find(|line| line.starts_with("kernel: ")).expect("a kernel");
    // "deinterleave" has another family's name in it.
    let line = format!(" {} ", line.replace(',', " ,"));
    let names = FAMILIES.into_iter().chain(["item by item", "compared with"]);
    names.filter(|name| line.contains(&format!(" {name} "))).collect()
}

#[derive(Default)]
struct Seen(Mutex<BTreeSet<&'static str>>);

impl Seen {
    fn add(&self, plan: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(families(plan));
    }

    fn all(self) -> Vec<&'static str> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect()
    }
}

#[test]
fn every_family_copies() {
    let seen = Seen::default();
    check_cases(4000, "every_family_copies", pairs, |Pair { dst, src, options }| {
        seen.add(&CopyPlan::with(&dst, &src, options).unwrap().to_string());
        Ok(())
    });
    // Nothing leaves the caches of a CPU without registers for that.
    let boxes = usize::from(Level::available().count() == 1);
    assert_eq!(seen.all(), FAMILIES[boxes..]);
}

#[test]
fn every_family_packs_for_hashes() {
    let seen = Seen::default();
    check_cases(20_000, "every_family_packs_for_hashes", sources, |(src, options)| {
        seen.add(&HashPlan::with(&src, options).unwrap().to_string());
        Ok(())
    });
    // The packed block is written in its own order: nothing is scattered.
    let seen = seen.all();
    for name in ["deinterleave", "fill", "gather", "reverse", "runs", "tiled walk", "transpose"] {
        assert!(seen.contains(&name), "{name} not in {seen:?}");
    }
}

#[test]
fn every_family_lays_out_for_equality() {
    let seen = Seen::default();
    check_cases(10_000, "every_family_lays_out_for_equality", compared, |case| {
        let Compared { pair: Pair { dst, src, options }, kind, .. } = case;
        let plan = EqualPlan::with(&dst, &src, kind.element, Mode::Values, options).unwrap();
        seen.add(&plan.to_string());
        Ok(())
    });
    let seen = seen.all();
    let packs = ["deinterleave", "fill", "gather", "reverse", "runs", "transpose"];
    for name in packs.into_iter().chain(["item by item", "compared with"]) {
        assert!(seen.contains(&name), "{name} not in {seen:?}");
    }
}
