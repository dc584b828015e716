//! Comparisons: each answer is held to the one that the row was made for.

use crate::engine::{Engine, Time, Who, measure};
use crate::peers;
use crate::roof::{Ground, Pointer, Roof};
use std::hint::black_box;
use stridewise::{EqualPlan, Layout, Level, Mode, Options, raw};
use stridewise_benches::cases::{self, Case, Size};
use stridewise_benches::naive::{self, Kind};

/// Two operands, and whether they are equal.
#[derive(Clone)]
pub struct Pair {
    pub left: Layout,
    pub right: Layout,
    pub a: Pointer,
    pub b: Pointer,
    pub kind: Kind,
    pub same: bool,
}

/// Verifies all engines; measures them for so many seconds, unless that is 0.
pub fn row(
    [left, right]: [&Layout; 2],
    kind: Kind,
    differs: Option<usize>,
    seconds: f64,
) -> Vec<Time> {
    let case = Case { name: "", size: Size::Large, dst: left.clone(), src: right.clone() };
    let (left_bytes, right_bytes) = cases::operands(&case, differs);
    let (a, b) = (Pointer::new(left_bytes.origin()), Pointer::new(right_bytes.origin()));
    let (left, right) = (left.clone(), right.clone());
    let same = differs.is_none();
    let pair = Pair { left, right, a, b, kind, same };
    if same {
        // SAFETY: the buffers hold the layouts.
        unsafe { naive::check(a.get(), &pair.left, b.get(), &pair.right) };
    }
    let mut engines = ours(&pair, differs);
    engines.push(loops(&pair));
    engines.extend(peers::comparisons(&pair));
    // Each call checks its answer.
    engines.iter_mut().for_each(Engine::once);
    if seconds == 0.0 {
        return Vec::new();
    }
    let mut ground = Ground::new(Roof::Compare { equal: differs != Some(0) }, pair.left.nbytes());
    let mut all = ground.engines();
    all.extend(engines);
    measure(all, pair.left.nbytes(), seconds)
}

fn ours(pair: &Pair, differs: Option<usize>) -> Vec<Engine<'static>> {
    let Pair { left, right, a, b, kind, same } = pair.clone();
    let element = kind.element();
    let index = cases::index_of(differs, left.shape());
    let mut engines = Vec::new();
    let plan = |level| {
        let options = Options { level, ..Options::default() };
        EqualPlan::with(&left, &right, element, Mode::Values, options).expect("layouts that fit")
    };
    let best = plan(None).level();
    // Where they differ at some depth, finding that is what is measured.
    let search = differs.is_some_and(|at| at > 0);
    let run = move |plan: &EqualPlan| {
        let (a, b) = (black_box(a.get()), b.get());
        // SAFETY: here and below, the buffers hold the layouts.
        unsafe {
            if search {
                assert_eq!(plan.first_mismatch_raw(a, b), index);
            } else {
                assert_eq!(plan.run_raw(a, b), same);
            }
        }
    };
    for level in Level::available() {
        let (plan, run) = (plan(Some(level)), run.clone());
        engines.push(Engine::one("planned", Who::Planned, move || run(&plan)).at(level));
    }
    let plan = plan(None);
    engines.push(Engine::two("planned", Who::Planned, move || run(&plan)).at(best));
    let oneshot = move || {
        let (shape, l, r) = (left.shape(), left.strides(), right.strides());
        let (a, b) = (black_box(a.get()), b.get());
        // SAFETY: as above.
        let equal = unsafe { raw::equal(shape, element, a, l, b, r, Mode::Values) };
        assert_eq!(equal, Ok(same));
    };
    engines.push(Engine::one("one-shot", Who::OneShot, oneshot.clone()).at(best));
    engines.push(Engine::two("one-shot", Who::OneShot, oneshot).at(best));
    engines
}

fn loops(pair: &Pair) -> Engine<'static> {
    let Pair { left, right, a, b, kind, same } = pair.clone();
    Engine::one("naive", Who::Naive, move || {
        let (a, b) = (black_box(a.get()), b.get());
        let (shape, l, r) = (left.shape(), left.strides(), right.strides());
        // SAFETY: the buffers hold the layouts.
        let equal = unsafe { naive::equal_kind(kind, shape, a, l, b, r) };
        assert_eq!(equal, same);
    })
}
