use super::{Random, indices, offsets};
use crate::layout::{Layout, Order};
use std::vec::Vec;

/// Each item right behind the one before, in this order of the axes.
fn packed_by(layout: &Layout, order: &[usize]) -> bool {
    let by = layout.permute(order).unwrap();
    let mut next = layout.offset();
    offsets(&by).into_iter().all(|offset| {
        let fits = offset == next;
        next = offset + layout.itemsize() as isize;
        fits
    })
}

fn permutations(ndim: usize) -> Vec<Vec<usize>> {
    let any = indices(&std::vec![ndim; ndim]).into_iter();
    any.filter(|order| (0..ndim).all(|axis| order.contains(&axis))).collect()
}

#[test]
fn prop_contiguity_is_items_in_a_row() {
    let mut random = Random::new(2);
    let mut seen = [0; 4];
    for _ in 0..6000 {
        let shape = random.shape(3, 3);
        let layout = if random.below(2) == 0 {
            random.layout(&shape, 12)
        } else {
            // Likely to be contiguous in some order.
            let orders = permutations(shape.len());
            let order = &orders[random.below(orders.len())];
            Layout::contiguous(&shape, 2, Order::C).unwrap().permute(order).unwrap()
        };
        let ndim = layout.ndim();
        let c: Vec<usize> = (0..ndim).collect();
        let f: Vec<usize> = (0..ndim).rev().collect();
        let c = packed_by(&layout, &c);
        let f = packed_by(&layout, &f);
        let k = permutations(ndim).iter().any(|order| packed_by(&layout, order));
        let facts = [(Order::C, c), (Order::F, f), (Order::A, c || f), (Order::K, k)];
        for (n, (order, fact)) in facts.into_iter().enumerate() {
            assert_eq!(layout.is_contiguous(order), fact, "{order:?} {layout:?}");
            seen[n] += usize::from(!fact);
        }
    }
    assert!(seen.iter().all(|&n| n > 1000), "too few gaps: {seen:?}");
}

#[test]
fn prop_contiguous_like_keeps_shape_and_order() {
    let mut random = Random::new(3);
    for _ in 0..3000 {
        let shape = random.shape(4, 4);
        let layout = random.layout(&shape, 40);
        for order in [Order::C, Order::F, Order::A, Order::K] {
            let like = layout.contiguous_like(order);
            assert_eq!(like.shape(), layout.shape());
            assert!(like.is_contiguous(order), "{order:?} {like:?}");
            assert!(like.validate_mut(layout.nbytes()).is_ok());
            if layout.is_contiguous(order) && !layout.is_empty() {
                // The copy is a move of bytes.
                let moved: Vec<isize> =
                    offsets(&like).iter().map(|offset| offset + layout.offset()).collect();
                assert_eq!(moved, offsets(&layout), "{order:?} {layout:?}");
            }
        }
    }
}

#[test]
fn k_order_follows_absolute_strides() {
    let like = |shape: &[usize], strides: &[isize]| {
        let layout = Layout::new(shape, strides, 1, 100).unwrap();
        layout.contiguous_like(Order::K).strides().to_vec()
    };
    assert_eq!(like(&[2, 3, 4], &[4, 8, 1]), [4, 8, 1]);
    assert_eq!(like(&[2, 3, 4], &[-50, 1, 9]), [12, 1, 3]);
    // Equal strides stay in C order; broadcast axes are innermost.
    assert_eq!(like(&[2, 3], &[1, 1]), [3, 1]);
    assert_eq!(like(&[2, 3], &[0, 8]), [1, 2]);
}

#[test]
fn fortran_needs_to_be_the_only_order_for_a() {
    let column = Layout::contiguous(&[3, 1], 1, Order::C).unwrap();
    assert_eq!(column.contiguous_like(Order::A).strides(), [1, 1]);
    let both = Layout::contiguous(&[3, 1, 2], 1, Order::F).unwrap();
    assert_eq!(both.contiguous_like(Order::A).strides(), [1, 3, 3]);
    let neither = both.slice(0, crate::Slice::new(None, None, 2)).unwrap();
    assert_eq!(neither.contiguous_like(Order::A).strides(), [2, 2, 1]);
}

#[test]
fn contiguous_fills_strides_from_the_inside() {
    let strides =
        |shape: &[usize], order| Layout::contiguous(shape, 4, order).unwrap().strides().to_vec();
    assert_eq!(strides(&[2, 3, 5], Order::C), [60, 20, 4]);
    assert_eq!(strides(&[2, 3, 5], Order::F), [4, 8, 24]);
    assert_eq!(strides(&[2, 3, 5], Order::A), [60, 20, 4]);
    assert_eq!(strides(&[2, 3, 5], Order::K), [60, 20, 4]);
    assert_eq!(strides(&[2, 0, 5], Order::C), [0, 20, 4]);
    assert!(strides(&[], Order::F).is_empty());
}
