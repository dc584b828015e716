//! Equality: the same, and with one item that differs.

use crate::{group, wanted};
use criterion::Criterion;
use std::hint::black_box;
use stridewise::{EqualPlan, Mode, Options, raw};
use stridewise_benches::cases::{self, Case, EqualCase};
use stridewise_benches::naive::{self, Kind};
use stridewise_benches::peers;

pub fn register(criterion: &mut Criterion) {
    for case in cases::equals().iter().filter(|case| wanted(&case.case)) {
        bench(criterion, case);
    }
}

fn bench(criterion: &mut Criterion, case: &EqualCase) {
    let EqualCase { case, kind, differs } = case;
    let (kind, same) = (*kind, differs.is_none());
    let Case { dst: left, src: right, .. } = case;
    let (a, b) = cases::operands(case, *differs);
    let (p, q) = (a.origin(), b.origin());
    let element = kind.element();
    let plan = EqualPlan::with(left, right, element, Mode::Values, Options::default())
        .expect("layouts that fit");
    // SAFETY: the buffers hold the layouts.
    unsafe {
        assert_eq!(plan.run_raw(p, q), same);
        let at = plan.first_mismatch_raw(p, q);
        assert_eq!(at, cases::index_of(*differs, left.shape()));
    }
    let mut group = group(criterion, "equal", case, 2 * case.bytes());
    let (l, r) = (left.strides(), right.strides());
    group.bench_function("oneshot", |b| {
        b.iter(|| {
            // SAFETY: as above.
            unsafe { raw::equal(left.shape(), element, black_box(p), l, q, r, Mode::Values) }
        });
    });
    // SAFETY: as above.
    group.bench_function("planned", |b| b.iter(|| unsafe { plan.run_raw(black_box(p), q) }));
    group.bench_function("first_mismatch", |b| {
        // SAFETY: as above.
        b.iter(|| unsafe { plan.first_mismatch_raw(black_box(p), q) });
    });
    let (x, y) = (vec![1u8; case.bytes()], vec![1u8; case.bytes()]);
    group.bench_function("memcmp", |b| b.iter(|| black_box(&x[..]) == black_box(&y[..])));
    group.bench_function("naive", |b| {
        b.iter(|| {
            // SAFETY: as above.
            unsafe { naive::equal_kind(kind, left.shape(), black_box(p), l, q, r) }
        });
    });
    macro_rules! ndarray {
        ($ty:ty) => {{
            // SAFETY: as above.
            let views = unsafe { (peers::view::<$ty>(left, p), peers::view::<$ty>(right, q)) };
            if let (Some(a), Some(b)) = views {
                group.bench_function("ndarray", |bench| bench.iter(|| black_box(&a) == &b));
            }
        }};
    }
    match kind {
        Kind::Bytes(1) => ndarray!(u8),
        Kind::Bytes(2) => ndarray!(u16),
        Kind::F32 => ndarray!(f32),
        Kind::F64 => ndarray!(f64),
        Kind::Bytes(_) => {}
    }
    group.finish();
}
