//! Moving items: what a block is, which loop moves it, and runs of bytes.

use crate::dispatch::{KernelFn, select, select_across};
use crate::gather::{Fill, FillAny, GatherSmall, Reverse, Strided, Swap};
use crate::interleave::{Deinterleave, Interleave};
use crate::item::{Sized, Turned, with_item, with_unit};
use crate::level::Level;
use crate::pieces::Pieces;
use crate::pixels::Pixels;
use crate::runs::Runs;
use crate::stage::{Fence, Staged, StagedFn};
use crate::transpose::{LINE, Tiled, TransposeBlock};
use core::fmt;

pub use crate::plain::plain;
pub use crate::walk::walk;

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
/// | `Swap` | k | k | any | any |
/// | `Deinterleave` | k | k * outer extent, either way | any | k |
/// | `Interleave` | k * outer extent | k, either way | k | any |
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
    /// A run to a run of items whose units are [turned](Copy::turned).
    Swap,
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
            Family::Swap => inner.dst == k && inner.src == k,
            Family::Deinterleave => {
                interleaves(item, outer.extent)
                    && inner.dst == k
                    && outer.src == k
                    && inner.src.checked_abs() == streams
            }
            Family::Interleave => {
                interleaves(item, outer.extent)
                    && inner.src.checked_abs() == Some(k)
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
#[must_use]
pub const fn interleaves(item: usize, streams: usize) -> bool {
    matches!((item, streams), (1 | 2 | 4 | 8, 2..=8))
}

/// Whether there are kernels for items of `item` bytes whose units of `unit`
/// bytes are turned.
#[must_use]
pub const fn turnable(item: usize, unit: usize) -> bool {
    matches!(unit, 1 | 2 | 4 | 8) && item <= 16 && item > unit && item.is_multiple_of(unit)
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
    run: KernelFn<Runs<false>>,
    past: Option<Past>,
    level: Level,
    family: Family,
    item: usize,
    /// Bytes of the units that are turned, 0 if none are.
    unit: usize,
}

/// The code for what is written past the caches.
#[derive(Clone, Copy)]
struct Past {
    /// For long rows, where there is such code.
    direct: Option<KernelFn<Runs<true>>>,
    staged: StagedFn,
    fence: KernelFn<Fence>,
}

/// Item by item, where no level has shuffles: vectors only get in the way,
/// unless an item needs them.
fn by_item(level: Level, item: usize) -> KernelFn<Runs<false>> {
    match item {
        32 => select::<Strided<Sized<32>>>(level),
        64 => select::<Strided<Sized<64>>>(level),
        33.. => select::<Runs<false>>(level),
        _ => with_item!(item, I => select::<Strided<I>>(Level::SCALAR)),
    }
}

/// The bytes of a row that is streamed without a stage.
const LONG: usize = 1024;

impl Copy {
    /// The kernel for items of `item` bytes.
    // Not inline, so that all kernels are compiled in this crate only.
    #[must_use]
    pub fn new(level: Level, family: Family, item: usize) -> Copy {
        let run = match family {
            Family::Runs => select::<Runs<false>>(level),
            Family::Transpose | Family::Tiled if item == 64 => select::<Tiled<Sized<64>>>(level),
            Family::Fill if item >= 32 => by_item(level, item),
            Family::Fill => match item {
                1 => select::<Fill<1, false>>(level),
                2 => select::<Fill<2, false>>(level),
                4 => select::<Fill<4, false>>(level),
                8 => select::<Fill<8, false>>(level),
                16 => select::<Fill<16, false>>(level),
                _ => select::<FillAny>(Level::SCALAR),
            },
            Family::Gather => match item {
                1 => select::<GatherSmall<1, false>>(level),
                2 => select::<GatherSmall<2, false>>(level),
                4 => select::<GatherSmall<4, false>>(level),
                8 => select::<GatherSmall<8, false>>(level),
                3 | 5..=15 if level != Level::SCALAR => select::<Pieces<0>>(level),
                _ => by_item(level, item),
            },
            Family::Scatter => by_item(level, item),
            Family::Strided => by_item(level, item),
            Family::Reverse => match item {
                1 => select::<Reverse<1, false>>(level),
                2 => select::<Reverse<2, false>>(level),
                4 => select::<Reverse<4, false>>(level),
                8 => select::<Reverse<8, false>>(level),
                16 => select::<Reverse<16, false>>(level),
                3 => select::<Pixels<true, false>>(level),
                5..=15 if level != Level::SCALAR => select::<Pieces<0>>(level),
                _ => by_item(level, item),
            },
            // Turned units make it one.
            Family::Swap => by_item(level, item),
            // Without shuffles, stream by stream is faster.
            Family::Deinterleave if level == Level::SCALAR => by_item(level, item),
            Family::Deinterleave => match item {
                1 => select_across::<Deinterleave<1, false>>(level),
                2 => select_across::<Deinterleave<2, false>>(level),
                4 => select_across::<Deinterleave<4, false>>(level),
                _ => select_across::<Deinterleave<8, false>>(level),
            },
            Family::Interleave => match item {
                1 => select_across::<Interleave<1>>(level),
                2 => select_across::<Interleave<2>>(level),
                4 => select_across::<Interleave<4>>(level),
                _ => select_across::<Interleave<8>>(level),
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
        Copy { run, past: None, level, family, item, unit: 0 }
    }

    /// The kernel for items of `item` bytes, in which units of `unit` bytes
    /// are turned: the last comes first. With units of one byte, that is the
    /// other byte order.
    ///
    /// Items are [turnable]; the family is `Fill`, `Gather`, `Swap`,
    /// `Strided` or `Tiled`.
    ///
    /// ```
    /// use stridewise_kernels::{Level, copy::{Axis, Block, Copy, Family}};
    /// let (src, mut dst) = ([0x1234u16, 0xabcd], [0u16; 2]);
    /// let block = Block { item: 2, outer: Axis::UNIT, inner: Axis { extent: 2, dst: 2, src: 2 } };
    /// let copy = Copy::turned(Level::detect(), Family::Swap, 2, 1);
    /// // SAFETY: K1 by the level, K2 to K4 by the extents and strides above.
    /// unsafe { copy.run(dst.as_mut_ptr().cast(), src.as_ptr().cast(), &block) };
    /// assert_eq!(dst, [0x3412, 0xcdab]);
    /// ```
    #[must_use]
    pub fn turned(level: Level, family: Family, item: usize, unit: usize) -> Copy {
        debug_assert!(turnable(item, unit), "{item}-byte items of {unit}-byte units");
        let run = match family {
            Family::Swap if item.is_power_of_two() => {
                with_unit!(unit, U => select::<Swap<U, false>>(level))
            }
            Family::Swap if item == 3 => select::<Pixels<false, false>>(level),
            Family::Swap | Family::Gather if level != Level::SCALAR => {
                with_unit!(unit, U => select::<Pieces<U>>(level))
            }
            Family::Tiled => with_unit!(unit, U => select::<Tiled<Turned<U>>>(level)),
            _ => with_unit!(unit, U => select::<Strided<Turned<U>>>(Level::SCALAR)),
        };
        Copy { run, past: None, level, family, item, unit }
    }

    /// The same, but what is written goes past the caches where that is
    /// possible: for more than they hold. [`Copy::fence`] then makes it
    /// visible to other threads.
    #[must_use]
    pub fn past_caches(mut self) -> Copy {
        let (level, item) = (self.level, self.item);
        // Stream by stream, as by `new`.
        if self.family == Family::Deinterleave && level == Level::SCALAR {
            return self;
        }
        let direct = match (self.family, item) {
            (Family::Runs, _) => Some(select::<Runs<true>>(level)),
            (Family::Fill, 1) if self.unit == 0 => Some(select::<Fill<1, true>>(level)),
            (Family::Fill, 2) if self.unit == 0 => Some(select::<Fill<2, true>>(level)),
            (Family::Fill, 4) if self.unit == 0 => Some(select::<Fill<4, true>>(level)),
            (Family::Fill, 8) if self.unit == 0 => Some(select::<Fill<8, true>>(level)),
            (Family::Fill, 16) if self.unit == 0 => Some(select::<Fill<16, true>>(level)),
            (Family::Gather, 1) => Some(select::<GatherSmall<1, true>>(level)),
            (Family::Gather, 2) if self.unit == 0 => Some(select::<GatherSmall<2, true>>(level)),
            (Family::Gather, 4) if self.unit == 0 => Some(select::<GatherSmall<4, true>>(level)),
            (Family::Gather, 8) if self.unit == 0 => Some(select::<GatherSmall<8, true>>(level)),
            (Family::Reverse, 1) => Some(select::<Reverse<1, true>>(level)),
            (Family::Reverse, 2) => Some(select::<Reverse<2, true>>(level)),
            (Family::Reverse, 4) => Some(select::<Reverse<4, true>>(level)),
            (Family::Reverse, 8) => Some(select::<Reverse<8, true>>(level)),
            (Family::Reverse, 16) => Some(select::<Reverse<16, true>>(level)),
            (Family::Reverse, 3) => Some(select::<Pixels<true, true>>(level)),
            (Family::Swap, 3) => Some(select::<Pixels<false, true>>(level)),
            (Family::Deinterleave, 1) => Some(select_across::<Deinterleave<1, true>>(level)),
            (Family::Deinterleave, 2) => Some(select_across::<Deinterleave<2, true>>(level)),
            (Family::Deinterleave, 4) => Some(select_across::<Deinterleave<4, true>>(level)),
            (Family::Deinterleave, 8) => Some(select_across::<Deinterleave<8, true>>(level)),
            (Family::Swap, _) if item.is_power_of_two() => {
                Some(with_unit!(self.unit, U => select::<Swap<U, true>>(level)))
            }
            _ => None,
        };
        let (staged, fence) = (select::<Staged>(level), select::<Fence>(level));
        self.past = Some(Past { direct, staged, fence });
        self
    }

    /// Moves `block.outer.extent * block.inner.extent` items.
    ///
    /// # Safety
    /// K2, K3 and K4 for the block's extents, strides and item size, which
    /// are those that the family [accepts](Family::accepts), with the item
    /// size given to [`Copy::new`].
    #[inline]
    pub unsafe fn run(&self, dst: *mut u8, src: *const u8, block: &Block) {
        debug_assert!(self.family.accepts(block), "{:?} cannot move {block:?}", self.family);
        let args: Args = (dst, src, block);
        // SAFETY: K1 by the level that `new` had, the rest by the caller.
        unsafe {
            match &self.past {
                Some(past) => self.run_past(past, args),
                None => (self.run)(args),
            }
        }
    }

    /// # Safety
    /// As [`Copy::run`].
    #[inline(never)]
    unsafe fn run_past(&self, past: &Past, args: Args) {
        // SAFETY: the block lives as long as the call.
        let Block { item, inner, .. } = unsafe { *args.2 };
        let joined = self.family == Family::Interleave;
        let row = item * inner.extent;
        let direct = match self.family {
            Family::Runs => item >= if inner.dst == item as isize { LINE } else { LONG },
            // Shuffles know the small steps only.
            Family::Gather => row >= LONG && (0..=4 * item as isize).contains(&inner.src),
            Family::Deinterleave => true,
            _ => row >= LONG,
        };
        // SAFETY: handed on.
        unsafe {
            match past.direct {
                Some(run) if direct => run(args),
                _ => (past.staged)((args, joined, self.run)),
            }
        }
    }

    /// To be called after the last block that went past the caches.
    #[inline]
    pub fn fence(&self) {
        if let Some(past) = &self.past {
            // SAFETY: K1 by the level that `new` had.
            unsafe { (past.fence)(()) }
        }
    }
}

/// By what was asked for; the code follows from it.
impl PartialEq for Copy {
    fn eq(&self, other: &Copy) -> bool {
        let key =
            |copy: &Copy| (copy.level, copy.family, copy.item, copy.unit, copy.past.is_some());
        key(self) == key(other)
    }
}

impl Eq for Copy {}

impl fmt::Debug for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let past = if self.past.is_some() { ", past the caches" } else { "" };
        write!(f, "Copy({:?} at {}{past})", self.family, self.level)
    }
}
