//! Times, always next to those of `memcpy`.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Nanoseconds of a round, about, so that the clock's own cost is lost in it.
const ROUND: f64 = 2e6;
/// Rounds at least, and how long they go on.
const ROUNDS: usize = 7;
const ENOUGH: Duration = Duration::from_millis(250);

/// The best times of something and of `memcpy`: nanoseconds per call.
pub struct Times {
    /// Bytes read and written by it.
    bytes: usize,
    took: f64,
    /// Bytes that `memcpy` read, and wrote.
    copied: usize,
    memcpy: f64,
}

impl Times {
    /// Runs `it`, which reads and writes so many `bytes`, by turns with a
    /// `memcpy` of `copied` bytes.
    pub fn of(bytes: usize, copied: usize, mut it: impl FnMut()) -> Times {
        // Other bytes than 0: untouched zeros might all be one page.
        let (from, mut to) = (vec![1u8; copied], vec![2u8; copied]);
        it();
        let calls = (ROUND / per_call(1, &mut it)).clamp(1.0, 1e5) as u32;
        let (mut took, mut memcpy) = (f64::MAX, f64::MAX);
        let (start, mut rounds) = (Instant::now(), 0);
        while rounds < ROUNDS || start.elapsed() < ENOUGH {
            memcpy = memcpy.min(per_call(calls, || {
                black_box(&mut to).copy_from_slice(black_box(&from));
            }));
            took = took.min(per_call(calls, &mut it));
            rounds += 1;
        }
        Times { bytes, took, copied, memcpy }
    }
}

fn per_call(calls: u32, mut it: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        it();
    }
    start.elapsed().as_nanos().max(1) as f64 / f64::from(calls)
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Times { bytes, took, copied, memcpy } = *self;
        // Bytes a nanosecond are gigabytes a second.
        let (pace, copy) = (bytes as f64 / took, 2.0 * copied as f64 / memcpy);
        let (time, unit) = if took < 10e3 { (took, "ns") } else { (took / 1e3, "us") };
        let ratio = memcpy / took;
        write!(
            f,
            "{time:9.1} {unit} {pace:7.1} GB/s    memcpy {copy:6.1} GB/s    ratio {ratio:5.2}"
        )
    }
}
