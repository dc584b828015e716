//! Runs of items, block by block.
//!
//! A run is compared block by block. Within a block nothing branches: the
//! differences of all its items are ored together, in plain loops that the
//! compiler turns into the level's registers, and one test ends the block.
//! What is left at the end is compared by blocks that overlap their
//! predecessors, because comparing an item twice does no harm; so there are
//! no loops over single items.
//!
//! Where equal bytes are always equal items (`bool`, and floats when NaN
//! equals NaN) the bytes are compared first, and only a block that differs
//! there is looked at again item by item. Where they are not (a NaN is the
//! same bytes as itself and yet not equal) the items are compared at once.

use super::rule::Rule;
use crate::ahead::{GROUP, ask_pages, comes_from_memory};
use crate::dispatch::{Kernel, Simd, select};
use crate::level::Level;
use core::marker::PhantomData;

pub(super) type AllFn = unsafe fn(Rows) -> bool;
pub(super) type FindFn = unsafe fn(Run) -> Option<usize>;

/// Two runs of `bytes` bytes.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) a: *const u8,
    pub(super) b: *const u8,
    pub(super) bytes: usize,
}

/// Rows of which `run` is the first.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    pub(super) run: Run,
    pub(super) a_stride: isize,
    pub(super) b_stride: isize,
    pub(super) rows: usize,
}

impl Rows {
    /// The rows without the first `n`, of which there are as many.
    // Wrapping, as nobody vouches for the row after the last.
    #[inline(always)]
    fn skip(&mut self, n: usize) {
        self.run.a = self.run.a.wrapping_offset(n as isize * self.a_stride);
        self.run.b = self.run.b.wrapping_offset(n as isize * self.b_stride);
        self.rows -= n;
    }

    /// Whether one of `N` rows differs; they have at least [`LINE`] bytes.
    ///
    /// # Safety
    /// K2 for the rows.
    #[inline(always)]
    unsafe fn group_differs<R: Rule, const N: usize>(&self) -> bool {
        let Rows { run, a_stride, b_stride, .. } = *self;
        let mut at = 0;
        loop {
            let mut differ = false;
            for i in 0..N as isize {
                // SAFETY: K2, the line ends inside the row.
                differ |= unsafe {
                    let (a, b) = (run.a.offset(i * a_stride), run.b.offset(i * b_stride));
                    R::differs::<LINE>(a.add(at), b.add(at))
                };
            }
            if differ || at == run.bytes - LINE {
                return differ;
            }
            at = (at + LINE).min(run.bytes - LINE);
        }
    }
}

/// The code of a rule: for rows, for rows side by side, for the first difference.
pub(super) fn kernels<R: Rule>(level: Level) -> (AllFn, AllFn, FindFn) {
    (select::<All<R>>(level), select::<Beside<R>>(level), select::<Find<R>>(level))
}

/// Whether all rows are equal under `R`.
struct All<R>(PhantomData<R>);

impl<R: Rule> Kernel for All<R> {
    type Args = Rows;
    type Output = bool;

    #[inline(always)]
    unsafe fn run<S: Simd>(mut rows: Rows) -> bool {
        while rows.rows > 0 {
            // SAFETY: K2, this is one of the rows.
            if unsafe { rows.run.differs::<S, R>() } {
                return false;
            }
            rows.skip(1);
        }
        true
    }
}

/// The same, of some rows side by side.
struct Beside<R>(PhantomData<R>);

impl<R: Rule> Kernel for Beside<R> {
    type Args = Rows;
    type Output = bool;

    #[inline(always)]
    unsafe fn run<S: Simd>(mut rows: Rows) -> bool {
        if rows.run.bytes >= LINE {
            while rows.rows >= BESIDE {
                // SAFETY: K2, these are some of the rows.
                if unsafe { rows.group_differs::<R, BESIDE>() } {
                    return false;
                }
                rows.skip(BESIDE);
            }
        }
        // SAFETY: handed on.
        unsafe { All::<R>::run::<S>(rows) }
    }
}

/// The offset of the first item that differs under `R`.
struct Find<R>(PhantomData<R>);

impl<R: Rule> Kernel for Find<R> {
    type Args = Run;
    type Output = Option<usize>;

    #[inline(always)]
    unsafe fn run<S: Simd>(run: Run) -> Option<usize> {
        // SAFETY: K2; every offset is that of a whole item inside the run.
        unsafe {
            let mut at = run.skip_lines::<S, R>();
            if run.bytes - at < LINE && !run.after(at).short_differs::<R>() {
                return None;
            }
            // Something in the next `LINE` bytes differs.
            while run.item_equals::<R>(at) {
                at += size_of::<R::Item>();
            }
            Some(at)
        }
    }
}

/// Rows that are read side by side.
const BESIDE: usize = 16;

/// Bytes between two tests for an early exit.
const BLOCK: usize = 1024;
/// Bytes of the blocks after those.
const LINE: usize = 64;

impl Run {
    /// The run without its first `at` bytes.
    ///
    /// # Safety
    /// K2; `at` is not more than `bytes`.
    #[inline(always)]
    unsafe fn after(self, at: usize) -> Run {
        // SAFETY: K2, inside the run or one past its end.
        unsafe { Run { a: self.a.add(at), b: self.b.add(at), bytes: self.bytes - at } }
    }

    /// Whether the items at offset `at` are equal.
    ///
    /// # Safety
    /// K2; a whole item is at `at`.
    #[inline(always)]
    unsafe fn item_equals<R: Rule>(self, at: usize) -> bool {
        // SAFETY: K2, K5.
        unsafe {
            let a = self.a.add(at).cast::<R::Item>().read_unaligned();
            let b = self.b.add(at).cast::<R::Item>().read_unaligned();
            R::differ(a, b) == R::Difference::default()
        }
    }

    /// The offset of the first block of `N` bytes at or after `at` that
    /// differs, or else of the rest that is shorter than a block.
    ///
    /// # Safety
    /// K2; `at` is not more than `bytes`.
    #[inline(always)]
    unsafe fn skip<R: Rule, const N: usize>(self, mut at: usize) -> usize {
        // SAFETY: K2, the block ends inside the run.
        while self.bytes - at >= N && !unsafe { R::differs::<N>(self.a.add(at), self.b.add(at)) } {
            at += N;
        }
        at
    }

    /// The same for blocks of [`BLOCK`] bytes, while those after them are asked for;
    /// stops at the last ones.
    ///
    /// # Safety
    /// As [`skip`](Run::skip); K1.
    #[inline(always)]
    unsafe fn skip_asking<S: Simd, R: Rule>(self, mut at: usize) -> usize {
        while self.bytes - at >= 2 * GROUP {
            // SAFETY: K1; K2, the block ends inside the run.
            unsafe {
                let block = self.after(at);
                for line in (0..BLOCK).step_by(4 * LINE) {
                    ask_pages::<S>(block.a.add(line));
                    ask_pages::<S>(block.b.add(line));
                }
                if R::differs::<BLOCK>(block.a, block.b) {
                    break;
                }
            }
            at += BLOCK;
        }
        at
    }

    /// The same for blocks of [`LINE`] bytes, skipping large blocks first.
    ///
    /// Large blocks begin where `a` begins a cache line, as nearly as whole
    /// items allow: a load across two lines costs two loads.
    ///
    /// # Safety
    /// K2.
    #[inline(always)]
    unsafe fn skip_lines<S: Simd, R: Rule>(self) -> usize {
        // SAFETY: K2; `skip` answers at most `bytes`, and the first line has
        // been compared before anything within it is passed over.
        unsafe {
            let mut at = 0;
            if self.bytes >= BLOCK + LINE {
                if R::differs::<LINE>(self.a, self.b) {
                    return 0;
                }
                let head = LINE - self.a.addr() % LINE;
                at = head - head % size_of::<R::Item>();
                if comes_from_memory(2 * self.bytes) {
                    at = self.skip_asking::<S, R>(at);
                }
                at = self.skip::<R, BLOCK>(at);
            }
            self.skip::<R, LINE>(at)
        }
    }

    /// Whether the runs differ.
    ///
    /// # Safety
    /// K2.
    #[inline(always)]
    pub(super) unsafe fn differs<S: Simd, R: Rule>(self) -> bool {
        // SAFETY: K2; the block laid over the end starts inside the run,
        // because the run has at least `LINE` bytes.
        unsafe {
            if self.bytes < LINE {
                return self.short_differs::<R>();
            }
            let at = self.skip_lines::<S, R>();
            if self.bytes - at >= LINE {
                return true;
            }
            let last = self.after(self.bytes - LINE);
            at < self.bytes && R::differs::<LINE>(last.a, last.b)
        }
    }

    /// [`differs`](Run::differs) for less than [`LINE`] bytes: two blocks
    /// of the largest power of two that fits, one at either end.
    ///
    /// # Safety
    /// K2.
    #[inline(always)]
    pub(super) unsafe fn short_differs<R: Rule>(self) -> bool {
        // SAFETY: K2; the run is at least as long as the block.
        unsafe {
            match self.bytes {
                32.. => self.ends_differ::<R, 32>(),
                16.. => self.ends_differ::<R, 16>(),
                8.. => self.ends_differ::<R, 8>(),
                4.. => self.ends_differ::<R, 4>(),
                2.. => self.ends_differ::<R, 2>(),
                1 => R::differs::<1>(self.a, self.b),
                0 => false,
            }
        }
    }

    /// Whether the first or the last `N` bytes differ.
    ///
    /// # Safety
    /// K2; the run has at least `N` bytes.
    #[inline(always)]
    unsafe fn ends_differ<R: Rule, const N: usize>(self) -> bool {
        // SAFETY: K2, the run has at least `N` bytes.
        unsafe {
            let last = self.after(self.bytes - N);
            R::differs::<N>(self.a, self.b) | R::differs::<N>(last.a, last.b)
        }
    }
}
