//! Views of exporters, of views and of buffers.

use super::*;
use crate::support::items::{carray, farray, ints};
use stridewise::buffer::{Buffer, Memory};
use stridewise::{Array, Layout, LayoutError, to_contiguous};

/// Items and their shapes: a scalar, one axis, three.
fn items_and_shapes() -> [(Vec<Value>, Vec<usize>); 3] {
    [(ints([9]), vec![]), (ints([1, 2, 3]), vec![3]), (ints(0..30), vec![2, 3, 5])]
}

/// What a view of read-only bytes is expected to be.
fn bytes<'a>(
    obj: Option<Arc<dyn Exporter>>,
    shape: &'a [usize],
    strides: &'a [isize],
    list: &'a Value,
) -> Expected<'a> {
    let (itemsize, format, readonly, ndim) = (1, "B", true, shape.len());
    Expected { obj, itemsize, format, readonly, ndim, shape, strides, list, sliced: false }
}

#[test]
fn views_of_arrays_in_c_order() {
    for (items, shape) in items_and_shapes() {
        let base = nd(&items, &shape, "B", NdFlags::DEFAULT);
        let viewed = view(&base);
        assert!(viewed.c_contiguous().unwrap() && viewed.contiguous().unwrap());
        let (strides, list) = (strides(&shape, 1, Order::C), carray(&items, &shape));
        verify(&viewed, &bytes(exporter(&base), &shape, &strides, &list));
        // A view of the view has the same exporter.
        let again = Arc::new(viewed.view().unwrap());
        verify(&again, &bytes(exporter(&base), &shape, &strides, &list));
        // The view as an exporter is one of its own.
        verify(&view(&viewed), &bytes(exporter(&viewed), &shape, &strides, &list));

        // From a buffer without strides.
        let less = consumer(&base, Request::CONTIG_RO | Request::FORMAT).unwrap();
        assert!(less.strides().is_empty());
        let viewed = Arc::new(less.memoryview_from_buffer());
        verify(&viewed, &bytes(None, &shape, &strides, &list));
        // Without anything.
        let simple = consumer(&base, Request::SIMPLE).unwrap();
        assert_eq!((simple.format(), simple.shape(), simple.strides()), Default::default());
        let viewed = Arc::new(simple.memoryview_from_buffer());
        let (shape, list) = ([base.nbytes()], Value::List(items));
        verify(&viewed, &bytes(None, &shape, &[1], &list));
    }
}

#[test]
fn views_of_arrays_in_f_order() {
    for (items, shape) in items_and_shapes() {
        let base = nd(&items, &shape, "B", NdFlags::FORTRAN);
        let viewed = view(&base);
        assert!(viewed.f_contiguous().unwrap() && viewed.contiguous().unwrap());
        let (strides, list) = (strides(&shape, 1, Order::F), farray(&items, &shape));
        verify(&viewed, &bytes(exporter(&base), &shape, &strides, &list));
        let again = Arc::new(viewed.view().unwrap());
        verify(&again, &bytes(exporter(&base), &shape, &strides, &list));
    }
}

#[test]
fn views_of_arrays_behind_pointers() {
    for (items, shape) in &items_and_shapes()[1..] {
        let base = nd(items, shape, "B", NdFlags::PIL);
        let viewed = view(&base);
        let list = carray(items, shape);
        let strides = base.strides();
        verify(&viewed, &bytes(exporter(&base), shape, &strides, &list));
        let again = Arc::new(viewed.view().unwrap());
        verify(&again, &bytes(exporter(&base), shape, &strides, &list));
    }
}

#[test]
fn exporters_that_tell_too_little() {
    let base = nd(&ints([1, 2, 3]), &[3], "B", NdFlags::DEFAULT);
    for (request, missing) in
        [(Request::SIMPLE, "shape"), (Request::CONTIG_RO | Request::FORMAT, "strides")]
    {
        let less = consumer(&base, request).unwrap();
        let request = Request::FULL_RO;
        let error = BufferError::Incomplete { request, missing };
        assert_eq!(MemoryView::from_exporter(less).err(), Some(error));
    }
    let failing = nd(&ints([1, 2, 3]), &[3], "B", NdFlags::GETBUF_FAIL);
    let error = MemoryView::from_exporter(failing).unwrap_err();
    assert_eq!(error.to_string(), "request INDIRECT | FORMAT: the array is made to refuse");
    // What has more axes than 64 is nowhere.
    let init = NdInit { shape: &[1; 65], ..NdInit::default() };
    let error = NdArray::new(&ints([1]), init).unwrap_err();
    assert_eq!(error, LayoutError::RankTooLarge { ndim: 65, max: 64 }.into());
    let most = view(&nd(&ints([7]), &[1; 64], "L", NdFlags::DEFAULT));
    assert_eq!(most.get(&[0; 64]), Ok(7.into()));
    assert_eq!(
        most.slice(63, by(-1)).unwrap().tobytes(Order::F).unwrap()[..],
        7usize.to_ne_bytes()
    );
}

#[test]
fn ordinary_owners_export() {
    static WORDS: [u16; 3] = [1, 2, 3];
    let shared: Arc<[f64]> = Arc::new([1.5, 2.5]);
    let columns = stridewise::View::new(&[1i32, 2, 3, 4, 5, 6], &[2, 3]).unwrap();
    let columns: Array<i32> = to_contiguous(&columns, Order::F).unwrap();
    let pairs = vec![[1u8, 2], [3, 4]];
    type Owner<'a> = (Buffer, &'a str, &'a [usize], &'a [isize], bool, &'a str);
    let owners: [Owner<'_>; 7] = [
        (vec![1i64, -2].into(), "q", &[2], &[8], false, "[1, -2]"),
        (WORDS[..].into(), "H", &[3], &[2], true, "[1, 2, 3]"),
        (shared.into(), "d", &[2], &[8], true, "[1.5, 2.5]"),
        (columns.into(), "i", &[2, 3], &[4, 8], false, "[[1, 2, 3], [4, 5, 6]]"),
        (pairs.into(), "(2)B", &[2], &[2], false, "[[1, 2], [3, 4]]"),
        (vec![true, false].into(), "?", &[2], &[1], false, "[true, false]"),
        (Buffer::bytes(&Memory::from_owner("ab")), "B", &[2], &[1], true, "[97, 98]"),
    ];
    for (buffer, format, shape, strides, readonly, list) in owners {
        let viewed = MemoryView::from_exporter(Arc::new(buffer.clone())).unwrap();
        assert_eq!(viewed.format().unwrap().to_string(), format);
        assert_eq!((viewed.shape(), viewed.strides()), (Ok(shape), Ok(strides)));
        assert_eq!(viewed.readonly(), Ok(readonly));
        assert_eq!(viewed.tolist().unwrap().to_string(), list);
        assert_eq!(buffer.answer(Request::STRIDED).is_err(), readonly);
    }
    // A layout that the memory does not hold.
    let memory = Memory::from_vec(vec![0u8; 11]);
    let layout = Layout::contiguous(&[3], 4, Order::C).unwrap();
    let outside = Buffer::new(&memory, layout.clone(), Format::parse("i").unwrap());
    let error = LayoutError::SpanOutside { start: 0, end: 12, len: 11 };
    assert_eq!(outside.err(), Some(error.into()));
    let error = LayoutError::ItemsizeMismatch { layout: 4, element: 8 };
    let wrong = Buffer::new(&memory, layout, Format::parse("d").unwrap());
    assert_eq!(wrong.err(), Some(error.into()));
}

#[test]
fn views_print_themselves() {
    let viewed = MemoryView::from_buffer(Buffer::from(vec![0u8; 9]));
    assert!(format!("{viewed:?}").starts_with("MemoryView {"));
    viewed.release().unwrap();
    assert_eq!(format!("{viewed:?}"), "MemoryView(released)");
}
