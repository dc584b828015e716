//! Planes of items and steps that registers cannot hold, in strips.

use super::LINE;
use crate::copy::{Args, Axis, Block};
use crate::dispatch::{Kernel, Simd};
use crate::gather::{rows, rows_to};
use crate::item::Item;
use core::marker::PhantomData;

/// Planes of any items at any strides.
pub(crate) struct Tiled<I>(PhantomData<I>);

impl<I: Item> Kernel for Tiled<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: handed on; the block lives as long as the call.
        unsafe { by_strips::<I>(dst, src, &*block) }
    }
}

/// Item by item, in strips that stay in cache.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(always)]
pub(super) unsafe fn by_strips<I: Item>(dst: *mut u8, src: *const u8, block: &Block) {
    let inner = block.inner;
    // Strips of the inner axis whose source lines stay in L1 while the outer
    // axis passes over them: a pass is long enough to be a plain loop.
    const LINES: usize = 128;
    let strip = match inner.extent {
        // Mostly no division.
        ..=LINES => LINES,
        _ => (LINES * LINE / inner.src.unsigned_abs().max(1)).max(LINES),
    };
    let k = I::size(block.item) as isize;
    let mut i = 0;
    while i < inner.extent {
        let n = strip.min(inner.extent - i);
        // SAFETY: K2 to K4 for the items of the strip.
        unsafe {
            let at = i as isize;
            let (dst, src) = (dst.offset(at * inner.dst), src.offset(at * inner.src));
            let part = Block { inner: Axis { extent: n, ..inner }, ..*block };
            if inner.dst == k {
                rows_to::<I>(dst, src, &part, k);
            } else {
                rows::<I>(dst, src, &part);
            }
        }
        i += n;
    }
}
