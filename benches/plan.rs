//! Planning alone, for few and many axes.

use criterion::{BenchmarkId, Criterion};
use std::hint::black_box;
use stridewise::{CopyPlan, ElementType, EqualPlan, HashPlan, Layout, Mode, Options, Order};

pub fn register(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    for ndim in [1, 2, 3, 4, 6, 8, 16, 32] {
        let to = Layout::contiguous(&vec![2; ndim], 4, Order::C).expect("fits");
        let from = to.transpose().expect("dense");
        group.bench_function(BenchmarkId::new("copy", ndim), |b| {
            b.iter(|| CopyPlan::new(black_box(&to), &from));
        });
        group.bench_function(BenchmarkId::new("equal", ndim), |b| {
            let options = Options::default();
            let element = ElementType::of::<f32>();
            b.iter(|| EqualPlan::with(black_box(&to), &from, element, Mode::Values, options));
        });
        group.bench_function(BenchmarkId::new("hash", ndim), |b| {
            b.iter(|| HashPlan::new(black_box(&from)));
        });
    }
    group.finish();
}
