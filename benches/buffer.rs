//! Memory views against the verbs that they call, and a view's life.
//!
//! Of large rows the view's time is to be within a tenth of the verb's.

use criterion::{Criterion, Throughput};
use std::hint::black_box;
use std::sync::Arc;
use stridewise::buffer::{Buffer, Exporter, MemoryView};
use stridewise::{
    Array, Element, IndirectArray, Order, Slice, View, equal, to_contiguous, xxh3_64,
};

/// Bytes of a large operand.
const LARGE: usize = 64 << 20;

pub fn register(criterion: &mut Criterion) {
    life(criterion);
    let test = cfg!(debug_assertions) || std::env::args().any(|word| word == "--test");
    for bytes in [64, if test { 1 << 10 } else { LARGE }] {
        equality(criterion, "B", bytes, 7u8);
        equality(criterion, "d", bytes, 1.5f64);
        turned(criterion, bytes);
        pointers(criterion, bytes);
    }
}

/// A view is made, sliced and dropped.
fn life(criterion: &mut Criterion) {
    let exporter: Arc<dyn Exporter> = Arc::new(Buffer::from(vec![0u8; 100]));
    let buffer = Buffer::from(vec![0u8; 100]);
    let mut group = criterion.benchmark_group("buffer/life");
    group.bench_function("exporter", |b| {
        b.iter(|| {
            let view = MemoryView::from_exporter(Arc::clone(black_box(&exporter)));
            view.expect("a full exporter").slice(0, Slice::new(Some(2), None, 3))
        });
    });
    let view = MemoryView::from_buffer(buffer);
    group.bench_function("slice", |b| b.iter(|| black_box(&view).slice(0, 2..50)));
    group.bench_function("get", |b| b.iter(|| black_box(&view).get(&[50])));
    group.finish();
}

fn equality<T: Element>(criterion: &mut Criterion, format: &str, bytes: usize, item: T) {
    let items = vec![item; bytes / size_of::<T>()];
    let mut group = criterion.benchmark_group(format!("buffer/equal-{format}/{bytes}"));
    group.throughput(Throughput::Bytes(2 * bytes as u64));
    {
        let (a, b) = (items.clone(), items.clone());
        let shape = [items.len()];
        let (a, b) = (View::new(&a, &shape).expect("fits"), View::new(&b, &shape).expect("fits"));
        group.bench_function("verb", |bench| bench.iter(|| equal(black_box(&a), &b)));
    }
    let [a, b] = [items.clone(), items].map(|items| MemoryView::from_buffer(items.into()));
    assert!(a == b);
    group.bench_function("view", |bench| bench.iter(|| black_box(&a).equal(&b)));
    group.finish();
}

fn turned(criterion: &mut Criterion, bytes: usize) {
    let side = ((bytes / 4) as f64).sqrt() as usize;
    let items: Vec<f32> = (0..side * side).map(|i| i as f32).collect();
    let mut group = criterion.benchmark_group(format!("buffer/tobytes-turned/{bytes}"));
    group.throughput(Throughput::Bytes(8 * (side * side) as u64));
    let array = Array::new(items, &[side, side]).expect("fits");
    let turned = array.view().transpose();
    group.bench_function("verb", |b| b.iter(|| to_contiguous(black_box(&turned), Order::C)));
    let expected = to_contiguous(&turned, Order::C).expect("memory").into_vec();
    let view = MemoryView::from_buffer(array.into());
    let found = view.tobytes(Order::F).expect("memory");
    assert!(found.chunks(4).zip(expected).all(|(bytes, item)| bytes == item.to_ne_bytes()));
    group.bench_function("view", |b| b.iter(|| black_box(&view).tobytes(Order::F)));
    group.finish();
}

/// Rows behind pointers against the same bytes in a row.
fn pointers(criterion: &mut Criterion, bytes: usize) {
    let rows = (bytes as f64).sqrt() as usize;
    let row = |i: usize| Array::new(vec![i as u8; rows], &[rows]).expect("fits");
    let dense: Vec<u8> = (0..rows * rows).map(|i| (i / rows) as u8).collect();
    let mut group = criterion.benchmark_group(format!("buffer/hash-pointers/{bytes}"));
    group.throughput(Throughput::Bytes((rows * rows) as u64));
    let view = View::new(&dense, &[rows, rows]).expect("fits");
    group.bench_function("verb", |b| b.iter(|| xxh3_64(black_box(&view))));
    let array = IndirectArray::new((0..rows).map(row).collect()).expect("alike");
    let pointers = MemoryView::from_buffer(array.into());
    assert_eq!(pointers.xxh3_64().expect("not released"), xxh3_64(&view).expect("a level"));
    group.bench_function("view", |b| b.iter(|| black_box(&pointers).xxh3_64()));
    group.finish();
}
