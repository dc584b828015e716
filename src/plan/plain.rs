//! Plain: so few items that a plan costs more than they do.

#![allow(unsafe_code, reason = "hands on what a caller vouches for")]

use super::loop_nest::Loop;
use crate::layout::MAX_NDIM;
use core::mem::MaybeUninit;
use core::ops::Range;
use stridewise_kernels::Level;
use stridewise_kernels::copy::{Block, Copy, Family, plain};

/// Bytes of the smallest tile's edge.
const LANE: usize = 16;

/// Bytes that are moved before a plan of theirs would be made ..
const BYTES: usize = 4096;
/// .. in at most so many pieces, items or runs.
const PIECES: usize = 64;
/// Axes of so many pieces, two along each.
const AXES: usize = PIECES.ilog2() as usize;
/// Strides that are not longer reach no end of memory in so many bytes.
const FAR: usize = isize::MAX as usize / BYTES / 2;
/// Bytes that are packed on the stack.
pub(crate) const FEW: usize = 1024;

/// A copy of a few items along a few axes, in index order.
pub(crate) struct Plain {
    /// Bytes of a piece.
    piece: usize,
    ndim: usize,
    /// The last `ndim` are used.
    axes: [Loop; AXES],
}

/// From the item at index 0, the bytes that are touched in each operand.
type Spans = [Range<isize>; 2];

impl Plain {
    /// Nothing yet. It is filled where it lies: a move reads as whole what
    /// was just written in parts, and waits for it.
    #[inline(always)]
    pub(crate) fn new() -> Plain {
        Plain { piece: 0, ndim: 0, axes: [Loop::default(); AXES] }
    }

    /// Makes it the copy, and says what that touches, if it has items, and
    /// few enough; of any numbers, such as describe no memory.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        shape: &[usize],
        item: usize,
        [dst, src]: [&[isize]; 2],
    ) -> Option<Spans> {
        if dst.len() != shape.len() || src.len() != shape.len() {
            return None;
        }
        self.over(shape, item, |axis, _| (dst[axis], src[axis]))
    }

    /// The same for a copy into gapless memory.
    #[inline]
    fn pack(&mut self, shape: &[usize], item: usize, src: &[isize]) -> Option<Spans> {
        if src.len() != shape.len() {
            return None;
        }
        self.over(shape, item, |axis, inside| (inside as isize, src[axis]))
    }

    /// `strides` of both operands are asked for an axis and the bytes inside it.
    #[inline(always)]
    fn over(
        &mut self,
        shape: &[usize],
        item: usize,
        strides: impl Fn(usize, usize) -> (isize, isize),
    ) -> Option<Spans> {
        if item.wrapping_sub(1) >= BYTES || shape.len() > MAX_NDIM {
            return None;
        }
        let (mut piece, mut ndim) = (item, 0);
        let (mut bytes, mut pieces) = (item, 1);
        let mut spans = [(0, item as isize); 2];
        for axis in (0..shape.len()).rev() {
            let extent = shape[axis];
            if extent == 1 {
                continue;
            }
            let (dst, src) = strides(axis, bytes);
            // Nothing overflows below, as both factors are small.
            bytes *= extent.min(BYTES + 1);
            if bytes.wrapping_sub(1) >= BYTES || dst.unsigned_abs().max(src.unsigned_abs()) > FAR {
                return None;
            }
            for ((start, end), stride) in spans.iter_mut().zip([dst, src]) {
                let last = stride * (extent as isize - 1);
                *start += last.min(0);
                *end += last.max(0);
            }
            if ndim == 0 && (dst, src) == (piece as isize, piece as isize) {
                piece = bytes;
                continue;
            }
            pieces *= extent;
            ndim += 1;
            if pieces > PIECES {
                return None;
            }
            self.axes[AXES - ndim] = Loop { extent, dst, src };
        }
        (self.piece, self.ndim) = (piece, ndim);
        Some(spans.map(|(start, end)| start..end))
    }

    #[inline]
    fn axes(&self) -> &[Loop] {
        &self.axes[AXES - self.ndim..]
    }

    /// Moves the items.
    ///
    /// # Safety
    /// K2 to K4 for the axes from these bases.
    #[inline]
    pub(crate) unsafe fn run(&self, dst: *mut u8, src: *const u8, level: Level) {
        // SAFETY: handed on; the strides are those of a transpose.
        unsafe {
            match self.transpose() {
                Some(block) => {
                    Copy::new(level, Family::Transpose, block.item).run(dst, src, &block)
                }
                None => plain(dst, src, self.piece, self.axes()),
            }
        }
    }

    /// The items as a block, if registers turn it in less time than loops.
    #[inline]
    fn transpose(&self) -> Option<Block> {
        let (item, k) = (self.piece, self.piece as isize);
        let [.., a, b] = self.axes;
        let (outer, inner) = match () {
            () if self.ndim != 2 => return None,
            () if (b.dst, a.src) == (k, k) => (a, b),
            () if (a.dst, b.src) == (k, k) => (b, a),
            () => return None,
        };
        let fills = |extent: usize| extent * item >= LANE;
        let tiles = item.is_power_of_two() && fills(outer.extent) && fills(inner.extent);
        tiles.then_some(Block { item, outer, inner })
    }
}

/// Calls `with` with the C-order bytes of a few items, where they lie if they
/// lie so, or else packed on the stack; `None` if there are more.
///
/// # Safety
/// K2, K4 for the axes from this base.
#[inline]
pub(crate) unsafe fn packed<T>(
    shape: &[usize],
    item: usize,
    strides: &[isize],
    base: *const u8,
    with: impl FnOnce(&[u8]) -> T,
) -> Option<T> {
    let mut items = Plain::new();
    let [Range { end: bytes, .. }, _] = items.pack(shape, item, strides)?;
    if items.ndim == 0 {
        // SAFETY: K2 for the items, which are one piece.
        return Some(with(unsafe { core::slice::from_raw_parts(base, items.piece) }));
    }
    let bytes = bytes as usize;
    if bytes > FEW {
        return None;
    }
    let mut room = MaybeUninit::<[u8; FEW]>::uninit();
    let start = room.as_mut_ptr().cast::<u8>();
    // SAFETY: K2 for the items, which fill the first of the room's bytes; K3,
    // nobody else has it.
    let packed = unsafe {
        plain(start, base, items.piece, items.axes());
        core::slice::from_raw_parts(start, bytes)
    };
    Some(with(packed))
}
