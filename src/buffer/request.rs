//! Requests: what a consumer asks of an exporter.

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

/// What a consumer can handle, and so what a [`Buffer`](super::Buffer) that
/// it gets must tell and may leave out.
///
/// The names and numbers are those of the buffer protocol. A request contains
/// another if it has all of its bits: `STRIDES` contains `ND`.
///
/// | request | shape | strides | suboffsets | contiguous |
/// | --- | --- | --- | --- | --- |
/// | [`INDIRECT`](Request::INDIRECT) | yes | yes | if needed | |
/// | [`STRIDES`](Request::STRIDES) | yes | yes | none | |
/// | [`C_CONTIGUOUS`](Request::C_CONTIGUOUS) | yes | yes | none | in C order |
/// | [`F_CONTIGUOUS`](Request::F_CONTIGUOUS) | yes | yes | none | in F order |
/// | [`ANY_CONTIGUOUS`](Request::ANY_CONTIGUOUS) | yes | yes | none | in C or F order |
/// | [`ND`](Request::ND) | yes | left out | none | in C order |
/// | [`SIMPLE`](Request::SIMPLE) | left out | left out | none | in C order |
///
/// ```
/// use stridewise::buffer::Request;
///
/// let request = Request::STRIDES | Request::FORMAT;
/// assert_eq!(request, Request::RECORDS_RO);
/// assert!(request.contains(Request::ND) && !request.contains(Request::WRITABLE));
/// assert_eq!(Request::FULL.bits(), 0x11d);
/// assert_eq!(Request::FULL.to_string(), "INDIRECT | WRITABLE | FORMAT");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request(u32);

impl Request {
    /// Bytes in a row, without shape, strides and format.
    pub const SIMPLE: Request = Request(0);
    /// Memory that may be written. Goes with all others.
    pub const WRITABLE: Request = Request(0x1);
    /// The format of the items. Goes with all others that have a shape.
    pub const FORMAT: Request = Request(0x4);
    /// The shape; the items follow one another in C order.
    pub const ND: Request = Request(0x8);
    /// Shape and strides.
    pub const STRIDES: Request = Request(0x10 | Request::ND.0);
    /// Shape and strides of items that follow one another in C order.
    pub const C_CONTIGUOUS: Request = Request(0x20 | Request::STRIDES.0);
    /// Shape and strides of items that follow one another in F order.
    pub const F_CONTIGUOUS: Request = Request(0x40 | Request::STRIDES.0);
    /// Shape and strides of items that follow one another in either order.
    pub const ANY_CONTIGUOUS: Request = Request(0x80 | Request::STRIDES.0);
    /// Shape, strides, and suboffsets where there are pointers.
    pub const INDIRECT: Request = Request(0x100 | Request::STRIDES.0);

    /// `ND | WRITABLE`
    pub const CONTIG: Request = Request(Request::ND.0 | Request::WRITABLE.0);
    /// `ND`
    pub const CONTIG_RO: Request = Request::ND;
    /// `STRIDES | WRITABLE`
    pub const STRIDED: Request = Request(Request::STRIDES.0 | Request::WRITABLE.0);
    /// `STRIDES`
    pub const STRIDED_RO: Request = Request::STRIDES;
    /// `STRIDES | WRITABLE | FORMAT`
    pub const RECORDS: Request = Request(Request::STRIDED.0 | Request::FORMAT.0);
    /// `STRIDES | FORMAT`
    pub const RECORDS_RO: Request = Request(Request::STRIDES.0 | Request::FORMAT.0);
    /// `INDIRECT | WRITABLE | FORMAT`: all there is, to write.
    pub const FULL: Request = Request(Request::FULL_RO.0 | Request::WRITABLE.0);
    /// `INDIRECT | FORMAT`: all there is, to read.
    pub const FULL_RO: Request = Request(Request::INDIRECT.0 | Request::FORMAT.0);

    /// The number that the protocol has for it.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The request of a number, or `None` if it has bits that mean nothing.
    ///
    /// ```
    /// use stridewise::buffer::Request;
    /// assert_eq!(Request::from_bits(0x18), Some(Request::STRIDES));
    /// assert_eq!(Request::from_bits(0x2), None);
    /// ```
    #[must_use]
    pub const fn from_bits(bits: u32) -> Option<Request> {
        const ALL: u32 = 0x1fd;
        if bits & !ALL == 0 { Some(Request(bits)) } else { None }
    }

    /// Whether all bits of `other` are in this.
    #[must_use]
    pub const fn contains(self, other: Request) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Request {
    type Output = Request;

    fn bitor(self, other: Request) -> Request {
        Request(self.0 | other.0)
    }
}

impl BitOrAssign for Request {
    fn bitor_assign(&mut self, other: Request) {
        *self = *self | other;
    }
}

/// The parts that are no part of another one.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PARTS: [(Request, &str); 8] = [
            (Request::INDIRECT, "INDIRECT"),
            (Request::C_CONTIGUOUS, "C_CONTIGUOUS"),
            (Request::F_CONTIGUOUS, "F_CONTIGUOUS"),
            (Request::ANY_CONTIGUOUS, "ANY_CONTIGUOUS"),
            (Request::STRIDES, "STRIDES"),
            (Request::ND, "ND"),
            (Request::WRITABLE, "WRITABLE"),
            (Request::FORMAT, "FORMAT"),
        ];
        let mut said = Request::SIMPLE;
        for (part, name) in PARTS {
            if self.contains(part) && !said.contains(part) {
                f.write_str(if said == Request::SIMPLE { "" } else { " | " })?;
                f.write_str(name)?;
                said |= part;
            }
        }
        match Request(self.0 & !said.0) {
            Request::SIMPLE if said == Request::SIMPLE => f.write_str("SIMPLE"),
            Request::SIMPLE => Ok(()),
            // A bit that means something only with others.
            Request(rest) => write!(f, "{}{rest:#x}", if said.0 == 0 { "" } else { " | " }),
        }
    }
}
