//! Chunks whose results are wanted in their order.

use super::for_each;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Calls `task` for each chunk with a worker's number, which no two chunks have at
/// once, and with what hands its results to `sink` when all chunks before have ended.
pub(super) fn run<T: ?Sized>(
    workers: usize,
    chunks: usize,
    sink: &mut (dyn FnMut(&T) + Send),
    task: impl Fn(usize, usize, &mut dyn FnMut(&T)) + Sync,
) {
    let (next, turn, sink) = (AtomicUsize::new(0), Turn::default(), Mutex::new(sink));
    for_each(workers, |worker| {
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            if chunk >= chunks {
                return;
            }
            let lost = Lost(&turn);
            task(worker, chunk, &mut |result| {
                if turn.wait(chunk) {
                    sink.lock().unwrap_or_else(PoisonError::into_inner)(result);
                }
            });
            turn.end(chunk);
            core::mem::forget(lost);
        }
    });
}

/// The chunk whose turn it is.
#[derive(Default)]
struct Turn {
    now: AtomicUsize,
    /// For those who sleep until it is another's.
    sleep: Mutex<()>,
    moved: Condvar,
}

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
            // A later chunk may be lost before its turn.
            let (done, failed) = (Ordering::Release, Ordering::Relaxed);
            _ = self.now.compare_exchange(chunk, chunk + 1, done, failed);
            self.wake();
        }
    }

    /// To be called after a change: whoever has looked before it sleeps once the
    /// lock is free.
    fn wake(&self) {
        drop(self.sleep.lock());
        self.moved.notify_all();
    }
}

/// Tells those who wait that a task has panicked.
struct Lost<'a>(&'a Turn);

impl Drop for Lost<'_> {
    fn drop(&mut self) {
        self.0.now.store(Turn::LOST, Ordering::Release);
        self.0.wake();
    }
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
            // In its turn or before, if it has results: some have none.
            let (early, silent) = (round % 2 == 0, |chunk: usize| chunk % 5 == 3);
            let lost = (round / 19 % 2 == 1).then_some(round % 7);
            let lost = lost.filter(|&lost| lost < chunks && (early || !silent(lost)));
            let (busy, mut results) = ([const { Mutex::new(()) }; 4], Vec::new());
            let give_up = |chunk: usize, when: bool| {
                if lost == Some(chunk) && when {
                    panic::resume_unwind(Box::new(()));
                }
            };
            let mut sink = |&chunk: &usize| {
                results.push(chunk);
                give_up(chunk, !early);
            };
            let task = |worker: usize, chunk: usize, sink: &mut dyn FnMut(&usize)| {
                let _alone = busy[worker].try_lock().expect("one chunk at a time");
                give_up(chunk, early);
                if !silent(chunk) {
                    sink(&chunk);
                }
            };
            let work = || run(workers, chunks, &mut sink, task);
            let ended = match round % 3 {
                0 => panic::catch_unwind(AssertUnwindSafe(work)),
                _ => pool.install(|| panic::catch_unwind(AssertUnwindSafe(work))),
            };
            let end = lost.map_or(chunks, |lost| lost + 1);
            let all: Vec<_> = (0..end).filter(|&chunk| !silent(chunk)).collect();
            // Who is lost before its turn may also take that of those before it.
            let most = if lost.is_some() && early { results.len() } else { all.len() };
            assert_eq!(results, all[..most]);
            assert_eq!(ended.is_err(), lost.is_some());
        }
    }
}
