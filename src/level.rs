//! The level that plans are made for, and the variable that lowers it.

use crate::error::LevelError;
use alloc::string::ToString;
pub use stridewise_kernels::Level;

/// The environment variable that lowers the level of the whole process.
pub const LEVEL_VARIABLE: &str = "STRIDEWISE_LEVEL";

/// The level that plans are made for unless they ask for another: the best
/// of this CPU, or what the environment variable `STRIDEWISE_LEVEL` names
/// (`scalar`, `v2`, `v3`, `v4`, `neon`, `simd128`). Read once; without the
/// feature `std` the variable is not read.
///
/// # Errors
///
/// The variable names no level, or one that this CPU lacks.
///
/// ```
/// println!("kernels for {}", stridewise::level()?);
/// # Ok::<(), stridewise::LevelError>(())
/// ```
pub fn level() -> Result<Level, LevelError> {
    #[cfg(feature = "std")]
    {
        use std::sync::OnceLock;
        static LEVEL: OnceLock<Result<Level, LevelError>> = OnceLock::new();
        let read = || match std::env::var_os(LEVEL_VARIABLE) {
            None => Ok(Level::detect()),
            Some(name) => level_named(&name.to_string_lossy()),
        };
        // Copied without a clone of the error type on the way.
        match LEVEL.get_or_init(read) {
            Ok(level) => Ok(*level),
            Err(error) => Err(error.clone()),
        }
    }
    #[cfg(not(feature = "std"))]
    Ok(Level::detect())
}

/// The level of this name, if this CPU has it.
///
/// # Errors
///
/// [`LevelError::Unknown`] for another name, [`LevelError::Unavailable`] for
/// a level that this CPU or this build lacks.
///
/// ```
/// use stridewise::{Level, level_named};
/// assert_eq!(level_named("scalar"), Ok(Level::SCALAR));
/// assert!(level_named("v9").is_err());
/// ```
pub fn level_named(name: &str) -> Result<Level, LevelError> {
    if let Some(level) = Level::available().find(|level| level.name() == name) {
        return Ok(level);
    }
    let name = name.to_string();
    if Level::NAMES.contains(&name.as_str()) {
        return Err(LevelError::Unavailable { name, best: Level::detect().name() });
    }
    Err(LevelError::Unknown { name })
}
