//! Copies into memory that is new in each call, faults and all.

use crate::engine::{Engine, Time, Who, measure};
use ndarray::ArrayView;
use std::hint::black_box;
use stridewise::{AnyView, ElementType, Layout, Order, to_contiguous_any};
use stridewise_benches::memory::Buffer;
use stridewise_benches::{naive, peers};

/// Verifies all engines; measures them for so many seconds, unless that is 0.
/// The roof is `memcpy` into a new vector.
pub fn row(from: &Layout, seconds: f64) -> Vec<Time> {
    let source = Buffer::new(from).at_line(50).fill();
    let dense = source.bytes();
    let element = ElementType::of::<f32>();
    let view = AnyView::new(dense, element, from.clone()).expect("the buffer holds it");
    let to = from.contiguous_like(Order::C);
    let best = stridewise::level().expect("a level");

    let once = to_contiguous_any(&view, Order::C).expect("there is memory");
    // SAFETY: both hold their layouts.
    unsafe { naive::check(once.as_bytes().as_ptr(), &to, source.origin(), from) };
    drop(once);
    // SAFETY: the buffer holds the layout.
    let items: ArrayView<f32, _> = unsafe { peers::view(from, source.origin()) }.expect("f32");
    let ours = || drop(black_box(to_contiguous_any(black_box(&view), Order::C)));
    let mut engines = vec![
        Engine::one("to_contiguous", Who::OneShot, ours).at(best),
        Engine::two("to_contiguous", Who::OneShot, ours).at(best),
        Engine::one("ndarray", Who::Peer, || {
            drop(black_box(black_box(&items).as_standard_layout().into_owned()));
        }),
    ];
    engines.iter_mut().for_each(Engine::once);
    if seconds == 0.0 {
        return Vec::new();
    }
    let memcpy = || drop(black_box(black_box(dense).to_vec()));
    engines.push(Engine::one("memcpy to a new vector", Who::Roof, memcpy));
    engines.push(Engine::two("memcpy to a new vector", Who::Roof, memcpy));
    measure(engines, to.nbytes(), seconds)
}
