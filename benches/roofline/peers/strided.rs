//! strided-perm, and what is shared with strided-kernel.

use crate::copy::Bed;
use crate::engine::{Engine, Who};
use crate::roof::Pointer;
use std::hint::black_box;
use std::sync::LazyLock;
use strided_view::{StridedView, StridedViewMut};
use stridewise::Layout;
use threadteam::{Exec, Pool};

/// Its own pool of threads.
static TEAM: LazyLock<Pool> =
    LazyLock::new(|| Pool::builder().threads(2).build().expect("two threads can be had"));

pub fn exec(threads: usize) -> Exec<'static> {
    if threads == 1 { Exec::serial() } else { Exec::new(&TEAM, threads).expect("more than none") }
}

/// A layout in items, and where its memory starts.
#[derive(Clone)]
pub struct Items {
    pub shape: Vec<usize>,
    pub strides: Vec<isize>,
    pub offset: isize,
    start: Pointer,
    len: usize,
}

impl Items {
    pub fn new<T>(layout: &Layout, origin: Pointer) -> Option<Items> {
        let item = size_of::<T>() as isize;
        let start = origin.get().wrapping_offset(-layout.offset());
        let whole = |bytes: isize| bytes % item == 0;
        let fits = layout.strides().iter().all(|&stride| whole(stride)) && whole(layout.offset());
        (fits && start.cast::<T>().is_aligned()).then(|| Items {
            shape: layout.shape().to_vec(),
            strides: layout.strides().iter().map(|stride| stride / item).collect(),
            offset: layout.offset() / item,
            start: Pointer::new(start),
            len: (layout.span().end / item) as usize,
        })
    }

    /// # Safety
    /// The layout's memory is readable meanwhile.
    pub unsafe fn slice<'a, T>(&self) -> &'a [T] {
        // SAFETY: the caller's; aligned by construction.
        unsafe { std::slice::from_raw_parts(black_box(self.start.get()).cast(), self.len) }
    }

    /// # Safety
    /// The layout's memory is writable meanwhile, and nobody else's.
    pub unsafe fn slice_mut<'a, T>(&self) -> &'a mut [T] {
        // SAFETY: the caller's; aligned by construction.
        unsafe { std::slice::from_raw_parts_mut(black_box(self.start.get()).cast(), self.len) }
    }

    /// # Safety
    /// That of [`Items::slice`].
    pub unsafe fn view<'a, T>(&self) -> StridedView<'a, T> {
        // SAFETY: the caller's; the span is that of the layout.
        unsafe { StridedView::new_unchecked(self.slice(), &self.shape, &self.strides, self.offset) }
    }

    /// # Safety
    /// That of [`Items::slice_mut`].
    pub unsafe fn view_mut<'a, T>(&self) -> StridedViewMut<'a, T> {
        // SAFETY: the caller's; the span is that of the layout.
        unsafe {
            StridedViewMut::new_unchecked(self.slice_mut(), &self.shape, &self.strides, self.offset)
        }
    }
}

/// An engine for one thread and one for two, unless the first call fails.
pub fn both(
    names: [&'static str; 2],
    work: impl Fn(usize) -> bool + 'static + Clone,
) -> Vec<Engine<'static>> {
    if !work(1) {
        return Vec::new();
    }
    let again = work.clone();
    vec![
        Engine::one(names[0], Who::Peer, move || assert!(work(1))),
        Engine::own_two(names[1], Who::Peer, move || assert!(again(2))),
    ]
}

pub fn copies<T: Copy + Send + Sync + 'static>(bed: &Bed) -> Vec<Engine<'static>> {
    let (Some(to), Some(from)) =
        (Items::new::<T>(&bed.to, bed.d), Items::new::<T>(&bed.from, bed.s))
    else {
        return Vec::new();
    };
    both(["strided-perm"; 2], {
        move |threads| {
            // SAFETY: the buffers hold the layouts, and one engine runs at a time.
            let (mut to, from) = unsafe { (to.view_mut::<T>(), from.view::<T>()) };
            strided_perm::copy_into(&mut to, &from, exec(threads)).is_ok()
        }
    })
}

/// A copy to a scratch, and then that.
pub fn packs(bed: &Bed, then: impl Fn() + Clone + 'static) -> Vec<Engine<'static>> {
    let (Some(to), Some(from)) =
        (Items::new::<f32>(&bed.to, bed.d), Items::new::<f32>(&bed.from, bed.s))
    else {
        return Vec::new();
    };
    both(["strided-perm + xxhash-rust"; 2], move |threads| {
        // SAFETY: the buffers hold the layouts, and one engine runs at a time.
        let (mut to, from) = unsafe { (to.view_mut::<f32>(), from.view::<f32>()) };
        let packed = strided_perm::copy_into(&mut to, &from, exec(threads)).is_ok();
        then();
        packed
    })
}
