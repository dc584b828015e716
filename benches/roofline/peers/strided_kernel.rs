//! The kernels of strided-kernel, from strided-basic: that crate gives them on,
//! and takes minutes more to build.

use super::strided::{Items, both, exec};
use crate::copy::Bed;
use crate::engine::Engine;
use crate::equal::Pair;
use strided_basic::{CopyPlan, RawStridedMut, RawStridedRef};

pub fn copies<T: Copy + Send + Sync + 'static>(bed: &Bed) -> Vec<Engine<'static>> {
    let (Some(to), Some(from)) =
        (Items::new::<T>(&bed.to, bed.d), Items::new::<T>(&bed.from, bed.s))
    else {
        return Vec::new();
    };
    let Ok(plan) = CopyPlan::compile(&to.shape, &to.strides, &from.strides) else {
        return Vec::new();
    };
    both(["strided-kernel"; 2], move |threads| {
        // SAFETY: the buffers hold the layouts, and one engine runs at a time.
        let (mut to, from) = unsafe {
            (
                RawStridedMut::new_unchecked(
                    to.slice_mut::<T>(),
                    &to.shape,
                    &to.strides,
                    to.offset,
                ),
                RawStridedRef::new_unchecked(
                    from.slice::<T>(),
                    &from.shape,
                    &from.strides,
                    from.offset,
                ),
            )
        };
        plan.execute(&mut to, &from, exec(threads)).is_ok()
    })
}

pub fn swaps(bed: &Bed) -> Vec<Engine<'static>> {
    let (Some(to), Some(from)) =
        (Items::new::<u32>(&bed.to, bed.d), Items::new::<u32>(&bed.from, bed.s))
    else {
        return Vec::new();
    };
    both(["strided-kernel"; 2], move |threads| {
        // SAFETY: as above.
        let (mut to, from) = unsafe { (to.view_mut::<u32>(), from.view::<u32>()) };
        strided_basic::map_into(&mut to, &from, u32::swap_bytes, exec(threads)).is_ok()
    })
}

pub fn comparisons<T: Copy + PartialEq + Send + Sync + 'static>(
    pair: &Pair,
) -> Vec<Engine<'static>> {
    let (Some(a), Some(b)) =
        (Items::new::<T>(&pair.left, pair.a), Items::new::<T>(&pair.right, pair.b))
    else {
        return Vec::new();
    };
    let same = pair.same;
    both(["strided-kernel"; 2], move |threads| {
        // SAFETY: the buffers hold the layouts.
        let (a, b) = unsafe { (a.view::<T>(), b.view::<T>()) };
        let and = |a, b| a && b;
        let equal = strided_basic::zip_reduce(&a, &b, |a, b| a == b, and, true, exec(threads));
        equal.is_ok_and(|equal| equal == same)
    })
}
