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
mod team;

use core::ops::Range;

#[cfg(feature = "rayon")]
use alloc::vec::Vec;
#[cfg(feature = "rayon")]
use core::cell::Cell;
#[cfg(feature = "rayon")]
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(feature = "rayon")]
use std::sync::{Condvar, Mutex, PoisonError};
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

/// Calls `task` with a worker, of which there are some, and a chunk, for each chunk
/// and in their order; a worker has one chunk at a time. What `task` is given as
/// well waits until it has ended for all chunks before, and tells whether it has.
#[cfg(feature = "rayon")]
pub(crate) fn in_turn(
    workers: usize,
    chunks: usize,
    task: impl Fn(usize, usize, &dyn Fn() -> bool) + Sync,
) {
    let (next, turn) = (AtomicUsize::new(0), Turn::default());
    for_each(workers, |worker| {
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return;
            }
            let lost = Lost(&turn);
            task(worker, chunk, &|| turn.wait(chunk));
            turn.end(chunk);
            core::mem::forget(lost);
        }
    });
}

/// The chunk whose turn it is.
#[cfg(feature = "rayon")]
#[derive(Default)]
struct Turn {
    now: AtomicUsize,
    /// For those who sleep until it is another's.
    sleep: Mutex<()>,
    moved: Condvar,
}

#[cfg(feature = "rayon")]
impl Turn {
    /// Nobody's, since a chunk will never end.
    const LOST: usize = usize::MAX;

    /// Whether it is a chunk's turn, once that is so or will never be. Who is before
    /// it has a thread.
    fn wait(&self, chunk: usize) -> bool {
        // Most of the time that is about to end. Else a thread that sleeps is woken
        // sooner than one that has kept its core busy gets it back.
        const SPINS: usize = 1000;
        let is_due = || [chunk, Turn::LOST].contains(&self.now.load(Ordering::Acquire));
        for _ in 0..SPINS {
            if is_due() {
                break;
            }
            core::hint::spin_loop();
        }
        if !is_due() {
            let mut asleep = self.sleep.lock().unwrap_or_else(PoisonError::into_inner);
            while !is_due() {
                asleep = self.moved.wait(asleep).unwrap_or_else(PoisonError::into_inner);
            }
        }
        self.now.load(Ordering::Acquire) == chunk
    }

    fn end(&self, chunk: usize) {
        if self.wait(chunk) {
            self.wake(|| {
                // A later chunk may be lost before its turn.
                let (done, failed) = (Ordering::Release, Ordering::Relaxed);
                _ = self.now.compare_exchange(chunk, chunk + 1, done, failed);
            });
        }
    }

    fn wake(&self, after: impl FnOnce()) {
        after();
        // Whoever has looked before that sleeps once the lock is free.
        drop(self.sleep.lock());
        self.moved.notify_all();
    }
}

/// Tells those who wait that a task has panicked.
#[cfg(feature = "rayon")]
struct Lost<'a>(&'a Turn);

#[cfg(feature = "rayon")]
impl Drop for Lost<'_> {
    fn drop(&mut self) {
        self.0.wake(|| self.0.now.store(Turn::LOST, Ordering::Release));
    }
}

/// The number of threads that chunks may run on.
#[cfg(feature = "rayon")]
pub(crate) fn threads() -> usize {
    rayon::current_num_threads()
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
    use super::{in_turn, pays, serial};
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::Mutex;
    use std::vec::Vec;

    #[test]
    fn chunks_have_their_turns_in_order_until_one_panics() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for round in 0..3000 {
            let (workers, chunks) = (1 + round % 4, round % 19);
            let lost = (round / 19 % 2 == 1).then_some(round % 7);
            let (busy, turns) = ([const { Mutex::new(()) }; 4], Mutex::new(Vec::new()));
            let run = || {
                in_turn(workers, chunks, |worker, chunk, turn| {
                    let _alone = busy[worker].try_lock().expect("one chunk at a time");
                    if lost == Some(chunk) && round % 2 == 0 {
                        panic::resume_unwind(std::boxed::Box::new(()));
                    }
                    // Some never ask for their turn.
                    if chunk % 5 != 3 && turn() {
                        turns.lock().unwrap().push(chunk);
                        if lost == Some(chunk) {
                            panic::resume_unwind(std::boxed::Box::new(()));
                        }
                    }
                });
            };
            let ended = match round % 3 {
                0 => panic::catch_unwind(AssertUnwindSafe(run)),
                _ => pool.install(|| panic::catch_unwind(AssertUnwindSafe(run))),
            };
            let lost = lost.filter(|&lost| lost < chunks && (lost % 5 != 3 || round % 2 == 0));
            let end = lost.map_or(chunks, |lost| lost + 1);
            let turns = turns.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
            let all: Vec<_> = (0..end).filter(|chunk| chunk % 5 != 3).collect();
            // Who is lost before its turn may also take that of those before it.
            let most = if lost.is_some() && round % 2 == 0 { turns.len() } else { all.len() };
            assert_eq!(turns, all[..most]);
            assert_eq!(ended.is_err(), lost.is_some());
        }
    }

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
