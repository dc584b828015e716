//! Fresh memory for results: never zeroed, in large pages where it is large.
//!
//! The first touch of a page costs a fault and the zeroing of the page, so a
//! large result costs more to touch than to compute. Where the system has
//! pages of 2 MiB for those who ask, it is asked before the first touch. The
//! memory stays an ordinary vector, which users get without a copy.

#![allow(unsafe_code, reason = "tells the system about the pages of a vector")]

use crate::error::AllocError;
use alloc::vec::Vec;
use core::mem::MaybeUninit;

/// Bytes from which on memory is worth asking for: they hold a large page
/// wherever they start.
const LARGE: usize = 4 << 20;

/// Whether so many bytes come from the system and not from what was freed
/// before: glibc keeps up to 32 MiB. Such pages are zeroed through the caches
/// when they are touched, so what is then written past the caches is written
/// to memory twice.
pub(crate) const fn is_fresh(bytes: usize) -> bool {
    bytes > 32 << 20
}

/// An empty vector with room for just `len` items.
pub(crate) fn reserve<T>(len: usize) -> Result<Vec<T>, AllocError> {
    let mut items = Vec::<T>::new();
    let bytes = len.saturating_mul(size_of::<T>());
    items.try_reserve_exact(len).map_err(|_| AllocError { bytes })?;
    if bytes >= LARGE {
        advise(&mut items);
    }
    Ok(items)
}

/// Asks for large pages; the system may have none.
#[cfg(all(feature = "std", target_os = "linux", not(miri)))]
fn advise<T>(items: &mut Vec<T>) {
    /// A multiple of every size of small pages, to which advice is rounded.
    const GRAIN: usize = 64 << 10;
    let room = items.spare_capacity_mut();
    let start = room.as_mut_ptr().cast::<u8>();
    let skip = start.align_offset(GRAIN);
    let Some(rest) = size_of_val(room).checked_sub(skip) else { return };
    // SAFETY: whole pages inside the vector's room; the advice changes
    // neither their contents nor who may use them.
    unsafe { libc::madvise(start.add(skip).cast(), rest / GRAIN * GRAIN, libc::MADV_HUGEPAGE) };
}

#[cfg(not(all(feature = "std", target_os = "linux", not(miri))))]
fn advise<T>(_: &mut Vec<T>) {}

/// Bytes of a cache line.
const LINE: usize = 64;

/// Room for so many bytes from a cache line on, as long as the vector lives.
pub(crate) fn reserve_on_line(bytes: usize) -> Result<(Vec<u8>, *mut u8), AllocError> {
    let mut room = reserve::<u8>(bytes.saturating_add(LINE - 1))?;
    let start = room.as_mut_ptr();
    Ok((room, start.wrapping_add(start.align_offset(LINE))))
}

/// Room on the stack. It starts on a line, so that who reads whole registers
/// of what a copy has just stored does not read of two stores.
#[repr(align(64))]
pub(crate) struct Scratch<const BYTES: usize>(MaybeUninit<[u8; BYTES]>);

impl<const BYTES: usize> Scratch<BYTES> {
    #[inline]
    pub(crate) const fn new() -> Self {
        Scratch(MaybeUninit::uninit())
    }

    #[inline]
    pub(crate) fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_exact_and_can_be_written() {
        for len in [0, 1, 1000, LARGE / 4 - 1, LARGE / 4, 3 * LARGE / 4 + 7] {
            let mut items = reserve::<u32>(len).unwrap();
            assert!(items.is_empty() && items.capacity() >= len);
            items.resize(len, 7);
            assert!(items.iter().all(|&item| item == 7));
        }
    }

    #[test]
    fn items_without_bytes_need_no_room() {
        assert_eq!(reserve::<()>(usize::MAX).unwrap().len(), 0);
    }

    #[test]
    fn too_much_is_an_error_with_its_bytes() {
        let bytes = usize::MAX - 1;
        assert_eq!(reserve::<u16>(bytes / 2), Err(AllocError { bytes }));
        assert_eq!(reserve::<u64>(usize::MAX), Err(AllocError { bytes: usize::MAX }));
    }

    /// Where the system gives large pages to those who ask, it was asked.
    #[cfg(all(feature = "std", target_os = "linux"))]
    #[test]
    fn large_memory_is_in_large_pages_where_there_are_some() {
        use std::fs::read_to_string;
        // Emulators of programs ignore advice.
        if std::env::var_os("STRIDEWISE_TEST_EMULATED").is_some() {
            return;
        }
        let enabled = read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
        let enabled = enabled.unwrap_or_default();
        let mut items = reserve::<u8>(16 << 20).unwrap();
        let middle = items.as_ptr().addr() + (8 << 20);
        let maps = read_to_string("/proc/self/smaps").unwrap();
        // The flags follow the range that they are those of.
        let mut flags = None;
        let mut inside = false;
        for line in maps.lines() {
            let range = line.split(' ').next().and_then(|range| range.split_once('-'));
            if let Some((from, to)) = range
                && let Ok(from) = usize::from_str_radix(from, 16)
                && let Ok(to) = usize::from_str_radix(to, 16)
            {
                inside = (from..to).contains(&middle);
            } else if inside && line.starts_with("VmFlags") {
                flags = Some(line);
            }
        }
        let flags = flags.expect("the vector is mapped");
        if enabled.contains("[madvise]") || enabled.contains("[always]") {
            assert!(flags.split(' ').any(|flag| flag == "hg"), "{flags}");
        } else {
            std::println!("large pages are off: {enabled:?}");
        }
        items.resize(16 << 20, 1);
    }
}
