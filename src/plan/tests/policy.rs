//! What caches and bytes decide.

use super::{l, nest};
use crate::plan::policy::{chunks_for, distance, distance_to_scratch, prefetches, streams};
use crate::plan::{Place, Schedule};
use stridewise_kernels::transpose::Distance;
use stridewise_kernels::{Caches, Level, Prefetch};

const CACHES: Caches =
    Caches { l1: 32 << 10, l2: 512 << 10, l3: 32 << 20, prefetch: Prefetch::Runs };

#[test]
fn copies_stream_once_they_touch_a_part_of_the_last_cache() {
    let run = |bytes| streams(&nest(bytes, &[]), Some(CACHES));
    assert!(!run(8 << 20) && run((8 << 20) + 1));
    let plane = |bytes| distance(&nest(bytes, &[]), Some(CACHES)) == Distance::Memory;
    assert!(!plane(4 << 20) && plane((4 << 20) + 1));
    // What is read again and again counts once.
    let rows = |n| streams(&nest(1 << 20, &[l(n, 1 << 20, 0)]), Some(CACHES));
    assert!(!rows(15) && rows(16));
    let nothing = nest(1 << 20, &[l(0, 0, 0)]);
    assert!(!streams(&nothing, Some(Caches { l1: 0, l2: 0, l3: 0, ..CACHES })));
}

#[test]
fn transposes_are_farther_away_the_more_they_touch() {
    let of = |bytes, caches| distance(&nest(bytes, &[]), Some(caches));
    let (core, caches) = (512 << 10, 4 << 20);
    let at = [1, core, core + 1, caches, caches + 1].map(|bytes| of(bytes, CACHES));
    let (near, far) = (Distance::Core, Distance::Caches);
    assert_eq!(at, [near, near, far, far, Distance::Memory]);
    let follows = Caches { prefetch: Prefetch::Pages, ..CACHES };
    let at = [caches, caches + 1].map(|bytes| of(bytes, follows));
    assert_eq!(at, [far, Distance::FollowedMemory]);
    let rows = Caches { prefetch: Prefetch::Rows, ..CACHES };
    assert_eq!(of(caches + 1, rows), Distance::FollowedMemory);
    // A second cache that holds more than a part of the last one.
    let wide = Caches { l2: 16 << 20, ..CACHES };
    assert_eq!([caches, caches + 1].map(|bytes| of(bytes, wide)), [near, Distance::Memory]);
}

#[test]
fn blocks_go_in_pairs_where_rows_are_followed_and_collide() {
    let at = |prefetch, bytes: usize, step| {
        let nest = nest(4, &[l(bytes / 4, 4, step)]);
        distance_to_scratch(&nest, Some(Caches { prefetch, ..CACHES }))
    };
    let memory = 4 << 20;
    let of = |prefetch| [8192, 8256].map(|step| at(prefetch, memory + 4, step));
    assert_eq!(of(Prefetch::Pages), [Distance::FollowedMemory; 2]);
    assert_eq!(of(Prefetch::Rows), [Distance::FollowedMemory, Distance::Memory]);
    assert_eq!(of(Prefetch::Runs), [Distance::Memory; 2]);
    assert_eq!(at(Prefetch::Rows, memory, 8192), Distance::Caches);
}

#[test]
fn parts_are_streamed_if_that_is_wanted_and_cut_by_the_rows_that_are_followed() {
    let plane = || nest(4, &[l(64, 16384, 4), l(4096, 4, 16384)]);
    let part = |chunks, distance, stream| {
        Schedule::of_part(plane(), Level::SCALAR, chunks, Place { distance, stream }).how
    };
    for distance in [Distance::Core, Distance::Caches, Distance::Memory, Distance::FollowedMemory] {
        for stream in [false, true] {
            let how = part(1, distance, stream);
            assert_eq!((how.distance, how.stream), (distance, stream));
        }
        let how = part(4, distance, false);
        let (rows, columns) = ((1, 1024), (0, 16));
        let cut = if distance == Distance::FollowedMemory { rows } else { columns };
        assert_eq!((how.split.at, how.split.step), cut, "{distance:?}");
    }
}

#[test]
fn planes_in_pairs_are_cut_by_rows() {
    let at = |item: usize, gap, prefetch| {
        let (k, n) = (item as isize, 2048 * item as isize);
        let nest = nest(item, &[l(2048, n + gap, k), l(2048, k, n + gap)]);
        Schedule::new(nest, Level::SCALAR, Some(Caches { prefetch, ..CACHES }), Some(16))
            .how
            .split
            .at
    };
    assert_eq!([at(4, 0, Prefetch::Pages), at(4, 0, Prefetch::Runs)], [1, 0]);
    // Rows of 8 KiB collide; a line more, and single lines are as fast.
    assert_eq!([0, 64].map(|gap| at(4, gap, Prefetch::Rows)), [1, 0]);
    assert_eq!(at(4, 64, Prefetch::Pages), 1);
    // No pairs: rows that begin anywhere in a line, items of three bytes.
    assert_eq!([at(4, 4, Prefetch::Pages), at(3, 0, Prefetch::Pages)], [0, 0]);
}

#[test]
fn plans_that_name_no_caches_are_for_those_of_this_machine() {
    for bytes in [1, 1 << 10, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26] {
        let n = nest(bytes, &[]);
        let here = Some(Caches::detect());
        assert_eq!(streams(&n, None), streams(&n, here), "{bytes}");
        assert_eq!(distance(&n, None), distance(&n, here), "{bytes}");
        assert_eq!(prefetches(&n, None), prefetches(&n, here), "{bytes}");
    }
}

#[cfg(feature = "rayon")]
#[test]
fn bytes_decide_chunks() {
    let chunks = [0, 1, (1 << 19) - 1, 1 << 19, 1 << 20, 3 << 20, 16 << 20, 1 << 30, usize::MAX];
    assert_eq!(chunks.map(chunks_for), [1, 1, 1, 4, 4, 6, 32, 64, 64]);
}

#[cfg(not(feature = "rayon"))]
#[test]
fn without_threads_there_is_one_chunk() {
    assert_eq!([0, 1 << 20, usize::MAX].map(chunks_for), [1; 3]);
}
