//! Items that are runs of bytes, long enough to be moved by themselves.

use crate::ahead::Ahead;
use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::line::{self, Plain};
use crate::transpose::LINE;
use crate::vector::{Vector, cover};

/// Runs of bytes, a run an item.
pub(crate) struct Runs<const STREAM: bool>;

impl<const STREAM: bool> Kernel for Runs<STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let Block { item, outer, inner } = unsafe { *block };
        let adjoin = inner.dst == item as isize && item >= LINE && inner.extent > 1;
        for o in 0..outer.extent as isize {
            if STREAM && !S::SCALAR && adjoin {
                // SAFETY: K2 to K4 for row `o`.
                unsafe {
                    let (d, s) = (dst.offset(o * outer.dst), src.offset(o * outer.src));
                    line::adjoining::<S>(d, s, item, inner);
                }
                continue;
            }
            for i in 0..inner.extent as isize {
                // SAFETY: K2, K3, K4 for item (o, i).
                unsafe {
                    let d = dst.offset(o * outer.dst + i * inner.dst);
                    let s = src.offset(o * outer.src + i * inner.src);
                    if STREAM && !S::SCALAR {
                        let ahead = Ahead::of_row(s, item, i as usize, inner.src, false);
                        line::stream::<S, Plain>(d, item, Plain { src: s }, ahead);
                    } else {
                        run_of_bytes::<S>(d, s, item);
                    }
                }
            }
        }
    }
}

/// Copies `bytes` bytes; without a call where there are few.
///
/// # Safety
/// K1 for `S`, K2, K3.
#[inline(always)]
pub(crate) unsafe fn run_of_bytes<S: Simd>(dst: *mut u8, src: *const u8, bytes: usize) {
    let wide = S::Wide::BYTES;
    // SAFETY: every register lies in the first `bytes` bytes.
    unsafe {
        if S::SCALAR || bytes > 16 * wide || bytes < 16 {
            core::ptr::copy_nonoverlapping(src, dst, bytes);
        } else if bytes < wide {
            cover(
                bytes,
                16,
                #[inline(always)]
                |at| S::Lane::load(src.add(at)).store(dst.add(at)),
            );
        } else {
            cover(
                bytes,
                wide,
                #[inline(always)]
                |at| S::Wide::load(src.add(at)).store(dst.add(at)),
            );
        }
    }
}
