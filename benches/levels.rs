//! Every kernel family at every level.

use crate::{group, wanted};
use criterion::Criterion;
use std::hint::black_box;
use stridewise::{AnyView, CopyPlan, ElementType, EqualPlan, HashPlan, Level, Mode, Options};
use stridewise_benches::cases::{self, EqualCase};
use stridewise_benches::memory::Buffer;
use stridewise_benches::naive;

/// A case for each family of copy kernels.
const FAMILIES: [&str; 13] = [
    "rows-sliced-f32",
    "fill-u8",
    "step2-f32",
    "step3-u8",
    "to-step2-f32",
    "reverse-u8",
    "step3-to-step2-f32",
    "nhwc-to-nchw-u8",
    "nchw-to-nhwc-u8",
    "transpose-u8",
    "transpose-f32",
    "transpose-12-bytes",
    "axes-of-2-f32",
];

pub fn register(criterion: &mut Criterion) {
    let all = cases::roofline().into_iter().chain(cases::nasty());
    for case in all.filter(|case| FAMILIES.contains(&case.name) && wanted(case)) {
        let source = Buffer::filled(&case.src);
        let mut destination = Buffer::new(&case.dst);
        let (d, s) = (destination.origin_mut(), source.origin());
        let mut group = group(criterion, "levels/copy", &case, 2 * case.bytes());
        for options in levels() {
            let plan = CopyPlan::with(&case.dst, &case.src, options).expect("fits");
            // SAFETY: the buffers hold the layouts.
            unsafe {
                plan.run_raw(d, s);
                naive::check(d, &case.dst, s, &case.src);
            }
            // SAFETY: as above.
            let run = || unsafe { plan.run_raw(black_box(d), s) };
            group.bench_function(plan.level().name(), |b| b.iter(run));
        }
        group.finish();
    }
    let equals = ["contiguous-f64", "contiguous-u8", "transposed-f32"];
    for EqualCase { case, kind, differs } in cases::equals() {
        if !equals.contains(&case.name) || !wanted(&case) {
            continue;
        }
        let (a, b) = cases::operands(&case, differs);
        let mut group = group(criterion, "levels/equal", &case, 2 * case.bytes());
        for options in levels() {
            let plan = EqualPlan::with(&case.dst, &case.src, kind.element(), Mode::Values, options);
            let plan = plan.expect("fits");
            // SAFETY: the buffers hold the layouts.
            let run = || unsafe { plan.run_raw(black_box(a.origin()), b.origin()) };
            assert!(run());
            group.bench_function(plan.level().name(), |b| b.iter(run));
        }
        group.finish();
    }
    let hashes = ["contiguous-u8", "transposed-f32", "short-rows-20-u8"];
    for case in cases::hashes() {
        if !hashes.contains(&case.name) || !wanted(&case) {
            continue;
        }
        let source = Buffer::filled(&case.src);
        let element = ElementType::bytes(case.src.itemsize());
        let view = AnyView::new(source.bytes(), element, case.src.clone()).expect("held");
        let mut group = group(criterion, "levels/hash", &case, case.bytes());
        for options in levels() {
            let plan = HashPlan::with(&case.src, options).expect("fits");
            assert_eq!(plan.xxh3_64(&view).ok(), stridewise::xxh3_64(&view).ok());
            group
                .bench_function(plan.level().name(), |b| b.iter(|| plan.xxh3_64(black_box(&view))));
        }
        group.finish();
    }
}

/// One thread at each level.
fn levels() -> impl Iterator<Item = Options> {
    Level::available().map(|level| Options { level: Some(level), chunks: Some(1), caches: None })
}
