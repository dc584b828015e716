//! Planes of items and steps that registers cannot hold, in tiles.

use super::LINE;
use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::item::Item;
use core::marker::PhantomData;

/// Planes of any items at any strides, in tiles of some lines.
pub(crate) struct Tiled<I>(PhantomData<I>);

impl<I: Item> Kernel for Tiled<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: handed on.
        unsafe { tiled::<I>(dst, src, block) }
    }
}

/// Item by item inside tiles.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(always)]
unsafe fn tiled<I: Item>(dst: *mut u8, src: *const u8, block: *const Block) {
    // SAFETY: the block lives as long as the call.
    let Block { item, outer, inner } = unsafe { *block };
    let edge = (LINE / I::size(item)).max(8);
    let mut o = 0;
    while o < outer.extent {
        let outers = o..(o + edge).min(outer.extent);
        let mut i = 0;
        while i < inner.extent {
            let inners = i..(i + edge).min(inner.extent);
            for o in outers.clone() {
                for i in inners.clone() {
                    let (o, i) = (o as isize, i as isize);
                    // SAFETY: K2 to K4 for item (o, i).
                    unsafe {
                        I::copy(
                            dst.offset(o * outer.dst + i * inner.dst),
                            src.offset(o * outer.src + i * inner.src),
                            item,
                        );
                    }
                }
            }
            i = inners.end;
        }
        o = outers.end;
    }
}
