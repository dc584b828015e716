//! ndarray's opinion on views that it can express.

use crate::support::strategies::options;
use crate::support::{bytes, check_cases, layouts};
use ndarray::{ArrayD, ArrayViewD, Axis, Dimension, IxDyn, Slice as Cut};
use proptest::collection::vec;
use proptest::prelude::*;
use stridewise::{
    CopyPlan, Layout, Options, Order, Slice, Strided, View, ViewMut, copy, equal, first_mismatch,
    to_contiguous,
};

/// A view as both libraries make it: extents, and for each axis where the
/// slice starts and ends, its step, and its place in the permutation.
#[derive(Clone, Debug)]
struct Recipe {
    shape: Vec<usize>,
    cuts: Vec<(usize, usize, isize)>,
    axes: Vec<usize>,
    fortran: bool,
    options: Options,
    salt: u64,
}

fn recipes() -> impl Strategy<Value = Recipe> {
    let axis = (prop_oneof![4 => 1..=7usize, 1 => 15..=34usize], any::<[u8; 3]>(), any::<u8>());
    (vec(axis, 0..=5), any::<bool>(), options(), any::<u64>()).prop_map(
        |(mut drawn, fortran, options, salt)| {
            while drawn.iter().map(|axis| axis.0).product::<usize>() > 5000 {
                drawn.pop();
            }
            let cut = |&(extent, [start, stop, step], _): &(usize, [u8; 3], u8)| {
                let start = usize::from(start) / 64 % extent;
                let stop = extent - usize::from(stop) / 64 % (extent - start + 1);
                (start, stop, [1, 1, 1, 2, 3, -1, -1, -2][usize::from(step % 8)])
            };
            let mut axes: Vec<usize> = (0..drawn.len()).collect();
            axes.sort_by_key(|&axis| drawn[axis].2);
            let shape = drawn.iter().map(|axis| axis.0).collect();
            Recipe { shape, cuts: drawn.iter().map(cut).collect(), axes, fortran, options, salt }
        },
    )
}

impl Recipe {
    fn theirs<'a>(&self, data: &'a [u32]) -> ArrayViewD<'a, u32> {
        let mut view = if self.fortran {
            let turned: Vec<usize> = self.shape.iter().rev().copied().collect();
            ArrayViewD::from_shape(IxDyn(&turned), data).unwrap().reversed_axes()
        } else {
            ArrayViewD::from_shape(IxDyn(&self.shape), data).unwrap()
        };
        for (axis, &(start, stop, step)) in self.cuts.iter().enumerate() {
            // Theirs cuts first and then walks backwards.
            let cut = Cut::new(start as isize, Some(stop as isize), step);
            view.slice_axis_inplace(Axis(axis), cut);
        }
        view.permuted_axes(IxDyn(&self.axes))
    }

    fn ours<'a>(&self, data: &'a [u32]) -> View<'a, u32> {
        let order = if self.fortran { Order::F } else { Order::C };
        let layout = Layout::contiguous(&self.shape, 4, order).unwrap();
        let mut view = View::with_layout(data, layout).unwrap();
        for (axis, &(start, stop, step)) in self.cuts.iter().enumerate() {
            view = view.slice(axis, start as isize..stop as isize).unwrap();
            view = view.slice(axis, Slice::new(None, None, step)).unwrap();
        }
        view.permute(&self.axes).unwrap()
    }

    fn data(&self, salt: u64) -> Vec<u32> {
        let len = self.shape.iter().product::<usize>();
        let bytes = bytes(4 * len, self.salt.wrapping_add(salt));
        bytes.chunks(4).map(|b| u32::from_ne_bytes(b.try_into().unwrap())).collect()
    }
}

#[test]
fn prop_ndarray_copies_alike() {
    check_cases(layouts() / 2, "prop_ndarray_copies_alike", recipes, |recipe| {
        let data = recipe.data(1);
        let (theirs, ours) = (recipe.theirs(&data), recipe.ours(&data));
        prop_assert_eq!(theirs.shape(), ours.shape());
        let standard = theirs.as_standard_layout();
        let dense = to_contiguous(&ours, Order::C).unwrap();
        prop_assert_eq!(Some(dense.as_slice()), standard.as_slice());

        // Into the same view of other memory, by `assign`.
        let mut expected = ArrayD::<u32>::zeros(IxDyn(theirs.shape()));
        expected.assign(&theirs);
        let mut assigned = vec![7u32; dense.as_slice().len()];
        let mut dst = ViewMut::new(&mut assigned, ours.shape()).unwrap();
        let plan = CopyPlan::with(dst.layout(), ours.layout(), recipe.options).unwrap();
        plan.run(&mut dst, &ours).unwrap();
        prop_assert_eq!(Some(&assigned[..]), expected.as_slice());

        // And out of dense memory into the view.
        let dense_source = recipe.data(2)[..assigned.len()].to_vec();
        let (mut left, mut right) = (data.clone(), data.clone());
        let shape = ours.shape().to_vec();
        let source = View::new(&dense_source, &shape).unwrap();
        let layout = ours.layout().clone();
        copy(&mut ViewMut::with_layout(&mut left, layout).unwrap(), &source).unwrap();
        scatter(&recipe, &mut right, &dense_source, &shape);
        prop_assert_eq!(left, right);
        Ok(())
    });
}

/// Theirs, mutably: the same cuts of a mutable view.
fn scatter(recipe: &Recipe, data: &mut [u32], source: &[u32], shape: &[usize]) {
    let mut array = if recipe.fortran {
        let turned: Vec<usize> = recipe.shape.iter().rev().copied().collect();
        ndarray::ArrayViewMutD::from_shape(IxDyn(&turned), data).unwrap().reversed_axes()
    } else {
        ndarray::ArrayViewMutD::from_shape(IxDyn(&recipe.shape), data).unwrap()
    };
    for (axis, &(start, stop, step)) in recipe.cuts.iter().enumerate() {
        array.slice_axis_inplace(Axis(axis), Cut::new(start as isize, Some(stop as isize), step));
    }
    let mut array = array.permuted_axes(IxDyn(&recipe.axes));
    array.assign(&ArrayViewD::from_shape(IxDyn(shape), source).unwrap());
}

#[test]
fn prop_ndarray_compares_alike() {
    check_cases(layouts() / 2, "prop_ndarray_compares_alike", recipes, |recipe| {
        let data = recipe.data(3);
        let dense = to_contiguous(&recipe.ours(&data), Order::F).unwrap();
        prop_assert!(equal(&recipe.ours(&data), &dense).unwrap());
        let mut other = data.clone();
        if let Some(item) = other.get_mut(recipe.salt as usize % data.len().max(1)) {
            *item ^= 1;
        }
        // Changed, perhaps outside of the view.
        let (a, b) = (recipe.theirs(&data), recipe.theirs(&other));
        let (ours, theirs) = (recipe.ours(&data), recipe.ours(&other));
        prop_assert_eq!(equal(&ours, &theirs).unwrap(), a == b);
        let found = first_mismatch(&ours, &theirs).unwrap();
        let expected = a.indexed_iter().find(|(at, item)| **item != b[at.clone()]);
        prop_assert_eq!(found, expected.map(|(at, _)| at.slice().to_vec()));
        Ok(())
    });
}
