//! Hashes: each value is held to that of the bytes in C order.

use crate::engine::{Engine, Time, Who, measure};
use crate::peers;
use crate::roof::{Ground, Pointer, Roof};
use std::hint::black_box;
use stridewise::{HashPlan, Layout, Level, Options, Order, raw};
use stridewise_benches::memory::Buffer;
use stridewise_benches::naive;
use xxhash_rust::xxh3;

/// Verifies all engines; measures them for so many seconds, unless that is 0.
pub fn row(from: &Layout, seconds: f64) -> Vec<Time> {
    let source = Buffer::new(from).at_line(50).fill();
    let to = Layout::contiguous(from.shape(), from.itemsize(), Order::C).expect("fits");
    let mut scratch = Buffer::new(&to).at_line(21);
    let (s, d) = (Pointer::new(source.origin()), Pointer::new(scratch.origin_mut()));
    let bytes = to.nbytes();
    // SAFETY: the buffers hold the layouts, `to` gaplessly.
    let truth = unsafe {
        let (to_strides, from_strides) = (to.strides(), from.strides());
        naive::copy(to.shape(), to.itemsize(), d.get(), to_strides, s.get(), from_strides);
        naive::check(d.get(), &to, s.get(), from);
        xxh3::xxh3_64(std::slice::from_raw_parts(d.get(), bytes))
    };
    let mut engines = ours(from, s, truth);
    engines.push(loops(&to, from, d, s, truth));
    engines.extend(peers::hashes(&to, from, d, s, truth));
    // Each call checks its answer.
    engines.iter_mut().for_each(Engine::once);
    if seconds == 0.0 {
        return Vec::new();
    }
    let mut ground = Ground::new(Roof::Read, bytes);
    let mut all = ground.engines();
    all.extend(engines);
    measure(all, bytes, seconds)
}

fn ours(from: &Layout, s: Pointer, truth: u64) -> Vec<Engine<'static>> {
    let mut engines = Vec::new();
    let plan = |level| HashPlan::with(from, Options { level, ..Options::default() }).expect("fits");
    let best = plan(None).level();
    for level in Level::available() {
        let plan = plan(Some(level));
        let planned = move || {
            // SAFETY: here and below, the buffer holds the layout.
            assert_eq!(unsafe { plan.xxh3_64_raw(black_box(s.get())) }, truth);
        };
        engines.push(Engine::one("planned", Who::Planned, planned.clone()).at(level));
        if level == best {
            engines.push(Engine::two("planned", Who::Planned, planned).at(level));
        }
    }
    let from = from.clone();
    let oneshot = move || {
        let (shape, s) = (from.shape(), black_box(s.get()));
        // SAFETY: as above.
        let value = unsafe { raw::xxh3_64(shape, from.itemsize(), s, from.strides()) };
        assert_eq!(value, Ok(truth));
    };
    engines.push(Engine::one("one-shot", Who::OneShot, oneshot.clone()).at(best));
    engines.push(Engine::two("one-shot", Who::OneShot, oneshot).at(best));
    engines
}

/// The naive loops to a scratch, which is hashed.
fn loops(to: &Layout, from: &Layout, d: Pointer, s: Pointer, truth: u64) -> Engine<'static> {
    let (to, from) = (to.clone(), from.clone());
    Engine::one("naive copy + xxhash-rust", Who::Naive, move || {
        let (d, s) = (black_box(d.get()), s.get());
        // SAFETY: the buffers hold the layouts, `to` gaplessly.
        let value = unsafe {
            naive::copy(to.shape(), to.itemsize(), d, to.strides(), s, from.strides());
            xxh3::xxh3_64(std::slice::from_raw_parts(d, to.nbytes()))
        };
        assert_eq!(value, truth);
    })
}
