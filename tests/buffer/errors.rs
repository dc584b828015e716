//! Every error says its values in one lower-case line.

use super::*;
use stridewise::{AllocError, Error, LayoutError, MismatchError};

#[track_caller]
fn says(error: BufferError, text: &str) {
    assert_eq!(error.to_string(), text);
    // The umbrella adds nothing, and loses nothing.
    let all = Error::from(error.clone());
    assert_eq!(all.to_string(), text);
    assert_eq!(BufferError::from(all), error);
}

#[test]
fn views_and_arrays() {
    use BufferError::*;
    says(Released, "the view has been released");
    says(Exported { exports: 1 }, "there is 1 export");
    says(Exported { exports: 2 }, "there are 2 exports");
    says(ReadOnly, "the memory is read-only");
    says(Busy, "the memory is in use by the verb that calls");
    says(IndexCount { given: 3, ndim: 2 }, "3 indices for 2 axes");
    says(Scalar, "a scalar has no axes");
    let (dst, src) = ("B".to_owned(), "b".to_owned());
    says(FormatMismatch { dst, src }, "format \"B\" does not match format \"b\"");
    says(NotFound { value: "7".into() }, "7 is not there");
    says(HashWritable, "memory that may be written has no hash");
    says(HashFormat { format: "d".into() }, "items of format \"d\" have no hash by their bytes");
    says(Flags { flags: 0x14, reason: "no" }, "flags 0x14: no");
    says(NoItems, "there are no items");
    says(NotAMultiple { value: -3, itemsize: 2 }, "-3 bytes are not a multiple of 2");
    says(Consumer, "an array of another exporter's memory cannot change its own");
    says(LastBase, "there is only one base");
}

#[test]
fn requests() {
    use BufferError::*;
    let (request, shape, strides) = (Request::CONTIG, vec![2, 3], vec![1, 2]);
    let both = || (shape.clone(), strides.clone());
    says(NotWritable { request }, "request ND | WRITABLE: the memory is read-only");
    let laid_out = "shape [2, 3] with strides [1, 2] is not";
    let start = "request ND | WRITABLE:";
    let (shape, strides) = both();
    says(NotCContiguous { request, shape, strides }, &format!("{start} {laid_out} in C order"));
    let (shape, strides) = both();
    says(NotFContiguous { request, shape, strides }, &format!("{start} {laid_out} in F order"));
    let (shape, strides) = both();
    says(NotContiguous { request, shape, strides }, &format!("{start} {laid_out} contiguous"));
    let (shape, strides) = both();
    let needs = "request ND | WRITABLE: shape [2, 3] needs its strides [1, 2]";
    says(NeedsStrides { request, shape, strides }, needs);
    let suboffsets = vec![0, -1];
    says(
        NeedsSuboffsets { request, suboffsets },
        "request ND | WRITABLE: there are suboffsets [0, -1]",
    );
    let request = Request::FORMAT;
    says(FormatWithoutShape { request }, "request FORMAT: a format needs a shape");
    let missing = "shape";
    says(Incomplete { request, missing }, "request FORMAT: the exporter has no shape itself");
    says(Refused { request, reason: "not today" }, "request FORMAT: not today");
}

#[test]
fn casts() {
    use BufferError::*;
    let format = "=B".to_owned();
    says(CastFormat { format }, "cast: format \"=B\" is not a native one of one character");
    let (from, to) = ("h".to_owned(), "d".to_owned());
    says(CastFormats { from, to }, "cast: neither format \"h\" nor \"d\" is of bytes");
    let (shape, strides) = (vec![3], vec![2]);
    let text = "cast: shape [3] with strides [2] is not contiguous in that order";
    says(CastOrder { shape, strides }, text);
    says(CastEmpty { shape: vec![0, 3] }, "cast: shape [0, 3] has no items");
    says(CastRank { from: 2, to: 3 }, "cast: from 2 axes to 3, neither 1");
    let shape = vec![2, 0];
    says(CastExtent { axis: 1, shape }, "cast: extent of axis 1 in shape [2, 0] is 0");
    says(CastLength { nbytes: 7, itemsize: 4 }, "cast: 7 bytes are not a multiple of 4");
    let shape = vec![2, 2];
    let text = "cast: shape [2, 2] of 4-byte items does not take 12 bytes";
    says(CastSize { shape, itemsize: 4, nbytes: 12 }, text);
}

#[test]
fn those_of_others() {
    says(LayoutError::ZeroItemsize.into(), "itemsize is 0");
    says(MismatchError::Rank { dst: 1, src: 2 }.into(), "1 axes do not match 2 axes");
    says(AllocError { bytes: 8 }.into(), "allocation of 8 bytes failed");
    let format = Format::parse("y").unwrap_err();
    says(format.into(), "unknown format \"y\" at byte 0");
}

#[test]
fn requests_print_their_parts() {
    let names = [
        (Request::SIMPLE, 0, "SIMPLE"),
        (Request::WRITABLE, 1, "WRITABLE"),
        (Request::FORMAT, 4, "FORMAT"),
        (Request::ND, 8, "ND"),
        (Request::STRIDES, 0x18, "STRIDES"),
        (Request::C_CONTIGUOUS, 0x38, "C_CONTIGUOUS"),
        (Request::F_CONTIGUOUS, 0x58, "F_CONTIGUOUS"),
        (Request::ANY_CONTIGUOUS, 0x98, "ANY_CONTIGUOUS"),
        (Request::INDIRECT, 0x118, "INDIRECT"),
        (Request::CONTIG, 9, "ND | WRITABLE"),
        (Request::CONTIG_RO, 8, "ND"),
        (Request::STRIDED, 0x19, "STRIDES | WRITABLE"),
        (Request::STRIDED_RO, 0x18, "STRIDES"),
        (Request::RECORDS, 0x1d, "STRIDES | WRITABLE | FORMAT"),
        (Request::RECORDS_RO, 0x1c, "STRIDES | FORMAT"),
        (Request::FULL, 0x11d, "INDIRECT | WRITABLE | FORMAT"),
        (Request::FULL_RO, 0x11c, "INDIRECT | FORMAT"),
    ];
    for (request, bits, text) in names {
        assert_eq!((request.bits(), request.to_string().as_str()), (bits, text));
        assert_eq!(Request::from_bits(bits), Some(request));
    }
    // Bits that mean something only with others.
    assert_eq!(Request::from_bits(0x21).unwrap().to_string(), "WRITABLE | 0x20");
    assert_eq!(Request::from_bits(0x10).unwrap().to_string(), "0x10");
    assert_eq!([0x2, 0x200, u32::MAX].map(Request::from_bits), [None; 3]);
    let both = Request::C_CONTIGUOUS | Request::F_CONTIGUOUS;
    assert_eq!(both.to_string(), "C_CONTIGUOUS | F_CONTIGUOUS");
}
