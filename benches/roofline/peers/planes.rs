//! Libraries for dense planes: transpose and fast_transpose.

use crate::copy::Bed;
use crate::engine::{Engine, Who};
use crate::roof::Pointer;
use fast_transpose::{FlipMode, FlopMode};
use std::any::TypeId;
use stridewise::Layout;

/// Items of a dense plane.
#[derive(Clone, Copy)]
pub(super) struct Plane {
    pub rows: usize,
    pub columns: usize,
    d: Pointer,
    s: Pointer,
}

impl Plane {
    /// # Safety
    /// Both are so many items of `T`, and one engine runs at a time.
    pub unsafe fn slices<'a, T>(self) -> (&'a mut [T], &'a [T]) {
        let len = self.rows * self.columns;
        // SAFETY: the caller's.
        unsafe {
            (
                std::slice::from_raw_parts_mut(self.d.get().cast(), len),
                std::slice::from_raw_parts(self.s.get().cast_const().cast(), len),
            )
        }
    }
}

/// The source's plane, if the copy is its transpose.
pub(super) fn transposed(bed: &Bed) -> Option<Plane> {
    let item = bed.to.itemsize() as isize;
    let &[a, b] = bed.to.shape() else { return None };
    let dense = |layout: &Layout| layout.strides() == [b as isize * item, item];
    let turned = |layout: &Layout| layout.strides() == [item, a as isize * item];
    let (rows, columns) = match () {
        () if dense(&bed.to) && turned(&bed.from) => (b, a),
        () if turned(&bed.to) && dense(&bed.from) => (a, b),
        () => return None,
    };
    Some(Plane { rows, columns, d: bed.d, s: bed.s })
}

/// The source's plane, if each of its rows is reversed.
fn mirrored(bed: &Bed) -> Option<Plane> {
    let item = bed.to.itemsize() as isize;
    let (rows, columns) = match *bed.to.shape() {
        [n] => (1, n),
        [rows, columns] => (rows, columns),
        _ => return None,
    };
    let row = columns as isize * item;
    let is = |layout: &Layout, strides: [isize; 2]| {
        layout.strides().iter().rev().eq(strides.iter().rev().take(layout.ndim()))
    };
    let s = Pointer::new(bed.s.get().wrapping_offset(item - row));
    (is(&bed.to, [row, item]) && is(&bed.from, [row, -item])).then_some(Plane {
        rows,
        columns,
        d: bed.d,
        s,
    })
}

/// The source's plane of pixels of three, if each of its rows is reversed.
fn mirrored_pixels(bed: &Bed) -> Option<Plane> {
    let &[rows, columns, 3] = bed.to.shape() else { return None };
    let item = bed.to.itemsize() as isize;
    let (pixel, row) = (3 * item, 3 * item * columns as isize);
    let s = Pointer::new(bed.s.get().wrapping_offset(pixel - row));
    let fits = bed.to.strides() == [row, pixel, item] && bed.from.strides() == [row, -pixel, item];
    fits.then_some(Plane { rows, columns: 3 * columns, d: bed.d, s })
}

pub fn copies<T: Copy + Default + 'static>(bed: &Bed) -> Vec<Engine<'static>> {
    // Its plain transpose is what it calls flopped.
    let (flip, flop) = (FlipMode::NoFlip, FlopMode::Flop);
    let mut engines = Vec::new();
    let mut fast = |work: Box<dyn FnMut() -> bool>| {
        let mut work = work;
        engines.push(Engine::one("fast_transpose", Who::Peer, move || assert!(work())));
    };
    macro_rules! typed {
        ($plane:ident, $($ty:ty => $call:expr),* ; $any:expr) => {{
            // SAFETY: the buffers hold such planes, and one engine runs at a time.
            $(if TypeId::of::<T>() == TypeId::of::<$ty>() {
                fast(Box::new(move || {
                    let (to, from) = unsafe { $plane.slices::<$ty>() };
                    $call(from, to).is_ok()
                }));
            } else)* {
                fast(Box::new(move || {
                    let (to, from) = unsafe { $plane.slices::<T>() };
                    $any(from, to).is_ok()
                }));
            }
        }};
    }
    if let Some(plane) = transposed(bed) {
        let (w, h) = (plane.columns, plane.rows);
        typed!(plane,
            u8 => |from, to| fast_transpose::transpose_plane(from, w, to, h, w, h, flip, flop),
            u16 => |from, to| fast_transpose::transpose_plane16(from, w, to, h, w, h, flip, flop),
            f32 => |from, to| fast_transpose::transpose_plane_f32(from, w, to, h, w, h, flip, flop);
            |from, to| fast_transpose::transpose_arbitrary(from, w, to, h, w, h, flip, flop));
        // SAFETY: as above.
        engines.push(Engine::one("transpose", Who::Peer, move || {
            let (to, from) = unsafe { plane.slices::<T>() };
            transpose::transpose(from, to, plane.columns, plane.rows);
        }));
    } else if let Some(plane) = mirrored(bed) {
        let (w, h) = (plane.columns, plane.rows);
        typed!(plane, ; |from, to| fast_transpose::flip_arbitrary(from, w, to, w, w, h));
    } else if let Some(plane) = mirrored_pixels(bed).filter(|_| size_of::<T>() == 1) {
        let (w, h) = (plane.columns, plane.rows);
        typed!(plane, u8 => |from, to| fast_transpose::flip_rgb(from, w, to, w, w / 3, h);
            |from, to| fast_transpose::flip_arbitrary(from, w, to, w, w, h));
    }
    engines
}
