//! Copies: ours, the naive loops and the peers, all held to the index-by-index
//! truth.

use crate::engine::{Engine, Time, Who, measure};
use crate::peers;
use crate::roof::{Ground, Pointer, Roof};
use std::hint::black_box;
use stridewise::{CopyPlan, Layout, Level, Options, raw};
use stridewise_benches::memory::Buffer;
use stridewise_benches::naive;

/// What lies around the items of a destination.
const GAP: u8 = 0xa5;

/// The layouts of a copy and where their items at index 0 are.
#[derive(Clone)]
pub struct Bed {
    pub to: Layout,
    pub from: Layout,
    pub d: Pointer,
    pub s: Pointer,
    /// Items are words, and turned around.
    pub swapped: bool,
}

/// Verifies all engines; measures them for so many seconds, unless that is 0.
pub fn row(to: &Layout, from: &Layout, swapped: bool, seconds: f64) -> Vec<Time> {
    let mut destination = Buffer::new(to).at_line(21);
    let source = Buffer::new(from).at_line(50).fill();
    let (d, s) = (destination.origin_mut(), source.origin());
    let start = d.wrapping_offset(-to.offset());
    let len = destination.bytes().len();
    // SAFETY: these are the destination's bytes, which nobody else uses meanwhile.
    let clear = || unsafe { start.write_bytes(GAP, len) };
    // SAFETY: likewise.
    let bytes = || unsafe { std::slice::from_raw_parts(start, len) };

    let (d, s) = (Pointer::new(d), Pointer::new(s));
    let bed = Bed { to: to.clone(), from: from.clone(), d, s, swapped: false };
    clear();
    // SAFETY: the buffers hold the layouts.
    unsafe {
        let (to_strides, from_strides) = (to.strides(), from.strides());
        naive::copy(to.shape(), to.itemsize(), d.get(), to_strides, s.get(), from_strides);
        naive::check(d.get(), to, s.get(), from);
    }
    let truth = bytes().to_vec();

    let items = if swapped { words(&bed) } else { bed.clone() };
    let mut engines = ours(&bed);
    engines.push(loops(&items));
    engines.extend(peers::copies(&items));
    for engine in &mut engines {
        clear();
        engine.once();
        assert!(bytes() == truth, "{} ({}) is wrong", engine.name, engine.level);
    }
    drop(truth);
    if seconds == 0.0 {
        return Vec::new();
    }
    let mut ground = Ground::new(Roof::Copy, to.nbytes());
    let mut all = ground.engines();
    all.extend(engines);
    measure(all, to.nbytes(), seconds)
}

/// Words in place of their bytes.
fn words(bed: &Bed) -> Bed {
    let last = bed.to.ndim() - 1;
    let word = bed.to.shape()[last];
    let of = |layout: &Layout, offset| {
        Layout::new(&layout.shape()[..last], &layout.strides()[..last], word, offset).expect("fits")
    };
    // Backwards, a word's first byte is its last one.
    let back = word as isize - 1;
    Bed {
        to: of(&bed.to, bed.to.offset()),
        from: of(&bed.from, bed.from.offset() - back),
        d: bed.d,
        s: Pointer::new(bed.s.get().wrapping_offset(-back)),
        swapped: true,
    }
}

fn ours(bed: &Bed) -> Vec<Engine<'static>> {
    let Bed { to, from, d, s, .. } = bed.clone();
    let mut engines = Vec::new();
    let plan = CopyPlan::new(&to, &from).expect("layouts that fit");
    let best = plan.level();
    let again = plan.clone();
    // SAFETY: here and below, the buffers hold the layouts.
    let planned = move || unsafe { plan.run_raw(black_box(d.get()), s.get()) };
    engines.push(Engine::one("planned", Who::Planned, planned).at(best));
    for level in Level::available().filter(|&level| level != best) {
        let options = Options { level: Some(level), ..Options::default() };
        let plan = CopyPlan::with(&to, &from, options).expect("layouts that fit");
        // SAFETY: as above.
        let planned = move || unsafe { plan.run_raw(black_box(d.get()), s.get()) };
        engines.push(Engine::one("planned", Who::Planned, planned).at(level));
    }
    // SAFETY: as above.
    let planned = move || unsafe { again.run_raw(black_box(d.get()), s.get()) };
    engines.push(Engine::two("planned", Who::Planned, planned).at(best));
    let oneshot = move || {
        let (shape, item) = (to.shape(), to.itemsize());
        let (d, s) = (black_box(d.get()), s.get());
        // SAFETY: as above.
        let done = unsafe { raw::copy(shape, item, d, to.strides(), s, from.strides()) };
        assert!(done.is_ok());
    };
    engines.push(Engine::one("one-shot", Who::OneShot, oneshot.clone()).at(best));
    engines.push(Engine::two("one-shot", Who::OneShot, oneshot).at(best));
    engines
}

fn loops(bed: &Bed) -> Engine<'static> {
    let Bed { to, from, d, s, swapped } = bed.clone();
    Engine::one("naive", Who::Naive, move || {
        let (shape, d, s) = (to.shape(), black_box(d.get()), s.get());
        // SAFETY: the buffers hold the layouts.
        unsafe {
            if swapped {
                naive::copy_swapped(shape, d, to.strides(), s, from.strides());
            } else {
                naive::copy(shape, to.itemsize(), d, to.strides(), s, from.strides());
            }
        }
    })
}
