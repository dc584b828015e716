//! Plain: so few items that a plan costs more than they do.

#![allow(unsafe_code, reason = "hands on what a caller vouches for")]

use super::loop_nest::Loop;
use core::mem::MaybeUninit;
use stridewise_kernels::Level;
use stridewise_kernels::copy::{Block, Copy, Family, PLAIN_AXES, plain};

/// Bytes of the smallest tile's edge.
const LANE: usize = 16;

/// Items that are moved before a plan of theirs would be made.
const ITEMS: usize = 64;
/// Bytes of so many items at most: what is packed on the stack.
pub(crate) const FEW: usize = 1024;

/// A copy of a few items along a few axes, in index order.
#[derive(Clone, Copy)]
pub(crate) struct Plain {
    item: usize,
    ndim: usize,
    axes: [Loop; PLAIN_AXES],
}

impl Plain {
    /// The copy, if it has few enough items and axes; strides are as long as
    /// the shape.
    #[inline]
    pub(crate) fn new(shape: &[usize], item: usize, dst: &[isize], src: &[isize]) -> Option<Plain> {
        let mut plain = Plain { item, ndim: 0, axes: [Loop::UNIT; PLAIN_AXES] };
        // The other extents may be anything.
        let shape = if shape.contains(&0) { &[0][..] } else { shape };
        let (mut items, mut ndim) = (1usize, 0);
        for (&extent, (&dst, &src)) in shape.iter().zip(dst.iter().zip(src)) {
            if extent == 1 {
                continue;
            }
            *plain.axes.get_mut(ndim)? = Loop { extent, dst, src };
            ndim += 1;
            items = items.checked_mul(extent)?;
        }
        plain.ndim = ndim;
        (items <= ITEMS && item <= FEW / ITEMS).then_some(plain)
    }

    /// The same as a copy into gapless memory.
    #[inline]
    fn packing(shape: &[usize], item: usize, src: &[isize]) -> Option<Plain> {
        let mut plain = Plain::new(shape, item, src, src)?;
        let mut step = item;
        for axis in plain.axes[..plain.ndim].iter_mut().rev() {
            axis.dst = step as isize;
            step *= axis.extent;
        }
        Some(plain)
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
                Some(block) => Copy::new(level, Family::Transpose, self.item).run(dst, src, &block),
                None => plain(dst, src, self.item, &self.axes[..self.ndim]),
            }
        }
    }

    /// The items as a block, if registers turn it in less time than loops.
    #[inline]
    fn transpose(&self) -> Option<Block> {
        let (item, k) = (self.item, self.item as isize);
        let [a, b, _] = self.axes;
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
    let items = Plain::packing(shape, item, strides)?;
    let axes = &items.axes[..items.ndim];
    let bytes = axes.iter().fold(item, |bytes, axis| bytes * axis.extent);
    if bytes > 0 && axes.iter().all(|axis| axis.dst == axis.src) {
        // SAFETY: K2 for the items, which leave no gap.
        return Some(with(unsafe { core::slice::from_raw_parts(base, bytes) }));
    }
    let mut room = MaybeUninit::<[u8; FEW]>::uninit();
    let start = room.as_mut_ptr().cast::<u8>();
    // SAFETY: K2 for the items, which fill the first of the room's bytes; K3,
    // nobody else has it.
    let packed = unsafe {
        plain(start, base, item, axes);
        core::slice::from_raw_parts(start, bytes)
    };
    Some(with(packed))
}
