//! Moving items: what a block is, which loop moves it, and runs of bytes.

use crate::dispatch::{Kernel, KernelFn, Simd, select};
use crate::gather::{Fill, Gather, Reverse, Scatter, Strided};
use crate::interleave::{Deinterleave, Interleave};
use crate::item::with_item;
use crate::level::Level;
use crate::transpose::{Tiled, TransposeBlock};
use crate::vector::{Vector, cover};
use core::fmt;

/// One axis of a [`Block`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// Items along the axis.
    pub extent: usize,
    /// Bytes from one item to the next in the destination.
    pub dst: isize,
    /// Bytes from one item to the next in the source.
    pub src: isize,
}

impl Axis {
    /// The axis along which there is just one item.
    pub const UNIT: Axis = Axis { extent: 1, dst: 0, src: 0 };
}

/// `outer x inner` items of `item` bytes: what one call of a kernel moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Bytes of an item, at least 1.
    pub item: usize,
    /// The axis that a kernel may walk slowly.
    pub outer: Axis,
    /// The axis that a kernel walks fast.
    pub inner: Axis,
}

/// A way to move a block, and what it demands of the strides.
///
/// In the table, `k` is the item size.
///
/// | family | inner dst | inner src | outer dst | outer src |
/// | --- | --- | --- | --- | --- |
/// | `Runs`, `Strided`, `Tiled` | any | any | any | any |
/// | `Fill` | k | 0 | any | any |
/// | `Gather` | k | any | any | any |
/// | `Scatter` | any | k | any | any |
/// | `Reverse` | k | -k | any | any |
/// | `Deinterleave` | k | k * outer extent | any | k |
/// | `Interleave` | k * outer extent | k | k | any |
/// | `Transpose` | k | any | any | k |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Each item is a run of bytes, long enough to be moved by itself.
    Runs,
    /// One source item to a run of the destination.
    Fill,
    /// A strided source to a run.
    Gather,
    /// A run to a strided destination.
    Scatter,
    /// A run to a run, backwards.
    Reverse,
    /// Small items, strided on both sides.
    Strided,
    /// `outer.extent` streams out of one, 2 to 8 of them.
    Deinterleave,
    /// `outer.extent` streams into one, 2 to 8 of them.
    Interleave,
    /// The source runs along the outer axis, the destination along the inner.
    Transpose,
    /// As `Transpose`, for steps and item sizes that registers cannot hold.
    Tiled,
}

impl Family {
    /// Whether `block` has the strides that this family demands.
    ///
    /// ```
    /// use stridewise_kernels::copy::{Axis, Block, Family};
    /// let inner = Axis { extent: 9, dst: 4, src: 20 };
    /// let block = Block { item: 4, outer: Axis::UNIT, inner };
    /// assert!(Family::Gather.accepts(&block) && !Family::Scatter.accepts(&block));
    /// ```
    #[must_use]
    pub fn accepts(self, block: &Block) -> bool {
        let Block { item, outer, inner } = *block;
        let Ok(k) = isize::try_from(item) else { return self == Family::Runs };
        let streams = isize::try_from(outer.extent).ok().and_then(|n| n.checked_mul(k));
        match self {
            Family::Runs | Family::Strided | Family::Tiled => true,
            Family::Fill => inner.dst == k && inner.src == 0,
            Family::Gather => inner.dst == k,
            Family::Scatter => inner.src == k,
            Family::Reverse => inner.dst == k && inner.src == -k,
            Family::Deinterleave => {
                interleaves(item, outer.extent)
                    && inner.dst == k
                    && outer.src == k
                    && Some(inner.src) == streams
            }
            Family::Interleave => {
                interleaves(item, outer.extent)
                    && inner.src == k
                    && outer.dst == k
                    && Some(inner.dst) == streams
            }
            Family::Transpose => transposes(item) && inner.dst == k && outer.src == k,
        }
    }
}

/// Whether [`Transpose`](crate::transpose::Transpose) takes items of this size.
#[must_use]
pub const fn transposes(item: usize) -> bool {
    matches!(item, 1..=64)
}

/// Whether there are shuffles for so many streams of items of this size.
///
/// From `16 / item` streams on, transposing full registers is faster.
#[must_use]
pub const fn interleaves(item: usize, streams: usize) -> bool {
    matches!((item, streams), (1, 2..=8) | (2, 2..=7) | (4, 2..=3))
}

/// Destination, source, block.
pub(crate) type Args = (*mut u8, *const u8, *const Block);

/// The code of one family for one item size at one level.
///
/// ```
/// use stridewise_kernels::{Level, copy::{Axis, Block, Copy, Family}};
/// let src = [1u16, 2, 3, 4, 5, 6];
/// let mut dst = [0u16; 6];
/// // Two rows of three to three rows of two.
/// let block = Block {
///     item: 2,
///     outer: Axis { extent: 3, dst: 4, src: 2 },
///     inner: Axis { extent: 2, dst: 2, src: 6 },
/// };
/// let copy = Copy::new(Level::detect(), Family::Transpose, block.item);
/// // SAFETY: K1 by the level, K2 to K4 by the extents and strides above.
/// unsafe { copy.run(dst.as_mut_ptr().cast(), src.as_ptr().cast(), &block) };
/// assert_eq!(dst, [1, 4, 2, 5, 3, 6]);
/// ```
#[derive(Clone, Copy)]
pub struct Copy {
    run: unsafe fn(Args),
    level: Level,
    family: Family,
    item: usize,
}

impl Copy {
    /// The kernel for items of `item` bytes.
    // Not inline, so that all kernels are compiled in this crate only.
    #[must_use]
    pub fn new(level: Level, family: Family, item: usize) -> Copy {
        let run = match family {
            Family::Runs => select::<Runs>(level),
            Family::Fill => fill(level, item),
            Family::Gather => with_item!(item, I => select::<Gather<I>>(level)),
            Family::Scatter => with_item!(item, I => select::<Scatter<I>>(level)),
            // No level has shuffles for two steps; vectors only get in the way.
            Family::Strided => with_item!(item, I => select::<Strided<I>>(Level::SCALAR)),
            Family::Reverse => reverse(level, item),
            // Without shuffles, stream by stream is faster.
            Family::Deinterleave if level == Level::SCALAR => {
                with_item!(item, I => select::<Gather<I>>(level))
            }
            Family::Deinterleave => match item {
                1 => select::<Deinterleave<1>>(level),
                2 => select::<Deinterleave<2>>(level),
                _ => select::<Deinterleave<4>>(level),
            },
            Family::Interleave => match item {
                1 => select::<Interleave<1>>(level),
                2 => select::<Interleave<2>>(level),
                _ => select::<Interleave<4>>(level),
            },
            Family::Transpose => match item {
                1 => select::<TransposeBlock<1>>(level),
                2 => select::<TransposeBlock<2>>(level),
                4 => select::<TransposeBlock<4>>(level),
                8 => select::<TransposeBlock<8>>(level),
                16 => select::<TransposeBlock<16>>(level),
                _ => with_item!(item, I => select::<Tiled<I>>(level)),
            },
            Family::Tiled => with_item!(item, I => select::<Tiled<I>>(level)),
        };
        Copy { run, level, family, item }
    }

    /// Moves `block.outer.extent * block.inner.extent` items.
    ///
    /// # Safety
    /// K2, K3 and K4 for the block's extents, strides and item size, which
    /// are those that the family [accepts](Family::accepts), with the item
    /// size given to [`Copy::new`].
    #[inline]
    pub unsafe fn run(self, dst: *mut u8, src: *const u8, block: &Block) {
        debug_assert!(self.family.accepts(block), "{:?} cannot move {block:?}", self.family);
        // SAFETY: K1 by the level that `new` had, the rest by the caller.
        unsafe { (self.run)((dst, src, block)) }
    }
}

/// By what was asked for; the code follows from it.
impl PartialEq for Copy {
    fn eq(&self, other: &Copy) -> bool {
        let key = |copy: &Copy| (copy.level, copy.family, copy.item);
        key(self) == key(other)
    }
}

impl Eq for Copy {}

impl fmt::Debug for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Copy({:?})", self.family)
    }
}

fn fill(level: Level, item: usize) -> KernelFn<Fill<1>> {
    match item {
        1 => select::<Fill<1>>(level),
        2 => select::<Fill<2>>(level),
        4 => select::<Fill<4>>(level),
        8 => select::<Fill<8>>(level),
        16 => select::<Fill<16>>(level),
        _ => select::<Fill<0>>(level),
    }
}

fn reverse(level: Level, item: usize) -> KernelFn<Reverse<1>> {
    match item {
        1 => select::<Reverse<1>>(level),
        2 => select::<Reverse<2>>(level),
        4 => select::<Reverse<4>>(level),
        8 => select::<Reverse<8>>(level),
        16 => select::<Reverse<16>>(level),
        _ => with_item!(item, I => select::<Gather<I>>(level)),
    }
}

/// Runs of bytes, a run an item.
pub(crate) struct Runs;

impl Kernel for Runs {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let Block { item, outer, inner } = unsafe { *block };
        for o in 0..outer.extent as isize {
            for i in 0..inner.extent as isize {
                // SAFETY: K2, K3, K4 for item (o, i).
                unsafe {
                    let d = dst.offset(o * outer.dst + i * inner.dst);
                    let s = src.offset(o * outer.src + i * inner.src);
                    run_of_bytes::<S>(d, s, item);
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
