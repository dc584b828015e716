//! Memory for layouts: touched, filled, at a random place in a page, in huge
//! pages where the system has them.

use stridewise::Layout;

const LINE: usize = 64;
const PAGE: usize = 4096;

/// Bytes for a layout, starting at a cache line.
pub struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
    /// From the first byte to the item at index 0.
    origin: usize,
}

impl Buffer {
    /// Zeros that have been written, not pages that are yet to be mapped.
    pub fn new(layout: &Layout) -> Buffer {
        let len = usize::try_from(layout.span().end).expect("within memory");
        let origin = usize::try_from(layout.offset()).expect("within memory");
        let mut bytes = untouched(len);
        bytes.fill(0);
        let start = bytes.as_ptr().align_offset(PAGE) + random_line(len);
        Buffer { bytes, start, len, origin }
    }

    /// This line of a page is the first.
    pub fn at_line(mut self, line: usize) -> Buffer {
        self.start = self.bytes.as_ptr().align_offset(PAGE) + line % (PAGE / LINE) * LINE;
        self
    }

    /// Bytes that are finite numbers in any float format.
    pub fn filled(layout: &Layout) -> Buffer {
        Buffer::new(layout).fill()
    }

    /// Such bytes into this one.
    pub fn fill(mut self) -> Buffer {
        let mut x = 0x9e37_79b9_7f4a_7c15u64;
        for piece in self.bytes_mut().chunks_mut(8) {
            x = step(x);
            let word = (x & 0x3f3f_3f3f_3f3f_3f3f).to_le_bytes();
            piece.copy_from_slice(&word[..piece.len()]);
        }
        self
    }

    /// The memory that the layout counts its offset in.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.len]
    }

    /// The same, to write.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + self.len]
    }

    /// The item at index 0.
    pub fn origin(&self) -> *const u8 {
        self.bytes().as_ptr().wrapping_add(self.origin)
    }

    /// The item at index 0, to write.
    pub fn origin_mut(&mut self) -> *mut u8 {
        let origin = self.origin;
        self.bytes_mut().as_mut_ptr().wrapping_add(origin)
    }
}

/// Room for so many bytes at any line of a page; nothing has been written, so
/// that the first write finds what was advised.
fn untouched(len: usize) -> Vec<u8> {
    // Not zeroed by a write: the system gives zeros.
    let bytes = vec![0; len + 2 * PAGE];
    #[cfg(target_os = "linux")]
    if len >= 2 << 20 {
        let start = bytes.as_ptr().align_offset(PAGE);
        let whole = (bytes.len() - start) / PAGE * PAGE;
        // SAFETY: whole pages of the vector; advice changes no byte.
        unsafe {
            let pages = bytes.as_ptr().add(start).cast_mut().cast();
            libc::madvise(pages, whole, libc::MADV_HUGEPAGE);
        }
    }
    bytes
}

fn step(mut x: u64) -> u64 {
    x ^= x << 13;
    x ^= x >> 7;
    x ^ (x << 17)
}

/// Some cache line of a page, another for every call and run.
fn random_line(seed: usize) -> usize {
    use std::hash::BuildHasher;
    let random = std::hash::RandomState::new().hash_one(seed) as usize;
    random % (PAGE / LINE) * LINE
}
