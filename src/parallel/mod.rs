//! Chunks on threads: the only folder that names rayon.
//!
//! Work runs in the pool that the caller is in, else in the global one, and
//! on the caller's thread, which takes chunks like the others. A panic in a
//! chunk reaches the caller once the other chunks have ended.
//!
//! A thread that waits for a chunk that another one has taken is given no other
//! task in the meantime, since that might need what the chunk's verb holds: a
//! verb needs nothing but its own chunks to end.

#[cfg(feature = "rayon")]
mod order;
#[cfg(feature = "rayon")]
mod team;

use core::ops::Range;

#[cfg(feature = "rayon")]
use alloc::vec::Vec;
#[cfg(feature = "rayon")]
use core::cell::Cell;
#[cfg(feature = "rayon")]
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(feature = "rayon")]
use std::sync::{Mutex, PoisonError};
#[cfg(feature = "rayon")]
use team::Take;

/// Whether there is more than one thread to run chunks.
#[inline]
pub(crate) fn pays() -> bool {
    #[cfg(feature = "rayon")]
    return !SERIAL.get() && rayon::current_num_threads() > 1;
    #[cfg(not(feature = "rayon"))]
    false
}

#[cfg(feature = "rayon")]
std::thread_local! {
    static SERIAL: Cell<bool> = const { Cell::new(false) };
}

/// Calls `verbs`, which run on this thread alone, however large their work is.
///
/// For callers that have threads of their own. Else large work runs in the
/// rayon pool that the caller is in, or in the global one. A plan can be made
/// serial for good, with one chunk by its [`Options`](crate::Options).
///
/// ```
/// use stridewise::{View, serial, xxh3_64};
/// let items = vec![1u32; 1 << 20];
/// let view = View::new(&items, &[1024, 1024])?;
/// assert_eq!(serial(|| xxh3_64(&view)), xxh3_64(&view));
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn serial<R>(verbs: impl FnOnce() -> R) -> R {
    #[cfg(feature = "rayon")]
    let _restored = Restored(SERIAL.replace(true));
    verbs()
}

/// Sets back what [`SERIAL`] was, also when a verb panics.
#[cfg(feature = "rayon")]
struct Restored(bool);

#[cfg(feature = "rayon")]
impl Drop for Restored {
    fn drop(&mut self) {
        SERIAL.set(self.0);
    }
}

/// Calls `task` for each chunk.
pub(crate) fn for_each(chunks: usize, task: impl Fn(usize) + Sync) {
    #[cfg(feature = "rayon")]
    match chunks {
        0 => {}
        1 => task(0),
        _ => team::run(1..chunks, Take::One, &|ids| ids.for_each(&task), || task(0)),
    }
    #[cfg(not(feature = "rayon"))]
    (0..chunks).for_each(task);
}

/// Calls `task` for chunks next to each other until all have had their turn:
/// for tasks that do better by few large chunks, as far as threads allow.
pub(crate) fn for_each_range(chunks: usize, task: impl Fn(Range<usize>) + Sync) {
    #[cfg(feature = "rayon")]
    match chunks {
        0 => {}
        1 => task(0..1),
        _ => team::run(1..chunks, Take::Half, &task, || task(0..1)),
    }
    #[cfg(not(feature = "rayon"))]
    task(0..chunks);
}

/// As [`for_each`], where no chunk is begun before those in front of it.
pub(crate) fn for_each_in_order(chunks: usize, task: impl Fn(usize) + Sync) {
    #[cfg(feature = "rayon")]
    {
        let next = AtomicUsize::new(0);
        for_each(chunks, |_| task(next.fetch_add(1, Ordering::Relaxed)));
    }
    #[cfg(not(feature = "rayon"))]
    (0..chunks).for_each(task);
}

/// Calls `task` for each chunk, with a worker's number that no two chunks have at
/// once, for a result, and `sink` with the results in the order of chunks, on any
/// thread. A result that `task` is given may be that of another chunk.
pub(crate) fn in_order<T: Default + Send>(
    workers: usize,
    chunks: usize,
    task: impl Fn(usize, usize, &mut T) + Sync,
    sink: &mut (dyn FnMut(usize, &T) + Send),
) {
    #[cfg(feature = "rayon")]
    order::run(workers, chunks, task, sink);
    #[cfg(not(feature = "rayon"))]
    {
        let (_, mut result) = (workers, T::default());
        for chunk in 0..chunks {
            task(0, chunk, &mut result);
            sink(chunk, &result);
        }
    }
}

/// The number of threads that chunks may run on.
pub(crate) fn threads() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    1
}

/// Whether `task` holds for each chunk; stops all threads at the first that
/// it does not hold for.
pub(crate) fn all(chunks: usize, task: impl Fn(usize) -> bool + Sync) -> bool {
    #[cfg(feature = "rayon")]
    {
        let holds = AtomicBool::new(true);
        for_each(chunks, |id| {
            if holds.load(Ordering::Relaxed) && !task(id) {
                holds.store(false, Ordering::Relaxed);
            }
        });
        holds.into_inner()
    }
    #[cfg(not(feature = "rayon"))]
    (0..chunks).all(task)
}

/// Calls `task` with the number and the items of each part of `items`, `each`
/// of them; the last may have fewer.
pub(crate) fn for_each_part<T: Send>(
    items: &mut [T],
    each: usize,
    task: impl Fn(usize, &mut [T]) + Sync,
) {
    let parts = items.chunks_mut(each);
    #[cfg(feature = "rayon")]
    {
        let parts: Vec<_> = parts.map(Mutex::new).collect();
        for_each(parts.len(), |part| {
            task(part, &mut parts[part].lock().unwrap_or_else(PoisonError::into_inner));
        });
    }
    #[cfg(not(feature = "rayon"))]
    parts.enumerate().for_each(|(part, items)| task(part, items));
}

/// Calls `here`, and meanwhile, on other threads that are free, `task` for each
/// chunk; those that are left, afterwards.
pub(crate) fn beside(chunks: usize, task: impl Fn(usize) + Sync, here: impl FnOnce()) {
    #[cfg(feature = "rayon")]
    team::run(0..chunks, Take::One, &|ids| ids.for_each(&task), here);
    #[cfg(not(feature = "rayon"))]
    {
        here();
        (0..chunks).for_each(task);
    }
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::{pays, serial};
    use std::panic;

    #[test]
    fn serial_is_of_this_thread_until_the_verbs_are_done() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        pool.install(|| {
            assert!(pays());
            serial(|| {
                serial(|| assert!(!pays()));
                assert!(!pays());
                // The other thread of the pool is not concerned.
                let (here, there) = (rayon::current_thread_index(), rayon::broadcast(|_| pays()));
                for (thread, pays) in there.into_iter().enumerate() {
                    assert_eq!(pays, Some(thread) != here);
                }
            });
            assert!(pays());
            assert!(panic::catch_unwind(|| serial(|| panic!("a verb"))).is_err());
            assert!(pays());
        });
    }
}
