//! Every request to every kind of exporter.

use super::*;
use crate::support::items::ints;

/// Requests that say what is to be told.
const REQUESTS: [Request; 15] = [
    Request::INDIRECT,
    Request::STRIDES,
    Request::ND,
    Request::SIMPLE,
    Request::C_CONTIGUOUS,
    Request::F_CONTIGUOUS,
    Request::ANY_CONTIGUOUS,
    Request::FULL,
    Request::FULL_RO,
    Request::RECORDS,
    Request::RECORDS_RO,
    Request::STRIDED,
    Request::STRIDED_RO,
    Request::CONTIG,
    Request::CONTIG_RO,
];

/// The refusal that a request deserves, from what the protocol says.
fn refusal(from: &Subject, request: Request) -> Option<BufferError> {
    let asks = |part| request.contains(part);
    let (shape, strides, suboffsets) = (from.shape(), from.strides(), from.suboffsets());
    let [c, f, any] = from.contiguous();
    if asks(Request::WRITABLE) && from.readonly() {
        Some(BufferError::NotWritable { request })
    } else if asks(Request::C_CONTIGUOUS) && !c {
        Some(BufferError::NotCContiguous { request, shape, strides })
    } else if asks(Request::F_CONTIGUOUS) && !f {
        Some(BufferError::NotFContiguous { request, shape, strides })
    } else if asks(Request::ANY_CONTIGUOUS) && !any {
        Some(BufferError::NotContiguous { request, shape, strides })
    } else if !asks(Request::INDIRECT) && !suboffsets.is_empty() {
        Some(BufferError::NeedsSuboffsets { request, suboffsets })
    } else if !asks(Request::STRIDES) && !c {
        Some(BufferError::NeedsStrides { request, shape, strides })
    } else if !asks(Request::ND) && asks(Request::FORMAT) {
        Some(BufferError::FormatWithoutShape { request })
    } else {
        None
    }
}

/// Holds what an exporter gives to a request to what it should be.
#[track_caller]
fn verify_getbuf(original: &Subject, from: &Subject, request: Request, sliced: bool) {
    let got = NdArray::from_exporter(from.exporter(), request);
    if let Some(refusal) = refusal(from, request) {
        assert_eq!(got.err(), Some(refusal), "{request}");
        return;
    }
    let got = Arc::new(got.unwrap_or_else(|error| panic!("{error}")));
    let asks = |part| request.contains(part);
    let (shape, format) = (original.shape(), from.format());
    let bytes = Value::List(ints(original.tobytes().into_iter().map(i64::from)));
    let list = if asks(Request::FORMAT) { from.tolist() } else { bytes };
    verify(
        &got,
        &Expected {
            obj: Some(from.exporter()),
            itemsize: from.itemsize(),
            format: if asks(Request::FORMAT) { &format } else { "" },
            readonly: from.readonly(),
            ndim: if asks(Request::ND) { from.ndim() } else { 1 },
            shape: if asks(Request::ND) { &shape } else { &[] },
            strides: &if asks(Request::STRIDES) { original.strides() } else { vec![] },
            list: &list,
            sliced,
        },
    );
}

/// Requests with each of the flags that go with all.
fn with_flags() -> impl Iterator<Item = Request> {
    let (writable, format) = (Request::WRITABLE, Request::FORMAT);
    let flags = [Request::SIMPLE, writable, format, writable | format];
    REQUESTS.into_iter().flat_map(move |request| flags.map(|flags| request | flags))
}

/// Structures: shape, strides and offset in items.
const STRUCTURES: [(&[usize], &[isize], isize); 9] = [
    (&[], &[], 0),
    (&[12], &[], 0),
    (&[12], &[-1], 11),
    (&[6], &[2], 0),
    (&[6], &[-2], 11),
    (&[3, 4], &[], 0),
    (&[3, 4], &[-4, -1], 11),
    (&[2, 2], &[4, 1], 4),
    (&[2, 2], &[-4, -1], 8),
];

#[test]
fn every_request_to_every_kind_of_exporter() {
    #[allow(clippy::useless_conversion, reason = "32 bits elsewhere")]
    let long = i64::from(core::ffi::c_long::MAX);
    let formats: [(Vec<Value>, &str); 4] = [
        ((0..12).map(|i| Value::from(i % 2 == 1)).collect(), "?"),
        (ints(1..=12), "b"),
        (ints(1..=12), "B"),
        (ints((0..12).map(|i| if i % 2 == 1 { long - i } else { -long - 1 + i })), "l"),
    ];
    let (writable, fortran, pil) = (NdFlags::WRITABLE, NdFlags::FORTRAN, NdFlags::PIL);
    let flags = [NdFlags::DEFAULT, writable, fortran, fortran | writable, pil, pil | writable];
    let mut cases = 0;
    for (items, format) in &formats {
        let itemsize = Format::parse(format).unwrap().itemsize() as isize;
        for (shape, strides, offset) in STRUCTURES {
            let strides: Vec<isize> = strides.iter().map(|stride| stride * itemsize).collect();
            for flags in flags {
                if flags.contains(fortran) && !strides.is_empty()
                    || flags.contains(pil) && shape.is_empty()
                {
                    continue;
                }
                let items = if shape.is_empty() { &items[..1] } else { items };
                let offset = offset * itemsize;
                let whole =
                    array(items, NdInit { shape, strides: &strides, offset, format, flags });
                let (whole_view, whole) = (Subject::from(&view(&whole)), Subject::from(&whole));
                for request in with_flags() {
                    verify_getbuf(&whole, &whole, request, false);
                    verify_getbuf(&whole, &whole_view, request, false);
                    cases += 1;
                }
                let Subject::Array(array) = &whole else { unreachable!() };
                if shape.is_empty() {
                    continue;
                }
                let part = Arc::new(array.slice(&[by(-2)]).unwrap());
                let (part_view, part) = (Subject::from(&view(&part)), Subject::from(&part));
                for request in with_flags() {
                    verify_getbuf(&part, &part, request, true);
                    verify_getbuf(&part, &part_view, request, true);
                }
            }
        }
    }
    assert_eq!(cases, 4 * 60 * (4 + 2 * 6 + 6 * 4));
}

#[test]
fn an_exporter_that_always_refuses() {
    let failing = nd(&ints(1..=12), &[12], "B", NdFlags::GETBUF_FAIL);
    for request in with_flags() {
        let reason = "the array is made to refuse";
        let refused = BufferError::Refused { request, reason };
        assert_eq!(consumer(&failing, request).err(), Some(refused));
    }
    assert!(MemoryView::from_exporter(failing.clone()).is_err());
    // It has its items nevertheless.
    assert_eq!(failing.get(&[11]), Ok(12.into()));
}

#[test]
fn an_exporter_that_has_been_told_nothing_tells_nothing() {
    let base = nd(&ints([9]), &[1], "B", NdFlags::DEFAULT);
    let simple = consumer(&base, Request::SIMPLE).unwrap();
    let request = Request::WRITABLE;
    let refused = consumer(&simple, request).err();
    assert_eq!(refused, Some(BufferError::NotWritable { request }));
    for request in [
        Request::ND,
        Request::STRIDES,
        Request::C_CONTIGUOUS,
        Request::F_CONTIGUOUS,
        Request::ANY_CONTIGUOUS,
        Request::FULL_RO,
    ] {
        let refused = consumer(&simple, request).err();
        assert_eq!(refused, Some(BufferError::Incomplete { request, missing: "shape" }));
    }
    assert_eq!(consumer(&simple, Request::SIMPLE).unwrap().tobytes(), Ok(vec![9]));
}

#[test]
fn requests_go_through_an_array_that_redirects_them() {
    let base = nd(&ints(1..=6), &[2, 3], "B", NdFlags::DEFAULT);
    let through = Arc::new(NdArray::redirect(base.clone()).unwrap());
    assert!(through.flags().contains(NdFlags::REDIRECT));
    let got = view(&through);
    assert_eq!(got.tolist(), base.tolist());
    // The redirecting array itself and the view have buffers of the base.
    assert_eq!(base.pop(), Err(BufferError::Exported { exports: 2 }));
    got.release().unwrap();
    assert_eq!(base.pop(), Err(BufferError::Exported { exports: 1 }));
    drop((got, through));
    assert_eq!(base.pop(), Err(BufferError::LastBase));
}
