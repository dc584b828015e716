//! Runs of small items with a stride on one side or on both: gather,
//! scatter, fill and reverse.

use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::item::{Any, Item, Sized, Turned, with_item};
use crate::line::{self, Line};
use crate::pieces;
use crate::step::Step;
use crate::vector::Vector;
use core::marker::PhantomData;

/// A strided source to a run, for items of 1, 2, 4 or 8 bytes, by shuffles
/// where steps are small.
pub(crate) struct GatherSmall<const SIZE: usize, const STREAM: bool>;

impl<const SIZE: usize, const STREAM: bool> Kernel for GatherSmall<SIZE, STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let (k, stride, items) = (SIZE as isize, block.inner.src, block.inner.extent);
        macro_rules! by {
            ($step:literal, $back:literal) => {
                by!($step, $back, false)
            };
            ($step:literal, $back:literal, $stream:expr) => {
                line::rows::<S, _, $stream>(
                    dst,
                    src,
                    block,
                    #[inline(always)]
                    |src| Step::<SIZE, $step, $back> { src },
                )
            };
        }
        // SAFETY: K2 to K4 are the caller's; the strides are the block's.
        unsafe {
            if S::SCALAR {
                rows::<Sized<SIZE>>(dst, src, block);
            } else if stride == 2 * k {
                by!(2, false, STREAM);
            } else if stride == 3 * k {
                by!(3, false, STREAM);
            } else if stride == 4 * k {
                by!(4, false, STREAM);
            } else if stride == -2 * k {
                by!(2, true);
            } else if stride == -3 * k {
                by!(3, true);
            } else if stride == -4 * k {
                by!(4, true);
            } else if pieces::pays(SIZE, stride, items) {
                pieces::pieces::<S, Sized<SIZE>, 0>(dst, src, block);
            } else {
                plain_rows(dst, src, block);
            }
        }
    }
}

/// Item by item, whatever the strides are.
pub(crate) struct Strided<I>(PhantomData<I>);

impl<I: Item> Kernel for Strided<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        // SAFETY: K2 to K4 are the caller's; the strides are the block's.
        unsafe { rows::<I>(dst, src, block) }
    }
}

/// Every item of the block.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(always)]
pub(crate) unsafe fn rows<I: Item>(dst: *mut u8, src: *const u8, block: &Block) {
    // SAFETY: handed on.
    unsafe { rows_to::<I>(dst, src, block, block.inner.dst) }
}

/// The same; `to` is the inner stride of the destination. If it is a constant,
/// the compiler makes vectors of several items, which serve planes, but not
/// rows that are short or near.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(always)]
pub(crate) unsafe fn rows_to<I: Item>(dst: *mut u8, src: *const u8, block: &Block, to: isize) {
    let Block { item, outer, inner } = *block;
    for o in 0..outer.extent as isize {
        // SAFETY: K4, the first item of row `o`.
        let (dst, src) = unsafe { (dst.offset(o * outer.dst), src.offset(o * outer.src)) };
        for i in 0..inner.extent as isize {
            // SAFETY: K2 to K4 for item (o, i).
            unsafe { I::copy(dst.offset(i * to), src.offset(i * inner.src), item) }
        }
    }
}

/// [`rows`] without such vectors: outside of the caller's target features.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(never)]
pub(crate) unsafe fn plain_rows(dst: *mut u8, src: *const u8, block: &Block) {
    // SAFETY: as promised.
    with_item!(block.item, I => unsafe { rows::<I>(dst, src, block) });
}

/// A run of copies of one item of any size.
pub(crate) struct FillAny;

impl Kernel for FillAny {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let Block { item, outer, inner } = *block;
        // SAFETY: K2 to K4 for the items of each row: one that is read and a
        // run of `inner.extent` that are written.
        unsafe {
            if item * inner.extent < DOUBLED {
                return plain_rows(dst, src, block);
            }
            for o in 0..outer.extent as isize {
                let (dst, src) = (dst.offset(o * outer.dst), src.offset(o * outer.src));
                fill_by_doubling(dst, src, item, inner.extent);
            }
        }
    }
}

/// Bytes of a row that is filled by doubling what is there.
const DOUBLED: usize = 512;

/// One item of 1, 2, 4, 8 or 16 bytes to a run of the destination.
pub(crate) struct Fill<const SIZE: usize, const STREAM: bool>;

impl<const SIZE: usize, const STREAM: bool> Kernel for Fill<SIZE, STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        // SAFETY: K2 to K4 for the items of each row: one that is read and a
        // run of `inner.extent` that are written.
        unsafe {
            if S::SCALAR {
                rows::<Sized<SIZE>>(dst, src, block);
            } else {
                line::rows::<S, _, STREAM>(
                    dst,
                    src,
                    block,
                    #[inline(always)]
                    |src| Splat::<SIZE>::new(src),
                );
            }
        }
    }
}

/// A run of one item.
#[derive(Clone, Copy)]
struct Splat<const SIZE: usize> {
    lane: [u8; 16],
}

impl<const SIZE: usize> Splat<SIZE> {
    /// # Safety
    /// K2 for the item at `src`.
    #[inline(always)]
    unsafe fn new(src: *const u8) -> Self {
        let mut lane = [0u8; 16];
        for i in 0..16 / SIZE {
            // SAFETY: `SIZE` bytes are readable, the lane holds 16.
            unsafe { Sized::<SIZE>::copy(lane.as_mut_ptr().add(i * SIZE), src, SIZE) }
        }
        Splat { lane }
    }
}

impl<const SIZE: usize> Line for Splat<SIZE> {
    const BEYOND: bool = false;
    const READS: usize = 0;

    #[inline(always)]
    fn read(self, _at: usize) -> *const u8 {
        self.lane.as_ptr()
    }

    #[inline(always)]
    fn item(self) -> usize {
        SIZE
    }

    #[inline(always)]
    unsafe fn make<V: Vector>(self, _at: usize) -> V {
        // SAFETY: K1.
        unsafe { V::splat(&self.lane) }
    }

    #[inline(always)]
    unsafe fn put(self, dst: *mut u8, _at: usize) {
        // SAFETY: K2 for the destination; the lane starts with an item.
        unsafe { Sized::<SIZE>::copy(dst, self.lane.as_ptr(), SIZE) }
    }
}

/// `n` items of `item` bytes, doubling what is there until a piece of the L1
/// cache is full.
///
/// # Safety
/// K2, K3; `n` is not 0.
#[inline(always)]
unsafe fn fill_by_doubling(dst: *mut u8, src: *const u8, item: usize, n: usize) {
    const PIECE: usize = 4096;
    // SAFETY: all of `n * item` bytes from `dst` are written, each copy
    // reading what an earlier one wrote before the place it writes.
    unsafe {
        Any::copy(dst, src, item);
        let total = n * item;
        let mut done = item;
        while done < total {
            let piece = done.min(total - done).min(PIECE.max(item) / item * item);
            core::ptr::copy_nonoverlapping(dst, dst.add(done), piece);
            done += piece;
        }
    }
}

/// A run to a run, the last item first.
pub(crate) struct Reverse<const SIZE: usize, const STREAM: bool>;

impl<const SIZE: usize, const STREAM: bool> Kernel for Reverse<SIZE, STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        // SAFETY: K2 to K4 are the caller's; a row's run ends with its first
        // item.
        unsafe {
            if S::SCALAR {
                return rows::<Sized<SIZE>>(dst, src, block);
            }
            line::rows::<S, _, STREAM>(
                dst,
                src,
                block,
                #[inline(always)]
                |src| Mirrored::<SIZE> { end: src.add(SIZE) },
            );
        }
    }
}

/// The run before `end`, the last item first.
#[derive(Clone, Copy)]
struct Mirrored<const SIZE: usize> {
    end: *const u8,
}

impl<const SIZE: usize> Line for Mirrored<SIZE> {
    const BEYOND: bool = false;
    const READS: usize = 1;
    const BACK: bool = true;

    #[inline(always)]
    fn read(self, at: usize) -> *const u8 {
        self.end.wrapping_sub(at)
    }

    #[inline(always)]
    fn item(self) -> usize {
        SIZE
    }

    #[inline(always)]
    unsafe fn make<V: Vector>(self, at: usize) -> V {
        // SAFETY: K1; these bytes of the run.
        unsafe {
            let register = V::load(self.end.sub(at + V::BYTES));
            register.reverse_lanes().shuffle(V::splat(&const { backwards::<SIZE>() }))
        }
    }

    #[inline(always)]
    unsafe fn put(self, dst: *mut u8, at: usize) {
        // SAFETY: an item of the run.
        unsafe { Sized::<SIZE>::copy(dst, self.end.sub(at + SIZE), SIZE) }
    }
}

/// A run to a run, the units of each item turned. Items are 2, 4, 8 or 16
/// bytes.
pub(crate) struct Swap<const UNIT: usize, const STREAM: bool>;

impl<const UNIT: usize, const STREAM: bool> Kernel for Swap<UNIT, STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let k = block.item;
        let mut index = [0; 16];
        for b in 0..16 {
            index[b] = (b / k * k + k - UNIT - b % k / UNIT * UNIT + b % UNIT) as u8;
        }
        // SAFETY: K2 to K4 are the caller's.
        unsafe {
            line::rows::<S, _, STREAM>(
                dst,
                src,
                block,
                #[inline(always)]
                |src| Swapped::<UNIT> { src, item: k, index },
            );
        }
    }
}

/// The run from `src`, the units of each item turned.
#[derive(Clone, Copy)]
struct Swapped<const UNIT: usize> {
    src: *const u8,
    item: usize,
    index: [u8; 16],
}

impl<const UNIT: usize> Line for Swapped<UNIT> {
    const BEYOND: bool = false;
    const READS: usize = 1;

    #[inline(always)]
    fn read(self, at: usize) -> *const u8 {
        self.src.wrapping_add(at)
    }

    #[inline(always)]
    fn item(self) -> usize {
        self.item
    }

    #[inline(always)]
    unsafe fn make<V: Vector>(self, at: usize) -> V {
        // SAFETY: K1; these bytes of the run.
        unsafe { V::load(self.src.add(at)).shuffle(V::splat(&self.index)) }
    }

    #[inline(always)]
    unsafe fn put(self, dst: *mut u8, at: usize) {
        // SAFETY: an item of the run.
        unsafe { Turned::<UNIT>::copy(dst, self.src.add(at), self.item) }
    }
}

/// The shuffle that turns the items of a lane around.
pub(crate) const fn backwards<const SIZE: usize>() -> [u8; 16] {
    let mut index = [0; 16];
    let mut i = 0;
    while i < 16 {
        index[i] = (16 - SIZE - i / SIZE * SIZE + i % SIZE) as u8;
        i += 1;
    }
    index
}
