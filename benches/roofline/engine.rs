//! What is measured, and how: the engines of a row take turns, and each
//! keeps its best time and its median.

use rayon::ThreadPool;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Who an engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// What cannot be beaten by much: `memcpy`, `memcmp`, a read pass.
    Roof,
    /// Stridewise, planning in each call.
    OneShot,
    /// Stridewise, by a plan that was made before.
    Planned,
    /// The loops that a programmer writes.
    Naive,
    /// Another library.
    Peer,
}

/// A pool of two threads; the global one has one.
pub static TWO: LazyLock<ThreadPool> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads can be had")
});

/// Whether two threads can run at once.
pub fn two_threads() -> bool {
    std::thread::available_parallelism().is_ok_and(|n| n.get() > 1)
}

/// Something that does the work of a row.
pub struct Engine<'a> {
    pub name: &'static str,
    pub who: Who,
    /// The level of the kernels, if it has levels.
    pub level: &'static str,
    pub threads: usize,
    /// Works so many times, and tells how long that took.
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

impl<'a> Engine<'a> {
    /// One thread: the caller's.
    pub fn one(name: &'static str, who: Who, mut work: impl FnMut() + 'a) -> Engine<'a> {
        let run = move |calls| timed(calls, &mut work);
        Engine { name, who, level: "", threads: 1, run: Box::new(run) }
    }

    /// Two threads, timed in the pool: entering it is not the engine's.
    pub fn two(name: &'static str, who: Who, mut work: impl FnMut() + Send + 'a) -> Engine<'a> {
        let run = move |calls| TWO.install(|| timed(calls, &mut work));
        Engine { name, who, level: "", threads: 2, run: Box::new(run) }
    }

    /// Two threads that are its own affair.
    pub fn own_two(name: &'static str, who: Who, work: impl FnMut() + 'a) -> Engine<'a> {
        Engine { threads: 2, ..Engine::one(name, who, work) }
    }

    /// Kernels of this level.
    pub fn at(self, level: stridewise::Level) -> Engine<'a> {
        Engine { level: level.name(), ..self }
    }

    /// Works once.
    pub fn once(&mut self) {
        (self.run)(1);
    }

    /// Nanoseconds of one of so many calls.
    fn per_call(&mut self, calls: u32) -> f64 {
        if calls > 1 {
            // The others' memory is in the caches.
            (self.run)(1);
        }
        (self.run)(calls).as_nanos().max(1) as f64 / f64::from(calls)
    }
}

fn timed(calls: u32, work: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed()
}

/// What an engine took.
#[derive(Clone, Debug)]
pub struct Time {
    pub name: &'static str,
    pub who: Who,
    pub level: &'static str,
    pub threads: usize,
    /// Nanoseconds of a call: the least, and the median.
    pub least: f64,
    pub median: f64,
}

/// A sample takes about so many nanoseconds, or one call.
const SAMPLE: f64 = 200_000.0;
/// Samples of an engine: at least, and at most.
const FEWEST: usize = 2;
const MOST: usize = 1000;

/// Lets the engines take turns until each has had its part of so many seconds.
pub fn measure(engines: &mut [Engine], seconds: f64) -> Vec<Time> {
    let share = seconds * 1e9 / engines.len() as f64;
    let calls: Vec<u32> = engines
        .iter_mut()
        .map(|engine| {
            engine.once();
            let some = engine.per_call(1);
            (SAMPLE / some).clamp(1.0, 1e5) as u32
        })
        .collect();
    let mut samples = vec![Vec::new(); engines.len()];
    let mut spent = vec![0.0; engines.len()];
    loop {
        let mut turns = 0;
        for (at, engine) in engines.iter_mut().enumerate() {
            let taken = samples[at].len();
            if taken < FEWEST || (taken < MOST && spent[at] < share) {
                let start = Instant::now();
                samples[at].push(black_box(engine.per_call(calls[at])));
                spent[at] += start.elapsed().as_nanos() as f64;
                turns += 1;
            }
        }
        if turns == 0 {
            break;
        }
    }
    let times = engines.iter().zip(samples).map(|(engine, mut samples)| {
        samples.sort_by(f64::total_cmp);
        let Engine { name, who, level, threads, .. } = *engine;
        let (least, median) = (samples[0], samples[samples.len() / 2]);
        Time { name, who, level, threads, least, median }
    });
    times.collect()
}
