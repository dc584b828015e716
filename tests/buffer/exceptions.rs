//! What is refused when an array is made or changed, and what the functions
//! refuse.

use super::*;
use crate::support::items::ints;
use stridewise::buffer::testing::slice_indices;
use stridewise::{FormatError, LayoutError};

const SHAPED: NdInit<'static> =
    NdInit { shape: &[3], strides: &[], offset: 0, format: "B", flags: NdFlags::DEFAULT };

/// Refused in a new array, and as another base of one.
#[track_caller]
fn refused(items: &[Value], init: NdInit<'_>) -> BufferError {
    let error = NdArray::new(items, init).expect_err("refused");
    for flags in [NdFlags::DEFAULT, NdFlags::VAREXPORT] {
        let array = nd(&ints([9]), &[1], "B", flags);
        assert_eq!(array.push(items, init), Err(error.clone()));
        assert_eq!(array.tolist().unwrap().to_string(), "[9]");
    }
    error
}

#[test]
fn arrays_that_cannot_be_made() {
    let flags_error = |flags: NdFlags, reason| BufferError::Flags { flags: flags.bits(), reason };
    let one = || ints([1]);
    let three = || ints([1, 2, 3]);

    let flags = NdFlags::FORTRAN;
    let error = refused(&one(), NdInit { shape: &[1], strides: &[1], flags, ..SHAPED });
    assert_eq!(error, flags_error(flags, "F order goes without strides"));
    let flags = NdFlags::PIL;
    let error = refused(&one(), NdInit { shape: &[], flags, ..SHAPED });
    assert_eq!(error, flags_error(flags, "pointers need an axis"));

    assert_eq!(refused(&[], SHAPED), BufferError::NoItems);
    let error = refused(&[b"abc".into(), 1.into(), 1.into()], NdInit { format: "L", ..SHAPED });
    assert!(matches!(error, BufferError::Format(FormatError::Type { .. })), "{error}");
    let error = refused(&ints([1000, 1, 1]), SHAPED);
    assert!(matches!(error, BufferError::Format(FormatError::Range { .. })), "{error}");
    let mixed = [1.into(), Value::Tuple(ints([2, 3])), 1.into()];
    let error = refused(&mixed, SHAPED);
    assert!(matches!(error, BufferError::Format(FormatError::Type { .. })), "{error}");
    let error = refused(&three(), NdInit { format: "QL", ..SHAPED });
    assert!(matches!(error, BufferError::Format(_)), "{error}");

    let error = refused(&vec![1.into(); 65], NdInit { shape: &[1; 65], ..SHAPED });
    assert_eq!(error, LayoutError::RankTooLarge { ndim: 65, max: 64 }.into());
    let error = refused(&one(), NdInit { shape: &[usize::MAX], ..SHAPED });
    assert!(matches!(error, BufferError::Layout(LayoutError::ExtentOverflow { .. })), "{error}");
    let error = refused(&ints(1..=5), NdInit { shape: &[2, 2], offset: 3, ..SHAPED });
    assert_eq!(error, LayoutError::SpanOutside { start: 3, end: 7, len: 5 }.into());
    let error = refused(&ints([1, 2]), NdInit { shape: &[2, 1], strides: &[1], ..SHAPED });
    assert_eq!(error, LayoutError::RankMismatch { shape: 2, strides: 1 }.into());
    let error = refused(&ints(1..=4), NdInit { shape: &[2], strides: &[3], format: "Q", ..SHAPED });
    assert_eq!(error, BufferError::NotAMultiple { value: 3, itemsize: 8 });
    let error = refused(&three(), NdInit { offset: 4, ..SHAPED });
    assert_eq!(error, LayoutError::SpanOutside { start: 4, end: 5, len: 3 }.into());
    let error = refused(&three(), NdInit { offset: -1, ..SHAPED });
    assert_eq!(error, LayoutError::SpanOutside { start: -1, end: 0, len: 3 }.into());
    let error = refused(&three(), NdInit { shape: &[1], offset: 3, format: "Q", ..SHAPED });
    assert_eq!(error, BufferError::NotAMultiple { value: 3, itemsize: 8 });

    assert_eq!(
        refused(&three(), NdInit { format: "", ..SHAPED }),
        LayoutError::ZeroItemsize.into()
    );
    let error = refused(&[Value::Tuple(three())], NdInit { shape: &[1], format: "@#$", ..SHAPED });
    assert!(matches!(error, BufferError::Format(FormatError::Unknown { .. })), "{error}");
    let outside = NdInit { shape: &[2, 3], strides: &[-3, -2], offset: 5, ..SHAPED };
    let error = refused(&ints(1..=10), outside);
    assert_eq!(error, LayoutError::SpanOutside { start: -2, end: 6, len: 10 }.into());
}

#[test]
fn consumers_take_what_they_get() {
    let bytes = Arc::new(stridewise::buffer::Buffer::from(&b"123"[..]));
    let request = Request::WRITABLE;
    assert_eq!(consumer(&bytes, request).err(), Some(BufferError::NotWritable { request }));
    let array = consumer(&bytes, Request::FULL_RO).unwrap();
    assert_eq!(
        array.push(&ints([1]), NdInit { shape: &[1], ..SHAPED }),
        Err(BufferError::Consumer)
    );
    assert_eq!(array.pop(), Err(BufferError::Consumer));
}

#[test]
fn bases_change_only_where_nobody_has_the_last() {
    let init = NdInit { shape: &[1], ..SHAPED };
    let array = nd(&ints([9]), &[1], "B", NdFlags::VAREXPORT);
    let error = array.push(&ints([1]), NdInit { flags: NdFlags::VAREXPORT, ..init });
    assert!(matches!(error, Err(BufferError::Flags { flags: 1, .. })));

    let array = nd(&ints([9]), &[1], "B", NdFlags::DEFAULT);
    array.push(&ints([1]), init).unwrap();
    assert_eq!(array.get(&[0]), Ok(1.into()));
    let viewed = view(&array);
    let exported = Err(BufferError::Exported { exports: 1 });
    assert_eq!(array.push(&ints([1]), init), exported);
    assert_eq!(array.pop(), exported);
    viewed.release().unwrap();
    array.pop().unwrap();
    assert_eq!(array.get(&[0]), Ok(9.into()));
    assert_eq!(array.pop(), Err(BufferError::LastBase));
}

#[test]
fn get_pointer_refuses_what_is_no_index() {
    let row = nd(&ints(0..12), &[3, 4], "B", NdFlags::DEFAULT);
    let outside = |axis, index, extent| {
        Err(BufferError::Layout(LayoutError::IndexOutside { axis, index, extent }))
    };
    let count = Err(BufferError::IndexCount { given: 3, ndim: 2 });
    assert_eq!(get_pointer(row.clone(), &[2, 3, 4]), count);
    assert_eq!(get_pointer(row.clone(), &[3, 3]), outside(0, 3, 3));
    assert_eq!(get_pointer(row.clone(), &[-3, 3]), outside(0, -3, 3));
    assert_eq!(get_pointer(row.clone(), &[2, isize::MAX]), outside(1, isize::MAX, 4));
    assert_eq!(get_pointer(row, &[2, 3]), Ok(11.into()));
}

#[test]
fn tolist_needs_a_format() {
    let base = nd(&ints([1, 2, 3]), &[3], "L", NdFlags::DEFAULT);
    let simple = consumer(&base, Request::SIMPLE).unwrap();
    let (request, missing) = (Request::FORMAT, "format");
    assert_eq!(simple.tolist(), Err(BufferError::Incomplete { request, missing }));
    assert_eq!(simple.tobytes(), base.tobytes());
}

#[test]
fn slices_that_are_none() {
    assert_eq!(slice_indices(cut(0, 1, 0), 4), Err(LayoutError::StepZero { axis: 0 }));
    assert_eq!(slice_indices(cut(-2, 9, 1), 4), Ok((2, 4, 1, 2)));
    assert_eq!(slice_indices(by(-1), 0), Ok((-1, -1, -1, 0)));
    assert_eq!(slice_indices(cut(isize::MIN, isize::MAX, 3), 4), Ok((0, 4, 3, 2)));
}

#[test]
fn cmp_contig_tells_memory_apart() {
    use stridewise::buffer::Buffer;
    let bytes = |bytes: &'static [u8]| Arc::new(Buffer::from(bytes));
    assert!(!cmp_contig(bytes(b"123"), bytes(b"456")).unwrap());
    let x = nd(&ints(0..12), &[3, 4], "B", NdFlags::DEFAULT);
    let y = nd(&ints(0..12), &[4, 3], "B", NdFlags::DEFAULT);
    assert!(!cmp_contig(x.clone(), y).unwrap());
    assert!(cmp_contig(x.clone(), x.clone()).unwrap());
    // In order, and not in order.
    let turned = nd(&ints(0..12), &[3, 4], "B", NdFlags::FORTRAN);
    assert!(!cmp_contig(x.clone(), turned).unwrap());
    let apart = Arc::new(x.slice(&[by(1), by(2)]).unwrap());
    assert!(!cmp_contig(apart.clone(), apart).unwrap());
    let one = nd(&ints([1]), &[1], "B", NdFlags::DEFAULT);
    assert!(cmp_contig(one.clone(), bytes(b"\x01")).unwrap());
    assert!(cmp_contig(bytes(b"\x01"), one).unwrap());
}
