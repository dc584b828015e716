//! A hash of the C-order bytes that many threads compute together.
//!
//! The bytes are cut into leaves of a fixed size, whatever the layout; each
//! leaf has its own XXH3-128, and the value is that of all leaves' hashes
//! and of the number of bytes. `docs/tree-hash.md` is its specification.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::check_planned;
use super::hash::HashPlan;
use crate::error::{Error, MismatchError};
use crate::parallel;
use crate::plan::Bases;
use crate::view::Strided;
use alloc::vec::Vec;
use core::ops::Range;
use stridewise_kernels::hash::{Xxh3, xxh3_128};

/// Bytes of a leaf. A part of every value: never to be changed.
const LEAF: usize = 128 << 10;
/// The seed of the root, so that no root is also the hash of a leaf.
const ROOT: u64 = u64::from_le_bytes(*b"treehash");

/// A 128-bit hash of the view's C-order bytes that runs on all threads.
///
/// Its value depends on the bytes alone: not on the layout, the level or the
/// threads. It is another than [`xxh3_128`](crate::xxh3_128): no part of it has to
/// wait for another but the last one. How to compute it elsewhere is specified in
/// `docs/tree-hash.md` in the repository.
///
/// # Errors
///
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{Array, Order, to_contiguous, tree_hash};
/// let rows = Array::new((0..600_000u32).collect(), &[600, 1000])?;
/// let turned = to_contiguous(&rows.view(), Order::F)?;
/// assert_eq!(tree_hash(&rows)?, tree_hash(&turned)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn tree_hash(view: &impl Strided) -> Result<u128, Error> {
    let plan = HashPlan::new(view.layout())?;
    // SAFETY: K2 by the view's validation, K4 by L2.
    Ok(unsafe { plan.tree_hash_raw(view.origin()) })
}

impl HashPlan {
    /// [`tree_hash`] of a view that is laid out as planned.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for another layout.
    ///
    /// ```
    /// use stridewise::{HashPlan, Strided, View, tree_hash};
    /// let view = View::new(&[1u8, 2, 3, 4], &[2, 2])?.transpose();
    /// let plan = HashPlan::new(view.layout())?;
    /// assert_eq!(plan.tree_hash(&view)?, tree_hash(&view)?);
    /// # Ok::<(), stridewise::Error>(())
    /// ```
    pub fn tree_hash(&self, view: &impl Strided) -> Result<u128, MismatchError> {
        check_planned(&self.layout, view.layout())?;
        // SAFETY: K2 by the view's validation, K4 by L2.
        Ok(unsafe { self.tree_hash_raw(view.origin()) })
    }

    /// [`tree_hash`] of raw memory.
    ///
    /// # Safety
    ///
    /// That of [`xxh3_64_raw`](HashPlan::xxh3_64_raw).
    #[must_use]
    pub unsafe fn tree_hash_raw(&self, origin: *const u8) -> u128 {
        let bytes = self.layout.nbytes();
        let (leaves, length) = (bytes.div_ceil(LEAF), (bytes as u64).to_le_bytes());
        if leaves == 0 {
            return xxh3_128(self.level, ROOT, &length);
        }
        if leaves == 1 {
            let mut root = [0; 24];
            // SAFETY: handed on.
            root[..16].copy_from_slice(&unsafe { self.xxh3_128_raw(origin) }.to_le_bytes());
            root[16..].copy_from_slice(&length);
            return xxh3_128(self.level, ROOT, &root);
        }
        let mut root = Xxh3::with_seed(self.level, ROOT);
        let mut add = |leaf: u128| root.update(&leaf.to_le_bytes());
        let mut all = Vec::new();
        let several = self.chunks > 1 && parallel::pays();
        // Without memory for the leaves, one after the other.
        if several && all.try_reserve_exact(leaves).is_ok() {
            all.resize(leaves, 0);
            let each = leaves.div_ceil(self.chunks);
            let bases = Bases::new(core::ptr::null_mut(), origin);
            parallel::for_each_part(&mut all, each, |part, leaves| {
                let first = part * each;
                let (range, mut hashes) = (first..first + leaves.len(), leaves.iter_mut());
                let mut put = |hash| {
                    if let Some(leaf) = hashes.next() {
                        *leaf = hash;
                    }
                };
                // SAFETY: handed on; the memory is only read.
                unsafe { self.leaves(bases.src(), range, &mut put) };
            });
            all.into_iter().for_each(add);
        } else {
            // SAFETY: handed on.
            unsafe { self.leaves(origin, 0..leaves, &mut add) };
        }
        root.update(&length);
        root.finish128()
    }

    /// Calls `add` with the hash of each leaf of a range.
    ///
    /// # Safety
    /// K2, K4 for the planned layout, which has these leaves.
    unsafe fn leaves(&self, origin: *const u8, range: Range<usize>, add: &mut dyn FnMut(u128)) {
        let (mut stream, mut held) = (Xxh3::new(self.level), 0);
        let range = range.start * LEAF..self.layout.nbytes().min(range.end * LEAF);
        let mut sink = |mut bytes: &[u8]| {
            while !bytes.is_empty() {
                let (head, rest) = bytes.split_at(bytes.len().min(LEAF - held));
                bytes = rest;
                if head.len() == LEAF {
                    add(xxh3_128(self.level, 0, head));
                    continue;
                }
                stream.update(head);
                held += head.len();
                if held == LEAF {
                    add(stream.finish128());
                    (stream, held) = (Xxh3::new(self.level), 0);
                }
            }
        };
        // SAFETY: handed on.
        unsafe { self.feed_range(origin, range, false, &mut sink) };
        if held > 0 {
            add(stream.finish128());
        }
    }
}
