//! XXH3's blocks apart from each other.
//!
//! The stripes of a block only add to the sums, and what they add depends on no
//! other block. So blocks can be read in any order and on any thread; only the
//! scramble after each of them has to wait for those before.

use super::long::{BLOCK, NONE, Registers, STRIPE, Sums};
use super::secret::{DEFAULT, LEN, Secret};
use crate::dispatch::{Kernel, Simd, select};
use crate::level::Level;

/// Bytes of a block of XXH3.
pub const BLOCK_BYTES: usize = BLOCK * STRIPE;

/// What the bytes of a block add to the sums of XXH3 with seed 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct BlockSums([u64; 8]);

/// Writes the sums of each block with seed 0, which
/// [`Xxh3::update_blocks`](super::Xxh3::update_blocks) goes on with.
///
/// # Panics
///
/// If there are not as many `sums` as `blocks`.
///
/// ```
/// use stridewise_kernels::{Level, hash::{BLOCK_BYTES, BlockSums, Xxh3, block_sums, xxh3_64}};
/// let level = Level::detect();
/// let bytes = [7; 3 * BLOCK_BYTES];
/// let (blocks, _) = bytes.as_chunks();
/// let mut sums = [BlockSums::default(); 2];
/// block_sums(level, &blocks[..2], &mut sums);
/// let mut hasher = Xxh3::new(level);
/// hasher.update_blocks(&sums, &blocks[2]);
/// assert_eq!(hasher.finish64(), xxh3_64(level, 0, &bytes));
/// ```
pub fn block_sums(level: Level, blocks: &[[u8; BLOCK_BYTES]], sums: &mut [BlockSums]) {
    assert_eq!(blocks.len(), sums.len(), "sums for each block");
    let args = Args { blocks, sums: sums.as_mut_ptr() };
    // SAFETY: K1 by the level; K2 as both are slices of as many; K3 as `sums` is
    // borrowed mutably; K4 as the input is a slice.
    unsafe { select::<Apart>(level)(args) }
}

/// The loop over blocks that are read.
struct Apart;

/// The arguments of [`Apart`].
#[derive(Clone, Copy)]
struct Args {
    blocks: *const [[u8; BLOCK_BYTES]],
    /// As many.
    sums: *mut BlockSums,
}

impl Kernel for Apart {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(args: Args) {
        let (input, blocks, apart) = (args.blocks.cast(), args.blocks.len(), args.sums.cast());
        // SAFETY: K1 to K4 are the caller's; the registers are empty.
        unsafe {
            let mut sums = Registers::<S::Sum>::load(&NONE);
            sums.blocks::<S>(input, DEFAULT.0.as_ptr(), blocks, Some(apart));
        }
    }
}

impl Sums {
    /// Adds whole blocks by their sums, from the start of a block on.
    pub(super) fn chain(&mut self, level: Level, secret: &Secret, blocks: &[BlockSums]) {
        debug_assert!(self.stripes == 0);
        let args = Links { sums: &mut self.words, secret: &secret.0, blocks };
        // SAFETY: K1 by the level; K2 as the pointers come from references; K3 as
        // `self` is borrowed mutably.
        unsafe { select::<Chain>(level)(args) }
    }
}

/// The loop over blocks by their sums.
struct Chain;

/// The arguments of [`Chain`].
#[derive(Clone, Copy)]
struct Links {
    sums: *mut [u64; 8],
    secret: *const [u8; LEN],
    blocks: *const [BlockSums],
}

impl Kernel for Chain {
    type Args = Links;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(args: Links) {
        // SAFETY: K1 to K3 are the caller's.
        unsafe {
            let mut sums = Registers::<S::Sum>::load(args.sums);
            for block in &*args.blocks {
                sums.add(&block.0);
                sums.scramble(args.secret.cast());
            }
            sums.store(args.sums);
        }
    }
}
