//! How large the caches of this CPU are.
//!
//! On x86-64 the CPU says so itself, with or without an operating system;
//! elsewhere Linux is asked. What is not known, or cannot be true, becomes a
//! usual size: plans are made for sizes, not for a promise.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes of the data caches that one core uses.
///
/// ```
/// use stridewise_kernels::Caches;
/// let caches = Caches::detect();
/// assert!(caches.l1 < caches.l2 && caches.l2 <= caches.l3);
/// assert_eq!(caches, Caches::detect());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caches {
    /// The first level, for data.
    pub l1: usize,
    /// The second level.
    pub l2: usize,
    /// The last level, be it the second or the third.
    pub l3: usize,
    /// What is fetched before it is read.
    pub prefetch: Prefetch,
}

/// What a CPU fetches from memory before it is read, from less to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prefetch {
    /// A few long runs, as AMD's CPUs without AVX-512 do, and whoever else is
    /// not known.
    Runs,
    /// Dozens of rows too that are read side by side, a line of each in turn,
    /// as AMD's with AVX-512 do.
    Rows,
    /// And, as Intel's do, whatever else is asked for some pages ahead.
    Pages,
}

impl Prefetch {
    /// By their numbers, which are two bits.
    const ALL: [Prefetch; 3] = [Prefetch::Runs, Prefetch::Rows, Prefetch::Pages];
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

impl Caches {
    /// What is assumed where nobody says: small, because a plan for a cache
    /// that is not there costs more than one that leaves some of it unused.
    pub const USUAL: Caches =
        Caches { l1: 32 * KIB, l2: 512 * KIB, l3: 8 * MIB, prefetch: Prefetch::Runs };

    /// The least that [`Caches::sane`] makes of any size.
    pub const LEAST: Caches =
        Caches { l1: 16 * KIB, l2: 128 * KIB, l3: MIB, prefetch: Prefetch::Runs };

    /// Where nobody has said anything yet.
    #[cfg_attr(
        not(any(test, target_arch = "x86_64", all(feature = "std", target_os = "linux"))),
        allow(dead_code)
    )]
    const UNKNOWN: Caches = Caches { l1: 0, l2: 0, l3: 0, prefetch: Prefetch::Runs };

    /// The most that [`Caches::sane`] makes of any size.
    pub const MOST: Caches =
        Caches { l1: 128 * KIB, l2: 16 * MIB, l3: 64 * MIB, prefetch: Prefetch::Pages };

    /// A larger last level is made of the parts of dozens of cores, and is
    /// hardly faster than memory for one of them.
    const SHARED: usize = 96 * MIB;
    /// What counts of it: so many second levels.
    const PARTS: usize = 6;

    /// What this CPU has; three loads after the first call.
    #[inline]
    #[must_use]
    pub fn detect() -> Caches {
        let [l1, l2, l3] = SIZES.each_ref().map(|size| size.load(Relaxed));
        // Threads that come first all find and store the same.
        if l1 == 0 || l2 == 0 || l3 == 0 {
            return find();
        }
        Caches { l1, l2, l3: l3 & !BITS, prefetch: Prefetch::ALL[l3 & BITS] }
    }

    /// These sizes where they can be true, else what is nearest to them: a
    /// size of 0 is not known, and no level is smaller than the one below.
    ///
    /// ```
    /// use stridewise_kernels::{Caches, Prefetch};
    /// // What a virtual machine with a part of a large server may say.
    /// let caches = Caches { l1: 0, l2: 2 << 20, l3: 300 << 20, prefetch: Prefetch::Pages };
    /// assert_eq!(caches.sane(), Caches { l1: 32 << 10, l3: 12 << 20, ..caches });
    /// ```
    #[must_use]
    pub fn sane(self) -> Caches {
        let Caches { l1: least1, l2: least2, l3: least3, .. } = Caches::LEAST;
        let known = |size, usual| if size == 0 { usual } else { size };
        let l1 = known(self.l1, Caches::USUAL.l1).clamp(least1, Caches::MOST.l1);
        let l2 = known(self.l2, Caches::USUAL.l2).clamp(least2.max(2 * l1), Caches::MOST.l2);
        // Some CPUs have just two levels.
        let last = if self.l2 == 0 { Caches::USUAL.l3 } else { l2 };
        let l3 = match known(self.l3, last) {
            shared if shared > Caches::SHARED => Caches::PARTS * l2,
            l3 => l3,
        };
        let l3 = l3.clamp(least3.max(l2), Caches::MOST.l3);
        Caches { l1, l2, l3, prefetch: self.prefetch }
    }

    /// Takes a cache into account that somebody describes.
    #[cfg_attr(
        not(any(target_arch = "x86_64", all(feature = "std", target_os = "linux"))),
        allow(dead_code)
    )]
    fn add(&mut self, level: u32, size: usize) {
        match level {
            1 => self.l1 = size,
            2 => self.l2 = size,
            3 => self.l3 = size,
            // A fourth level is memory on the package.
            _ => {}
        }
    }
}

/// The sizes, smallest first; 0 until they are known.
static SIZES: [AtomicUsize; 3] = [const { AtomicUsize::new(0) }; 3];
/// In the last of them: what is fetched.
const BITS: usize = 3;

#[cold]
fn find() -> Caches {
    let found = described().map_or(Caches::USUAL, Caches::sane);
    // Of the last level, odd bytes do not count.
    let found = Caches { l3: found.l3 & !BITS, ..found };
    let l3 = found.l3 | found.prefetch as usize;
    for (size, found) in SIZES.iter().zip([found.l1, found.l2, l3]) {
        size.store(found, Relaxed);
    }
    found
}

/// What the CPU says, if it says anything.
#[cfg(target_arch = "x86_64")]
fn described() -> Option<Caches> {
    // Leaf 4 is Intel's, and 0 elsewhere; AMD has the same under another number.
    let of = |leaf, prefetch| leaves(leaf).map(|caches| Caches { prefetch, ..caches });
    let amd = if has_avx512() { Prefetch::Rows } else { Prefetch::Runs };
    of(4, Prefetch::Pages).or_else(|| of(0x8000_001d, amd))
}

/// Whether the CPU is of those that have AVX-512, used or not.
#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    const AVX512F: u32 = 1 << 16;
    cpuid(0, 0).eax >= 7 && cpuid(7, 0).ebx & AVX512F != 0
}

#[cfg(target_arch = "x86_64")]
fn cpuid(leaf: u32, part: u32) -> core::arch::x86_64::CpuidResult {
    // Safe to call in later versions of Rust.
    #[allow(unused_unsafe)]
    // SAFETY: every x86-64 CPU has the instruction.
    unsafe {
        core::arch::x86_64::__cpuid_count(leaf, part)
    }
}

#[cfg(target_arch = "x86_64")]
fn leaves(leaf: u32) -> Option<Caches> {
    use core::arch::x86_64::CpuidResult;
    // The first leaf of each range names the last.
    if cpuid(leaf & 0x8000_0000, 0).eax < leaf {
        return None;
    }
    let mut caches = Caches::UNKNOWN;
    for cache in 0..8 {
        let CpuidResult { eax, ebx, ecx, .. } = cpuid(leaf, cache);
        let bits = |word: u32, from: u32, many: u32| (word >> from & ((1 << many) - 1)) as usize;
        match eax & 0x1f {
            0 => break,
            // Instructions only.
            2 => continue,
            _ => {}
        }
        let ways = (bits(ebx, 22, 10) + 1) * (bits(ebx, 12, 10) + 1);
        let lines = ways.saturating_mul(ecx as usize + 1);
        caches.add(eax >> 5 & 7, lines.saturating_mul(bits(ebx, 0, 12) + 1));
    }
    (caches.l1 != 0).then_some(caches)
}

/// What the system says, if it says anything.
#[cfg(not(target_arch = "x86_64"))]
fn described() -> Option<Caches> {
    #[cfg(all(feature = "std", target_os = "linux"))]
    return listed(std::path::Path::new("/sys/devices/system/cpu/cpu0/cache"));
    #[cfg(not(all(feature = "std", target_os = "linux")))]
    None
}

/// What Linux lists of the caches of a core.
#[cfg(any(test, all(feature = "std", target_os = "linux", not(target_arch = "x86_64"))))]
fn listed(folder: &std::path::Path) -> Option<Caches> {
    use std::fs::read_to_string;
    let mut caches = Caches::UNKNOWN;
    for cache in 0..8 {
        let folder = folder.join(std::format!("index{cache}"));
        let read = |name| read_to_string(folder.join(name)).unwrap_or_default();
        let (kind, size) = (read("type"), read("size"));
        if kind.trim() == "Instruction" {
            continue;
        }
        let size = size.trim();
        let digits = size.trim_end_matches(['K', 'M']);
        let unit = match &size[digits.len()..] {
            "K" => KIB,
            "M" => MIB,
            _ => 1,
        };
        if let (Ok(level), Ok(size)) = (read("level").trim().parse(), digits.parse::<usize>()) {
            caches.add(level, size.saturating_mul(unit));
        }
    }
    (caches != Caches::UNKNOWN).then_some(caches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detected_sizes_are_sane() {
        let caches = Caches::detect();
        assert_eq!(caches.sane(), caches);
        std::println!("{caches:?}");
    }

    #[test]
    fn what_cannot_be_true_is_made_usual() {
        let of = |l1, l2, l3| Caches { l1, l2, l3, prefetch: Prefetch::Runs };
        let sane = |l1, l2, l3| of(l1, l2, l3).sane();
        assert_eq!(sane(0, 0, 0), Caches::USUAL);
        let zen3 = of(32 * KIB, 512 * KIB, 32 * MIB);
        assert_eq!(zen3.sane(), zen3);
        // No third level: the second is the last.
        assert_eq!(sane(64 * KIB, 4 * MIB, 0), of(64 * KIB, 4 * MIB, 4 * MIB));
        assert_eq!(sane(1, 1, 1), Caches::LEAST);
        let most = Caches { prefetch: Prefetch::Pages, ..of(usize::MAX, usize::MAX, usize::MAX) };
        assert_eq!(most.sane(), Caches::MOST);
        // The largest of a few cores, and one of many.
        let last = |l3| sane(48 * KIB, 2 * MIB, l3).l3;
        assert_eq!([last(96 * MIB), last(105 * MIB)], [64 * MIB, 12 * MIB]);
        // A last level that is smaller than the one below.
        assert_eq!(sane(32 * KIB, 2 * MIB, MIB).l3, 2 * MIB);
    }

    #[test]
    fn linux_lists_caches() {
        use std::fs;
        let folder = std::env::temp_dir().join(std::format!("caches-{}", std::process::id()));
        let caches = [
            ("1", "Data", "48K"),
            ("1", "Instruction", "64K"),
            ("2", "Unified", "2M"),
            ("3", "Unified", "33554432"),
        ];
        for (at, (level, kind, size)) in caches.into_iter().enumerate() {
            let index = folder.join(std::format!("index{at}"));
            fs::create_dir_all(&index).unwrap();
            for (name, text) in [("level", level), ("type", kind), ("size", size)] {
                fs::write(index.join(name), std::format!("{text}\n")).unwrap();
            }
        }
        let found = listed(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            found,
            Some(Caches { l1: 48 * KIB, l2: 2 * MIB, l3: 32 * MIB, prefetch: Prefetch::Runs })
        );
        assert_eq!(listed(&folder), None);
    }
}
