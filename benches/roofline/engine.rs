//! What is measured, and how: the engines of a row take turns, and each
//! keeps its best time and its median.

use rayon::ThreadPool;
use std::hash::{BuildHasher, RandomState};
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

    /// Nanoseconds of one of so many calls, after one that brings what fits
    /// into the caches back into them.
    fn per_call(&mut self, calls: u32, warm: bool) -> f64 {
        if warm {
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
/// A call that takes longer than this is not worth one that is not timed.
const COLD: f64 = 16e6;
/// One sample says enough of an engine that takes so long.
const SLOW: f64 = 1e8;
/// Samples of an engine: at least, and at most.
const FEWEST: usize = 2;
const MOST: usize = 1000;
/// Two threads are not let at fewer bytes: waking one takes longer.
const FEW: usize = 64 << 10;

/// Lets the engines take turns until each has had its part of so many seconds;
/// each round in another order, as who comes before decides what is in the caches.
pub fn measure(mut engines: Vec<Engine>, bytes: usize, seconds: f64) -> Vec<Time> {
    engines.retain(|engine| engine.threads == 1 || (bytes >= FEW && two_threads()));
    let share = seconds * 1e9 / engines.len() as f64;
    let first: Vec<f64> = engines.iter_mut().map(|engine| engine.per_call(1, false)).collect();
    let paces: Vec<f64> = engines
        .iter_mut()
        .zip(&first)
        .map(|(engine, &first)| if first > COLD { first } else { engine.per_call(1, false) })
        .collect();
    let mut samples: Vec<Vec<f64>> =
        first.iter().map(|&first| if first > SLOW { vec![first] } else { Vec::new() }).collect();
    let mut spent = vec![0.0; engines.len()];
    let mut order: Vec<usize> = (0..engines.len()).collect();
    loop {
        let mut turns = 0;
        let random = RandomState::new();
        order.sort_by_cached_key(|at| random.hash_one(at));
        for &at in &order {
            let (engine, pace, taken) = (&mut engines[at], paces[at], samples[at].len());
            if (taken == 0 || pace < SLOW)
                && (taken < FEWEST || (taken < MOST && spent[at] < share))
            {
                let calls = (SAMPLE / pace).clamp(1.0, 1e5) as u32;
                let start = Instant::now();
                samples[at].push(engine.per_call(calls, pace < COLD));
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
