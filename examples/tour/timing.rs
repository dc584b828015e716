//! Times, always next to those of `memcpy`.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Bytes that one round moves at least, so that the clock does not matter.
const ROUND: usize = 16 << 20;
/// Rounds at least, and how long they go on.
const ROUNDS: usize = 7;
const ENOUGH: Duration = Duration::from_millis(250);

/// The best times of something and of `memcpy`, per call.
pub struct Times {
    /// Bytes read and written by it.
    bytes: usize,
    took: Duration,
    /// Bytes that `memcpy` read, and wrote.
    copied: usize,
    memcpy: Duration,
}

impl Times {
    /// Runs `it`, which reads and writes so many `bytes`, by turns with a
    /// `memcpy` of `copied` bytes.
    pub fn of(bytes: usize, copied: usize, mut it: impl FnMut()) -> Times {
        // Other bytes than 0: untouched zeros might all be one page.
        let (from, mut to) = (vec![1u8; copied], vec![2u8; copied]);
        let calls = (ROUND / bytes.max(64)).max(1) as u32;
        let (mut took, mut memcpy) = (Duration::MAX, Duration::MAX);
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

fn per_call(calls: u32, mut it: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        it();
    }
    start.elapsed() / calls
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gigabytes = |bytes: usize, took: Duration| bytes as f64 / took.as_nanos().max(1) as f64;
        let ratio = self.memcpy.as_nanos().max(1) as f64 / self.took.as_nanos().max(1) as f64;
        write!(
            f,
            "{:9.1} us {:7.1} GB/s    memcpy {:6.1} GB/s    ratio {ratio:5.2}",
            self.took.as_nanos() as f64 / 1e3,
            gigabytes(self.bytes, self.took),
            gigabytes(2 * self.copied, self.memcpy),
        )
    }
}
