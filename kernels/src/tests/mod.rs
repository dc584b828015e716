//! Every kernel at every level of this CPU.

use crate::Level;

mod hash;

/// Runs `test` at every level that this CPU has, lowest first.
fn for_each_level(mut test: impl FnMut(Level)) {
    Level::available().for_each(&mut test);
}
