//! Runs of small items of any size and step, 16 bytes of the source at a time.
//!
//! A piece is as many items as lie in 16 bytes of the source. One shuffle
//! puts them side by side, mirrors them if the step is negative, and turns
//! the units of each item if they are to be turned. The 16 bytes that are
//! written for a piece end with junk, which the next piece overwrites; where
//! there is none, items are moved one by one.

use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::gather::plain_rows;
use crate::item::{Any, Item, Turned};
use crate::vector::Vector;

/// Whether a piece has more than one item, and rows of so many are not mostly
/// the end that has no pieces.
#[inline(always)]
pub(crate) fn pays(item: usize, stride: isize, items: usize) -> bool {
    item + stride.unsigned_abs() <= 16 && items >= 48
}

/// Items of up to 16 bytes whose units of `UNIT` bytes are turned; 0 if they
/// are not.
pub(crate) struct Pieces<const UNIT: usize>;

impl<const UNIT: usize> Kernel for Pieces<UNIT> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        // SAFETY: handed on.
        unsafe {
            if UNIT > 0 {
                pieces::<S, Turned<UNIT>, UNIT>(dst, src, block);
            } else if pays(block.item, block.inner.src, block.inner.extent) {
                pieces::<S, Any, UNIT>(dst, src, block);
            } else {
                plain_rows(dst, src, block);
            }
        }
    }
}

/// As [`Pieces`]; `I` moves single items.
///
/// # Safety
/// K1 for `S`, K2 to K4: the destination's rows are runs.
#[inline(always)]
pub(crate) unsafe fn pieces<S: Simd, I: Item, const UNIT: usize>(
    dst: *mut u8,
    src: *const u8,
    block: &Block,
) {
    let Block { item: k, outer, inner } = *block;
    let (n, stride) = (inner.extent, inner.src);
    let step = stride.unsigned_abs().max(1);
    // Items that overlap in the source are more than fit side by side.
    let items = ((16 - k) / step + 1).min(16 / k);
    // The bytes that are read start with the first item of a piece, or end
    // with it if the step is negative.
    let start = if stride < 0 { k as isize - 16 } else { 0 };
    let mut index = [128u8; 16];
    for i in 0..items {
        let from = i as isize * stride - start;
        for b in 0..k {
            let byte = if UNIT == 0 { b } else { k - UNIT - b / UNIT * UNIT + b % UNIT };
            index[i * k + b] = (from + byte as isize) as u8;
        }
    }
    // The last item at which a piece may start: 16 bytes of the source and
    // of the destination's run are there.
    let most = n.checked_sub(1 + (16 - k).div_ceil(step.min(k)));
    let pitch = items * k;
    for o in 0..outer.extent as isize {
        // SAFETY: K2 to K4 for row `o`; pieces start at `most` at most.
        unsafe {
            let (dst, src) = (dst.offset(o * outer.dst), src.offset(o * outer.src));
            let mut i = 0;
            if let Some(most) = most
                && !S::SCALAR
                && stride != 0
            {
                let wide = S::Wide::splat(&index);
                let lanes = S::Wide::LANES;
                while i + (lanes - 1) * items <= most {
                    let from = src.offset(i as isize * stride + start);
                    let piece = S::Wide::load_lanes(
                        #[inline(always)]
                        |l| from.offset((l * items) as isize * stride),
                    );
                    let piece = piece.shuffle(wide);
                    for l in 0..lanes {
                        piece.store_lane(l, dst.add(i * k + l * pitch));
                    }
                    i += lanes * items;
                }
                let lane = S::Lane::splat(&index);
                while i <= most {
                    let from = src.offset(i as isize * stride + start);
                    S::Lane::load(from).shuffle(lane).store(dst.add(i * k));
                    i += items;
                }
            }
            while i < n {
                let (to, from) = (dst.add(i * k), src.offset(i as isize * stride));
                I::copy(to, from, k);
                i += 1;
            }
        }
    }
}
