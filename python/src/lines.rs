//! Copies that are split where a cache line of the source starts.
//!
//! A transpose reads squares. If their rows are parts of two lines each, as in
//! NumPy's large arrays, which start 16 bytes into a line, most lines are read
//! twice. So the items before the first line are copied by themselves.

use stridewise::{Error, raw};

const LINE: usize = 64;
/// Bytes from which on a second copy is worth its start.
const LARGE: usize = 1 << 20;

/// As [`raw::copy`].
///
/// # Safety
/// That of [`raw::copy`].
pub unsafe fn copy(
    shape: &[usize],
    itemsize: usize,
    dst: *mut u8,
    to: &[isize],
    src: *const u8,
    from: &[isize],
) -> Result<(), Error> {
    let whole = Copy { shape, itemsize, to, from };
    let Some((axis, head)) = whole.head(src.addr()).filter(|_| whole.is_apart(dst, src)) else {
        // SAFETY: the caller's.
        return unsafe { raw::copy(shape, itemsize, dst, to, src, from) };
    };
    let mut part = shape.to_vec();
    part[axis] = head;
    // SAFETY: the caller's, of fewer items.
    unsafe { raw::copy(&part, itemsize, dst, to, src, from)? };
    part[axis] = shape[axis] - head;
    let skipped = |strides: &[isize]| head as isize * strides[axis];
    let (dst, src) = (dst.wrapping_offset(skipped(to)), src.wrapping_offset(skipped(from)));
    // SAFETY: the caller's, of the other items.
    unsafe { raw::copy(&part, itemsize, dst, to, src, from) }
}

struct Copy<'a> {
    shape: &'a [usize],
    itemsize: usize,
    to: &'a [isize],
    from: &'a [isize],
}

impl Copy<'_> {
    /// If this is a large transpose of rows that all start at the same place
    /// in a line, but not its first: the axis along these rows, and how many
    /// items there are before the next line.
    fn head(&self, src: usize) -> Option<(usize, usize)> {
        let before = src.next_multiple_of(LINE) - src;
        if before == 0 || !before.is_multiple_of(self.itemsize) || self.nbytes() < LARGE {
            return None;
        }
        let dense = |strides: &[isize]| {
            let step = self.itemsize as isize;
            strides.iter().zip(self.shape).position(|(&by, &extent)| extent > 1 && by == step)
        };
        let (axis, head) = (dense(self.from)?, before / self.itemsize);
        let uniform = |other: usize| {
            other == axis || self.shape[other] == 1 || self.from[other] % LINE as isize == 0
        };
        let fits = dense(self.to)? != axis && head < self.shape[axis];
        (fits && (0..self.shape.len()).all(uniform)).then_some((axis, head))
    }

    fn nbytes(&self) -> usize {
        self.shape.iter().fold(self.itemsize, |size, &extent| size.saturating_mul(extent))
    }

    /// Whether no byte is in both; there are items.
    fn is_apart(&self, dst: *mut u8, src: *const u8) -> bool {
        let span = |start: usize, strides: &[isize]| {
            let (mut low, mut high) = (start, start.wrapping_add(self.itemsize));
            for (&extent, &stride) in self.shape.iter().zip(strides) {
                let reach = stride.wrapping_mul(extent as isize - 1);
                let end = if reach < 0 { &mut low } else { &mut high };
                *end = end.wrapping_add_signed(reach);
            }
            (low, high)
        };
        let (a, b) = (span(dst.addr(), self.to), span(src.addr(), self.from));
        a.1 <= b.0 || b.1 <= a.0
    }
}
