//! A caller's chunks, lent to threads of the pool for as long as it waits.

#![allow(unsafe_code, reason = "lends what the caller borrows to tasks that may outlive it")]

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::Any;
use core::mem;
use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

/// What is called with chunks next to each other.
type Task<'a> = dyn Fn(Range<usize>) + Sync + 'a;

/// How many chunks a member takes at once of those that it, or another, has
/// left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    One,
    /// The first are large and the last are small.
    Half,
}

impl Take {
    fn of(self, left: usize) -> usize {
        match self {
            Take::One => left.min(1),
            Take::Half => left.div_ceil(2),
        }
    }
}

/// Helpers of one caller that may wait for a thread, for each thread: where
/// all threads have other work, each verb would add some.
const QUEUE: usize = 4;

std::thread_local! {
    /// This caller's helpers that no thread has started yet.
    static WAITING: Arc<AtomicUsize> = Arc::new(AtomicUsize::new(0));
}

/// Chunks and who takes them: the caller, and helpers, which may start when
/// there is nothing left to do, even after the caller has gone.
struct Team {
    /// Not to be used unless a chunk has been taken that is not done.
    task: &'static Task<'static>,
    /// Those that nobody has taken, for each member, the caller first.
    left: Vec<Mutex<Range<usize>>>,
    chunks: usize,
    take: Take,
    done: AtomicUsize,
    /// What the first chunk that panicked says.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    caller: Thread,
}

/// Calls `here`, then `task` for the chunks that no helper has taken by then,
/// and returns when all are done.
pub(super) fn run(chunks: Range<usize>, take: Take, task: &Task<'_>, here: impl FnOnce()) {
    let threads = rayon::current_num_threads();
    let waiting = WAITING.with(Arc::clone);
    let most = (QUEUE * threads).saturating_sub(waiting.load(Ordering::Relaxed));
    let helpers = chunks.len().min(threads - 1).min(most);
    // SAFETY: the lifetime alone is another. The task is called only between the
    // taking of a chunk and the count of it as done, and this function neither
    // returns nor unwinds before all chunks have been counted.
    let task = unsafe { mem::transmute::<&Task<'_>, &'static Task<'static>>(task) };
    // As many for each, and one more for the first of them.
    let (each, more) = (chunks.len() / (helpers + 1), chunks.len() % (helpers + 1));
    let start = |member: usize| chunks.start + each * member + more.min(member);
    let team = Arc::new(Team {
        task,
        left: (0..=helpers).map(|member| Mutex::new(start(member)..start(member + 1))).collect(),
        chunks: chunks.len(),
        take,
        done: AtomicUsize::new(0),
        panic: Mutex::new(None),
        caller: thread::current(),
    });
    team.guarded(|| {
        for member in 1..=helpers {
            let (team, waiting) = (Arc::clone(&team), Arc::clone(&waiting));
            waiting.fetch_add(1, Ordering::Relaxed);
            rayon::spawn(move || {
                waiting.fetch_sub(1, Ordering::Relaxed);
                team.work(member);
            });
        }
    });
    team.guarded(here);
    team.work(0);
    team.wait();
}

impl Team {
    /// Does chunks until none is left.
    fn work(&self, member: usize) {
        while let Some(chunks) = self.take(member) {
            let count = chunks.len();
            self.guarded(|| (self.task)(chunks));
            // All that they wrote is seen by whoever sees that they are done.
            let last = self.done.fetch_add(count, Ordering::AcqRel) + count == self.chunks;
            if last && member != 0 {
                self.caller.unpark();
            }
        }
    }

    /// The first of the member's own chunks, or the last of another's.
    fn take(&self, member: usize) -> Option<Range<usize>> {
        let (before, after) = self.left.split_at(member);
        let (own, after) = after.split_first()?;
        // A statement, so that no member waits for another's chunks while it
        // holds its own.
        let first = self.first(&mut lock(own));
        first.or_else(|| after.iter().chain(before).find_map(|left| self.last(&mut lock(left))))
    }

    fn first(&self, left: &mut Range<usize>) -> Option<Range<usize>> {
        let first = left.start..left.start + self.take.of(left.len());
        left.start = first.end;
        (!first.is_empty()).then_some(first)
    }

    fn last(&self, left: &mut Range<usize>) -> Option<Range<usize>> {
        let last = left.end - self.take.of(left.len())..left.end;
        left.end = last.start;
        (!last.is_empty()).then_some(last)
    }

    /// Calls `work`; a panic waits for the caller.
    fn guarded(&self, work: impl FnOnce()) {
        let Err(payload) = panic::catch_unwind(AssertUnwindSafe(work)) else { return };
        let mut first = lock(&self.panic);
        if first.is_none() {
            *first = Some(payload);
        } else {
            // To drop it may panic.
            mem::forget(payload);
        }
    }

    /// Returns when all chunks are done; panics if one has.
    fn wait(&self) {
        // Who has the last one is about to end, most of the time.
        const SPINS: usize = 1000;
        let mut spins = 0;
        while self.done.load(Ordering::Acquire) != self.chunks {
            if spins == SPINS {
                thread::park();
            } else {
                core::hint::spin_loop();
                spins += 1;
            }
        }
        if let Some(payload) = lock(&self.panic).take() {
            panic::resume_unwind(payload);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use std::sync::mpsc;

    /// How often each chunk was done, and the outcome.
    fn counted(
        chunks: usize,
        take: Take,
        panics: Option<usize>,
    ) -> (Vec<usize>, thread::Result<()>) {
        let counts: Vec<AtomicUsize> = (0..chunks).map(|_| AtomicUsize::new(0)).collect();
        let task = |taken: Range<usize>| {
            for chunk in taken.clone() {
                counts[chunk].fetch_add(1, Ordering::Relaxed);
            }
            assert!(!panics.is_some_and(|chunk| taken.contains(&chunk)), "as told");
        };
        let here = || assert_ne!(Some(chunks), panics, "as told");
        let result = panic::catch_unwind(AssertUnwindSafe(|| run(0..chunks, take, &task, here)));
        (counts.into_iter().map(AtomicUsize::into_inner).collect(), result)
    }

    #[test]
    fn each_chunk_is_done_once_whoever_panics() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        for round in 0..10_000 {
            let chunks = round % 17;
            let panics = [None, Some(round % (chunks + 1))][round / 17 % 2];
            let take = [Take::One, Take::Half][round / 34 % 2];
            let (counts, result) = match round % 3 {
                0 => counted(chunks, take, panics),
                _ => pool.install(|| counted(chunks, take, panics)),
            };
            assert_eq!(counts, vec![1; chunks]);
            assert_eq!(result.is_err(), panics.is_some());
        }
    }

    /// Calls `alone` on the thread of a pool whose other thread has a task
    /// that waits for it.
    fn on_a_busy_pool(alone: impl FnOnce() + Send) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        pool.spawn(move || {
            started.send(()).unwrap();
            released.recv().unwrap();
        });
        has_started.recv().unwrap();
        pool.install(alone);
        release.send(()).unwrap();
    }

    /// Also those of others, and helpers do not pile up behind what they do.
    #[test]
    fn the_caller_does_what_nobody_else_does() {
        on_a_busy_pool(|| {
            let this = thread::current().id();
            for _ in 0..100 {
                run(0..5, Take::One, &|_| assert_eq!(thread::current().id(), this), || ());
            }
            assert_eq!(WAITING.with(|waiting| waiting.load(Ordering::Relaxed)), 2 * QUEUE);
        });
    }

    #[test]
    fn halves_are_the_first_of_ones_own_and_the_last_of_anothers() {
        on_a_busy_pool(|| {
            let taken = Mutex::new(Vec::new());
            run(1..13, Take::Half, &|chunks| lock(&taken).push(chunks), || ());
            let own = [1..4, 4..6, 6..7];
            let other = [10..13, 8..10, 7..8];
            assert_eq!(taken.into_inner().unwrap(), [own, other].concat());
        });
    }
}
