//! Copies within one buffer: as if the source had been read first.

use crate::support::strategies::{Within, within};
use crate::support::{bytes, check, oracle, same_bytes};
use stridewise::{Layout, Order, Slice, copy_within, raw};

fn expected(memory: &[u8], dst: &Layout, src: &Layout) -> Vec<u8> {
    let mut expected = memory.to_vec();
    oracle::copy(&mut expected, dst, memory, src);
    expected
}

#[test]
fn prop_copy_within_reads_first() {
    check("prop_copy_within_reads_first", within, |Within { dst, src, len }| {
        let mut memory = bytes(len, 1);
        let expected = expected(&memory, &dst, &src);
        copy_within(&mut memory, &dst, &src).unwrap();
        same_bytes!(memory, expected, "within");
        Ok(())
    });
}

#[test]
fn prop_raw_copy_reads_first() {
    check("prop_raw_copy_reads_first", within, |Within { dst, src, len }| {
        let mut memory = bytes(len, 2);
        let expected = expected(&memory, &dst, &src);
        let start = memory.as_mut_ptr();
        let (to, from) = (start.wrapping_offset(dst.offset()), start.wrapping_offset(src.offset()));
        let (shape, size) = (dst.shape(), dst.itemsize());
        // SAFETY: the strategy keeps both layouts inside the buffer, and no
        // two items of `dst` share a byte.
        unsafe { raw::copy(shape, size, to, dst.strides(), from, src.strides()).unwrap() };
        same_bytes!(memory, expected, "raw");
        Ok(())
    });
}

/// All shifts of a picture against itself, whole and backwards.
#[test]
fn shifts_of_a_picture() {
    let picture = Layout::contiguous(&[9, 11, 3], 2, Order::C).unwrap();
    let window = |down: isize, right: isize| {
        let rows = picture.slice(0, down..down + 6).unwrap();
        rows.slice(1, right..right + 7).unwrap()
    };
    let shifts = (0..=3).flat_map(|down| (0..=4).map(move |right| window(down, right)));
    let windows: Vec<Layout> = shifts.collect();
    for dst in &windows {
        for src in &windows {
            let back = Slice::new(None, None, -1);
            for src in [src.clone(), src.slice(0, back).unwrap(), src.slice(1, back).unwrap()] {
                let mut memory = bytes(picture.nbytes(), 3);
                let expected = expected(&memory, dst, &src);
                copy_within(&mut memory, dst, &src).unwrap();
                assert!(memory == expected, "{dst:?} {src:?}");
            }
        }
    }
}

/// In place: transposes of squares and cubes, by every permutation.
#[test]
fn transposes_in_place() {
    let permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (extent, itemsize) in [1, 2, 5, 17, 33].into_iter().flat_map(|n| [1, 3, 8].map(|k| (n, k)))
    {
        let cube = Layout::contiguous(&[extent; 3], itemsize, Order::C).unwrap();
        for axes in permutations {
            let mut memory = bytes(cube.nbytes(), 4);
            let src = cube.permute(&axes).unwrap();
            let expected = expected(&memory, &cube, &src);
            copy_within(&mut memory, &cube, &src).unwrap();
            assert!(memory == expected, "{extent} {itemsize} {axes:?}");
        }
    }
}

/// Elements wider than bytes: layouts still count bytes.
#[test]
fn typed_buffers_count_bytes() {
    let mut data = [1u32, 2, 3, 4, 5];
    let at = |offset| Layout::new(&[4], &[4], 4, offset).unwrap();
    copy_within(&mut data, &at(4), &at(0)).unwrap();
    assert_eq!(data, [1, 1, 2, 3, 4]);
    copy_within(&mut data, &at(0), &at(4)).unwrap();
    assert_eq!(data, [1, 2, 3, 4, 4]);
    let mut half = [0x1111_2222u32, 0x3333_4444];
    let (low, next) = (Layout::new(&[1], &[0], 2, 0), Layout::new(&[1], &[0], 2, 4));
    copy_within(&mut half, &low.unwrap(), &next.unwrap()).unwrap();
    let moved = if cfg!(target_endian = "little") { 0x1111_4444 } else { 0x3333_2222 };
    assert_eq!(half[0], moved);
}
