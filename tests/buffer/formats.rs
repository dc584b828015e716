//! Arrays of every format, in every simple layout.

use super::*;
use crate::support::items::{
    For, Rng, all, carray, farray, ints, is_single, permutations, picks, product, random,
};

/// What an array of its own memory is expected to be.
#[track_caller]
fn verify_own(
    array: &Arc<NdArray>,
    format: &str,
    shape: &[usize],
    strides: &[isize],
    list: &Value,
) {
    let itemsize = Format::parse(format).unwrap().itemsize();
    let ndim = shape.len();
    verify(
        array,
        &Expected {
            obj: None,
            itemsize,
            format,
            readonly: true,
            ndim,
            shape,
            strides,
            list,
            sliced: false,
        },
    );
}

#[test]
fn scalars() {
    for sample in all(&mut Rng::new(1), 1, For::NdArray) {
        let array = nd(&sample.items, &[], &sample.format, NdFlags::DEFAULT);
        assert!(array.flags().contains(NdFlags::SCALAR | NdFlags::C | NdFlags::FORTRAN));
        verify_own(&array, &sample.format, &[], &[], &sample.items[0]);
    }
}

#[test]
fn one_axis() {
    let mut rng = Rng::new(2);
    let len = 1 + rng.below(9);
    for sample in all(&mut rng, len, For::NdArray) {
        let itemsize = Format::parse(&sample.format).unwrap().itemsize() as isize;
        for flags in STYLES {
            let array = nd(&sample.items, &[len], &sample.format, flags);
            let list = Value::List(sample.items.clone());
            verify_own(&array, &sample.format, &[len], &[itemsize], &list);
        }
    }
}

#[test]
fn one_axis_with_a_stride() {
    let mut rng = Rng::new(3);
    let len = 1 + rng.below(29);
    for sample in all(&mut rng, len, For::NdArray) {
        let format = sample.format.as_str();
        let itemsize = Format::parse(format).unwrap().itemsize() as isize;
        for step in (-5..5).filter(|&step| step != 0) {
            let picked = picks(by(step), len).unwrap();
            let list: Vec<Value> = picked.iter().map(|&i| sample.items[i].clone()).collect();
            let (shape, strides) = ([list.len()], [step * itemsize]);
            let offset = if step < 0 { itemsize * (len as isize - 1) } else { 0 };
            for flags in STYLES {
                let init = NdInit { shape: &shape, strides: &strides, offset, format, flags };
                let array = array(&sample.items, init);
                verify_own(&array, format, &shape, &strides, &Value::List(list.clone()));
            }
        }
    }
}

#[test]
fn f_order() {
    let items = ints(1..=12);
    let init = NdInit { shape: &[3, 4], strides: &[1, 3], ..NdInit::default() };
    let base = array(&items, init);
    let columns = consumer(&base, Request::F_CONTIGUOUS | Request::FORMAT).unwrap();
    assert_eq!(columns.tolist().unwrap(), farray(&items, &[3, 4]));
    assert_eq!(
        columns.tolist().unwrap().to_string(),
        "[[1, 4, 7, 10], [2, 5, 8, 11], [3, 6, 9, 12]]"
    );
    assert_eq!(columns.strides(), [1, 3]);
}

#[test]
fn several_axes() {
    let mut rng = Rng::new(4);
    for ndim in 0..5 {
        let extents: Vec<usize> = (0..ndim).map(|_| 2 + rng.below(4)).collect();
        for shape in permutations(&extents) {
            let sample = random(&mut rng, product(&shape), For::NdArray);
            let (items, format) = (&sample.items, sample.format.as_str());
            let itemsize = Format::parse(format).unwrap().itemsize();
            let (c, f) = (strides(&shape, itemsize, Order::C), strides(&shape, itemsize, Order::F));
            for flags in STYLES {
                if ndim == 0 && flags == NdFlags::PIL {
                    continue;
                }
                let rows = nd(items, &shape, format, flags);
                verify_own(&rows, format, &shape, &c, &carray(items, &shape));
                let columns = nd(items, &shape, format, flags | NdFlags::FORTRAN);
                verify_own(&columns, format, &shape, &f, &farray(items, &shape));
            }
            if !is_single(format) {
                continue;
            }
            // Strides that have been left out are made up by a view.
            let base = nd(items, &shape, format, NdFlags::DEFAULT);
            let less = consumer(&base, Request::CONTIG_RO | Request::FORMAT).unwrap();
            assert!(less.strides().is_empty());
            let viewed = Arc::new(less.memoryview_from_buffer());
            let list = carray(items, &shape);
            let expected = Expected {
                obj: None,
                itemsize,
                format,
                readonly: true,
                ndim,
                shape: &shape,
                strides: &c,
                list: &list,
                sliced: false,
            };
            verify(&viewed, &expected);
        }
    }
}
