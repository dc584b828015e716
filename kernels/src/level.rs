//! What the CPU can do: the only feature detection, and the tokens that prove it.
//!
//! A [`Level`] can only be had from [`Level::detect`], [`Level::available`]
//! or [`Level::SCALAR`], so possession is proof that its instructions run.

use core::fmt;

/// A set of instructions that this CPU has, as the name of the kernels written for it.
///
/// Levels are ordered: a higher one is expected to be faster, never to give
/// another result. What only some CPUs of a level have is used where it is.
///
/// ```
/// use stridewise_kernels::Level;
/// let best = Level::detect();
/// assert!(best >= Level::SCALAR);
/// assert!(Level::available().any(|level| level == best));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(pub(crate) Kind);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    V2,
    #[cfg(target_arch = "x86_64")]
    V3,
    #[cfg(target_arch = "x86_64")]
    V4,
    /// `v4` on a CPU that also moves bytes across lanes (Ice Lake, Zen 4).
    #[cfg(target_arch = "x86_64")]
    V4Vbmi,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
}

/// All levels that this build has kernels for, lowest first.
const COMPILED: &[Level] = &[
    Level::SCALAR,
    #[cfg(target_arch = "x86_64")]
    Level(Kind::V2),
    #[cfg(target_arch = "x86_64")]
    Level(Kind::V3),
    #[cfg(target_arch = "x86_64")]
    Level(Kind::V4),
    #[cfg(target_arch = "x86_64")]
    Level(Kind::V4Vbmi),
    #[cfg(target_arch = "aarch64")]
    Level(Kind::Neon),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Level(Kind::Simd128),
];

impl Level {
    /// Plain Rust, right on every CPU.
    pub const SCALAR: Level = Level(Kind::Scalar);

    /// The names of all levels on all architectures, lowest first within each.
    pub const NAMES: [&'static str; 6] = ["scalar", "v2", "v3", "v4", "neon", "simd128"];

    /// The highest level of this CPU; a few loads after the first call.
    #[must_use]
    pub fn detect() -> Level {
        Level::available().last().unwrap_or(Level::SCALAR)
    }

    /// The levels of this CPU, lowest first; never empty.
    pub fn available() -> impl Iterator<Item = Level> {
        COMPILED.iter().copied().filter(|level| level.0.runs_here())
    }

    /// The level without the instructions that only some of its CPUs have,
    /// so that tests meet what the other CPUs run.
    #[doc(hidden)]
    #[must_use]
    pub fn common(self) -> Level {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::V4Vbmi => Level(Kind::V4),
            _ => self,
        }
    }

    /// `scalar`, `v2`, `v3`, `v4`, `neon` or `simd128`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::V2 => "v2",
            #[cfg(target_arch = "x86_64")]
            Kind::V3 => "v3",
            #[cfg(target_arch = "x86_64")]
            Kind::V4 | Kind::V4Vbmi => "v4",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Kind::Simd128 => "simd128",
        }
    }
}

impl Kind {
    /// Whether this CPU has the level, and not a richer one of the same name.
    fn runs_here(self) -> bool {
        match self {
            Kind::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Kind::V2 => pulp::x86::V2::is_available(),
            #[cfg(target_arch = "x86_64")]
            Kind::V3 => pulp::x86::V3::is_available(),
            #[cfg(target_arch = "x86_64")]
            Kind::V4 => pulp::x86::V4::is_available() && !Kind::V4Vbmi.runs_here(),
            #[cfg(target_arch = "x86_64")]
            Kind::V4Vbmi => crate::x86_64::Vbmi::is_available(),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => pulp::aarch64::Neon::is_available(),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Kind::Simd128 => true,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
