//! What plans say, one golden text for each class.

use crate::{
    Caches, CopyPlan, ElementType, EqualPlan, HashPlan, Layout, Level, Mode, Options, Order,
    Prefetch,
};
use std::string::{String, ToString};
use stridewise_kernels::equal::Mode::Values;

const SCALAR: Options = Options { level: Some(Level::SCALAR), chunks: Some(1), caches: Some(ZEN3) };
const ZEN3: Caches = Caches { l1: 32 << 10, l2: 512 << 10, l3: 32 << 20, prefetch: Prefetch::Runs };

/// The plan that makes the view C-contiguous.
fn to_c(src: &Layout, options: Options) -> String {
    CopyPlan::with(&src.contiguous_like(Order::C), src, options).unwrap().to_string()
}

fn c(shape: &[usize], itemsize: usize) -> Layout {
    Layout::contiguous(shape, itemsize, Order::C).unwrap()
}

#[test]
fn a_contiguous_copy_is_one_run() {
    assert_eq!(
        to_c(&c(&[10, 20, 30], 4), Options { chunks: Some(3), ..SCALAR }),
        "copy: 24000 bytes read, 24000 bytes written\n\
         level: scalar\n\
         chunks: 3, each 8000 bytes of the run\n\
         lines: 24000 bytes read, 24000 written\n\
         kernel: runs of 24000 bytes"
    );
}

#[test]
fn a_permuted_copy_names_its_loops() {
    let src = c(&[16, 12, 14, 10, 18, 12], 4).permute(&[5, 2, 0, 4, 1, 3]).unwrap();
    assert_eq!(
        to_c(&src, Options { chunks: Some(7), ..SCALAR }),
        "copy: 23224320 bytes read, 23224320 bytes written\n\
         level: scalar\n\
         chunks: 7, each 2 of loop 0\n\
         lines: 23224320 bytes read, 23224320 written\n\
         loop 0: 14 times, dst +138240, src +8640\n\
         loop 1: 16 times, dst +8640, src +1451520\n\
         loop 2: 18 times, dst +480, src +48\n\
         loop 3: 12 times, dst +1935360, src +4\n\
         loop 4: 12 times, dst +40, src +120960\n\
         loop 5: 10 times, dst +4, src +864\n\
         kernel: transpose of 4-byte items, source along loops 2 to 3, \
         destination along loops 4 to 5, in tiles of 16 x 16, past the caches"
    );
}

#[test]
fn a_mirrored_copy_says_where_it_starts() {
    let src = c(&[100, 100], 2).transposed().reverse(0).unwrap();
    assert_eq!(
        to_c(&src, SCALAR),
        "copy: 20000 bytes read, 20000 bytes written\n\
         level: scalar\n\
         chunks: 1\n\
         lines: 20096 bytes read, 20032 written\n\
         start: dst +19800, src -198\n\
         loop 0: 100 times, dst -200, src +2\n\
         loop 1: 100 times, dst +2, src +200\n\
         kernel: transpose of 2-byte items, source along loop 0, \
         destination along loop 1, in tiles of 32 x 32"
    );
}

#[test]
fn streams_are_counted() {
    let src = c(&[512, 512, 3], 1).permute(&[2, 0, 1]).unwrap();
    assert_eq!(
        to_c(&src, SCALAR),
        "copy: 786432 bytes read, 786432 bytes written\n\
         level: scalar\n\
         chunks: 1\n\
         lines: 786432 bytes read, 786432 written\n\
         loop 0: 3 times, dst +262144, src +1\n\
         loop 1: 262144 times, dst +1, src +3\n\
         kernel: deinterleave of 1-byte items, 3 streams (loop 0) along loop 1"
    );
}

#[test]
fn repetition_is_read_once() {
    let src = c(&[1, 50], 8).broadcast_to(&[20, 50]).unwrap();
    assert_eq!(
        to_c(&src, SCALAR),
        "copy: 400 bytes read, 8000 bytes written\n\
         level: scalar\n\
         chunks: 1\n\
         lines: 448 bytes read, 8000 written\n\
         loop 0: 20 times, dst +400, src +0\n\
         kernel: runs of 400 bytes"
    );
}

#[test]
fn lines_that_are_read_again_are_counted() {
    // A row that is larger than a cache, four times.
    let rows = c(&[1, 50_000], 8).broadcast_to(&[4, 50_000]).unwrap();
    let text = to_c(&rows, SCALAR);
    assert!(text.contains("lines: 400000 bytes read, 1200000 again, 1600000 written\n"), "{text}");
}

#[test]
fn lines_name_their_kernel() {
    let step = c(&[40], 4).slice(0, crate::Slice::new(None, None, 2)).unwrap();
    for (src, family) in [
        (step, "gather"),
        (c(&[40], 4).reverse(0).unwrap(), "reverse"),
        (c(&[1], 4).broadcast_to(&[40]).unwrap(), "fill"),
    ] {
        let text = to_c(&src, SCALAR);
        let end = std::format!("kernel: {family} of 4-byte items along loop 0");
        assert!(text.ends_with(&end), "{text}");
    }
}

#[test]
fn no_items_run_no_loop() {
    assert_eq!(
        to_c(&c(&[3, 0], 4), SCALAR),
        "copy: 0 bytes read, 0 bytes written\n\
         level: scalar\n\
         chunks: 1\n\
         lines: 0 bytes read, 0 written\n\
         loop 0: 0 times, dst +0, src +0\n\
         kernel: runs of 4 bytes"
    );
}

#[test]
fn a_comparison_says_what_is_packed() {
    let (a, float) = (c(&[300, 200], 4), ElementType::of::<f32>());
    let b = Layout::contiguous(&[300, 200], 4, Order::F).unwrap();
    let text = |b: &Layout, mode| EqualPlan::with(&a, b, float, mode, SCALAR).unwrap().to_string();
    assert_eq!(
        text(&b, Values),
        "compare: 240000 bytes read of each, floats by value\n\
         level: scalar\n\
         chunks: 1\n\
         loop 0: 300 times, left +800, right +4\n\
         loop 1: 200 times, left +4, right +1200\n\
         kernel: tiles of 32 x 128 4-byte items, left in place, right transpose"
    );
    // As it is transposed where that does not fit the caches.
    let far = Options { caches: Some(Caches::LEAST), ..SCALAR };
    assert_eq!(
        EqualPlan::with(&a, &b, float, Values, far).unwrap().to_string(),
        "compare: 240000 bytes read of each, floats by value\n\
         level: scalar\n\
         chunks: 1\n\
         loop 0: 300 times, left +800, right +4\n\
         loop 1: 200 times, left +4, right +1200\n\
         kernel: transpose of 4-byte items, right along loop 0, compared with left along \
         loop 1"
    );
    assert_eq!(
        text(&a, Mode::Bits),
        "compare: 240000 bytes read of each, by bits\n\
         level: scalar\n\
         chunks: 1\n\
         kernel: runs of 240000 bytes side by side"
    );
}

#[test]
fn a_hash_says_how_it_packs() {
    let text = |src: &Layout| HashPlan::with(src, SCALAR).unwrap().to_string();
    assert_eq!(
        text(&c(&[60, 50], 4).slice(1, 0..49).unwrap().reverse(0).unwrap()),
        "hash: 11760 bytes in C order\n\
         level: scalar\n\
         blocks: 1 of up to 11760 bytes, each packed by\n\
         loop 0: 60 times, scratch +196, src -200\n\
         kernel: runs of 196 bytes"
    );
    assert_eq!(
        text(&c(&[30, 500], 4).slice(1, 0..400).unwrap()),
        "hash: 48000 bytes in C order\n\
         level: scalar\n\
         loop 0: 30 times, src +2000\n\
         kernel: runs of 1600 bytes where they lie"
    );
}

#[test]
fn the_same_layouts_make_the_same_plan() {
    let (a, b) = (c(&[9, 7, 5], 3), c(&[5, 7, 9], 3).transposed());
    let plan = || CopyPlan::with(&a, &b, SCALAR).unwrap();
    assert_eq!(plan(), plan());
    assert_eq!(plan().to_string(), plan().to_string());
}

#[test]
fn pointers_are_told_before_the_core() {
    let pointer = size_of::<usize>() as isize;
    let of = |strides: &[isize], suboffsets: &[isize]| {
        Layout::indirect(&[6, 5, 40], strides, suboffsets, 4, 0).unwrap()
    };
    let (planes, lines) = (of(&[pointer, 160, 4], &[12, -1, -1]), of(&[-64, 8, 4], &[-1, 0, -1]));
    let dense = c(&[6, 5, 40], 4);
    let options = Options { chunks: Some(4), ..SCALAR };
    assert_eq!(
        CopyPlan::with(&dense, &planes, options).unwrap().to_string(),
        std::format!(
            "hop 0: 6 times, +800, +{pointer} to a pointer +12\n\
             cores: 6\n\
             pieces: 4\n\
             copy: 800 bytes read, 800 bytes written\n\
             level: scalar\n\
             chunks: 1\n\
             lines: 832 bytes read, 832 written\n\
             kernel: runs of 800 bytes"
        )
    );
    let bytes = ElementType::bytes(4);
    assert_eq!(
        EqualPlan::with(&lines, &planes, bytes, Values, options).unwrap().to_string(),
        std::format!(
            "hop 0: 6 times, -64, +{pointer} to a pointer +12\n\
             hop 1: 5 times, +8 to a pointer +0, +160\n\
             cores: 30\n\
             pieces: 4\n\
             compare: 160 bytes read of each, by bits\n\
             level: scalar\n\
             chunks: 1\n\
             kernel: runs of 160 bytes side by side"
        )
    );
    assert_eq!(
        HashPlan::with(&planes, options).unwrap().to_string(),
        std::format!(
            "hop 0: 6 times, +{pointer} to a pointer +12\n\
             cores: 6\n\
             hash: 800 bytes in C order\n\
             level: scalar\n\
             kernel: runs of 800 bytes where they lie"
        )
    );
}
