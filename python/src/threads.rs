//! Where the kernels run: at once, without the interpreter's lock, or on
//! threads.

use core::num::NonZero;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::mem::ManuallyDrop;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use stridewise::serial;

/// Bytes from which on the interpreter's lock is worth giving up: other
/// threads may keep it for long.
const UNLOCKED: usize = 64 << 10;
/// Bytes from which on it pays to go to the threads of a pool.
const PARALLEL: usize = 1 << 20;

/// Threads of this process; those of a parent did not survive the fork.
struct Pool {
    process: u32,
    /// Asked for; 0 for as many as there are CPUs.
    threads: usize,
    pool: Option<ManuallyDrop<Arc<ThreadPool>>>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { process: 0, threads: 0, pool: None });

/// Whether a verb over so many bytes keeps the interpreter's lock.
pub fn is_brief(bytes: usize) -> bool {
    bytes < UNLOCKED
}

/// Runs a verb over so many bytes. What it uses is kept by the caller.
pub fn run<R: Send>(py: Python<'_>, bytes: usize, verb: impl FnOnce() -> R + Send) -> PyResult<R> {
    if is_brief(bytes) {
        return Ok(serial(verb));
    }
    if bytes < PARALLEL {
        return Ok(py.detach(|| serial(verb)));
    }
    let pool = pool()?;
    Ok(py.detach(|| match pool {
        Some(pool) => pool.install(verb),
        None => serial(verb),
    }))
}

/// `None` for one thread: that is the caller's.
///
/// For who has the interpreter's lock, without which no thread may hold
/// [`POOL`]: another could fork meanwhile, and the child would wait for ever.
fn pool() -> PyResult<Option<Arc<ThreadPool>>> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = process::id();
    if pool.process != process {
        // The threads of the parent's pool are not here to be ended.
        pool.pool = None;
        pool.process = process;
    }
    if let Some(pool) = &pool.pool {
        return Ok(Some(Arc::clone(pool)));
    }
    let threads = count(pool.threads);
    if threads == 1 {
        return Ok(None);
    }
    let name = |at| format!("stridewise-{at}");
    let made = ThreadPoolBuilder::new().num_threads(threads).thread_name(name).build();
    let made = Arc::new(made.map_err(|error| PyRuntimeError::new_err(error.to_string()))?);
    pool.pool = Some(ManuallyDrop::new(Arc::clone(&made)));
    Ok(Some(made))
}

fn count(asked: usize) -> usize {
    match asked {
        0 => available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    }
}

/// Sets on how many threads large operations run; `None`, as at the start,
/// is as many as there are CPUs.
///
/// >>> import stridewise
/// >>> stridewise.set_threads(1)
/// >>> stridewise.threads()
/// 1
/// >>> stridewise.set_threads(None)
#[pyfunction]
#[pyo3(signature = (count=None, /))]
pub fn set_threads(count: Option<isize>) -> PyResult<()> {
    let threads = match count {
        None => 0,
        Some(count @ 1..=0x1000) => count as usize,
        Some(count) => {
            let text = format!("the number of threads must be from 1 to 4096, not {count}");
            return Err(PyValueError::new_err(text));
        }
    };
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    pool.threads = threads;
    // Ended when the last verb on it is, unless it is a parent's.
    if let Some(old) = pool.pool.take()
        && pool.process == process::id()
    {
        drop(ManuallyDrop::into_inner(old));
    }
    Ok(())
}

/// On how many threads large operations run.
#[pyfunction]
pub fn threads() -> usize {
    count(POOL.lock().unwrap_or_else(PoisonError::into_inner).threads)
}
