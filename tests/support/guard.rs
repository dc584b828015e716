//! Memory with a page on either side that nobody may touch.

use std::ops::{Deref, DerefMut};

/// Which end of the memory lies at a forbidden page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// The page before the first byte.
    Before,
    /// The page after the last byte.
    After,
}

pub(crate) const EDGES: [Edge; 2] = [Edge::Before, Edge::After];

/// Bytes between two pages that cannot be read or written: one touches the
/// memory, and canaries fill what is left at the other end.
pub(crate) struct Guarded {
    /// The first forbidden page.
    map: *mut u8,
    /// Bytes between the forbidden pages.
    room: usize,
    /// The first byte, counted from the end of the first page.
    start: usize,
    len: usize,
}

/// A multiple of the size of a page on everything that runs the tests.
const PAGE: usize = 64 << 10;
const CANARY: u8 = 0xc5;

impl Guarded {
    pub(crate) fn new(bytes: &[u8], edge: Edge) -> Guarded {
        let len = bytes.len();
        let room = len.next_multiple_of(PAGE);
        let (protection, flags) = (libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping, of which the middle is then made accessible.
        let map = unsafe {
            let size = room + 2 * PAGE;
            let map = libc::mmap(std::ptr::null_mut(), size, protection, flags, -1, 0);
            assert_ne!(map, libc::MAP_FAILED);
            let map = map.cast::<u8>();
            let open = libc::PROT_READ | libc::PROT_WRITE;
            assert!(room == 0 || libc::mprotect(map.add(PAGE).cast(), room, open) == 0);
            map
        };
        let start = if edge == Edge::Before { 0 } else { room - len };
        let mut guarded = Guarded { map, room, start, len };
        guarded.all().fill(CANARY);
        guarded.copy_from_slice(bytes);
        guarded
    }

    /// All bytes between the forbidden pages.
    fn all(&mut self) -> &mut [u8] {
        // SAFETY: mapped, accessible and ours.
        unsafe { std::slice::from_raw_parts_mut(self.map.add(PAGE), self.room) }
    }

    /// Whether nothing was written beside the memory.
    pub(crate) fn is_intact(&mut self) -> bool {
        let inside = self.start..self.start + self.len;
        let mut bytes = self.all().iter().enumerate();
        bytes.all(|(at, &byte)| inside.contains(&at) || byte == CANARY)
    }
}

impl Deref for Guarded {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: as in `all`, a part of that.
        unsafe { std::slice::from_raw_parts(self.map.add(PAGE + self.start), self.len) }
    }
}

impl DerefMut for Guarded {
    fn deref_mut(&mut self) -> &mut [u8] {
        let (start, len) = (self.start, self.len);
        &mut self.all()[start..start + len]
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: what `new` mapped, and nobody else has.
        unsafe { libc::munmap(self.map.cast(), self.room + 2 * PAGE) };
    }
}
