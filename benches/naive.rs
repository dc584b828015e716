//! The loops that a programmer writes: one per axis, in the order of the
//! indices, over pointers of the item's size.

/// `$call` with `$ty` as the type of items of so many bytes.
macro_rules! of_bytes {
    ($bytes:expr, $ty:ident => $call:expr) => {
        of_bytes!($bytes, $ty => $call, 1 u8, 2 u16, 4 u32, 8 u64, 16 u128, 3 [u8; 3], 5 [u8; 5],
            6 [u8; 6], 7 [u8; 7], 10 [u8; 10], 12 [u8; 12], 20 [u8; 20], 24 [u8; 24], 32 [u8; 32],
            36 [u8; 36], 48 [u8; 48], 64 [u8; 64])
    };
    ($bytes:expr, $ty:ident => $call:expr, $($n:literal $is:ty),*) => {
        match $bytes {
            $($n => {
                type $ty = $is;
                $call
            })*
            other => panic!("the catalogue has no items of {other} bytes"),
        }
    };
}

/// Copies items one by one.
///
/// # Safety
/// The items at these strides are readable and writable and do not overlap.
pub unsafe fn copy(
    shape: &[usize],
    item: usize,
    dst: *mut u8,
    to: &[isize],
    src: *const u8,
    from: &[isize],
) {
    // SAFETY: the caller's.
    unsafe { of_bytes!(item, Item => walk::<Item>(shape, dst, to, src, from, |x| x)) }
}

/// Copies words of 4 bytes in the other byte order.
///
/// # Safety
/// That of [`copy`].
pub unsafe fn copy_swapped(
    shape: &[usize],
    dst: *mut u8,
    to: &[isize],
    src: *const u8,
    from: &[isize],
) {
    // SAFETY: the caller's.
    unsafe { walk(shape, dst, to, src, from, u32::swap_bytes) }
}

/// # Safety
/// That of [`copy`].
unsafe fn walk<T: Copy>(
    shape: &[usize],
    dst: *mut u8,
    to: &[isize],
    src: *const u8,
    from: &[isize],
    of: impl Fn(T) -> T + Copy,
) {
    // SAFETY: the caller's, for every item.
    unsafe {
        match *shape {
            [] => dst.cast::<T>().write_unaligned(of(src.cast::<T>().read_unaligned())),
            [n] => {
                let (to, from) = (to[0], from[0]);
                for i in 0..n as isize {
                    let x = src.offset(i * from).cast::<T>().read_unaligned();
                    dst.offset(i * to).cast::<T>().write_unaligned(of(x));
                }
            }
            [n, ref rest @ ..] => {
                for i in 0..n as isize {
                    let (dst, src) = (dst.offset(i * to[0]), src.offset(i * from[0]));
                    walk(rest, dst, &to[1..], src, &from[1..], of);
                }
            }
        }
    }
}

/// Whether all items are equal, up to the first that is not.
///
/// # Safety
/// The items at these strides are readable.
pub unsafe fn equal<T: Copy + PartialEq>(
    shape: &[usize],
    a: *const u8,
    a_strides: &[isize],
    b: *const u8,
    b_strides: &[isize],
) -> bool {
    // SAFETY: the caller's, for every item.
    unsafe {
        match *shape {
            [] => a.cast::<T>().read_unaligned() == b.cast::<T>().read_unaligned(),
            [n] => {
                let (x, y) = (a_strides[0], b_strides[0]);
                for i in 0..n as isize {
                    let x = a.offset(i * x).cast::<T>().read_unaligned();
                    if x != b.offset(i * y).cast::<T>().read_unaligned() {
                        return false;
                    }
                }
                true
            }
            [n, ref rest @ ..] => {
                for i in 0..n as isize {
                    let (a, b) = (a.offset(i * a_strides[0]), b.offset(i * b_strides[0]));
                    if !equal::<T>(rest, a, &a_strides[1..], b, &b_strides[1..]) {
                        return false;
                    }
                }
                true
            }
        }
    }
}

/// [`equal`] for items of a kind that is known at run time.
///
/// # Safety
/// That of [`equal`].
pub unsafe fn equal_kind(
    kind: Kind,
    shape: &[usize],
    a: *const u8,
    a_strides: &[isize],
    b: *const u8,
    b_strides: &[isize],
) -> bool {
    // SAFETY: the caller's.
    unsafe {
        match kind {
            Kind::F32 => equal::<f32>(shape, a, a_strides, b, b_strides),
            Kind::F64 => equal::<f64>(shape, a, a_strides, b, b_strides),
            Kind::Bytes(n) => {
                of_bytes!(n, Item => equal::<Item>(shape, a, a_strides, b, b_strides))
            }
        }
    }
}

/// What compared items are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Floats.
    F32,
    /// Doubles.
    F64,
    /// Anything else of so many bytes, which are equal if their bytes are.
    Bytes(usize),
}

impl Kind {
    /// As stridewise names it.
    pub fn element(self) -> stridewise::ElementType {
        use stridewise::ElementType;
        match self {
            Kind::F32 => ElementType::of::<f32>(),
            Kind::F64 => ElementType::of::<f64>(),
            Kind::Bytes(n) => ElementType::bytes(n),
        }
    }
}

/// Whether every item of `dst` is that of `src`, index by index: the truth
/// that results are held to, by other means than the loops above.
///
/// # Safety
/// All items of both layouts are readable from these origins.
pub unsafe fn check(
    dst: *const u8,
    to: &stridewise::Layout,
    src: *const u8,
    from: &stridewise::Layout,
) {
    let mut index = vec![0; to.ndim()];
    for _ in 0..to.len() {
        let at = |layout: &stridewise::Layout| {
            layout.item_offset(&index).expect("inside") - layout.offset()
        };
        // SAFETY: the items at `index`.
        let (d, s) = unsafe {
            let item = |p: *const u8, at| std::slice::from_raw_parts(p.offset(at), to.itemsize());
            (item(dst, at(to)), item(src, at(from)))
        };
        assert_eq!(d, s, "at {index:?} of {to:?}");
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            if index[axis] < to.shape()[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
}
