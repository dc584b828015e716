//! Hashing where it lies, against copying first and hashing then.

use crate::{group, wanted};
use criterion::Criterion;
use std::hint::black_box;
use stridewise::{AnyView, ElementType, HashPlan, raw};
use stridewise_benches::cases;
use stridewise_benches::memory::Buffer;
use stridewise_benches::naive;
use xxhash_rust::xxh3;

pub fn register(criterion: &mut Criterion) {
    for case in cases::hashes().into_iter().filter(wanted) {
        let (from, to) = (&case.src, &case.dst);
        let source = Buffer::filled(from);
        let mut destination = Buffer::new(to);
        let (s, d, bytes) = (source.origin(), destination.origin_mut(), case.bytes());
        // SAFETY: the buffers hold the layouts, `to` gaplessly.
        let by_copy = || unsafe {
            naive::copy(to.shape(), to.itemsize(), d, to.strides(), black_box(s), from.strides());
            xxh3::xxh3_64(std::slice::from_raw_parts(d, bytes))
        };
        let truth = by_copy();
        // SAFETY: as above.
        unsafe { naive::check(d, to, s, from) };
        let element = ElementType::bytes(from.itemsize());
        let view = AnyView::new(source.bytes(), element, from.clone()).expect("held");
        let plan = HashPlan::new(from).expect("a level");
        assert_eq!(plan.xxh3_64(&view), Ok(truth));
        let mut group = group(criterion, "hash", &case, bytes);
        group.bench_function("oneshot", |b| {
            b.iter(|| {
                // SAFETY: as above.
                unsafe { raw::xxh3_64(from.shape(), from.itemsize(), black_box(s), from.strides()) }
            });
        });
        group.bench_function("planned", |b| b.iter(|| plan.xxh3_64(black_box(&view))));
        let dense = vec![1u8; bytes];
        group.bench_function("dense", |b| b.iter(|| xxh3::xxh3_64(black_box(&dense))));
        group.bench_function("naive", |b| b.iter(by_copy));
        group.finish();
    }
}
