//! The roof: `memcpy`, `memcmp` or one read pass of as many bytes, over
//! memory of its own, on one thread and on two halves in two threads.

use crate::engine::{Engine, Who};
use std::hint::black_box;
use stridewise::{Layout, Order};
use stridewise_benches::memory::Buffer;

/// A pointer that engines take to other threads: the buffers that it leads
/// to outlive them, and one engine runs at a time.
#[derive(Clone, Copy)]
pub struct Pointer(*mut u8);

// SAFETY: see above; a pointer by itself does nothing.
unsafe impl Send for Pointer {}
// SAFETY: likewise.
unsafe impl Sync for Pointer {}

impl Pointer {
    pub fn new(to: *const u8) -> Pointer {
        Pointer(to.cast_mut())
    }

    pub fn get(self) -> *mut u8 {
        self.0
    }
}

/// What the roof does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roof {
    Copy,
    /// All bytes are equal, or the first is not.
    Compare {
        equal: bool,
    },
    Read,
}

/// The bytes that a roof works on.
pub struct Ground {
    roof: Roof,
    from: Buffer,
    to: Buffer,
}

impl Ground {
    pub fn new(roof: Roof, bytes: usize) -> Ground {
        let layout = |n| Layout::contiguous(&[n], 1, Order::C).expect("fits");
        let from = Buffer::new(&layout(bytes)).at_line(5).fill();
        let second = if roof == Roof::Read { 0 } else { bytes };
        let mut to = Buffer::new(&layout(second)).at_line(38).fill();
        if roof == (Roof::Compare { equal: false }) {
            to.bytes_mut()[0] ^= 1;
        }
        Ground { roof, from, to }
    }

    /// The roof's engines.
    pub fn engines(&mut self) -> Vec<Engine<'_>> {
        let bytes = self.from.bytes().len();
        let (from, to) = (Pointer::new(self.from.origin()), Pointer::new(self.to.origin_mut()));
        let half = bytes / 128 * 64;
        macro_rules! pair {
            ($name:literal, $work:ident) => {
                vec![
                    // SAFETY: both buffers have so many bytes.
                    Engine::one($name, Who::Roof, move || unsafe { $work(from, to, 0, bytes) }),
                    Engine::two($name, Who::Roof, move || {
                        // SAFETY: likewise, and the halves do not meet.
                        let halves = unsafe {
                            (|| $work(from, to, 0, half), || $work(from, to, half, bytes - half))
                        };
                        rayon::join(halves.0, halves.1);
                    }),
                ]
            };
        }
        match self.roof {
            Roof::Copy => pair!("memcpy", copy),
            Roof::Compare { .. } => pair!("memcmp", compare),
            Roof::Read => pair!("read pass", read),
        }
    }
}

/// # Safety
/// Both have `bytes` from `at` on, apart from each other.
unsafe fn copy(from: Pointer, to: Pointer, at: usize, bytes: usize) {
    // SAFETY: the caller's.
    unsafe {
        std::ptr::copy_nonoverlapping(black_box(from.get().add(at)), to.get().add(at), bytes);
        black_box(to.get());
    }
}

/// # Safety
/// Both have `bytes` from `at` on.
unsafe fn compare(a: Pointer, b: Pointer, at: usize, bytes: usize) {
    // SAFETY: the caller's.
    let bytes = |p: Pointer| unsafe { std::slice::from_raw_parts(p.get().add(at), bytes) };
    black_box(black_box(bytes(a)) == bytes(b));
}

/// # Safety
/// It has `bytes` from `at` on.
unsafe fn read(from: Pointer, _: Pointer, at: usize, bytes: usize) {
    // SAFETY: the caller's.
    let bytes = unsafe { std::slice::from_raw_parts(black_box(from.get().add(at)), bytes) };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: as just seen.
        black_box(unsafe { sum_avx2(bytes) });
        return;
    }
    black_box(sum(bytes));
}

/// All words combined, eight lines in flight.
#[inline(always)]
fn sum(bytes: &[u8]) -> u64 {
    let mut sums = [0u64; 32];
    let (chunks, rest) = bytes.as_chunks::<256>();
    for chunk in chunks {
        for (sum, word) in sums.iter_mut().zip(chunk.as_chunks::<8>().0) {
            *sum ^= u64::from_ne_bytes(*word);
        }
    }
    let rest = rest.iter().fold(0, |all, &byte| all ^ u64::from(byte));
    sums.iter().fold(rest, |all, sum| all ^ sum)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn sum_avx2(bytes: &[u8]) -> u64 {
    sum(bytes)
}
