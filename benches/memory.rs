//! Memory for layouts: touched, filled, at a random place in a page.

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
        let mut bytes = vec![1u8; len + PAGE + LINE];
        bytes.fill(0);
        let start = bytes.as_ptr().align_offset(LINE) + random_line(len);
        Buffer { bytes, start, len, origin }
    }

    /// Bytes that are finite numbers in any float format.
    pub fn filled(layout: &Layout) -> Buffer {
        let mut buffer = Buffer::new(layout);
        let mut x = 0x9e37_79b9_7f4a_7c15u64;
        for piece in buffer.bytes_mut().chunks_mut(8) {
            x = step(x);
            let word = (x & 0x3f3f_3f3f_3f3f_3f3f).to_le_bytes();
            piece.copy_from_slice(&word[..piece.len()]);
        }
        buffer
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
