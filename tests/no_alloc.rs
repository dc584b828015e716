//! Up to six axes, planning and running a small job allocates nothing; hashes of
//! large ones do without what cannot be had.

use std::alloc::{GlobalAlloc, System};
use std::cell::Cell;
use stridewise::{
    Array, Caches, CopyPlan, IndirectArray, Layout, Level, Options, Order, Prefetch, View, ViewMut,
    copy, copy_broadcast, copy_within, equal, first_mismatch, hash_into, level, raw, siphash13,
    tree_hash, xxh3_64, xxh3_128,
};

/// The system's allocator, which counts for the thread, and has no more than so
/// many bytes in a piece for it.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(usize::MAX) };
}

// SAFETY: all is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        if layout.size() > MOST.get() {
            return core::ptr::null_mut();
        }
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: std::alloc::Layout) {
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` allocates.
fn allocations(work: impl FnOnce()) -> usize {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1u8; 10]))), 1);
}

#[test]
fn four_axes_with_pointers_need_no_heap() {
    level().unwrap();
    let part = |at: u32| Array::new((at..at + 24).collect(), &[2, 3, 4]).unwrap();
    let mut array = IndirectArray::new(vec![part(0), part(24)]).unwrap();
    let items: Vec<u32> = (0..48).collect();
    let used = allocations(|| {
        let dense = View::new(&items, &[2, 2, 3, 4]).unwrap();
        assert_eq!(equal(&array, &dense), Ok(true));
        assert_eq!(first_mismatch(&dense, &array), Ok(None));
        assert_eq!(xxh3_64(&array), xxh3_64(&dense));
        assert_eq!(tree_hash(&array), tree_hash(&dense));
        copy(&mut array, &dense).unwrap();
        let turned = array.view().permute(&[0, 3, 1, 2]).unwrap().index(0, 1).unwrap();
        assert_eq!(turned.item(&[3, 1, 2]), Some(&47u32.to_ne_bytes()[..]));
        xxh3_128(&turned).unwrap();
    });
    assert_eq!(used, 0);
}

/// By smaller blocks, or part after part on one thread.
#[test]
fn hashes_without_memory_are_the_same() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let data: Vec<u32> = (0..5 << 18).map(|i: u32| i.wrapping_mul(i) >> 3).collect();
    let c = |shape: &[usize]| Layout::contiguous(shape, 4, Order::C).unwrap();
    let layouts = [
        c(&[1 << 20]),
        c(&[1000, 1200]).slice(1, 3..1100).unwrap(),
        c(&[1100, 1001]).permute(&[1, 0]).unwrap(),
    ];
    for layout in layouts {
        let view = View::with_layout(&data, layout.clone()).unwrap();
        let hashes = || (xxh3_64(&view), tree_hash(&view));
        let expected = hashes();
        let limit = |most: usize| {
            MOST.set(most);
            pool.broadcast(|_| MOST.set(most));
        };
        for most in [2000, 50_000] {
            limit(most);
            let found = (hashes(), pool.install(hashes));
            limit(usize::MAX);
            assert_eq!(found, (expected.clone(), expected.clone()), "{most} {layout:?}");
        }
    }
}

/// What is too large for the caches neither, not even where it is packed on its
/// way.
#[test]
fn large_copies_need_no_heap() {
    // Read once, with what allocations that takes.
    level().unwrap();
    let _ = Caches::detect();
    let caches = Some(Caches { l1: 0, l2: 1 << 20, l3: 0, prefetch: Prefetch::Pages });
    let options = Options { level: None, chunks: Some(1), caches };
    let src = Layout::contiguous(&[5, 7, 9, 3, 11, 13], 4, Order::C).unwrap();
    for axes in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [4, 0, 2, 5, 3, 1]] {
        let from = src.permute(&axes).unwrap();
        let to = from.contiguous_like(Order::C);
        let (data, mut out) = (vec![1u8; src.nbytes()], vec![0u8; src.nbytes()]);
        let mut boxes = None;
        let used = allocations(|| {
            let plan = CopyPlan::with(&to, &from, options).unwrap();
            // SAFETY: both hold all items.
            unsafe { plan.run_raw(out.as_mut_ptr(), data.as_ptr()) };
            boxes = Some(plan);
        });
        assert_eq!(used, 0, "{axes:?}");
        assert!(out == data, "{axes:?}");
        let text = boxes.expect("a plan").to_string();
        let packed = axes[0] > 0 && level() != Ok(Level::SCALAR);
        assert_eq!(text.contains("kernel: boxes"), packed, "{text}");
    }
}

#[test]
fn six_axes_need_no_heap() {
    // Read once, with what allocations that takes.
    level().unwrap();
    assert_eq!(equal(&View::new(&[1], &[1]).unwrap(), &View::new(&[1], &[1]).unwrap()), Ok(true));
    let shapes: [&[usize]; 8] = [
        &[],
        &[50],
        &[9, 7],
        &[2, 3, 4],
        &[3, 3, 3, 3],
        &[2, 3, 1, 4, 5],
        &[2, 2, 3, 2, 2, 3],
        &[4, 0, 3],
    ];
    for shape in shapes {
        let len: usize = shape.iter().product();
        let data: Vec<u32> = (0..len as u32).collect();
        let turned: Vec<usize> = shape.iter().rev().copied().collect();
        let mut out = vec![0u32; len];
        let mut shared: Vec<u32> = (0..len as u32 + 1).collect();
        let used = allocations(|| {
            let src = View::new(&data, &turned).unwrap().transpose();
            let same = View::new(&data, shape).unwrap();
            let mut dst = ViewMut::new(&mut out, shape).unwrap();
            copy(&mut dst, &src).unwrap();
            assert!(equal(&dst.view(), &src).unwrap());
            assert!(equal(&same, &same).unwrap());
            assert_eq!(first_mismatch(&dst, &src), Ok(None));
            copy_broadcast(&mut dst, &same).unwrap();
            let mut hasher = std::hash::DefaultHasher::new();
            hash_into(&src, &mut hasher).unwrap();
            let _ = (
                xxh3_64(&src).unwrap(),
                xxh3_128(&src).unwrap(),
                tree_hash(&src).unwrap(),
                siphash13(&src, 1, 2),
            );
            let (to, from) =
                (Layout::contiguous(shape, 4, Order::C), Layout::contiguous(shape, 4, Order::F));
            let (to, from) = (to.unwrap(), from.unwrap());
            let plan = CopyPlan::new(&to, &from).unwrap();
            plan.run(&mut dst, &View::with_layout(&data, from.clone()).unwrap()).unwrap();
            let next = Layout::new(shape, to.strides(), 4, 4).unwrap();
            copy_within(&mut shared, &to, &next).unwrap();
            copy_within(&mut shared, &next, &to).unwrap();
            // SAFETY: the vectors hold the items of both layouts.
            unsafe {
                let (to_strides, from_strides) = (to.strides(), from.strides());
                let (start, end) = (data.as_ptr().cast(), out.as_mut_ptr().cast());
                raw::copy(shape, 4, end, to_strides, start, from_strides).unwrap();
                raw::xxh3_64(shape, 4, start, from_strides).unwrap();
            }
        });
        assert_eq!(used, 0, "shape {shape:?}");
    }
}
