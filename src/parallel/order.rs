//! Chunks whose results are wanted in their order.

use super::for_each;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Results that are left behind, at most, and one of each worker.
const LEFT: usize = if cfg!(test) { 2 } else { 1024 };

/// Calls `task` for each chunk, with a worker's number that no two chunks have at
/// once, for a result, and `sink` with the results in the order of chunks. Nobody
/// waits for those before: who ends a chunk hands on what is ready, unless another
/// one is about it, and leaves the rest behind. Where that is too much, it does no
/// more.
pub(super) fn run<T: Default + Send>(
    workers: usize,
    chunks: usize,
    task: impl Fn(usize, usize, &mut T) + Sync,
    sink: &mut (dyn FnMut(usize, &T) + Send),
) {
    let next = AtomicUsize::new(0);
    let (early, spare) = (Mutex::new(Vec::<(usize, T)>::new()), Mutex::new(Vec::<T>::new()));
    let hand_on = |order: &mut Order<'_, T>| {
        let due = |chunk: usize| {
            let mut early = lock(&early);
            let at = early.iter().position(|&(of, _)| of == chunk)?;
            Some(early.swap_remove(at).1)
        };
        while let Some(result) = due(order.chunk) {
            (order.sink)(order.chunk, &result);
            order.chunk += 1;
            lock(&spare).push(result);
        }
    };
    let order = Mutex::new(Order { chunk: 0, sink });
    let work = |worker: usize| {
        while lock(&early).len() <= LEFT {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return;
            }
            let mut result = lock(&spare).pop().unwrap_or_default();
            task(worker, chunk, &mut result);
            lock(&early).push((chunk, result));
            // Lost with a sink that has panicked.
            if let Ok(mut order) = order.try_lock() {
                hand_on(&mut order);
            }
        }
    };
    for_each(workers, work);
    hand_on(&mut lock(&order));
    // Chunks that nobody has begun.
    work(0);
}

/// The chunk whose result is due.
struct Order<'a, T> {
    chunk: usize,
    sink: &'a mut (dyn FnMut(usize, &T) + Send),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::run;
    use std::boxed::Box;
    use std::panic::{self, AssertUnwindSafe};
    use std::sync::Mutex;
    use std::vec::Vec;

    #[test]
    fn results_come_in_the_order_of_chunks_until_one_panics() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for round in 0..3000 {
            let (workers, chunks) = (1 + round % 4, round % 19);
            let in_sink = round % 2 == 0;
            let lost = (round / 19 % 2 == 1).then_some(round % 7).filter(|&lost| lost < chunks);
            let (busy, mut results) = ([const { Mutex::new(()) }; 4], Vec::new());
            let give_up = |chunk: usize, here: bool| {
                if lost == Some(chunk) && here {
                    panic::resume_unwind(Box::new(()));
                }
            };
            let task = |worker: usize, chunk: usize, result: &mut usize| {
                let _alone = busy[worker].try_lock().expect("one chunk at a time");
                if chunk == 0 && round % 5 == 0 {
                    // The others have done too much by then.
                    std::thread::sleep(core::time::Duration::from_micros(50));
                }
                give_up(chunk, !in_sink);
                *result = chunk * chunk;
            };
            let mut sink = |chunk: usize, &result: &usize| {
                assert_eq!(result, chunk * chunk);
                give_up(chunk, in_sink);
                results.push(chunk);
            };
            let work = || run(workers, chunks, task, &mut sink);
            let ended = match round % 3 {
                0 => panic::catch_unwind(AssertUnwindSafe(work)),
                _ => pool.install(|| panic::catch_unwind(AssertUnwindSafe(work))),
            };
            // Those before the one that is lost may be left behind by those who
            // were to hand them on.
            let most = lost.unwrap_or(chunks);
            let many = if lost.is_some() { results.len() } else { most };
            assert_eq!(results, (0..most).collect::<Vec<_>>()[..many]);
            assert_eq!(ended.is_err(), lost.is_some());
        }
    }
}
