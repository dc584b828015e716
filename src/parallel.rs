//! Chunks on threads: the only file that names rayon.
//!
//! Work runs in the pool that the caller is in, else in the global one. A
//! panic in a chunk reaches the caller once the other chunks have ended.
//!
//! A thread that waits for a chunk that another one has taken is given other
//! tasks of the pool in the meantime. Such a task must not wait for what the
//! chunk's verb holds, or both wait for ever; so threads can tell.

#[cfg(feature = "rayon")]
use core::cell::Cell;
#[cfg(feature = "rayon")]
use core::ops::Range;
#[cfg(feature = "rayon")]
use core::sync::atomic::{AtomicBool, Ordering};

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
pub(crate) fn for_each(chunks: usize, task: impl Fn(usize) + Send + Sync) {
    #[cfg(feature = "rayon")]
    halve(0..chunks, &task);
    #[cfg(not(feature = "rayon"))]
    (0..chunks).for_each(task);
}

/// Whether `task` holds for each chunk; stops all threads at the first that
/// it does not hold for.
pub(crate) fn all(chunks: usize, task: impl Fn(usize) -> bool + Send + Sync) -> bool {
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
    task: impl Fn(usize, &mut [T]) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    halve_parts(items, each, 0, &task);
    #[cfg(not(feature = "rayon"))]
    items.chunks_mut(each).enumerate().for_each(|(part, items)| task(part, items));
}

/// Calls `here`, and meanwhile, on another thread if one is free, `ahead`.
pub(crate) fn beside(ahead: impl FnOnce() + Send, here: impl FnOnce()) {
    #[cfg(feature = "rayon")]
    {
        let mut waiting = None;
        // This thread need not be one of the pool: `here` stays on it.
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| ahead());
            here();
            waiting = Some(Waiting::new());
        });
    }
    #[cfg(not(feature = "rayon"))]
    {
        here();
        ahead();
    }
}

#[cfg(feature = "rayon")]
fn halve(chunks: Range<usize>, task: &(impl Fn(usize) + Send + Sync)) {
    match chunks.len() {
        0 => {}
        1 => task(chunks.start),
        len => {
            let middle = chunks.start + len / 2;
            let (first, second) = (chunks.start..middle, middle..chunks.end);
            join(|| halve(first, task), || halve(second, task));
        }
    }
}

#[cfg(feature = "rayon")]
fn halve_parts<T: Send>(
    items: &mut [T],
    each: usize,
    part: usize,
    task: &(impl Fn(usize, &mut [T]) + Send + Sync),
) {
    let parts = items.len().div_ceil(each);
    match parts {
        0 => {}
        1 => task(part, items),
        _ => {
            let (first, second) = items.split_at_mut(parts / 2 * each);
            join(
                || halve_parts(first, each, part, task),
                || halve_parts(second, each, part + parts / 2, task),
            );
        }
    }
}

#[cfg(feature = "rayon")]
fn join(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    let here = || {
        let _waiting = Waiting::new();
        rayon::join(a, b);
    };
    // The thread that waits is one of the pool.
    if rayon::current_thread_index().is_some() { here() } else { rayon::scope(|_| here()) }
}

#[cfg(feature = "std")]
mod waiting {
    use core::cell::Cell;
    use core::marker::PhantomData;

    std::thread_local! {
        static DEPTH: Cell<usize> = const { Cell::new(0) };
    }

    /// For as long as it lives, [`is_waiting`] holds on this thread.
    pub(crate) struct Waiting(PhantomData<*const ()>);

    impl Waiting {
        pub(crate) fn new() -> Waiting {
            DEPTH.set(DEPTH.get() + 1);
            Waiting(PhantomData)
        }
    }

    impl Drop for Waiting {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
        }
    }

    /// Whether what runs now may be a task of others, on top of a verb.
    pub(crate) fn is_waiting() -> bool {
        DEPTH.get() > 0
    }
}
#[cfg(feature = "std")]
pub(crate) use waiting::{Waiting, is_waiting};

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
