//! Hashing the C-order bytes of a view without having them.
//!
//! The view is cut into blocks in index order. A block that is contiguous is
//! hashed where it lies; another is packed by the copy kernels into a scratch
//! that stays in cache, on all threads if there are many (`apart`). A source
//! that runs along an outer axis makes large blocks, so that its lines are read
//! once and whole. Every hasher sees the same bytes in the same order as if the view
//! had been copied to C order.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::pack::{Pack, room_and_place};
use super::{Options, check_planned};
use crate::error::{Error, MismatchError};
use crate::layout::{Layout, Order};
use crate::level::level;
use crate::memory::Scratch;
use crate::plan::blocks::Blocks;
use crate::plan::loop_nest::LoopNest;
use crate::plan::plain::packed;
use crate::plan::{Place, Schedule, policy};
use crate::view::Strided;
use core::fmt;
use core::hash::Hasher;
use stridewise_kernels::Level;
use stridewise_kernels::hash::{SipHasher13, Xxh3, xxh3_64 as xxh3_64_of, xxh3_128 as xxh3_128_of};

/// Bytes of the smallest scratch, which costs no stack to speak of.
const TINY: usize = 1 << 10;
/// Bytes of the scratch on the stack: half of a small L1 cache.
pub(super) const SMALL: usize = 16 << 10;
/// Runs of so many bytes are hashed where they lie.
pub(super) const DIRECT: usize = 1024;

/// XXH3-64 with seed 0 of the view's C-order bytes.
///
/// # Errors
///
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{View, xxh3_64};
/// let rows = View::new(&[1u8, 2, 3, 4], &[2, 2])?;
/// let columns = View::with_strides(&[1u8, 3, 2, 4], &[2, 2], &[1, 2], 0)?;
/// assert_eq!(xxh3_64(&rows)?, xxh3_64(&columns)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn xxh3_64(view: &impl Strided) -> Result<u64, Error> {
    // SAFETY: K2 by the view's validation, K4 by L2.
    unsafe { xxh3_64_at(view.layout(), view.origin()) }
}

/// # Safety
/// K2, K4 for the layout from the item at index 0.
pub(crate) unsafe fn xxh3_64_at(layout: &Layout, origin: *const u8) -> Result<u64, Error> {
    let level = level()?;
    // SAFETY: handed on.
    match unsafe { few(layout, origin, |bytes| xxh3_64_of(level, 0, bytes)) } {
        Some(hash) => Ok(hash),
        // SAFETY: handed on.
        None => Ok(unsafe { HashPlan::new(layout)?.xxh3_64_raw(origin) }),
    }
}

/// XXH3-128 with seed 0 of the view's C-order bytes.
///
/// # Errors
///
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{View, xxh3_128};
/// assert_eq!(xxh3_128(&View::<u8>::new(&[], &[0])?)?, 0x99aa06d3014798d86001c324468d497f);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn xxh3_128(view: &impl Strided) -> Result<u128, Error> {
    // SAFETY: K2 by the view's validation, K4 by L2.
    unsafe { xxh3_128_at(view.layout(), view.origin()) }
}

/// # Safety
/// As [`xxh3_64_at`].
pub(crate) unsafe fn xxh3_128_at(layout: &Layout, origin: *const u8) -> Result<u128, Error> {
    let level = level()?;
    // SAFETY: handed on.
    match unsafe { few(layout, origin, |bytes| xxh3_128_of(level, 0, bytes)) } {
        Some(hash) => Ok(hash),
        // SAFETY: handed on.
        None => Ok(unsafe { HashPlan::new(layout)?.xxh3_128_raw(origin) }),
    }
}

/// SipHash-1-3 with two keys of the view's C-order bytes.
///
/// CPython's `hash` of a `bytes` object is this, as a signed number, but for
/// -1, which becomes -2, and for no bytes, which hash to 0.
///
/// # Errors
///
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{View, siphash13};
/// // hash(b"\x07") under PYTHONHASHSEED=0
/// assert_eq!(siphash13(&View::new(&[7u8], &[1])?, 0, 0)? as i64, -3400736038611009);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn siphash13(view: &impl Strided, key0: u64, key1: u64) -> Result<u64, Error> {
    let mut hasher = SipHasher13::new(key0, key1);
    hash_into(view, &mut hasher)?;
    Ok(SipHasher13::finish(&hasher))
}

/// Feeds the view's C-order bytes to a hasher, in blocks of any size.
///
/// Equal to one `write` of all bytes only for hashers that do not count their
/// calls, such as those here and the standard library's.
///
/// # Errors
///
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use std::hash::{DefaultHasher, Hasher};
/// use stridewise::{View, hash_into};
/// let mut strided = DefaultHasher::new();
/// hash_into(&View::with_strides(b"axbxcx", &[3], &[2], 0)?, &mut strided)?;
/// let mut bytes = DefaultHasher::new();
/// bytes.write(b"abc");
/// assert_eq!(strided.finish(), bytes.finish());
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn hash_into(view: &impl Strided, hasher: &mut impl Hasher) -> Result<(), Error> {
    // SAFETY: K2 by the view's validation, K4 by L2.
    unsafe { hash_into_at(view.layout(), view.origin(), hasher) }
}

/// # Safety
/// As [`xxh3_64_at`].
pub(crate) unsafe fn hash_into_at(
    layout: &Layout,
    origin: *const u8,
    hasher: &mut impl Hasher,
) -> Result<(), Error> {
    level()?;
    // SAFETY: handed on.
    unsafe {
        if few(layout, origin, |bytes| hasher.write(bytes)).is_none() {
            HashPlan::new(layout)?.hash_into_raw(origin, hasher);
        }
    }
    Ok(())
}

/// Calls `with` with the C-order bytes of a few items; `None` if there are more.
///
/// # Safety
/// As [`xxh3_64_at`].
pub(super) unsafe fn few<T>(
    layout: &Layout,
    origin: *const u8,
    with: impl FnOnce(&[u8]) -> T,
) -> Option<T> {
    if layout.is_indirect() {
        return None;
    }
    // SAFETY: handed on.
    unsafe { packed(layout.shape(), layout.itemsize(), layout.strides(), origin, with) }
}

/// The way through a layout in C order, to be run on any memory that has it.
///
/// ```
/// use stridewise::{HashPlan, Layout, Order, View, xxh3_64};
/// let columns = Layout::contiguous(&[300, 200], 4, Order::F)?;
/// let plan = HashPlan::new(&columns)?;
/// println!("{plan}");
/// let data = vec![1.0f32; 60000];
/// let view = View::with_layout(&data, columns)?;
/// assert_eq!(plan.xxh3_64(&view)?, xxh3_64(&view)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashPlan {
    pub(crate) layout: Layout,
    pub(super) level: Level,
    /// Those of one core, if pointers lead to it.
    pub(crate) blocks: Blocks,
    /// How a block becomes bytes in a row; `None` if its runs are long.
    pub(crate) pack: Option<Pack>,
    /// Pieces of a tree hash, at most.
    pub(super) chunks: usize,
    /// Where all bytes are from the origin, and how many, if they are one run.
    pub(super) run: Option<(isize, usize)>,
}

impl HashPlan {
    /// The plan at the default level.
    ///
    /// # Errors
    ///
    /// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
    pub fn new(layout: &Layout) -> Result<HashPlan, Error> {
        HashPlan::with(layout, Options::default())
    }

    /// The plan at a level; chunks are those of [`tree_hash`](crate::tree_hash).
    /// With more than one, XXH3 also has all threads, each with parts of its own,
    /// and [`hash_into`] packs on all threads, a block ahead of its hasher.
    ///
    /// # Errors
    ///
    /// [`LevelError`](crate::LevelError) from [`level()`](crate::level()) if
    /// the options name none.
    pub fn with(layout: &Layout, options: Options) -> Result<HashPlan, Error> {
        let level = options.level()?;
        let dense = layout.contiguous_like(Order::C);
        let first = layout.tables();
        let steps = (&dense.strides()[first..], &layout.strides()[first..]);
        let nest = LoopNest::new(&layout.shape()[first..], layout.itemsize(), steps.0, steps.1);
        let bytes = layout.nbytes();
        let chunks = options.chunks.unwrap_or_else(|| policy::chunks_for(bytes));
        let layout = layout.clone();
        let mut blocks = Blocks::new(nest, SMALL);
        let long = blocks.nest.item >= DIRECT || blocks.nest.loops.is_empty();
        if long || blocks.nest.is_empty() {
            let blocks = blocks.of_runs();
            let nest = &blocks.nest;
            let one = nest.loops.is_empty() && !layout.is_indirect();
            let run = one.then_some((nest.src, nest.item));
            return Ok(HashPlan { layout, level, blocks, pack: None, chunks, run });
        }
        let mut place = Place::NEAR;
        if blocks.count() > 1 {
            let distance = policy::distance_to_scratch(&blocks.nest, options.caches);
            let bytes;
            (bytes, place) = room_and_place(&blocks.nest, distance, options.caches);
            blocks = Blocks::new(blocks.nest, bytes);
        }
        let pack = Some(Pack::new(&blocks, level, place));
        Ok(HashPlan { layout, level, blocks, pack, chunks, run: None })
    }

    /// [`xxh3_64`] of a view that is laid out as planned.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for another layout.
    pub fn xxh3_64(&self, view: &impl Strided) -> Result<u64, MismatchError> {
        check_planned(&self.layout, view.layout())?;
        // SAFETY: K2 by the view's validation, K4 by L2.
        Ok(unsafe { self.xxh3_64_raw(view.origin()) })
    }

    /// [`xxh3_128`] of a view that is laid out as planned.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for another layout.
    pub fn xxh3_128(&self, view: &impl Strided) -> Result<u128, MismatchError> {
        check_planned(&self.layout, view.layout())?;
        // SAFETY: K2 by the view's validation, K4 by L2.
        Ok(unsafe { self.xxh3_128_raw(view.origin()) })
    }

    /// [`hash_into`] of a view that is laid out as planned.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for another layout.
    pub fn hash_into(
        &self,
        view: &impl Strided,
        hasher: &mut impl Hasher,
    ) -> Result<(), MismatchError> {
        check_planned(&self.layout, view.layout())?;
        // SAFETY: K2 by the view's validation, K4 by L2.
        unsafe { self.feed(view.origin(), &mut |bytes| hasher.write(bytes)) };
        Ok(())
    }

    /// [`hash_into`] of raw memory.
    ///
    /// # Safety
    ///
    /// That of [`xxh3_64_raw`](HashPlan::xxh3_64_raw).
    pub unsafe fn hash_into_raw(&self, origin: *const u8, hasher: &mut impl Hasher) {
        // SAFETY: K2 by the caller, K4 by L2 of the layout.
        unsafe { self.feed(origin, &mut |bytes| hasher.write(bytes)) }
    }

    /// The level of its kernels.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// [`xxh3_64`] of raw memory.
    ///
    /// # Safety
    ///
    /// `origin` points to the item at index 0 of readable memory that the
    /// planned layout lies in, or the pointer that leads there. See
    /// [`CopyPlan::run_raw`](crate::CopyPlan::run_raw) for an example.
    #[inline]
    #[must_use]
    pub unsafe fn xxh3_64_raw(&self, origin: *const u8) -> u64 {
        let of = |bytes: &[u8]| xxh3_64_of(self.level, 0, bytes);
        // SAFETY: handed on.
        unsafe {
            match self.run(origin) {
                Some(run) => of(run),
                None => self.parts(origin, of, Xxh3::finish64),
            }
        }
    }

    /// [`xxh3_128`] of raw memory.
    ///
    /// # Safety
    ///
    /// That of [`xxh3_64_raw`](HashPlan::xxh3_64_raw).
    #[inline]
    #[must_use]
    pub unsafe fn xxh3_128_raw(&self, origin: *const u8) -> u128 {
        let of = |bytes: &[u8]| xxh3_128_of(self.level, 0, bytes);
        // SAFETY: handed on.
        unsafe {
            match self.run(origin) {
                Some(run) => of(run),
                None => self.parts(origin, of, Xxh3::finish128),
            }
        }
    }

    /// All bytes, if they are one run for one thread.
    ///
    /// # Safety
    /// K2 for the planned layout, as long as the run is used.
    #[inline]
    unsafe fn run<'a>(&self, origin: *const u8) -> Option<&'a [u8]> {
        let (at, bytes) = self.run?;
        if self.pays_apart() {
            return None;
        }
        // SAFETY: the planned layout has these bytes.
        Some(unsafe { core::slice::from_raw_parts(origin.wrapping_offset(at), bytes) })
    }

    /// What `of` says of bytes that are few enough to be packed on the stack,
    /// as a stream costs more than they do; or what `finish` says of the
    /// stream.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    #[inline(never)]
    unsafe fn parts<T>(
        &self,
        origin: *const u8,
        of: impl Fn(&[u8]) -> T,
        finish: fn(&Xxh3) -> T,
    ) -> T {
        // SAFETY: handed on.
        unsafe { self.packed(origin, of) }
            // SAFETY: handed on.
            .unwrap_or_else(|| finish(&unsafe { self.stream(origin) }))
    }

    /// What `hash` says of all bytes, if they are few.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    #[inline]
    unsafe fn packed<T>(&self, origin: *const u8, hash: impl Fn(&[u8]) -> T) -> Option<T> {
        let pack = self.pack.as_ref()?;
        if self.layout.is_indirect() || self.blocks.count() > 1 {
            return None;
        }
        let bytes = pack.full.nest.bytes();
        if bytes <= TINY {
            // SAFETY: handed on; the one block fits.
            Some(unsafe { self.on_stack::<TINY, T>(&pack.full, origin, hash) })
        } else if bytes <= SMALL {
            // SAFETY: as above.
            Some(unsafe { self.on_stack::<SMALL, T>(&pack.full, origin, hash) })
        } else {
            None
        }
    }

    /// Never inlined: the scratch is a lot of stack to ask for.
    ///
    /// # Safety
    /// K2, K4 for the planned layout, which is one block of up to `N` bytes.
    #[inline(never)]
    unsafe fn on_stack<const N: usize, T>(
        &self,
        copy: &Schedule,
        origin: *const u8,
        hash: impl Fn(&[u8]) -> T,
    ) -> T {
        let mut scratch = Scratch::<N>::new();
        let start = scratch.start();
        // SAFETY: K2 for the block, whose bytes fill the scratch gaplessly
        // from its start; K3, nobody else has it.
        unsafe {
            copy.run(start, origin.offset(self.blocks.nest.src));
            hash(core::slice::from_raw_parts(start, copy.nest.bytes()))
        }
    }

    /// A stream that has seen all bytes.
    ///
    /// # Safety
    /// K2, K4 for the planned layout.
    #[inline(never)]
    unsafe fn stream(&self, origin: *const u8) -> Xxh3 {
        let mut hasher = Xxh3::new(self.level);
        // SAFETY: handed on.
        unsafe { self.add_to(&mut hasher, origin) };
        hasher
    }
}

impl fmt::Display for HashPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.explain(f)
    }
}
