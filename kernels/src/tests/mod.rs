//! Every kernel at every level, against the obvious loop.

use crate::Level;

mod equal;

/// Runs `f` at all levels of this CPU.
pub(crate) fn for_each_level(f: impl Fn(Level)) {
    Level::available().for_each(f);
}
