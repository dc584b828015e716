//! One binary for all benchmarks; the modules register their groups.
//!
//! Ids are verb/case/size/engine. Every result is held to the index-by-index
//! truth before it is timed. Run as a test (`--test`, or a debug build) only
//! the small sizes are taken.

mod buffer;
mod contiguous;
mod copy;
mod equal;
mod hash;
mod levels;
mod plan;
mod values;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use std::time::Duration;
use stridewise_benches::cases::{Case, Size};

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(40))
        .measurement_time(Duration::from_millis(150))
        .sample_size(10)
        .without_plots()
        .configure_from_args();
    copy::register(&mut criterion);
    contiguous::register(&mut criterion);
    equal::register(&mut criterion);
    hash::register(&mut criterion);
    plan::register(&mut criterion);
    values::register(&mut criterion);
    buffer::register(&mut criterion);
    levels::register(&mut criterion);
    criterion.final_summary();
}

/// Whether a case is worth the time of this kind of run.
fn wanted(case: &Case) -> bool {
    let test = cfg!(debug_assertions) || std::env::args().any(|word| word == "--test");
    !test || case.size != Size::Large
}

/// The group of a case; `bytes` are read and written by one call.
fn group<'a>(
    criterion: &'a mut Criterion,
    verb: &str,
    case: &Case,
    bytes: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("{verb}/{}/{}", case.name, case.size.name()));
    group.throughput(Throughput::Bytes(bytes as u64)).sampling_mode(SamplingMode::Flat);
    group
}
