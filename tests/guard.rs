//! Forbidden pages right before and right after every operand: whoever reads
//! or writes a byte outside a layout's span ends the process.

use crate::levels::emulated;
use crate::support::guard::{EDGES, Edge, Guarded};
use crate::support::strategies::{Compared, Pair, compared, pairs};
use crate::support::{bytes, check, oracle, same_bytes, view, view_mut};
use proptest::prelude::*;
use std::os::unix::process::ExitStatusExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use stridewise::{
    AnyView, Caches, CopyPlan, ElementType, EqualPlan, HashPlan, Layout, Level, Mode, Options,
    Order, Prefetch, Slice,
};

/// The layout from the first byte that it spans, and how many it spans.
fn tight(layout: &Layout) -> (Layout, usize) {
    if layout.is_empty() {
        return (layout.clone(), 0);
    }
    let span = layout.span();
    let (shape, strides) = (layout.shape(), layout.strides());
    let moved = Layout::new(shape, strides, layout.itemsize(), layout.offset() - span.start);
    (moved.expect("no longer than before"), (span.end - span.start) as usize)
}

/// Copies with operands at these edges: the source's and the destination's.
fn copies(
    dst: &Layout,
    src: &Layout,
    options: &[Options],
    edges: &[[Edge; 2]],
) -> Result<(), TestCaseError> {
    let ((dst, dst_len), (src, src_len)) = (tight(dst), tight(src));
    let (from, dirty) = (bytes(src_len, 1), bytes(dst_len, 2));
    let mut expected = dirty.clone();
    oracle::copy(&mut expected, &dst, &from, &src);
    for &[from_edge, to_edge] in edges {
        let from = Guarded::new(&from, from_edge);
        let mut to = Guarded::new(&dirty, to_edge);
        for &options in options {
            let plan = CopyPlan::with(&dst, &src, options).unwrap();
            to.copy_from_slice(&dirty);
            plan.run(&mut view_mut(&mut to, &dst), &view(&from, &src)).unwrap();
            same_bytes!(to, expected, "{to_edge:?} {from_edge:?} {plan}");
            prop_assert!(to.is_intact(), "{to_edge:?} {from_edge:?} {plan}");
        }
    }
    Ok(())
}

#[test]
fn prop_copy_stays_inside() {
    check("prop_copy_stays_inside", pairs, |Pair { dst, src, options }| {
        let edges = EDGES.into_iter().flat_map(|from| EDGES.map(|to| [from, to]));
        copies(&dst, &src, &[options], &edges.collect::<Vec<_>>())
    });
}

#[test]
fn prop_equal_stays_inside() {
    check("prop_equal_stays_inside", compared, |Compared { pair, kind, .. }| {
        let ((dst, dst_len), (src, src_len)) = (tight(&pair.dst), tight(&pair.src));
        let plan = EqualPlan::with(&dst, &src, kind.element, Mode::Bits, pair.options).unwrap();
        // Equal, and then but for the last item, so that all is read.
        let (mut left, right) = (bytes(dst_len, 1), bytes(src_len, 2));
        oracle::copy(&mut left, &dst, &right, &src);
        let offsets = oracle::offsets(&dst);
        for edge in EDGES {
            let (mut left, right) = (Guarded::new(&left, edge), Guarded::new(&right, edge));
            let a = AnyView::new(&left, kind.element, dst.clone()).expect("inside");
            let b = AnyView::new(&right, kind.element, src.clone()).expect("inside");
            prop_assert!(plan.run(&a, &b).unwrap(), "{edge:?} {plan}");
            prop_assert_eq!(plan.first_mismatch(&a, &b).unwrap(), None);
            let Some(&last) = offsets.last() else { continue };
            left[last as usize + dst.itemsize() - 1] ^= 1;
            let a = AnyView::new(&left, kind.element, dst.clone()).expect("inside");
            prop_assert!(!plan.run(&a, &b).unwrap(), "{edge:?} {plan}");
            let index = oracle::index(offsets.len() - 1, dst.shape());
            prop_assert_eq!(plan.first_mismatch(&a, &b).unwrap(), Some(index));
        }
        Ok(())
    });
}

#[test]
fn prop_hash_stays_inside() {
    check("prop_hash_stays_inside", pairs, |Pair { src, options, .. }| {
        let (src, len) = tight(&src);
        let plan = HashPlan::with(&src, options).unwrap();
        let from = bytes(len, 1);
        let hash = xxhash_rust::xxh3::xxh3_64(&oracle::c_bytes(&from, &src));
        for edge in EDGES {
            let from = Guarded::new(&from, edge);
            prop_assert_eq!(plan.xxh3_64(&view(&from, &src)).unwrap(), hash, "{:?} {}", edge, plan);
            let _ = plan.tree_hash(&view(&from, &src)).unwrap();
        }
        Ok(())
    });
}

/// No caches: everything that can be streamed is.
const NONE: Caches = Caches { l1: 0, l2: 0, l3: 0, prefetch: Prefetch::Runs };
/// The same for other prefetchers.
const FOLLOWS: Caches = Caches { prefetch: Prefetch::Pages, ..NONE };

/// A layout of each class, to be copied from and to C order: rows, columns
/// and streams on either side of what kernels take at once, and so long that
/// they are staged.
fn classes(itemsize: usize) -> Vec<Layout> {
    let c = |shape: &[usize]| Layout::contiguous(shape, itemsize, Order::C).unwrap();
    let f = |shape: &[usize]| Layout::contiguous(shape, itemsize, Order::F).unwrap();
    let mut layouts = Vec::new();
    for [rows, columns] in [[67, 70], [5, 300], [129, 257]] {
        layouts.extend([
            f(&[rows, columns]),
            f(&[rows, columns]).reverse(0).unwrap(),
            c(&[rows, columns]).reverse(1).unwrap(),
            // Without the last items of each row.
            c(&[rows, columns + 1]).slice(1, ..-1).unwrap(),
            f(&[rows + 1, columns]).slice(0, ..-1).unwrap(),
        ]);
    }
    let long = 2048 / itemsize + 61;
    layouts.extend([f(&[35, long]), f(&[long, 35])]);
    for n in [1, 15, 65, 1025] {
        layouts.extend([c(&[n]), c(&[n]).reverse(0).unwrap()]);
        for step in 2..=5 {
            let every = Slice::new(None, None, step as isize);
            let stepped = c(&[n * step]).slice(0, every).unwrap();
            layouts.extend([stepped.clone(), stepped.reverse(0).unwrap()]);
        }
        layouts.extend([
            c(&[1]).broadcast_to(&[n]).unwrap(),
            c(&[n]).broadcast_to(&[3, n]).unwrap(),
            c(&[n, 1]).broadcast_to(&[n, 3]).unwrap(),
        ]);
    }
    layouts.extend((2..=17).map(|k| f(&[65, k])));
    let orders = [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    layouts.extend(orders.map(|order| c(&[9, 17, 33]).permute(&order).unwrap()));
    layouts
}

/// Every class of copies at every level and itemsize, streamed and not:
/// nothing is left to chance here.
#[test]
fn every_class_stays_inside() {
    let levels = || Level::available().map(Some);
    let every = |caches| levels().map(move |level| Options { level, chunks: Some(1), caches });
    let options: Vec<Options> =
        [None, Some(NONE), Some(FOLLOWS)].into_iter().flat_map(every).collect();
    let edges = EDGES.map(|edge| [edge; 2]);
    let all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 64];
    // An emulator takes minutes for all; compiled code has the rest.
    let few = [1, 2, 4, 12, 16];
    for &itemsize in if emulated() { &few[..] } else { &all } {
        for layout in classes(itemsize) {
            let dense = layout.contiguous_like(Order::C);
            copies(&dense, &layout, &options, &edges).unwrap();
            if !layout.strides().contains(&0) {
                copies(&layout, &dense, &options, &edges).unwrap();
            }
        }
    }
}

/// What is packed in boxes, of which the last along each axis are smaller.
#[test]
fn boxes_stay_inside() {
    let c = |shape: &[usize], item| Layout::contiguous(shape, item, Order::C).unwrap();
    let part = |layout: Layout, axis| layout.slice(axis, 1..).unwrap();
    let cases = [
        c(&[19, 4099], 8).transpose().unwrap(),
        c(&[2100, 61], 4).transpose().unwrap(),
        c(&[7, 900, 3, 6], 4).permute(&[0, 2, 1, 3]).unwrap(),
        c(&[700, 3, 33], 1).permute(&[0, 2, 1]).unwrap(),
        c(&[501, 33, 5], 2).permute(&[0, 2, 1]).unwrap(),
        c(&[12, 400, 3, 2], 12).permute(&[0, 2, 1, 3]).unwrap(),
        c(&[6, 4, 9, 5, 7, 8], 2).permute(&[5, 2, 0, 4, 1, 3]).unwrap(),
        c(&[20, 3000], 12).transpose().unwrap(),
        c(&[31, 29, 7, 3], 16).permute(&[0, 2, 1, 3]).unwrap().reverse(0).unwrap(),
        part(c(&[11, 51, 20, 100], 1), 3).permute(&[2, 1, 0, 3]).unwrap(),
        c(&[90, 7, 5, 20], 2).reverse(3).unwrap().permute(&[0, 2, 1, 3]).unwrap(),
        // Channels that are turned.
        c(&[50, 60, 17, 4], 1).reverse(3).unwrap().permute(&[0, 2, 1, 3]).unwrap(),
    ];
    let edges = EDGES.map(|edge| [edge; 2]);
    // An emulator takes minutes for all.
    for src in cases.into_iter().step_by(if emulated() { 3 } else { 1 }) {
        // Dense, and with a gap after each step of the first axis.
        let dense = src.contiguous_like(Order::C);
        let mut shape = src.shape().to_vec();
        *shape.last_mut().expect("axes") += 1;
        let last = shape.len() - 1;
        let apart = c(&shape, src.itemsize()).slice(last, ..-1).unwrap();
        for dst in [dense, apart] {
            for caches in [NONE, FOLLOWS] {
                for (level, chunks) in Level::available().flat_map(|l| [(l, 1), (l, 3)]) {
                    let (level, chunks, caches) = (Some(level), Some(chunks), Some(caches));
                    copies(&dst, &src, &[Options { level, chunks, caches }], &edges).unwrap();
                }
            }
        }
        let options = Options { level: None, chunks: Some(1), caches: Some(FOLLOWS) };
        let plan = CopyPlan::with(&src.contiguous_like(Order::C), &src, options).unwrap();
        let boxes = plan.to_string().contains("kernel: boxes of ");
        assert_eq!(boxes, stridewise::level() != Ok(Level::SCALAR), "{plan}");
    }
}

/// Lines so long that what comes next is asked for: items of all sizes, steps
/// both ways, on one side and on both, and several lines.
#[test]
fn long_lines_stay_inside() {
    let steps = |n: usize, itemsize, step: isize| {
        let every = Slice::new(None, None, step);
        Layout::contiguous(&[n * step.unsigned_abs()], itemsize, Order::C)
            .and_then(|line| line.slice(0, every))
            .unwrap()
    };
    for itemsize in [1, 2, 3, 4, 8, 16] {
        let n = (70 << 10) / itemsize + 5;
        let dense = Layout::contiguous(&[n], itemsize, Order::C).unwrap();
        let apart = |step| [dense.clone(), steps(n, itemsize, step)];
        let lines = |step: isize| {
            let line = steps(n, itemsize, step);
            let strides = [line.strides()[0].abs() * n as isize + 100, line.strides()[0]];
            let lines = Layout::new(&[2, n], &strides, itemsize, line.offset()).unwrap();
            [lines.contiguous_like(Order::C), lines]
        };
        let both = [steps(n, itemsize, 2), steps(n, itemsize, -3)];
        for [dst, src] in [apart(2), apart(-1), apart(-3), apart(4), lines(2), lines(-2), both] {
            long_lines(&dst, &src);
        }
    }
}

/// Both are the same until an item of the left one changes.
fn long_lines(dst: &Layout, src: &Layout) {
    let ((dst, dst_len), (src, src_len)) = (tight(dst), tight(src));
    let (mut left, right) = (bytes(dst_len, 1), bytes(src_len, 2));
    oracle::copy(&mut left, &dst, &right, &src);
    let (offsets, items) = (oracle::offsets(&dst), oracle::c_bytes(&right, &src));
    let hash = xxhash_rust::xxh3::xxh3_64(&items);
    for edge in EDGES {
        let (mut left, right) = (Guarded::new(&left, edge), Guarded::new(&right, edge));
        for level in Level::available() {
            let options = Options { level: Some(level), chunks: Some(1), caches: Some(FOLLOWS) };
            let element = ElementType::bytes(dst.itemsize());
            let plan = EqualPlan::with(&dst, &src, element, Mode::Values, options).unwrap();
            assert!(plan.to_string().contains("asked for ahead"), "{plan}");
            assert!(plan.run(&view(&left, &dst), &view(&right, &src)).unwrap(), "{plan}");
            let last = offsets.len() - 1;
            for at in [0, 1, 4096 / dst.itemsize(), last / 2, last - 1, last] {
                let byte = offsets[at] as usize + dst.itemsize() - 1;
                left[byte] ^= 1;
                let (a, b) = (view(&left, &dst), view(&right, &src));
                assert!(!plan.run(&a, &b).unwrap(), "{at} {plan}");
                let index = oracle::index(at, dst.shape());
                assert_eq!(plan.first_mismatch(&a, &b).unwrap(), Some(index), "{plan}");
                left[byte] ^= 1;
            }
            let plan = HashPlan::with(&src, options).unwrap();
            assert_eq!(plan.xxh3_64(&view(&right, &src)).unwrap(), hash, "{plan}");
        }
    }
}

/// Touches a byte outside, in a process of its own.
#[test]
#[ignore = "ends the process"]
fn touch_a_forbidden_byte() {
    let way = std::env::var(TOUCH).expect("the parent sets it");
    let edge = if way.contains("before") { Edge::Before } else { Edge::After };
    let mut memory = Guarded::new(&[1, 2, 3], edge);
    let at = if edge == Edge::Before { -1 } else { 3 };
    // SAFETY: it is not, and that ends the process.
    unsafe {
        let byte = memory.as_mut_ptr().offset(at);
        match way.contains("write") {
            true => byte.write_volatile(0),
            false => assert_ne!(byte.read_volatile(), 1),
        }
    }
    println!("nothing happened");
}

const TOUCH: &str = "STRIDEWISE_TEST_TOUCH";

/// That the other tests here can fail.
#[test]
fn forbidden_bytes_end_the_process() {
    if emulated() {
        return;
    }
    for way in ["read before", "read after", "write before", "write after"] {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["guard::touch_a_forbidden_byte", "--exact", "--ignored", "--nocapture"])
            .env(TOUCH, way)
            .output()
            .expect("this binary starts again");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("running 1 test"), "{way}: {text}");
        assert!(!output.status.success() && !text.contains("nothing happened"), "{way}: {text}");
        // It ends by the signal, unless a sanitizer takes that.
        let signal = output.status.signal();
        assert!(matches!(signal, None | Some(libc::SIGSEGV | libc::SIGBUS)), "{way}: {signal:?}");
    }
}

/// Memory that two threads take in turns.
struct Shared(*mut u64);

// SAFETY: whose turn it is decides who touches the memory.
unsafe impl Sync for Shared {}

/// A second thread sees all of a streamed copy once it hears that it is done.
#[test]
fn streamed_stores_are_seen_by_other_threads() {
    const ROUNDS: usize = 2000;
    const ITEMS: usize = 64 * 64;
    let layout = |order| Layout::contiguous(&[64, 64], 8, order).unwrap();
    let options = Options { level: None, chunks: Some(1), caches: Some(NONE) };
    let plan = CopyPlan::with(&layout(Order::C), &layout(Order::F), options).unwrap();
    assert!(plan.to_string().contains("past the caches"), "{plan}");
    // From a line on, so that whole lines are streamed.
    let mut memory = Guarded::new(&[0; 8 * ITEMS], Edge::Before);
    let target = Shared(memory.as_mut_ptr().cast());
    let turn = AtomicUsize::new(0);
    let wait = |until| {
        // Spins at first, so that it reads as soon as it may.
        let mut spins = 0;
        while turn.load(Ordering::Acquire) != until {
            spins += 1;
            if spins > 1000 { std::thread::yield_now() } else { std::hint::spin_loop() }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let target = &target;
            for round in 0..ROUNDS {
                let source = vec![round as u64; ITEMS];
                wait(2 * round);
                // SAFETY: as many items as planned, while the reader waits.
                unsafe { plan.run_raw(target.0.cast(), source.as_ptr().cast()) };
                turn.store(2 * round + 1, Ordering::Release);
            }
        });
        for round in 0..ROUNDS {
            wait(2 * round + 1);
            for at in (0..ITEMS).rev() {
                // SAFETY: inside, while the writer waits.
                let item = unsafe { target.0.add(at).read_volatile() };
                assert_eq!(item, round as u64, "item {at}");
            }
            turn.store(2 * round + 2, Ordering::Release);
        }
    });
}
