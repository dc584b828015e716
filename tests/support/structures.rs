//! Random structures of memory: valid ones, invalid ones, and pairs that
//! slices make alike.

use proptest::collection::vec;
use proptest::prelude::*;
use stridewise::Slice;

/// Where items lie in memory. Numbers count bytes; a valid structure fits
/// into the memory, an invalid one does not.
#[derive(Clone, Debug)]
pub(crate) struct Structure {
    pub(crate) memlen: usize,
    pub(crate) shape: Vec<usize>,
    pub(crate) strides: Vec<isize>,
    pub(crate) offset: isize,
}

impl Structure {
    /// The items that all of the memory holds.
    pub(crate) fn items(&self, itemsize: usize) -> usize {
        self.memlen / itemsize
    }

    /// Whether it is an array inside the memory: the protocol's own rule.
    pub(crate) fn is_valid(&self, itemsize: usize) -> bool {
        let Structure { memlen, shape, strides, offset } = self;
        let (memlen, size, offset) = (*memlen as isize, itemsize as isize, *offset);
        if offset % size != 0 || offset < 0 || offset + size > memlen {
            return false;
        }
        if strides.iter().any(|stride| stride % size != 0) {
            return false;
        }
        if shape.contains(&0) {
            return true;
        }
        let reach = |up: bool| -> isize {
            let axes = shape.iter().zip(strides).filter(|&(_, &stride)| (stride > 0) == up);
            axes.map(|(&extent, &stride)| stride * (extent as isize - 1)).sum()
        };
        0 <= offset + reach(false) && offset + reach(true) + size <= memlen
    }
}

/// Extents: mostly all of 2 or more, sometimes of 1 or 0.
fn extents(ndim: usize, most: usize, empty: bool) -> impl Strategy<Value = Vec<usize>> {
    let least = if empty {
        prop_oneof![90 => Just(2usize), 5 => Just(1), 5 => Just(0)].boxed()
    } else {
        prop_oneof![90 => Just(2usize), 10 => Just(1)].boxed()
    };
    least.prop_flat_map(move |least| vec(least..=most, ndim))
}

/// A structure of this shape, of items of `size` bytes.
fn of_shape(shape: Vec<usize>, size: usize, valid: bool) -> impl Strategy<Value = Structure> {
    let ndim = shape.len();
    let steps = vec((any::<prop::sample::Index>(), any::<bool>()), ndim);
    (Just(shape), steps, 0..100u8, any::<bool>()).prop_map(move |(shape, steps, zeros, before)| {
        let zeros = zeros >= 97;
        let size = size as isize;
        let mut strides = vec![0; ndim];
        let mut most = 5usize;
        for axis in (0..ndim).rev() {
            if axis + 1 < ndim {
                most *= shape[axis + 1].max(1);
            }
            let step = steps[axis].0.index(if zeros { most + 1 } else { most }) as isize;
            let step = if zeros { step } else { step + 1 };
            strides[axis] = size * if steps[axis].1 { -step } else { step };
        }
        let reach = |up: bool| -> isize {
            if shape.contains(&0) {
                return 0;
            }
            let axes = shape.iter().zip(&strides).filter(|&(_, &stride)| (stride > 0) == up);
            axes.map(|(&extent, &stride)| stride * (extent as isize - 1)).sum()
        };
        let (down, up) = (reach(false), reach(true));
        let (memlen, offset) = if valid {
            (up - down + size, -down)
        } else if ndim == 0 {
            (size, if before { -size } else { size })
        } else {
            let memlen = up - down;
            (memlen, if before { -down - size } else { memlen })
        };
        Structure { memlen: memlen as usize, shape, strides, offset }
    })
}

/// A structure that fits into its memory, or one that does not.
pub(crate) fn structures(
    size: usize,
    valid: bool,
    max_ndim: usize,
    max_extent: usize,
) -> impl Strategy<Value = Structure> {
    (0..=max_ndim)
        .prop_flat_map(move |ndim| extents(ndim, max_extent, valid))
        .prop_flat_map(move |shape| of_shape(shape, size, valid))
}

/// Two arrays, and slices of both that have the same shape.
#[derive(Clone, Debug)]
pub(crate) struct Aligned {
    pub(crate) left: Structure,
    pub(crate) right: Structure,
    pub(crate) left_slices: Vec<Slice>,
    pub(crate) right_slices: Vec<Slice>,
}

/// A slice of `len` indices of an axis.
fn slice_of(len: usize, extent: usize) -> impl Strategy<Value = Slice> {
    (0..=extent - len).prop_flat_map(move |start| {
        let most = (extent - start).checked_div(len).map_or(1, |most| most.max(1));
        (1..=most).prop_map(move |step| {
            let stop = start + len * step;
            Slice::new(Some(start as isize), Some(stop as isize), step as isize)
        })
    })
}

/// The extents of an axis of either side, and slices of it that pick equally
/// many.
fn aligned_axis(most: usize) -> impl Strategy<Value = ([usize; 2], [Slice; 2])> {
    let least = prop_oneof![90 => Just(2usize), 5 => Just(1), 5 => Just(0)];
    let extents = least.prop_flat_map(move |least| (least..=most, least..=most));
    (extents, any::<prop::sample::Index>(), any::<bool>()).prop_flat_map(
        |((left, right), len, _)| {
            let small = left.min(right);
            let len = if small == 0 { 0 } else { 1 + len.index(small) };
            (Just([left, right]), slice_of(len, left), slice_of(len, right))
                .prop_map(|(extents, left, right)| (extents, [left, right]))
        },
    )
}

/// Two arrays of items of `size` bytes with slices that have the same shape.
pub(crate) fn aligned(
    size: usize,
    max_ndim: usize,
    max_extent: usize,
) -> impl Strategy<Value = Aligned> {
    vec(aligned_axis(max_extent), 1..=max_ndim).prop_flat_map(move |axes| {
        let shape = |side: usize| axes.iter().map(|axis| axis.0[side]).collect::<Vec<_>>();
        let slices = |side: usize| axes.iter().map(|axis| axis.1[side]).collect::<Vec<_>>();
        let (left_slices, right_slices) = (slices(0), slices(1));
        (of_shape(shape(0), size, true), of_shape(shape(1), size, true)).prop_map(
            move |(left, right)| Aligned {
                left,
                right,
                left_slices: left_slices.clone(),
                right_slices: right_slices.clone(),
            },
        )
    })
}

/// A shape that bytes may be cast to.
pub(crate) fn cast_shapes() -> impl Strategy<Value = Vec<usize>> {
    let least = || prop_oneof![8 => Just(2usize), 2 => Just(1)];
    prop_oneof![
        (0..32usize).prop_map(|extent| vec![extent]),
        least().prop_flat_map(|least| vec(least..5, 2..4)),
        least().prop_flat_map(|least| vec(least..5, 4..6)),
    ]
}
