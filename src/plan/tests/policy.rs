//! What caches and bytes decide.

use super::{l, nest};
use crate::plan::policy::{chunks_for, prefetches, streams};
use stridewise_kernels::Caches;

const CACHES: Caches = Caches { l1: 32 << 10, l2: 512 << 10, l3: 32 << 20 };

#[test]
fn copies_stream_once_they_touch_a_part_of_the_last_cache() {
    let run = |bytes| streams(&nest(bytes, &[]), Some(CACHES), false);
    assert!(!run(8 << 20) && run((8 << 20) + 1));
    let plane = |bytes| streams(&nest(bytes, &[]), Some(CACHES), true);
    assert!(!plane(4 << 20) && plane((4 << 20) + 1));
    // What is read again and again counts once.
    let rows = |n| streams(&nest(1 << 20, &[l(n, 1 << 20, 0)]), Some(CACHES), false);
    assert!(!rows(15) && rows(16));
    let nothing = nest(1 << 20, &[l(0, 0, 0)]);
    assert!(!streams(&nothing, Some(Caches { l1: 0, l2: 0, l3: 0 }), false));
}

#[test]
fn plans_that_name_no_caches_are_for_those_of_this_machine() {
    for bytes in [1, 1 << 10, 1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26] {
        let n = nest(bytes, &[]);
        let here = Some(Caches::detect());
        assert_eq!(streams(&n, None, false), streams(&n, here, false), "{bytes}");
        assert_eq!(prefetches(&n, None), prefetches(&n, here), "{bytes}");
    }
}

#[cfg(feature = "rayon")]
#[test]
fn bytes_decide_chunks() {
    let chunks = [0, 1, (1 << 20) - 1, 1 << 20, 3 << 20, 16 << 20, 1 << 30, usize::MAX];
    assert_eq!(chunks.map(chunks_for), [1, 1, 1, 4, 6, 32, 64, 64]);
}

#[cfg(not(feature = "rayon"))]
#[test]
fn without_threads_there_is_one_chunk() {
    assert_eq!([0, 1 << 20, usize::MAX].map(chunks_for), [1; 3]);
}
