//! Contiguous views, of the memory itself or of a copy.

use super::*;
use crate::support::items::{For, Rng, all, ints};
use stridewise::LayoutError;
use stridewise::buffer::Buffer;

const ORDERS: [Order; 3] = [Order::C, Order::F, Order::A];

fn read(array: &Arc<NdArray>, order: Order) -> MemoryView {
    get_contiguous(array.clone(), Access::Read, order).unwrap()
}

fn write(array: &Arc<NdArray>, order: Order) -> Result<MemoryView, BufferError> {
    get_contiguous(array.clone(), Access::Write, order)
}

#[test]
fn to_write_it_must_be_the_memory_itself() {
    let fixed = Arc::new(Buffer::from(&b"x"[..]));
    let refused = get_contiguous(fixed, Access::Write, Order::C).err();
    assert_eq!(refused, Some(BufferError::ReadOnly));

    let init = NdInit { shape: &[2], strides: &[2], ..NdInit::default() };
    let apart = array(&ints([1, 2, 3]), NdInit { flags: NdFlags::WRITABLE, ..init });
    let request = Request::ANY_CONTIGUOUS | Request::WRITABLE;
    let (shape, strides) = (vec![2], vec![2]);
    let error = BufferError::NotContiguous { request, shape, strides };
    assert_eq!(write(&apart, Order::A).err(), Some(error));
    assert_eq!(write(&array(&ints([1, 2, 3]), init), Order::A).err(), Some(BufferError::ReadOnly));
}

#[test]
fn scalars_are_contiguous() {
    for flags in [NdFlags::DEFAULT, NdFlags::WRITABLE] {
        let array = nd(&ints([9]), &[], "L", flags);
        for order in ORDERS {
            let viewed = read(&array, order);
            assert!(viewed.equal_exporter(array.clone()).unwrap());
            assert_eq!(viewed.get(&[]), Ok(9.into()));
        }
    }
    let array = nd(&ints([9]), &[], "L", NdFlags::WRITABLE);
    for order in ORDERS {
        array.set(&[], &9.into()).unwrap();
        let viewed = write(&array, order).unwrap();
        assert_eq!(viewed.get(&[]), Ok(9.into()));
        viewed.set(&[], &10.into()).unwrap();
        assert_eq!((viewed.get(&[]), array.get(&[])), (Ok(10.into()), Ok(10.into())));
    }
}

#[test]
fn nothing_is_contiguous() {
    let none = nd(&ints([1]), &[0], "L", NdFlags::WRITABLE);
    let nested = nd(&ints(0..8), &[2, 0, 7], "L", NdFlags::WRITABLE);
    for order in ORDERS {
        let viewed = read(&none, order);
        let error = LayoutError::IndexOutside { axis: 0, index: 0, extent: 0 };
        assert_eq!(viewed.get(&[0]), Err(error.into()));
        assert!(viewed.equal_exporter(none.clone()).unwrap());
        assert_eq!(viewed.tolist().unwrap().to_string(), "[]");
        let again = consumer(&Arc::new(read(&nested, order)), Request::FULL_RO).unwrap();
        assert_eq!(again.tolist().unwrap().to_string(), "[[], []]");
    }
}

#[test]
fn one_axis() {
    for (items, format) in [(ints([1]), "h"), (ints([1, 2, 3]), "b")] {
        let array = nd(&items, &[items.len()], format, NdFlags::WRITABLE);
        for order in ORDERS {
            let viewed = write(&array, order).unwrap();
            assert!(viewed.equal_exporter(array.clone()).unwrap());
            assert_eq!(viewed.tolist(), array.tolist());
        }
    }
    let init = NdInit { shape: &[2], strides: &[2], ..NdInit::default() };
    let apart = array(&ints([1, 2, 3]), NdInit { flags: NdFlags::WRITABLE, ..init });
    let turned = Arc::new(apart.slice(&[by(-1)]).unwrap());
    for (array, second) in [(&apart, 3), (&turned, 1)] {
        for order in ORDERS {
            let copy = read(array, order);
            assert!(copy.equal_exporter(array.clone()).unwrap());
            assert_eq!(copy.tolist(), array.tolist());
            assert_eq!(copy.set(&[1], &20.into()), Err(BufferError::ReadOnly));
            assert_eq!((copy.get(&[1]), array.get(&[1])), (Ok(second.into()), Ok(second.into())));
            assert_eq!(copy.c_contiguous(), Ok(true));
        }
    }
}

#[test]
fn several_axes() {
    let writable = NdFlags::WRITABLE;
    let request = |order| match order {
        Order::C => Request::C_CONTIGUOUS | Request::WRITABLE,
        Order::F => Request::F_CONTIGUOUS | Request::WRITABLE,
        _ => Request::ANY_CONTIGUOUS | Request::WRITABLE,
    };
    let (shape, rows) = (vec![3, 4], vec![4, 1]);
    let array = nd(&ints(0..12), &[3, 4], "B", writable);
    for order in [Order::C, Order::A] {
        let viewed = Arc::new(write(&array, order).unwrap());
        assert_eq!(consumer(&viewed, Request::FULL_RO).unwrap().tolist(), array.tolist());
    }
    let error = BufferError::NotFContiguous {
        request: request(Order::F),
        shape: shape.clone(),
        strides: rows,
    };
    assert_eq!(write(&array, Order::F).err(), Some(error));
    let copy = read(&array, Order::F);
    assert_eq!((copy.tolist(), copy.strides()), (array.tolist(), Ok(&[1, 3][..])));

    let array = nd(&ints(0..12), &[3, 4], "B", writable | NdFlags::FORTRAN);
    for order in [Order::F, Order::A] {
        let viewed = Arc::new(write(&array, order).unwrap());
        assert_eq!(consumer(&viewed, Request::FULL_RO).unwrap().tolist(), array.tolist());
    }
    let error =
        BufferError::NotCContiguous { request: request(Order::C), shape, strides: vec![1, 3] };
    assert_eq!(write(&array, Order::C).err(), Some(error));
    assert_eq!(read(&array, Order::C).tolist(), array.tolist());

    let array = nd(&ints(0..12), &[3, 4], "B", writable | NdFlags::PIL);
    for order in ORDERS {
        assert!(write(&array, order).is_err());
        let copy = read(&array, order);
        assert_eq!((copy.tolist(), copy.suboffsets()), (array.tolist(), Ok(&[][..])));
        assert_eq!(copy.f_contiguous(), Ok(order == Order::F));
    }
}

#[test]
fn bytes_in_both_orders() {
    let array = nd(&ints([-529, 576, -625, 676, -729]), &[5], "h", NdFlags::DEFAULT);
    let bytes: Vec<u8> =
        [-529i16, 576, -625, 676, -729].iter().flat_map(|n| n.to_ne_bytes()).collect();
    assert_eq!(array.tobytes().as_ref(), Ok(&bytes));
    assert_eq!(view(&array).tobytes(Order::C), Ok(bytes));
    for flags in STYLES {
        let cube = view(&nd(&ints(0..24), &[2, 3, 4], "B", flags));
        assert_eq!(cube.tobytes(Order::C).unwrap()[..6], [0, 1, 2, 3, 4, 5]);
        assert_eq!(cube.tobytes(Order::F).unwrap()[..6], [0, 12, 4, 16, 8, 20]);
    }
    // In C order they are the items packed one after the other.
    for sample in all(&mut Rng::new(13), 7, For::MemoryView) {
        let format = Format::parse(&sample.format).unwrap();
        let array = nd(&sample.items, &[7], &sample.format, NdFlags::DEFAULT);
        let packed = sample.items.iter().flat_map(|item| {
            let mut bytes = vec![0; format.itemsize()];
            format.pack(item, &mut bytes).unwrap();
            bytes
        });
        assert_eq!(view(&array).tobytes(Order::C), Ok(packed.collect()));
    }
}

#[test]
fn contiguous_views_can_be_read_as_bytes() {
    // What a file does that is given a view: ask for plain bytes.
    let ints_view = view(&Arc::new(Buffer::from(vec![1i32, 2, 3, 4, 5])));
    let cube = view(&nd(&ints(0..12), &[2, 3, 2], "L", NdFlags::DEFAULT));
    for viewed in [ints_view, cube] {
        let bytes = MemoryView::with_request(viewed.clone(), Request::SIMPLE).unwrap();
        assert_eq!(bytes.shape(), Ok(&[viewed.nbytes().unwrap()][..]));
        assert_eq!(bytes.tobytes(Order::C), viewed.tobytes(Order::C));
    }
    let columns = view(&nd(&ints(0..12), &[2, 3, 2], "L", NdFlags::FORTRAN));
    let refused = MemoryView::with_request(columns, Request::SIMPLE).unwrap_err();
    assert!(matches!(refused, BufferError::NeedsStrides { .. }));
}
