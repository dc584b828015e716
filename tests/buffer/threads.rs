//! Threads that share views: each sees what was there before or after another
//! one's verb, and nothing in between.

use super::*;
use crate::support::items::ints;
use crate::support::pool;
use rayon::prelude::*;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use stridewise::buffer::{Buffer, Memory};

/// Runs of a race.
const RUNS: usize = 40;
/// Bytes of what is raced for: enough to be copied in several chunks.
const LEN: usize = 1 << 20;

/// All bytes are `byte`.
fn constant(byte: u8, len: usize) -> Arc<MemoryView> {
    view(&Arc::new(Buffer::from(vec![byte; len])))
}

#[test]
fn views_cross_threads_and_panics() {
    fn check<T: Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    check::<MemoryView>();
}

#[test]
fn a_view_is_released_while_others_use_it() {
    let expected = constant(7, LEN);
    let hash = expected.xxh3_64();
    for run in 0..RUNS {
        let viewed = constant(7, LEN);
        let columns = viewed.cast("I", None).unwrap().cast("B", Some(&[1 << 10, 1 << 10])).unwrap();
        // A turned view, so that the verbs take their time.
        let turned = columns.slice(0, by(-1)).unwrap();
        let start = Barrier::new(5);
        thread::scope(|scope| {
            let fine = |ok: Result<bool, BufferError>| match ok {
                Ok(ok) => assert!(ok),
                Err(error) => assert_eq!(error, BufferError::Released),
            };
            let start = &start;
            let go = move |verb: &(dyn Fn() -> Result<bool, BufferError> + Sync)| {
                start.wait();
                for _ in 0..4 {
                    fine(verb());
                }
            };
            let (viewed, turned, expected, hash) = (&viewed, &turned, &expected, &hash);
            scope.spawn(move || go(&|| viewed.equal(expected)));
            scope.spawn(move || go(&|| Ok(turned.xxh3_64()? == *hash.as_ref().unwrap())));
            scope
                .spawn(move || go(&|| Ok(turned.tobytes(Order::F)?.iter().all(|&byte| byte == 7))));
            scope.spawn(move || go(&|| Ok(viewed.get(&[-1])? == 7.into())));
            start.wait();
            for _ in 0..run * 50 {
                std::hint::spin_loop();
            }
            viewed.release().unwrap();
            turned.release().unwrap();
        });
        drop(columns);
        assert_eq!(viewed.managed().exports(), 0);
    }
}

#[test]
fn what_is_written_is_seen_whole_or_not_at_all() {
    let viewed = constant(0, LEN);
    let grid = viewed.cast("B", Some(&[1 << 10, 1 << 10])).unwrap();
    let sources = [constant(1, LEN), constant(2, LEN)];
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let one = |bytes: Vec<u8>| bytes.iter().all(|&byte| byte == bytes[0]);
        let (viewed, grid, sources, done) = (&viewed, &grid, &sources, &done);
        let reader = move |read: &dyn Fn() -> bool| {
            let mut times = 0;
            while !done.load(Ordering::Relaxed) || times == 0 {
                assert!(read());
                times += 1;
            }
        };
        let hashes: Vec<u64> = (0..3).map(|byte| constant(byte, LEN).xxh3_64().unwrap()).collect();
        scope.spawn(move || reader(&|| one(viewed.tobytes(Order::C).unwrap())));
        scope.spawn(move || reader(&|| one(grid.tobytes(Order::F).unwrap())));
        scope.spawn(move || reader(&|| hashes.contains(&viewed.xxh3_64().unwrap())));
        scope.spawn(move || {
            // Equal to one of them at most, and to itself always.
            reader(&|| viewed.equal(grid).is_ok() && viewed.equal(viewed).unwrap());
        });
        for run in 0..RUNS {
            viewed.assign(&sources[run % 2]).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(*viewed == *sources[1]);
}

#[test]
fn views_assigned_to_each_other_do_not_wait_for_ever() {
    let (a, b) = (constant(1, 1 << 16), constant(2, 1 << 16));
    thread::scope(|scope| {
        for (to, from) in [(&a, &b), (&b, &a), (&a, &a), (&b, &b)] {
            scope.spawn(move || {
                for _ in 0..RUNS {
                    to.assign(from).unwrap();
                    assert!(to.equal(from).is_ok());
                }
            });
        }
    });
    let last = (a.tobytes(Order::C).unwrap(), b.tobytes(Order::C).unwrap());
    assert!(last.0.iter().chain(&last.1).all(|&byte| byte == last.0[0]));
}

/// Uses the view in one of four ways, each of which locks it.
fn use_it(viewed: &MemoryView, run: usize) {
    match run % 4 {
        0 => viewed.assign(&constant(1, LEN)).unwrap(),
        1 => viewed.set(&[0], &1.into()).unwrap(),
        2 => drop(viewed.tobytes(Order::C).unwrap()),
        _ => drop(viewed.get(&[0]).unwrap()),
    }
}

/// All threads of a pool want memory that one of them has, whose verb needs
/// others for its chunks if it is to use threads.
#[test]
fn tasks_of_a_pool_share_a_view() {
    let viewed = constant(0, LEN);
    pool().install(|| (0..RUNS * 5).into_par_iter().for_each(|run| use_it(&viewed, run)));
    assert!(*viewed == *constant(1, LEN));
}

/// As above, and so does a thread that is not one of the pool.
#[test]
fn tasks_of_the_global_pool_share_a_view_with_a_thread() {
    let viewed = constant(0, LEN);
    thread::scope(|scope| {
        scope.spawn(|| (0..RUNS).for_each(|_| use_it(&viewed, 0)));
        (0..RUNS * 5).into_par_iter().for_each(|run| use_it(&viewed, run));
    });
    assert!(*viewed == *constant(1, LEN));
}

#[test]
fn bases_are_pushed_and_popped_while_they_are_viewed() {
    let array = nd(&ints([0; 8]), &[8], "B", NdFlags::VAREXPORT);
    thread::scope(|scope| {
        for thread in 1..4i64 {
            let array = &array;
            scope.spawn(move || {
                for _ in 0..RUNS {
                    let init = NdInit { shape: &[8], ..NdInit::default() };
                    array.push(&ints([thread; 8]), init).unwrap();
                    let list = view(array).tolist().unwrap();
                    // The first base too: a base below another goes with its last view,
                    // so there may be fewer than were pushed.
                    assert!((0..4).any(|n| list == Value::List(ints([n; 8]))));
                    let _ = array.pop();
                }
            });
        }
    });
    while array.pop().is_ok() {}
    assert_eq!(array.pop(), Err(BufferError::LastBase));
}

#[test]
fn memory_is_locked_by_hand() {
    let memory = Memory::from_vec(vec![0u8; 1 << 12]);
    let viewed = MemoryView::from_memory(&memory);
    thread::scope(|scope| {
        let memory = &memory;
        scope.spawn(move || {
            for byte in 1..=200 {
                memory.write().unwrap().fill(byte);
                let read = memory.read().unwrap();
                assert!(read.iter().all(|&other| other == read[0]));
            }
        });
        for _ in 0..200 {
            let bytes = viewed.tobytes(Order::C).unwrap();
            assert!(bytes.iter().all(|&byte| byte == bytes[0]));
        }
    });
    assert_eq!(viewed.get(&[77]), Ok(200.into()));
}
