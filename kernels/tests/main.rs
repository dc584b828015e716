//! What every family is held to: the naive loop, at every level.

#[allow(dead_code, reason = "of the library's own module, only what is tested")]
#[path = "../src/ahead.rs"]
mod ahead;
mod asked;
#[allow(dead_code, reason = "of the library's own module, only the tests")]
#[path = "../src/caches.rs"]
mod caches;
mod copy;
mod equal;
mod hash;
mod plane;

use caches::{Caches, Prefetch};
use stridewise_kernels::Level;

// What `ahead` needs of the library: a level that its tests can watch.
mod dispatch {
    pub(crate) trait Simd: Copy {
        unsafe fn prefetch(p: *const u8);
        unsafe fn prefetch_near(p: *const u8);
    }
}
mod transpose {
    pub(crate) const LINE: usize = 64;
}

/// Runs `f` at each level of this CPU, with and without what only some CPUs of
/// that level have.
pub(crate) fn for_each_level(mut f: impl FnMut(Level)) {
    for level in Level::available() {
        f(level);
        if level.common() != level {
            f(level.common());
        }
    }
}

/// A small generator of test values (SplitMix64; Steele, Lea and Flood 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A value in `low..=high`.
    pub(crate) fn within(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }
}

#[test]
fn levels_are_ordered_and_named() {
    let levels: Vec<_> = Level::available().collect();
    assert_eq!(levels[0], Level::SCALAR);
    assert!(levels.is_sorted());
    assert_eq!(levels.last(), Some(&Level::detect()));
    assert!(levels.iter().all(|level| Level::NAMES.contains(&level.name())));
}
