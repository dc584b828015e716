//! Copy against memcpy, the naive loop and ndarray.

use crate::{group, wanted};
use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use std::hint::black_box;
use stridewise::{CopyPlan, raw};
use stridewise_benches::cases::{self, Case, Size};
use stridewise_benches::memory::Buffer;
use stridewise_benches::{naive, peers};

pub fn register(criterion: &mut Criterion) {
    // The large ones of these are for the example `floor`: there are many.
    let nasty = cases::nasty().into_iter().filter(|case| case.size == Size::Small);
    let cases = cases::tiny().into_iter().chain(cases::roofline()).chain(nasty);
    for case in cases.filter(wanted) {
        bench(criterion, &case);
    }
}

fn bench(criterion: &mut Criterion, case: &Case) {
    let Case { dst: to, src: from, .. } = case;
    let source = Buffer::filled(from);
    let mut destination = Buffer::new(to);
    let (d, s) = (destination.origin_mut(), source.origin());
    let plan = CopyPlan::new(to, from).expect("layouts that fit");
    // SAFETY: the buffers hold the layouts.
    unsafe {
        plan.run_raw(d, s);
        naive::check(d, to, s, from);
    }
    let mut group = group(criterion, "copy", case, 2 * case.bytes());
    group.bench_function("oneshot", |b| {
        b.iter(|| {
            let (to_strides, from_strides) = (to.strides(), from.strides());
            // SAFETY: as above.
            unsafe {
                raw::copy(to.shape(), to.itemsize(), black_box(d), to_strides, s, from_strides)
            }
        });
    });
    // SAFETY: as above.
    group.bench_function("planned", |b| b.iter(|| unsafe { plan.run_raw(black_box(d), s) }));
    let (a, mut z) = (vec![1u8; case.bytes()], vec![2u8; case.bytes()]);
    group.bench_function("memcpy", |b| b.iter(|| black_box(&mut z[..]).copy_from_slice(&a)));
    group.bench_function("naive", |b| {
        b.iter(|| {
            let (to_strides, from_strides) = (to.strides(), from.strides());
            // SAFETY: as above.
            unsafe {
                naive::copy(to.shape(), to.itemsize(), black_box(d), to_strides, s, from_strides);
            }
        });
    });
    match to.itemsize() {
        1 => ndarray::<u8>(&mut group, case, d, s),
        2 => ndarray::<u16>(&mut group, case, d, s),
        4 => ndarray::<u32>(&mut group, case, d, s),
        8 => ndarray::<u64>(&mut group, case, d, s),
        16 => ndarray::<u128>(&mut group, case, d, s),
        _ => {}
    }
    group.finish();
}

fn ndarray<T: Clone>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    case: &Case,
    d: *mut u8,
    s: *const u8,
) {
    // SAFETY: the buffers hold the layouts and nobody else uses them meanwhile.
    let views = unsafe { (peers::view_mut::<T>(&case.dst, d), peers::view::<T>(&case.src, s)) };
    if let (Some(mut to), Some(from)) = views {
        group.bench_function("ndarray", |b| b.iter(|| black_box(&mut to).assign(&from)));
    }
}
