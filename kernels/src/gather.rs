//! Runs of small items with a stride on one side or on both: gather,
//! scatter, fill and reverse.

use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::item::{Any, Item, Sized};
use crate::vector::{Vector, cover};
use core::marker::PhantomData;

/// A strided source to a run.
pub(crate) struct Gather<I>(PhantomData<I>);

impl<I: Item> Kernel for Gather<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let k = I::size(block.item) as isize;
        let stride = block.inner.src;
        // SAFETY: K2 to K4 are the caller's; the strides are the block's.
        // A step that is known lets the compiler shuffle whole registers,
        // which pays from SSSE3's byte shuffle on.
        unsafe {
            if S::SCALAR {
                rows::<I>(dst, src, block, k, stride);
            } else if stride == 2 * k {
                rows::<I>(dst, src, block, k, 2 * k);
            } else if stride == 3 * k {
                rows::<I>(dst, src, block, k, 3 * k);
            } else if stride == 4 * k {
                rows::<I>(dst, src, block, k, 4 * k);
            } else {
                rows::<I>(dst, src, block, k, stride);
            }
        }
    }
}

/// A run to a strided destination.
pub(crate) struct Scatter<I>(PhantomData<I>);

impl<I: Item> Kernel for Scatter<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let k = I::size(block.item) as isize;
        // SAFETY: K2 to K4 are the caller's; the strides are the block's.
        unsafe { rows::<I>(dst, src, block, block.inner.dst, k) }
    }
}

/// Items strided on both sides.
pub(crate) struct Strided<I>(PhantomData<I>);

impl<I: Item> Kernel for Strided<I> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        // SAFETY: K2 to K4 are the caller's; the strides are the block's.
        unsafe { rows::<I>(dst, src, block, block.inner.dst, block.inner.src) }
    }
}

/// Every item of the block; `to` and `from` are its inner strides, as
/// constants where the caller knows them.
///
/// # Safety
/// K2 to K4 for the block.
#[inline(always)]
pub(crate) unsafe fn rows<I: Item>(
    dst: *mut u8,
    src: *const u8,
    block: &Block,
    to: isize,
    from: isize,
) {
    let Block { item, outer, inner } = *block;
    for o in 0..outer.extent as isize {
        // SAFETY: K4, the first item of row `o`.
        let (dst, src) = unsafe { (dst.offset(o * outer.dst), src.offset(o * outer.src)) };
        for i in 0..inner.extent as isize {
            // SAFETY: K2 to K4 for item (o, i).
            unsafe { I::copy(dst.offset(i * to), src.offset(i * from), item) }
        }
    }
}

/// One item to a run of the destination; `SIZE` 0 stands for any size.
pub(crate) struct Fill<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Fill<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let Block { item, outer, inner } = unsafe { *block };
        for o in 0..outer.extent as isize {
            // SAFETY: K2 to K4 for the items of row `o`: one that is read
            // and a run of `inner.extent` that are written.
            unsafe {
                let (dst, src) = (dst.offset(o * outer.dst), src.offset(o * outer.src));
                if SIZE == 0 || S::SCALAR || inner.extent * SIZE < S::Wide::BYTES {
                    fill_by_items::<SIZE>(dst, src, item, inner.extent);
                } else {
                    fill_by_registers::<S, SIZE>(dst, src, inner.extent * SIZE);
                }
            }
        }
    }
}

/// `bytes` bytes, at least a register full, with the item of `SIZE` at `src`.
///
/// # Safety
/// K1 for `S`, K2, K3.
#[inline(always)]
unsafe fn fill_by_registers<S: Simd, const SIZE: usize>(
    dst: *mut u8,
    src: *const u8,
    bytes: usize,
) {
    let mut lane = [0u8; 16];
    // SAFETY: `SIZE` bytes are readable, the lane holds 16, and the last
    // register ends with the run; its bytes are in phase with the items
    // because `bytes` and the register are multiples of `SIZE`.
    unsafe {
        for i in 0..16 / SIZE {
            Sized::<SIZE>::copy(lane.as_mut_ptr().add(i * SIZE), src, SIZE);
        }
        let register = S::Wide::splat(&lane);
        cover(
            bytes,
            S::Wide::BYTES,
            #[inline(always)]
            |at| register.store(dst.add(at)),
        );
    }
}

/// `n` items of `SIZE` bytes (0: of `item` bytes), doubling what is there
/// until a piece of the L1 cache is full.
///
/// # Safety
/// K2, K3.
#[inline(always)]
unsafe fn fill_by_items<const SIZE: usize>(dst: *mut u8, src: *const u8, item: usize, n: usize) {
    const PIECE: usize = 4096;
    if n == 0 {
        return;
    }
    // SAFETY: all of `n * item` bytes from `dst` are written, each copy
    // reading what an earlier one wrote before the place it writes.
    unsafe {
        if SIZE != 0 {
            for i in 0..n {
                Sized::<SIZE>::copy(dst.add(i * SIZE), src, SIZE);
            }
            return;
        }
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
pub(crate) struct Reverse<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Reverse<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let block = unsafe { &*block };
        let Block { outer, inner, .. } = *block;
        let per_wide = S::Wide::BYTES / SIZE;
        if S::SCALAR || inner.extent < per_wide {
            let k = SIZE as isize;
            // SAFETY: K2 to K4 are the caller's; the strides are the block's.
            return unsafe { rows::<Sized<SIZE>>(dst, src, block, k, -k) };
        }
        let bytes = inner.extent * SIZE;
        for o in 0..outer.extent as isize {
            // SAFETY: K2 to K4 for row `o`: the run that starts at `dst`,
            // and the run that ends with the item at `src`. The last
            // register overlaps the one before it.
            unsafe {
                let (dst, end) = (dst.offset(o * outer.dst), src.offset(o * outer.src).add(SIZE));
                let index = S::Wide::splat(&const { backwards::<SIZE>() });
                cover(
                    bytes,
                    S::Wide::BYTES,
                    #[inline(always)]
                    |at| {
                        let register = S::Wide::load(end.sub(at + S::Wide::BYTES));
                        register.reverse_lanes().shuffle(index).store(dst.add(at));
                    },
                );
            }
        }
    }
}

/// The shuffle that turns the items of a lane around.
const fn backwards<const SIZE: usize>() -> [u8; 16] {
    let mut index = [0; 16];
    let mut i = 0;
    while i < 16 {
        index[i] = (16 - SIZE - i / SIZE * SIZE + i % SIZE) as u8;
        i += 1;
    }
    index
}
