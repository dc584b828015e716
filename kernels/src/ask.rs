//! Asking for what several kernels read one after the other.

use crate::Level;
use crate::ahead::ask_near;
use crate::dispatch::{Kernel, KernelFn, Simd, select};

/// Asks for memory that is read in pieces, page beside page, where [pages are
/// fetched](crate::Prefetch::Pages).
///
/// Kernels that move or compare long runs ask for them themselves. This is
/// for callers of one kernel after the other, on a piece at a time.
///
/// ```
/// use stridewise_kernels::{Ask, Level};
/// let items = [0u8; 1000];
/// // Every second byte, the last one first, of which 100 are read now.
/// Ask::new(Level::detect()).of_next(items[999..].as_ptr(), -2, 100);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    run: KernelFn<Piece>,
}

impl Ask {
    /// The instructions of a level.
    #[must_use]
    pub fn new(level: Level) -> Ask {
        Ask { run: select::<Piece>(level) }
    }

    /// Asks for as many bytes as there are from `p` on along so many steps,
    /// 16 KiB further along: when as much has been read in such pieces, all of
    /// the next 16 KiB have been asked for.
    #[inline]
    pub fn of_next(self, p: *const u8, step: isize, steps: usize) {
        let bytes = steps.saturating_mul(step.unsigned_abs());
        // SAFETY: K1 by the level; nothing is read.
        unsafe { (self.run)(Piece { p, bytes, backwards: step < 0 }) }
    }
}

/// A piece of a run, from its first item on.
#[derive(Clone, Copy)]
struct Piece {
    p: *const u8,
    bytes: usize,
    backwards: bool,
}

impl Kernel for Piece {
    type Args = Piece;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(Piece { p, bytes, backwards }: Piece) {
        // SAFETY: K1.
        unsafe { ask_near::<S>(p, bytes, backwards) }
    }
}
