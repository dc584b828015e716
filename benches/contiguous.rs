//! To contiguous, C and F, into fresh memory.

use crate::{group, wanted};
use criterion::Criterion;
use std::hint::black_box;
use stridewise::{AnyView, ElementType, Order, to_contiguous_any};
use stridewise_benches::cases;
use stridewise_benches::memory::Buffer;
use stridewise_benches::{naive, peers};

pub fn register(criterion: &mut Criterion) {
    for case in cases::roofline().into_iter().filter(wanted) {
        let source = Buffer::filled(&case.src);
        let element = ElementType::bytes(case.src.itemsize());
        let view = AnyView::new(source.bytes(), element, case.src.clone()).expect("held");
        let mut group = group(criterion, "contiguous", &case, 2 * case.bytes());
        for (name, order) in [("c", Order::C), ("f", Order::F)] {
            let copy = to_contiguous_any(&view, order).expect("memory");
            // SAFETY: the copy is gapless in this order.
            unsafe {
                let layout = case.src.contiguous_like(order);
                naive::check(copy.as_bytes().as_ptr(), &layout, source.origin(), &case.src);
            }
            group.bench_function(name, |b| b.iter(|| to_contiguous_any(black_box(&view), order)));
        }
        let dense = vec![1u8; case.bytes()];
        group.bench_function("memcpy", |b| b.iter(|| black_box(&dense[..]).to_vec()));
        if case.src.itemsize() == 4 {
            // SAFETY: the buffer holds the layout.
            if let Some(view) = unsafe { peers::view::<u32>(&case.src, source.origin()) } {
                group.bench_function("ndarray", |b| {
                    b.iter(|| black_box(&view).as_standard_layout().into_owned());
                });
            }
        }
        group.finish();
    }
}
