//! Items as kernels see them: a number of bytes, mostly known when compiled.

/// Moves one item.
pub(crate) trait Item {
    /// Copies an item of `size` bytes; implementations that know the size
    /// ignore it.
    ///
    /// # Safety
    /// K2, K3 for `size` bytes.
    unsafe fn copy(dst: *mut u8, src: *const u8, size: usize);

    /// The size, from what is known when compiled or from `size`.
    fn size(size: usize) -> usize;
}

/// An item of `N` bytes.
pub(crate) struct Sized<const N: usize>;

impl<const N: usize> Item for Sized<N> {
    #[inline(always)]
    unsafe fn copy(dst: *mut u8, src: *const u8, _size: usize) {
        // SAFETY: K2, K3; a byte array has no alignment (K5: any bytes do).
        unsafe { dst.cast::<[u8; N]>().write_unaligned(src.cast::<[u8; N]>().read_unaligned()) }
    }

    #[inline(always)]
    fn size(_size: usize) -> usize {
        N
    }
}

/// An item of any size.
pub(crate) struct Any;

impl Item for Any {
    #[inline(always)]
    unsafe fn copy(dst: *mut u8, src: *const u8, size: usize) {
        // SAFETY: K2, K3. Both pieces lie in the item, and meet or overlap.
        unsafe {
            match size {
                0 => {}
                1..4 => {
                    *dst = *src;
                    *dst.add(size / 2) = *src.add(size / 2);
                    *dst.add(size - 1) = *src.add(size - 1);
                }
                4..8 => ends::<4>(dst, src, size),
                8..16 => ends::<8>(dst, src, size),
                16..32 => ends::<16>(dst, src, size),
                32..=64 => ends::<32>(dst, src, size),
                _ => {
                    let mut at = 0;
                    while at + 32 < size {
                        Sized::<32>::copy(dst.add(at), src.add(at), 32);
                        at += 32;
                    }
                    Sized::<32>::copy(dst.add(size - 32), src.add(size - 32), 32);
                }
            }
        }
    }

    #[inline(always)]
    fn size(size: usize) -> usize {
        size
    }
}

/// The first and the last `N` bytes of `size`.
///
/// # Safety
/// K2, K3 for `size` bytes, of which there are `N`.
#[inline(always)]
unsafe fn ends<const N: usize>(dst: *mut u8, src: *const u8, size: usize) {
    // SAFETY: as promised.
    unsafe {
        Sized::<N>::copy(dst, src, N);
        Sized::<N>::copy(dst.add(size - N), src.add(size - N), N);
    }
}

/// An item of any number of units of `UNIT` bytes, which are turned: the last
/// comes first.
pub(crate) struct Turned<const UNIT: usize>;

impl<const UNIT: usize> Item for Turned<UNIT> {
    #[inline(always)]
    unsafe fn copy(dst: *mut u8, src: *const u8, size: usize) {
        // SAFETY: K2, K3, unit by unit; a byte array has no alignment.
        unsafe {
            match (UNIT, size) {
                (1, 2) => turn::<2>(dst, src),
                (1, 4) => turn::<4>(dst, src),
                (1, 8) => turn::<8>(dst, src),
                _ => {
                    let mut at = 0;
                    while at < size {
                        Sized::<UNIT>::copy(dst.add(at), src.add(size - UNIT - at), UNIT);
                        at += UNIT;
                    }
                }
            }
        }
    }

    #[inline(always)]
    fn size(size: usize) -> usize {
        size
    }
}

/// Copies `N` bytes, the last one first: one instruction where there is one.
///
/// # Safety
/// K2, K3.
#[inline(always)]
unsafe fn turn<const N: usize>(dst: *mut u8, src: *const u8) {
    // SAFETY: K2, K3; a byte array has no alignment.
    unsafe {
        let mut item = src.cast::<[u8; N]>().read_unaligned();
        item.reverse();
        dst.cast::<[u8; N]>().write_unaligned(item);
    }
}

/// Evaluates `$body` with `$unit` standing for a unit of `$size` bytes: 1, 2,
/// 4 or 8.
macro_rules! with_unit {
    ($size:expr, $unit:ident => $body:expr) => {
        match $size {
            1 => {
                const $unit: usize = 1;
                $body
            }
            2 => {
                const $unit: usize = 2;
                $body
            }
            4 => {
                const $unit: usize = 4;
                $body
            }
            _ => {
                const $unit: usize = 8;
                $body
            }
        }
    };
}
pub(crate) use with_unit;

/// Evaluates `$body` with `$item` standing for the type of items of `$size`
/// bytes: the only `match` on item sizes that is not about registers.
macro_rules! with_item {
    ($size:expr, $item:ident => $body:expr) => {
        $crate::item::with_item!(@match $size, $item, $body,
            1 2 3 4 5 6 7 8 10 12 16 20 24 32)
    };
    (@match $size:expr, $item:ident, $body:expr, $($n:literal)*) => {
        match $size {
            $($n => { type $item = $crate::item::Sized<$n>; $body })*
            _ => { type $item = $crate::item::Any; $body }
        }
    };
}
pub(crate) use with_item;
