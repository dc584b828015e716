//! From layouts to loops to kernels.
//!
//! A plan is made in passes over one small data type, a nest of loops around
//! an item (`loop_nest`):
//!
//! 1. `normalize` drops what does nothing and turns loops forward,
//! 2. `order` sorts them, largest steps first,
//! 3. `coalesce` merges loops that are contiguous in both operands,
//! 4. `turn` makes a short loop that runs backwards part of the item,
//! 5. `tile` gives the innermost loops to a kernel,
//! 6. `partition` cuts one loop into chunks for threads.
//!
//! What a kernel would write past the caches in parts of lines is packed in
//! cache first (`boxes`). `execute` walks the other loops, `explain` tells them,
//! with the cache lines that they should touch (`cost`). No pass sees a pointer, and the same
//! layouts at the same level and for the same caches (`policy`) give the same
//! plan. Equality uses the same nests (`compare`), cut so that blocks keep
//! lines of both operands (`grid`), as does the search for the first mismatch
//! (`search`); hashing cuts them into blocks in index order (`blocks`). All of
//! them are plans of one core, if pointers lead to several (`hops`). What has
//! but a few items takes no plan (`plain`).

pub(crate) mod blocks;
pub(crate) mod boxes;
pub(crate) mod coalesce;
pub(crate) mod compare;
mod cost;
pub(crate) mod execute;
mod explain;
pub(crate) mod grid;
pub(crate) mod hops;
mod lines;
pub(crate) mod loop_nest;
pub(crate) mod normalize;
pub(crate) mod order;
pub(crate) mod partition;
pub(crate) mod plain;
pub(crate) mod policy;
pub(crate) mod search;
pub(crate) mod tile;
mod turn;

#[cfg(test)]
mod tests;

use boxes::Boxes;
use core::fmt;
use loop_nest::LoopNest;
use normalize::Traversal;
use partition::Split;
use stridewise_kernels::Level;
use stridewise_kernels::copy::{self, Family};
use stridewise_kernels::transpose::{Distance, Transpose};
use tile::Inner;

/// A copy that is ready to run: loops, and how they are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) nest: LoopNest,
    pub(crate) how: How,
}

/// How a nest is run: the kernel for the innermost loops, and the cut into
/// chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct How {
    pub(crate) inner: Inner,
    /// Bytes of the units that are turned in each item, 0 if none are.
    pub(crate) unit: usize,
    /// The code for the family, the item and `level`: chosen here, so that a
    /// plan that is run again does not choose again.
    kernel: Kernel,
    /// Where the operands of a transpose are; of another copy, where its
    /// source is, if it is a part of one.
    pub(crate) distance: Distance,
    /// Whether the destination is written past the caches.
    pub(crate) stream: bool,
    pub(crate) split: Split,
    pub(crate) level: Level,
}

/// The code of a family.
#[derive(Clone, Copy)]
enum Kernel {
    /// None: there are no items.
    Nothing,
    /// None: a few items in plain loops.
    Plain,
    /// One block is all there is.
    Whole(copy::Copy, copy::Block),
    Block(copy::Copy),
    Plane(Transpose),
    /// Nor one: boxes are plans of their own.
    Boxes(Boxes),
}

/// What it is follows from the loops, the family and the level.
impl PartialEq for Kernel {
    fn eq(&self, _: &Kernel) -> bool {
        true
    }
}

impl Eq for Kernel {}

impl fmt::Debug for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kernel")
    }
}

impl Schedule {
    /// All passes, for some caches; `chunks` is `None` to let the bytes
    /// decide.
    pub(crate) fn new(
        mut nest: LoopNest,
        level: Level,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> Schedule {
        let how = How::new(&mut nest, level, caches, chunks);
        Schedule { nest, how }
    }

    /// Of a small part of what is at some place.
    pub(crate) fn of_part(nest: LoopNest, level: Level, chunks: usize, place: Place) -> Schedule {
        let mut part = Schedule::new(nest, level, None, Some(chunks));
        let how = &mut part.how;
        how.distance = place.distance;
        if how.is_planes() {
            how.stream |= place.stream;
            // Each thread reads whole runs of a few rows.
            let by_rows = place.distance == Distance::FollowedMemory;
            how.split = partition::partition(&part.nest, how.inner, chunks, by_rows);
        }
        part
    }
}

/// Where the operands are of which a nest is a small part, which its own bytes do
/// not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) distance: Distance,
    /// Whether planes are written past the caches.
    pub(crate) stream: bool,
}

impl Place {
    pub(crate) const NEAR: Place = Place { distance: Distance::Core, stream: false };
}

/// No policy makes anything of fewer bytes, unless it is asked to.
const TINY: usize = 4096;
/// So many items in blocks of so few are moved by plain loops: to call a kernel
/// for each block takes longer.
const FEW: usize = 64;
const FEW_OF_BLOCK: usize = 16;

impl How {
    /// All passes, over a nest that stays where it is: what is run once is
    /// not moved into a [`Schedule`].
    #[inline]
    pub(crate) fn new(
        nest: &mut LoopNest,
        level: Level,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> How {
        let how = How::straight(nest, level, caches, chunks);
        if how.stream && boxes::pay(nest, &how, caches) {
            how.in_boxes(nest, caches, chunks)
        } else {
            how
        }
    }

    /// The same in boxes.
    #[inline(never)]
    fn in_boxes(self, nest: &mut LoopNest, caches: policy::For, chunks: Option<usize>) -> How {
        if self.unit != 0 {
            turn::turn_back(nest, self.unit);
        }
        simplify(nest);
        let kernel = Kernel::Boxes(Boxes::new(self.level, caches));
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(nest.bytes()));
        let split = partition::partition(nest, Boxes::INNER, chunks, false);
        How { inner: Boxes::INNER, unit: 0, kernel, split, ..self }
    }

    /// All passes, but nothing is packed on its way.
    #[inline]
    pub(crate) fn straight(
        nest: &mut LoopNest,
        level: Level,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> How {
        simplify(nest);
        let (items, bytes) = (nest.items(), nest.bytes());
        let tiny = bytes < TINY && caches.is_none() && chunks.is_none();
        if tiny && items <= FEW && is_scattered(nest) {
            return How::tiny(tile::tile(nest), 0, Kernel::Plain, level);
        }
        if items == 0 {
            return How::tiny(tile::tile(nest), 0, Kernel::Nothing, level);
        }
        let unit = turn::turn(nest);
        let inner = if unit == 0 { tile::tile(nest) } else { tile::turned(nest) };
        let family = inner.family;
        let item = nest.item;
        let copy = || match unit {
            0 => copy::Copy::new(level, family, item),
            _ => copy::Copy::turned(level, family, item, unit),
        };
        let transposes = family == Family::Transpose;
        if tiny {
            let (around, block) = tile::block(nest);
            let kernel = match (transposes, around) {
                (false, [_, ..]) => Kernel::Block(copy()),
                (false, []) => Kernel::Whole(copy(), block),
                (true, []) if unit == 0 => Kernel::Whole(copy(), block),
                (true, _) => Kernel::Plane(Transpose::new(level, item)),
            };
            return How::tiny(inner, unit, kernel, level);
        }
        let (distance, stream) = if transposes {
            let distance = policy::distance(nest, caches);
            (distance, distance >= Distance::Memory)
        } else {
            (Distance::Core, tile::streams(family) && policy::streams(nest, caches))
        };
        let kernel = match (transposes, stream) {
            (true, _) => Kernel::Plane(Transpose::new(level, item)),
            (false, true) => Kernel::Block(copy().past_caches()),
            (false, false) => Kernel::Block(copy()),
        };
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(bytes));
        let mut how = How { inner, unit, kernel, distance, stream, split: Split::WHOLE, level };
        if transposes {
            how.distance = policy::distance_of(&how.planes(nest), caches);
        }
        let by_rows = transposes && how.planes(nest).in_pairs();
        how.split = partition::partition(nest, inner, chunks, by_rows);
        how
    }

    /// Of what is in one piece and in the caches.
    fn tiny(inner: Inner, unit: usize, kernel: Kernel, level: Level) -> How {
        let (distance, split) = (Distance::Core, Split::WHOLE);
        How { inner, unit, kernel, distance, stream: false, split, level }
    }

    /// Whether the kernel is the transposing one, plane by plane.
    fn is_planes(&self) -> bool {
        matches!(self.kernel, Kernel::Plane(_))
    }

    /// Whether what comes next is asked for between pieces of a nest.
    fn asks(&self, nest: &LoopNest) -> bool {
        self.distance == Distance::FollowedMemory
            && matches!(self.inner.family, Family::Gather | Family::Reverse)
            && !self.stream
            && lines::is_long(nest)
    }

    /// How the nest is packed, if it is.
    pub(crate) fn boxes(&self) -> Option<&Boxes> {
        if let Kernel::Boxes(boxes) = &self.kernel { Some(boxes) } else { None }
    }

    /// Whether there is no kernel, but plain loops.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.kernel, Kernel::Plain)
    }
}

/// The passes before the kernels'.
#[inline]
fn simplify(nest: &mut LoopNest) {
    normalize::normalize(nest, Traversal::Free);
    order::order(nest);
    coalesce::coalesce(nest);
}

/// Whether blocks of two loops have few items each.
fn is_scattered(nest: &LoopNest) -> bool {
    let [_, .., outer, inner] = &nest.loops[..] else { return false };
    outer.extent * inner.extent <= FEW_OF_BLOCK
}

/// Two base pointers on their way to other threads.
#[derive(Clone, Copy)]
pub(crate) struct Bases {
    dst: *mut u8,
    src: *const u8,
}

impl Bases {
    pub(crate) fn new(dst: *mut u8, src: *const u8) -> Bases {
        Bases { dst, src }
    }

    // Methods, so that closures capture the whole of `self`.
    pub(crate) fn dst(&self) -> *mut u8 {
        self.dst
    }

    pub(crate) fn src(&self) -> *const u8 {
        self.src
    }
}

// SAFETY: chunks write disjoint parts of what the caller holds exclusively
// and read what the caller holds shared (K2, K3), while the caller waits.
#[allow(unsafe_code, reason = "raw pointers cross threads only inside Bases")]
unsafe impl Send for Bases {}
// SAFETY: as above; the pointers themselves are never written.
#[allow(unsafe_code, reason = "raw pointers cross threads only inside Bases")]
unsafe impl Sync for Bases {}
