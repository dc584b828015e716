//! Comparing two runs of items, by bits or by value.
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

use crate::ahead::{GROUP, ask_pages, comes_from_memory};
use crate::dispatch::{Kernel, Simd, select};
use crate::level::Level;
use core::fmt;
use core::marker::PhantomData;

mod items;
mod rule;

use rule::{Bits, Bool, Rule, Same, SamePair, Value};

/// What the items are, as far as comparing them is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Integers, characters, pointers, raw bytes: items of any size that are
    /// equal if their bytes are.
    Bits,
    /// One byte, true unless 0.
    Bool,
    /// IEEE binary16.
    F16,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// Two [`Class::F32`]: a complex number.
    C32,
    /// Two [`Class::F64`]: a complex number.
    C64,
}

/// When two items of a [`Class`] are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// As the language says: NaN differs from itself, `-0.0` equals `0.0`,
    /// every true equals every other true.
    #[default]
    Values,
    /// If their bytes are equal, whatever the class.
    Bits,
    /// As [`Mode::Values`], but a NaN equals any other NaN. A complex number
    /// is NaN if one of its parts is.
    NanEqual,
}

impl Class {
    /// Bytes of an item; 1 for [`Class::Bits`], whose items have any size.
    ///
    /// ```
    /// use stridewise_kernels::equal::Class;
    /// assert_eq!(Class::C32.item_size(), 8);
    /// ```
    #[must_use]
    pub const fn item_size(self) -> usize {
        match self {
            Class::Bits | Class::Bool => 1,
            Class::F16 => 2,
            Class::F32 => 4,
            Class::F64 | Class::C32 => 8,
            Class::C64 => 16,
        }
    }
}

/// A comparison, chosen once and run any number of times.
///
/// ```
/// use stridewise_kernels::{Level, equal::{Class, Equal, Mode}};
/// let (a, b) = ([0.0_f32, 1.0, f32::NAN], [-0.0_f32, 1.0, f32::NAN]);
/// let (p, q) = (a.as_ptr().cast(), b.as_ptr().cast());
/// let values = Equal::new(Level::detect(), Class::F32, Mode::Values);
/// let nan_equal = Equal::new(Level::detect(), Class::F32, Mode::NanEqual);
/// let bits = Equal::new(Level::detect(), Class::F32, Mode::Bits);
/// // SAFETY: K2, both arrays have 12 bytes.
/// unsafe {
///     assert_eq!(values.first_mismatch(p, q, 12), Some(8));
///     assert!(nan_equal.run(p, q, 12));
///     assert_eq!(bits.first_mismatch(p, q, 12), Some(0));
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Equal {
    level: Level,
    class: Class,
    mode: Mode,
    rows: AllFn,
    /// Of its own, so that few rows save no registers for it.
    beside: AllFn,
    find: FindFn,
}

type AllFn = unsafe fn(Rows) -> bool;
type FindFn = unsafe fn(Run) -> Option<usize>;

impl Equal {
    /// The comparison of items of `class` at `level`.
    #[must_use]
    pub fn new(level: Level, class: Class, mode: Mode) -> Equal {
        let (rows, beside, find) = match (mode, class) {
            (Mode::Bits, _) | (_, Class::Bits) => kernels::<Bits>(level),
            (_, Class::Bool) => kernels::<Bool>(level),
            (Mode::Values, Class::F16) => kernels::<Value<u16>>(level),
            (Mode::Values, Class::F32 | Class::C32) => kernels::<Value<u32>>(level),
            (Mode::Values, Class::F64 | Class::C64) => kernels::<Value<u64>>(level),
            (Mode::NanEqual, Class::F16) => kernels::<Same<u16>>(level),
            (Mode::NanEqual, Class::F32) => kernels::<Same<u32>>(level),
            (Mode::NanEqual, Class::F64) => kernels::<Same<u64>>(level),
            (Mode::NanEqual, Class::C32) => kernels::<SamePair<u64>>(level),
            (Mode::NanEqual, Class::C64) => kernels::<SamePair<u128>>(level),
        };
        Equal { level, class, mode, rows, beside, find }
    }

    /// The level that it was chosen for.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// The class of the items.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// When items are equal.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Whether all items in the `bytes` bytes at `a` and at `b` are equal.
    ///
    /// `bytes` is a multiple of the size of an item; no alignment is needed.
    ///
    /// # Safety
    /// K2, K4: `bytes` bytes are readable at `a` and at `b`. They may overlap.
    #[inline]
    #[must_use]
    pub unsafe fn run(self, a: *const u8, b: *const u8, bytes: usize) -> bool {
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's, for one row.
        unsafe { self.rows(a, 0, b, 0, 1, bytes) }
    }

    /// The byte offset of the first item that differs, if one does.
    ///
    /// In [`Class::Bits`], whose items have any size, that of the first byte
    /// that differs.
    ///
    /// # Safety
    /// As [`run`](Equal::run).
    #[inline]
    #[must_use]
    pub unsafe fn first_mismatch(self, a: *const u8, b: *const u8, bytes: usize) -> Option<usize> {
        self.check(bytes);
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's.
        let at = unsafe { (self.find)(Run { a, b, bytes }) }?;
        Some(at - at % self.class.item_size())
    }

    /// Whether all items of `rows` rows of `bytes` bytes are equal.
    ///
    /// Row `i` is at `a + i * a_stride` and at `b + i * b_stride`.
    ///
    /// # Safety
    /// K2, K4: all rows are readable and their offsets fit `isize`. They may
    /// overlap.
    ///
    /// ```
    /// use stridewise_kernels::{Level, equal::{Class, Equal, Mode}};
    /// let (a, b) = (*b"ab.cd.", *b"ab?cd!");
    /// let bytes = Equal::new(Level::detect(), Class::Bits, Mode::Values);
    /// // SAFETY: K2, two rows of two bytes, three bytes apart.
    /// assert!(unsafe { bytes.rows(a.as_ptr(), 3, b.as_ptr(), 3, 2, 2) });
    /// ```
    #[inline]
    #[must_use]
    pub unsafe fn rows(
        self,
        a: *const u8,
        a_stride: isize,
        b: *const u8,
        b_stride: isize,
        rows: usize,
        bytes: usize,
    ) -> bool {
        self.check(bytes);
        let run = Run { a, b, bytes };
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's.
        unsafe { (self.rows)(Rows { run, a_stride, b_stride, rows }) }
    }

    /// [`rows`](Equal::rows), of which some are read side by side, a line of each
    /// in turn: for short ones in memory, where
    /// [many rows are followed](crate::Prefetch::Rows).
    ///
    /// # Safety
    /// As [`rows`](Equal::rows).
    #[inline]
    #[must_use]
    pub unsafe fn rows_beside(
        self,
        a: *const u8,
        a_stride: isize,
        b: *const u8,
        b_stride: isize,
        rows: usize,
        bytes: usize,
    ) -> bool {
        self.check(bytes);
        let run = Run { a, b, bytes };
        // SAFETY: K1 by `self.level`; K2, K4 are the caller's.
        unsafe { (self.beside)(Rows { run, a_stride, b_stride, rows }) }
    }

    fn check(self, bytes: usize) {
        let whole = self.mode == Mode::Bits || bytes.is_multiple_of(self.class.item_size());
        debug_assert!(whole, "{bytes} bytes are not whole items of {:?}", self.class);
    }
}

impl PartialEq for Equal {
    fn eq(&self, other: &Equal) -> bool {
        (self.level, self.class, self.mode) == (other.level, other.class, other.mode)
    }
}

impl Eq for Equal {}

impl fmt::Debug for Equal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Equal { level, class, mode, .. } = self;
        f.debug_struct("Equal")
            .field("level", level)
            .field("class", class)
            .field("mode", mode)
            .finish_non_exhaustive()
    }
}

/// Two runs of `bytes` bytes.
#[derive(Clone, Copy)]
struct Run {
    a: *const u8,
    b: *const u8,
    bytes: usize,
}

/// Rows of which `run` is the first.
#[derive(Clone, Copy)]
struct Rows {
    run: Run,
    a_stride: isize,
    b_stride: isize,
    rows: usize,
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

fn kernels<R: Rule>(level: Level) -> (AllFn, AllFn, FindFn) {
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
    unsafe fn differs<S: Simd, R: Rule>(self) -> bool {
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
    unsafe fn short_differs<R: Rule>(self) -> bool {
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
