//! Items and sub-arrays by their indices.

use super::*;
use crate::support::items::{
    For, Rng, all, at, carray, elements, farray, ints, is_single, permutations, product, random,
};
use stridewise::{FormatError, LayoutError};

#[test]
fn items_that_cannot_be_written() {
    let fixed = nd(&ints([1]), &[1], "B", NdFlags::DEFAULT);
    let viewed = view(&fixed);
    assert_eq!(fixed.set(&[0], &8.into()), Err(BufferError::ReadOnly));
    assert_eq!(viewed.set(&[0], &8.into()), Err(BufferError::ReadOnly));

    let array = nd(&ints([1]), &[1], "B", NdFlags::WRITABLE);
    let viewed = view(&array);
    for index in [1, -2, isize::MAX, isize::MIN] {
        let error = BufferError::from(LayoutError::IndexOutside { axis: 0, index, extent: 1 });
        assert_eq!(array.get(&[index]), Err(error.clone()));
        assert_eq!(array.set(&[index], &8.into()), Err(error.clone()));
        assert_eq!(viewed.get(&[index]), Err(error.clone()));
        assert_eq!(viewed.set(&[index], &8.into()), Err(error));
    }

    let array = nd(&ints(1..=8), &[8], "B", NdFlags::WRITABLE);
    let viewed = view(&array);
    let pair = Value::Tuple(ints([100, 200]));
    let range = |error| matches!(error, Err(BufferError::Format(FormatError::Range { .. })));
    let kind = |error| matches!(error, Err(BufferError::Format(FormatError::Type { .. })));
    assert!(range(array.set(&[2], &300.into())) && range(viewed.set(&[2], &300.into())));
    assert!(kind(array.set(&[1], &pair)) && kind(viewed.set(&[1], &pair)));
    assert_eq!(array.tolist().unwrap(), Value::List(ints(1..=8)));

    let pairs: Vec<Value> = [[1, 2], [3, 4], [5, 6]].map(|pair| Value::Tuple(ints(pair))).to_vec();
    let array = nd(&pairs, &[3], "LQ", NdFlags::WRITABLE);
    assert!(array.set(&[2], &300.into()).is_err());
    assert!(array.set(&[1], &Value::Tuple(vec![b"\x001".into(), 200.into()])).is_err());
    assert_eq!(array.tolist().unwrap(), Value::List(pairs));
}

#[test]
fn scalars_have_one_item_and_no_axis() {
    let array = nd(&ints([1]), &[], "B", NdFlags::WRITABLE);
    let viewed = view(&array);
    assert!(viewed.equal_exporter(array.clone()).unwrap());
    assert_eq!((array.get(&[]), viewed.get(&[])), (Ok(1.into()), Ok(1.into())));
    assert_eq!(viewed.view().unwrap().tolist(), array.tolist());
    let count = BufferError::IndexCount { given: 1, ndim: 0 };
    assert_eq!(array.get(&[0]), Err(count.clone()));
    assert_eq!(viewed.get(&[0]), Err(count.clone()));
    assert_eq!(array.set(&[0], &8.into()), Err(count.clone()));
    assert_eq!(viewed.set(&[0], &8.into()), Err(count));
    assert_eq!(array.sub(0).err(), Some(BufferError::Scalar));
    array.set(&[], &9.into()).unwrap();
    assert_eq!(viewed.tolist(), Ok(9.into()));
    viewed.set(&[], &5.into()).unwrap();
    assert_eq!(array.tolist(), Ok(5.into()));
    // All of it, from another scalar.
    array.assign(&[], nd(&ints([7]), &[], "B", NdFlags::DEFAULT)).unwrap();
    assert_eq!(viewed.tolist(), Ok(7.into()));
}

#[test]
fn parts_need_a_full_exporter() {
    let base = nd(&ints(0..8), &[2, 4], "B", NdFlags::WRITABLE);
    let less = consumer(&base, Request::CONTIG).unwrap();
    let (request, missing) = (Request::FULL_RO, "strides");
    let error = Some(BufferError::Incomplete { request, missing });
    assert_eq!(less.sub(1).err(), error);
    assert_eq!(less.slice(&[cut(3, 5, 1)]).err(), error);
}

#[test]
fn single_items_are_read() {
    for sample in all(&mut Rng::new(5), 5, For::NdArray) {
        let (items, format) = (&sample.items, sample.format.as_str());
        let base = nd(items, &[5], format, NdFlags::WRITABLE);
        // Also where the strides are left out.
        let less = consumer(&base, Request::CONTIG | Request::FORMAT).unwrap();
        for array in [&base, &less] {
            for i in -5..5isize {
                let item = &items[i.rem_euclid(5) as usize];
                assert_eq!(array.get(&[i]).as_ref(), Ok(item), "{format}");
                let viewed = array.memoryview_from_buffer();
                assert_eq!(viewed.get(&[i]).as_ref(), Ok(item), "{format}");
            }
            for index in [-6, 5] {
                let error = LayoutError::IndexOutside { axis: 0, index, extent: 5 };
                assert_eq!(array.get(&[index]), Err(error.into()));
            }
        }
        assert!(!less.memoryview_from_buffer().equal_exporter(less).unwrap());
    }
    // Where the format is left out, and all is.
    let base = nd(&ints(1..=5), &[5], "B", NdFlags::DEFAULT);
    for request in [Request::CONTIG_RO, Request::SIMPLE] {
        let less = consumer(&base, request).unwrap();
        for i in -5..5isize {
            assert_eq!(less.get(&[i]), Ok(Value::from(i.rem_euclid(5) as i64 + 1)));
        }
    }
}

#[test]
fn single_items_are_written() {
    for sample in all(&mut Rng::new(6), 5, For::NdArray) {
        let (format, item) = (sample.format.as_str(), &sample.item);
        let mut items = sample.items.clone();
        let array = nd(&items, &[5], format, NdFlags::WRITABLE);
        let viewed = view(&nd(&items, &[5], format, NdFlags::WRITABLE));
        for (i, place) in items.iter_mut().enumerate() {
            place.clone_from(item);
            array.set(&[i as isize], item).unwrap();
            viewed.set(&[i as isize], item).unwrap();
        }
        assert_eq!(array.tolist(), Ok(Value::List(items.clone())));
        assert_eq!(viewed.tolist(), Ok(Value::List(items)));
        assert!(array.set(&[-6], item).is_err() && array.set(&[5], item).is_err());
        assert!(viewed.set(&[-6], item).is_err() && viewed.set(&[5], item).is_err());

        // From the next one.
        let mut items = sample.items.clone();
        let array = nd(&items, &[5], format, NdFlags::WRITABLE);
        let viewed = view(&nd(&items, &[5], format, NdFlags::WRITABLE));
        for i in -5..4isize {
            items[i.rem_euclid(5) as usize] = items[(i + 1).rem_euclid(5) as usize].clone();
            array.set(&[i], &array.get(&[i + 1]).unwrap()).unwrap();
            viewed.set(&[i], &viewed.get(&[i + 1]).unwrap()).unwrap();
        }
        assert_eq!(array.tolist(), Ok(Value::List(items.clone())));
        assert_eq!(viewed.tolist(), Ok(Value::List(items)));
    }
}

#[test]
fn sub_arrays_of_several_axes() {
    let mut rng = Rng::new(7);
    for shape in permutations(&[2, 3, 5]) {
        let sample = random(&mut rng, product(&shape), For::NdArray);
        for flags in STYLES {
            for order in [NdFlags::DEFAULT, NdFlags::FORTRAN] {
                let (items, format) = (&sample.items, sample.format.as_str());
                let array = nd(items, &shape, format, flags | order);
                let viewed = view(&array);
                let list = match order {
                    NdFlags::FORTRAN => farray(items, &shape),
                    _ => carray(items, &shape),
                };
                let signed = |axis: usize| -(shape[axis] as isize)..shape[axis] as isize;
                let place = |axis: usize, i: isize| i.rem_euclid(shape[axis] as isize) as usize;
                for i in signed(0) {
                    let row = Arc::new(array.sub(i).unwrap());
                    let expected = at(&list, &[place(0, i)]);
                    assert_eq!(row.tolist().as_ref(), Ok(expected));
                    assert_eq!(viewed.sub(&[i]).unwrap().tolist().as_ref(), Ok(expected));
                    for j in signed(1) {
                        let line = Arc::new(row.sub(j).unwrap());
                        let expected = &elements(expected)[place(1, j)];
                        assert_eq!(line.tolist().as_ref(), Ok(expected));
                        assert_eq!(viewed.sub(&[i, j]).unwrap().tolist().as_ref(), Ok(expected));
                        for k in signed(2) {
                            let item = &elements(expected)[place(2, k)];
                            assert_eq!(line.get(&[k]).as_ref(), Ok(item));
                            assert_eq!(viewed.get(&[i, j, k]).as_ref(), Ok(item));
                        }
                    }
                }
                let error = LayoutError::IndexOutside { axis: 1, index: 9, extent: shape[1] };
                assert_eq!(viewed.sub(&[0, 9]).err(), Some(error.into()));
                let error = BufferError::IndexCount { given: 4, ndim: 3 };
                assert_eq!(viewed.sub(&[0; 4]).err(), Some(error));
            }
        }
    }
}

#[test]
fn views_are_sequences_of_their_items() {
    let scalar = view(&nd(&ints([1]), &[], "B", NdFlags::DEFAULT));
    assert_eq!(scalar.contains(&1.into()), Err(BufferError::Scalar));
    assert_eq!(scalar.iter().err(), Some(BufferError::Scalar));
    for sample in all(&mut Rng::new(8), 5, For::NdArray) {
        let viewed = view(&nd(&sample.items, &[5], &sample.format, NdFlags::DEFAULT));
        assert_eq!(viewed.len(), Ok(5));
        let items: Vec<Value> = viewed.iter().unwrap().map(Result::unwrap).collect();
        assert_eq!(items, sample.items);
        for item in &items {
            assert_eq!(viewed.contains(item), Ok(true), "{}: {item}", sample.format);
            let first = items.iter().position(|other| other == item).unwrap();
            assert_eq!(viewed.index_of(item), Ok(vec![first]));
            let count = items.iter().filter(|&other| other == item).count();
            assert_eq!(viewed.count(item), Ok(count));
        }
        if is_single(&sample.format) {
            assert_eq!(viewed.contains(&Value::Tuple(vec![])), Ok(false));
        }
    }
    // Of several axes, the lists along the first.
    let grid = view(&nd(&ints(0..6), &[3, 2], "B", NdFlags::PIL));
    let rows: Vec<String> = grid.iter().unwrap().map(|row| row.unwrap().to_string()).collect();
    assert_eq!(rows, ["[0, 1]", "[2, 3]", "[4, 5]"]);
    assert_eq!(grid.index_of(&3.into()), Ok(vec![1, 1]));
    let value = "6".to_owned();
    assert_eq!(grid.index_of(&6.into()), Err(BufferError::NotFound { value }));
}
