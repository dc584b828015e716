//! Code of others that runs in the midst of a verb, on its thread.

use core::cell::Cell;
use core::marker::PhantomData;

std::thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// For as long as it lives, [`is_running`] holds on this thread.
pub(super) struct Foreign(PhantomData<*const ()>);

impl Foreign {
    pub(super) fn new() -> Foreign {
        DEPTH.set(DEPTH.get() + 1);
        Foreign(PhantomData)
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// Whether what runs now was called by a verb, whose memory is locked.
pub(super) fn is_running() -> bool {
    DEPTH.get() > 0
}
