//! Several chunks on several threads: nothing depends on them.

use crate::support::{bytes, memory, oracle, pool, source, view, view_mut};
use std::hash::Hasher;
use std::sync::atomic::{AtomicBool, Ordering};
use stridewise::{
    AnyArray, AnyView, AnyViewMut, Array, Caches, CopyPlan, ElementType, EqualPlan, HashPlan,
    Layout, Level, Mode, Options, Order, Prefetch, View, ViewMut, copy, equal, first_mismatch,
    hash_into, to_contiguous, xxh3_64,
};

#[test]
fn everything_crosses_threads() {
    fn check<T: Send + Sync>() {}
    check::<Layout>();
    check::<View<'_, f32>>();
    check::<ViewMut<'_, f32>>();
    check::<AnyView<'_>>();
    check::<AnyViewMut<'_>>();
    check::<Array<u8>>();
    check::<AnyArray>();
    check::<CopyPlan>();
    check::<EqualPlan>();
    check::<HashPlan>();
    check::<Options>();
    check::<stridewise::Error>();
}

/// Operands of a few megabytes in other orders: the defaults use threads.
fn large() -> Vec<(Layout, Layout)> {
    let c = |shape: &[usize], k| Layout::contiguous(shape, k, Order::C).unwrap();
    let f = |shape: &[usize], k| Layout::contiguous(shape, k, Order::F).unwrap();
    let (cube, flat) = ([129, 65, 131], [3 << 20]);
    // Blocks are cut from the third axis, below two loops.
    let deep = [3, 5, 600, 700];
    vec![
        (c(&flat, 1), c(&flat, 1)),
        (c(&flat, 1), c(&flat, 1).reverse(0).unwrap()),
        (c(&[1000, 1000], 4), f(&[1000, 1000], 4)),
        (c(&[777, 1001, 3], 1), f(&[777, 1001, 3], 1)),
        (c(&cube, 3), f(&cube, 3).reverse(1).unwrap()),
        (f(&cube, 3), c(&cube, 3).slice(0, ..).unwrap()),
        (c(&deep, 1), f(&deep, 1)),
        (c(&deep, 1), c(&[5, 3, 600, 700], 1).permute(&[1, 0, 2, 3]).unwrap()),
        (c(&[3, 5, 2, 150_000], 1), c(&[5, 2, 3, 150_000], 1).permute(&[2, 0, 1, 3]).unwrap()),
        (c(&[2000, 1500], 1), c(&[2000, 1600], 1).slice(1, 7..1507).unwrap()),
        (c(&[700, 5000], 1), c(&[1, 5000], 1).broadcast_to(&[700, 5000]).unwrap()),
    ]
}

#[test]
fn copies_do_not_depend_on_threads() {
    let pool = pool();
    for (dst, src) in large() {
        let from = source(&src, 1);
        let mut expected = memory(&dst, 2);
        oracle::copy(&mut expected, &dst, &from, &src);
        let run = |chunks: Option<usize>| {
            let options = Options { level: Some(Level::detect()), chunks, caches: None };
            let plan = CopyPlan::with(&dst, &src, options).unwrap();
            let mut to = memory(&dst, 2);
            plan.run(&mut view_mut(&mut to, &dst), &view(&from, &src)).unwrap();
            assert!(to == expected, "{plan}");
            plan.chunks()
        };
        let several = pool.install(|| run(None)) > 1;
        assert_eq!(several, cfg!(feature = "rayon"), "{dst:?} {src:?}");
        for chunks in [1, 2, 3, 5, 64, 1000] {
            assert!(pool.install(|| run(Some(chunks))) <= chunks);
        }
        run(Some(4));
    }
}

#[test]
fn equality_and_hashes_do_not_depend_on_threads() {
    let pool = pool();
    for (dst, src) in large() {
        let element = ElementType::bytes(dst.itemsize());
        let from = source(&src, 3);
        let hash = xxh3_64(&view(&from, &src)).unwrap();
        assert_eq!(hash, xxhash_rust::xxh3::xxh3_64(&oracle::c_bytes(&from, &src)));
        assert_eq!(hash, pool.install(|| xxh3_64(&view(&from, &src)).unwrap()));
        // By whatever way through the caches.
        let follows = [Prefetch::Runs, Prefetch::Rows, Prefetch::Pages];
        let caches = follows.map(|prefetch| Some(Caches { l1: 0, l2: 4 << 20, l3: 0, prefetch }));
        for caches in caches.into_iter().chain([None]) {
            for chunks in [1, 2, 64] {
                let options = Options { chunks: Some(chunks), caches, ..Options::default() };
                let plan = HashPlan::with(&src, options).unwrap();
                assert_eq!(hash, plan.xxh3_64(&view(&from, &src)).unwrap(), "{plan}");
                assert_eq!(hash, pool.install(|| plan.xxh3_64(&view(&from, &src)).unwrap()));
            }
        }
        let mut to = memory(&dst, 4);
        copy(&mut view_mut(&mut to, &dst), &view(&from, &src)).unwrap();
        let offsets = oracle::offsets(&dst);
        let (len, last) = (dst.len(), dst.len() - 1);
        let mut check = |flips: &[usize]| {
            for &at in flips {
                to[offsets[at] as usize] ^= 1;
            }
            let first = flips.iter().min().map(|&at| oracle::index(at, dst.shape()));
            for chunks in [None, Some(1), Some(2), Some(7), Some(64)] {
                let options = Options { level: None, chunks, caches: None };
                let plan = EqualPlan::with(&dst, &src, element, Mode::Values, options).unwrap();
                let (a, b) = (view(&to, &dst), view(&from, &src));
                let (same, at) = pool.install(|| (plan.run(&a, &b), plan.first_mismatch(&a, &b)));
                assert_eq!(same.unwrap(), flips.is_empty(), "{flips:?} {plan}");
                assert_eq!(at.unwrap(), first, "{flips:?} {plan}");
            }
            for &at in flips {
                to[offsets[at] as usize] ^= 1;
            }
        };
        check(&[]);
        for at in [0, 1, len / 3, len / 2, last - 1, last] {
            check(&[at]);
        }
        check(&[last, len / 2 + 1, len / 2, len - 2]);
        check(&[len / 4 * 3, len / 4, last]);
    }
}

/// A hasher need not be able to go to other threads, and may panic.
struct Here {
    bytes: usize,
    limit: usize,
    thread: std::thread::ThreadId,
}

impl Hasher for Here {
    fn write(&mut self, bytes: &[u8]) {
        assert_eq!(self.thread, std::thread::current().id());
        self.bytes += bytes.len();
        assert!(self.bytes <= self.limit, "over the limit");
    }

    fn finish(&self) -> u64 {
        self.bytes as u64
    }
}

#[test]
fn hashers_stay_on_their_thread() {
    let data = bytes(3 << 20, 7);
    let view = View::new(&data, &[3 << 10, 1 << 10]).unwrap().transpose();
    let run = |limit| {
        let mut hasher = Here { bytes: 0, limit, thread: std::thread::current().id() };
        hash_into(&view, &mut hasher).unwrap();
        hasher.finish()
    };
    let all = data.len();
    let refused = || std::panic::catch_unwind(|| run(1 << 20)).is_err();
    assert_eq!((run(all), pool().install(|| run(all))), (all as u64, all as u64));
    assert!(refused() && pool().install(refused));
    assert_eq!(run(all), all as u64);
}

/// One view read by several threads, none of them ours.
#[test]
fn views_are_shared() {
    let data = bytes(1 << 16, 5);
    let view = View::new(&data, &[256, 256]).unwrap().transpose();
    let (copied, hash) = (to_contiguous(&view, Order::C).unwrap(), xxh3_64(&view).unwrap());
    let plan = HashPlan::new(stridewise::Strided::layout(&view)).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert!(equal(&view, &copied).unwrap());
                    assert_eq!(first_mismatch(&copied, &view).unwrap(), None);
                    assert_eq!(plan.xxh3_64(&view).unwrap(), hash);
                }
            });
        }
    });
}

/// Halves of one buffer written by two threads at once.
#[test]
fn mutable_views_move_to_threads() {
    let mut data = vec![0u16; 2 * 300 * 200];
    let source: Vec<u16> = (0..60_000).map(|n| n as u16).collect();
    let (low, high) = data.split_at_mut(60_000);
    std::thread::scope(|scope| {
        for half in [low, high] {
            let source = &source;
            scope.spawn(move || {
                let mut dst = ViewMut::new(half, &[300, 200]).unwrap();
                let src = View::new(source, &[200, 300]).unwrap().transpose();
                copy(&mut dst, &src).unwrap();
            });
        }
    });
    let at = |i: usize| data[i];
    assert!(
        (0..60_000).all(|i| at(i) == source[i % 200 * 300 + i / 200] && at(i) == at(i + 60_000))
    );
}

/// A verb called from a task of the pool that it then uses itself.
#[test]
fn nested_calls_do_not_hang() {
    use rayon::prelude::*;
    let data = bytes(2 << 20, 6);
    let done = AtomicBool::new(false);
    pool().install(|| {
        (0..6).into_par_iter().for_each(|_| {
            let view = View::new(&data, &[1 << 10, 1 << 11]).unwrap().transpose();
            let copied = to_contiguous(&view, Order::C).unwrap();
            assert!(equal(&view, &copied).unwrap());
            assert_eq!(xxh3_64(&view), xxh3_64(&copied));
        });
        done.store(true, Ordering::Relaxed);
    });
    assert!(done.load(Ordering::Relaxed));
}
