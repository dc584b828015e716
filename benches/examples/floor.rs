//! Holds every case of the catalogue to the naive loop, at every level.
//!
//! `cargo run --release -p stridewise-benches --example floor -- [copy|equal|hash] [sweep] [name] [--large|--small]`
//!
//! Prints nanoseconds of the naive loop and of `memcpy`, and how often ours
//! goes into the naive loop's time: one-shot, planned at each level. A ratio
//! below 1 is marked and repeated at the end. `sweep` takes the thousands of cases
//! between the catalogue's.

use std::hint::black_box;
use std::time::{Duration, Instant};
use stridewise::{
    AnyView, CopyPlan, EqualPlan, HashPlan, Layout, Level, Mode, Options, Order, raw,
};
use stridewise_benches::cases::{self, Case, EqualCase, Size};
use stridewise_benches::memory::Buffer;
use stridewise_benches::naive;

/// A loss must be larger than what a busy machine does to a minimum.
const NOISE: f64 = 0.95;

/// An engine of a case.
type Engine<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the first pool");
    let words: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| words.iter().any(|w| w == name);
    let verbs = ["copy", "equal", "hash"];
    let verb = |name| flag(name) || !verbs.into_iter().any(flag);
    let sweep = flag("sweep");
    let wanted = words
        .iter()
        .find(|w| !w.starts_with("--") && *w != "sweep" && !verbs.contains(&w.as_str()));
    let keep = |case: &Case| {
        wanted.is_none_or(|name| case.name.contains(name.as_str()))
            && !(flag("--small") && case.size == Size::Large)
            && !(flag("--large") && case.size != Size::Large)
    };
    let mut report = Report::new();
    if sweep {
        report.patience = Duration::from_millis(20);
    }
    let cases = |catalogue: fn() -> Vec<Case>| {
        let all = if sweep { cases::sweep() } else { catalogue() };
        all.into_iter().filter(keep)
    };
    if verb("copy") {
        let catalogue = || [cases::tiny(), cases::roofline(), cases::nasty()].concat();
        cases(catalogue).for_each(|case| copy(&case, &mut report));
    }
    if verb("equal") {
        let all: Vec<EqualCase> = if sweep {
            cases::sweep().into_iter().map(EqualCase::of).collect()
        } else {
            cases::equals()
        };
        all.iter().filter(|case| keep(&case.case)).for_each(|case| equal(case, &mut report));
    }
    if verb("hash") {
        cases(cases::hashes).for_each(|case| hash(&case, &mut report));
    }
    report.end();
}

fn copy(case: &Case, report: &mut Report) {
    let Case { dst: to, src: from, .. } = case;
    let src = Buffer::filled(from);
    let mut dst = Buffer::new(to);
    let (d, s) = (dst.origin_mut(), src.origin());
    let mut engines: Vec<Engine> = vec![
        (
            "naive",
            // SAFETY: the buffers hold their layouts.
            Box::new(|| unsafe {
                naive::copy(
                    to.shape(),
                    to.itemsize(),
                    black_box(d),
                    to.strides(),
                    s,
                    from.strides(),
                );
            }),
        ),
        ("memcpy", memcpy(case.bytes())),
        (
            "one-shot",
            // SAFETY: the buffers hold their layouts.
            Box::new(|| unsafe {
                raw::copy(to.shape(), to.itemsize(), black_box(d), to.strides(), s, from.strides())
                    .expect("fits");
            }),
        ),
    ];
    for level in Level::available() {
        let options = Options { level: Some(level), chunks: Some(1), caches: None };
        let plan = CopyPlan::with(to, from, options).expect("fits");
        // SAFETY: as above.
        unsafe {
            plan.run_raw(d, s);
            naive::check(d, to, s, from);
        }
        // SAFETY: as above.
        engines.push((level.name(), Box::new(move || unsafe { plan.run_raw(black_box(d), s) })));
    }
    report.case("copy", case, engines);
}

/// A copy of so many bytes between buffers of its own.
fn memcpy(bytes: usize) -> Box<dyn FnMut()> {
    let (a, mut b) = (vec![1u8; bytes], vec![2u8; bytes]);
    Box::new(move || black_box(&mut b[..]).copy_from_slice(&a))
}

fn equal(case: &EqualCase, report: &mut Report) {
    let EqualCase { case, kind, differs } = case;
    let Case { dst: left, src: right, .. } = case;
    let (a, b) = cases::operands(case, *differs);
    let (p, q) = (a.origin(), b.origin());
    let element = kind.element();
    let bytes = case.bytes();
    let (x, y) = (vec![1u8; bytes], vec![1u8; bytes]);
    let mut engines: Vec<Engine> = vec![
        (
            "naive",
            // SAFETY: the buffers hold their layouts.
            Box::new(|| unsafe {
                let (l, r) = (left.strides(), right.strides());
                black_box(naive::equal_kind(*kind, left.shape(), black_box(p), l, q, r));
            }),
        ),
        (
            "memcmp",
            Box::new(|| {
                black_box(black_box(&x[..]) == &y[..]);
            }),
        ),
        (
            "one-shot",
            // SAFETY: the buffers hold their layouts.
            Box::new(|| unsafe {
                let (l, r) = (left.strides(), right.strides());
                let same = raw::equal(left.shape(), element, black_box(p), l, q, r, Mode::Values);
                assert_eq!(same, Ok(differs.is_none()));
            }),
        ),
    ];
    for level in Level::available() {
        let options = Options { level: Some(level), chunks: Some(1), caches: None };
        let plan = EqualPlan::with(left, right, element, Mode::Values, options).expect("fits");
        // SAFETY: as above.
        assert_eq!(unsafe { plan.run_raw(p, q) }, differs.is_none(), "{}", case.name);
        engines.push((
            level.name(),
            Box::new(move || {
                // SAFETY: as above.
                black_box(unsafe { plan.run_raw(black_box(p), q) });
            }),
        ));
    }
    report.case("equal", case, engines);
}

fn hash(case: &Case, report: &mut Report) {
    let from = &case.src;
    let to = &Layout::contiguous(from.shape(), from.itemsize(), Order::C).expect("fits");
    let src = Buffer::filled(from);
    let mut dst = Buffer::new(to);
    let (d, s) = (dst.origin_mut(), src.origin());
    let bytes = case.bytes();
    // SAFETY: the buffers hold their layouts; `dst` is gapless.
    let by_copy = move || unsafe {
        naive::copy(to.shape(), to.itemsize(), d, to.strides(), black_box(s), from.strides());
        xxhash_rust::xxh3::xxh3_64(std::slice::from_raw_parts(d, bytes))
    };
    let truth = by_copy();
    let dense = vec![1u8; bytes];
    let view =
        AnyView::new(src.bytes(), stridewise::ElementType::bytes(from.itemsize()), from.clone())
            .expect("the buffer holds it");
    let mut engines: Vec<Engine> = vec![
        (
            "naive",
            Box::new(move || {
                black_box(by_copy());
            }),
        ),
        (
            "dense",
            Box::new(|| {
                black_box(xxhash_rust::xxh3::xxh3_64(black_box(&dense)));
            }),
        ),
        (
            "one-shot",
            // SAFETY: the buffers hold their layouts.
            Box::new(|| unsafe {
                let value =
                    raw::xxh3_64(from.shape(), from.itemsize(), black_box(s), from.strides());
                assert_eq!(value, Ok(truth));
            }),
        ),
    ];
    for level in Level::available() {
        let options = Options { level: Some(level), chunks: Some(1), caches: None };
        let plan = HashPlan::with(from, options).expect("fits");
        assert_eq!(plan.xxh3_64(&view), Ok(truth), "{}", case.name);
        let view = view.clone();
        engines.push((
            level.name(),
            Box::new(move || {
                black_box(plan.xxh3_64(black_box(&view)).expect("as planned"));
            }),
        ));
    }
    report.case("hash", case, engines);
}

struct Report {
    losses: Vec<String>,
    /// How long a case is measured.
    patience: Duration,
}

impl Report {
    fn new() -> Report {
        print!("{:<44}{:>12}{:>12}{:>10}", "case", "naive ns", "roof ns", "one-shot");
        Level::available().for_each(|level| print!("{:>9}", level.name()));
        println!("   naive / ours");
        Report { losses: Vec::new(), patience: Duration::from_millis(400) }
    }

    /// Times the engines in turns and prints the minima.
    fn case(&mut self, verb: &str, case: &Case, mut engines: Vec<Engine>) {
        let id = format!("{verb}/{}/{}", case.name, case.size.name());
        let times = minima(&mut engines, self.patience);
        let naive = times[0];
        print!("{id:<44}{naive:>12.1}{:>12.1}", times[1]);
        for (at, (name, _)) in engines.iter().enumerate().skip(2) {
            let ratio = naive / times[at];
            // Planning a tiny copy is measured, not held to the loop.
            let planning = at == 2 && case.size == Size::Tiny;
            let lost = ratio < NOISE && !planning;
            let width = if at == 2 { 9 } else { 8 };
            print!("{ratio:>width$.2}{}", if lost { '!' } else { ' ' });
            if lost {
                self.losses.push(format!("{id} {name}: {ratio:.2} ({:.0} ns)", times[at]));
            }
        }
        println!();
    }

    fn end(&self) {
        println!("\n{} losses", self.losses.len());
        self.losses.iter().for_each(|loss| println!("  {loss}"));
    }
}

/// What a core needs to wake its wide registers, and more.
const WARM: Duration = Duration::from_micros(30);

/// The least nanoseconds that each engine took for one call.
fn minima(engines: &mut [Engine], patience: Duration) -> Vec<f64> {
    let calls: Vec<u32> = engines
        .iter_mut()
        .map(|(_, run)| {
            run();
            let start = Instant::now();
            run();
            (20_000 / start.elapsed().as_nanos().max(5)).clamp(1, 2000) as u32
        })
        .collect();
    let mut least = vec![f64::MAX; engines.len()];
    let (start, mut round) = (Instant::now(), 0);
    while round < 5 || (round < 150 && start.elapsed() < patience) {
        for ((least, (_, run)), &calls) in least.iter_mut().zip(engines.iter_mut()).zip(&calls) {
            let start = Instant::now();
            while start.elapsed() < WARM {
                run();
            }
            let start = Instant::now();
            for _ in 0..calls {
                run();
            }
            *least = least.min(start.elapsed().as_nanos() as f64 / f64::from(calls));
        }
        round += 1;
    }
    least
}
