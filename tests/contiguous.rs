//! To contiguous, in every order.

use crate::support::strategies::sources;
use crate::support::{check, oracle, same_bytes, source, view};
use proptest::prelude::*;
use stridewise::{Array, Layout, Order, Strided, View, to_contiguous, to_contiguous_any};

/// Whether the items, in C order, follow one another in memory.
fn packed(layout: &Layout) -> bool {
    let apart = layout.itemsize() as isize;
    oracle::offsets(layout).windows(2).all(|two| two[1] - two[0] == apart)
}

#[test]
fn prop_to_contiguous_matches_oracle() {
    check("prop_to_contiguous_matches_oracle", sources, |(src, _)| {
        let from = source(&src, 1);
        let items = oracle::c_bytes(&from, &src);
        for order in [Order::C, Order::F, Order::A, Order::K] {
            let array = to_contiguous_any(&view(&from, &src), order).unwrap();
            let layout = array.layout();
            prop_assert_eq!(layout.shape(), src.shape());
            prop_assert_eq!(array.as_bytes().len(), items.len());
            prop_assert!(layout.validate_mut(items.len()).is_ok());
            same_bytes!(oracle::c_bytes(array.as_bytes(), layout), items, "{order:?}");
            let (c, f) = (packed(layout), packed(&layout.transpose().unwrap()));
            match order {
                Order::C => prop_assert!(c),
                Order::F => prop_assert!(f),
                Order::A if packed(&src.transpose().unwrap()) && !packed(&src) => prop_assert!(f),
                Order::A => prop_assert!(c),
                Order::K => prop_assert!(src.is_empty() || keeps_order(&src, layout)),
            }
        }
        Ok(())
    });
}

/// Whether a longer step of `src` is a longer one of `dst`; an equal one
/// decides for the earlier axis.
fn keeps_order(src: &Layout, dst: &Layout) -> bool {
    let step = |layout: &Layout, axis: usize| layout.strides()[axis].unsigned_abs();
    let walked = |&axis: &usize| src.shape()[axis] > 1;
    (0..src.ndim()).filter(walked).all(|i| {
        (i + 1..src.ndim())
            .filter(walked)
            .all(|j| (step(src, i) >= step(src, j)) == (step(dst, i) > step(dst, j)))
    })
}

#[test]
fn prop_contiguity_matches_oracle() {
    check("prop_contiguity_matches_oracle", sources, |(src, _)| {
        let (c, f) = (packed(&src), packed(&src.transpose().unwrap()));
        prop_assert_eq!(src.is_contiguous(Order::C), c);
        prop_assert_eq!(src.is_contiguous(Order::F), f);
        prop_assert_eq!(src.is_contiguous(Order::A), c || f);
        Ok(())
    });
}

#[test]
fn typed_arrays_keep_their_type() {
    let data: Vec<f64> = (0..24).map(f64::from).collect();
    let view = View::new(&data, &[2, 3, 4]).unwrap().permute(&[1, 2, 0]).unwrap();
    let array: Array<f64> = to_contiguous(&view, Order::C).unwrap();
    let expected: Vec<f64> = (0..12).flat_map(|i| [f64::from(i), f64::from(i + 12)]).collect();
    assert_eq!(array.as_slice(), expected);
    assert_eq!(array.shape(), [3, 4, 2]);
    assert_eq!(to_contiguous(&view, Order::K).unwrap().into_vec(), data);
}

/// Large results are in memory that was asked for in another way.
#[test]
fn results_of_any_size_are_vectors() {
    for n in [0, 1, 100, 1023, 1024, 1025, 1500] {
        let data: Vec<u32> = (0..n * n).map(|i| i as u32).collect();
        let view = View::new(&data, &[n, n]).unwrap().transpose();
        let array = to_contiguous(&view, Order::C).unwrap();
        let start = array.as_slice().as_ptr();
        assert!(start.is_aligned());
        let items = array.into_vec();
        assert_eq!((items.as_ptr(), items.len()), (start, n * n));
        assert!((0..n).all(|i| (0..n).all(|j| items[i * n + j] == (j * n + i) as u32)));
        let bytes = to_contiguous_any(&view, Order::F).unwrap().into_bytes();
        assert_eq!(bytes.len(), 4 * n * n);
        // Vectors like any others: they grow and shrink.
        let mut items = items;
        items.push(7);
        items.truncate(n);
        items.shrink_to_fit();
        assert!(items.iter().enumerate().all(|(j, &item)| item == (j * n) as u32));
    }
}
