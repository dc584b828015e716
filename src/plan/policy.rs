//! Policy: what a plan makes of the sizes of the caches.
//!
//! The only place where something changes at a number of bytes because of
//! caches or threads. Each number was measured: see `docs/decisions.md`.

use super::loop_nest::LoopNest;
use stridewise_kernels::transpose::{Distance, Plane, is_register, rows_collide};
use stridewise_kernels::{Caches, Prefetch};

/// The caches that a plan is made for; those of this CPU if it names none.
/// They are looked up only where the answer depends on them.
pub(crate) type For = Option<Caches>;

/// Bytes that are worth waking a thread, while the caller works already.
const THREADS: usize = 512 << 10;
/// Bytes of a chunk.
const CHUNK: usize = 512 << 10;
/// Chunks of a plan that has some: fewer, and a thread that is late leaves
/// another with half of the work.
const LEAST_CHUNKS: usize = 4;
/// Chunks of a plan at most, unless more are asked for.
const MOST_CHUNKS: usize = 64;

/// Whether a copy should write past the caches: what it writes would push
/// the rest out of the last of them, of which others want a part.
#[inline]
pub(crate) fn streams(nest: &LoopNest, caches: For) -> bool {
    exceeds(nest, caches, |caches| caches.l3 / 2)
}

/// Whether a copy should ask for lines ahead: most will not be in a cache.
#[inline]
pub(crate) fn prefetches(nest: &LoopNest, caches: For) -> bool {
    exceeds(nest, caches, |caches| caches.l2.saturating_mul(2))
}

/// Whether what is beyond the caches is also asked for by who reads it in
/// pieces.
pub(crate) fn asks(nest: &LoopNest, caches: For) -> bool {
    prefetches(nest, caches) && prefetch(caches) == Prefetch::Pages
}

fn prefetch(caches: For) -> Prefetch {
    caches.unwrap_or_else(Caches::detect).prefetch
}

/// Where the operands of a transpose mostly are. In memory it is written past
/// the caches, earlier than other copies: it would read each line before.
pub(crate) fn distance(nest: &LoopNest, caches: For) -> Distance {
    if exceeds(nest, caches, |caches| caches.l3 / 4) {
        let follows = prefetch(caches) >= Prefetch::Rows;
        if follows { Distance::FollowedMemory } else { Distance::Memory }
    } else if prefetches(nest, caches) {
        Distance::Caches
    } else {
        Distance::Core
    }
}

/// The same for planes of such a nest: where rows are followed but single lines
/// are streamed at full speed too, pairs do not always pay.
pub(crate) fn distance_of(plane: &Plane<'_>, caches: For) -> Distance {
    if plane.distance < Distance::FollowedMemory || prefetch(caches) > Prefetch::Rows {
        return plane.distance;
    }
    let pays = match plane.item() {
        1 | 4 => plane.in_pairs() && plane.rows_collide(),
        2 | 8 | 16 => plane.in_pairs(),
        item => item > 8,
    };
    if pays { Distance::FollowedMemory } else { Distance::Memory }
}

/// The same for a nest of which blocks go to a scratch.
pub(crate) fn distance_to_scratch(nest: &LoopNest, caches: For) -> Distance {
    let distance = distance(nest, caches);
    let followed = distance == Distance::FollowedMemory;
    let pays = || collide(nest) || prefetch(caches) > Prefetch::Rows;
    if followed && !pays() { Distance::Memory } else { distance }
}

/// Whether rows of the source share cache sets.
fn collide(nest: &LoopNest) -> bool {
    nest.loops.iter().any(|l| rows_collide(l.src))
}

/// Whether a comparison turns planes as a copy would, rather than by tiles:
/// from there on most of its lines come from memory.
pub(crate) fn turns(nest: &LoopNest, caches: For) -> bool {
    exceeds(nest, caches, |caches| caches.l3 / 8) && !has_followed_items(nest, caches)
}

/// Where the operands are that are compared by tiles.
pub(crate) fn distance_of_tiles(nest: &LoopNest, caches: For) -> Distance {
    match prefetches(nest, caches) {
        false => Distance::Core,
        true if has_followed_items(nest, caches) => Distance::FollowedMemory,
        true => Distance::Caches,
    }
}

/// Whether rows of such items are best read side by side, unasked, and packed in
/// a core's caches.
fn has_followed_items(nest: &LoopNest, caches: For) -> bool {
    is_register(nest.item) && prefetch(caches) == Prefetch::Pages
}

/// Bytes of a scratch that stays in a core's caches while what is packed there
/// comes from memory; 0 where that is better read in longer runs.
pub(crate) fn near_scratch(nest: &LoopNest, caches: For) -> usize {
    let caches = caches.unwrap_or_else(Caches::detect);
    let near = caches.prefetch == Prefetch::Pages && (is_register(nest.item) || !collide(nest));
    if near { caches.l2 / 2 } else { 0 }
}

/// Bytes of the largest box.
pub(crate) const LARGEST_BOX: usize = 128 << 10;

/// Bytes of a box, which stays in the second cache on its way.
pub(crate) fn box_bytes(caches: For) -> usize {
    (caches.unwrap_or_else(Caches::detect).l2 / 8).clamp(16 << 10, LARGEST_BOX)
}

/// The number of chunks for so many bytes; 1 is serial.
#[inline]
pub(crate) fn chunks_for(bytes: usize) -> usize {
    let serial = !cfg!(feature = "rayon") || bytes < THREADS;
    if serial { 1 } else { (bytes / CHUNK).clamp(LEAST_CHUNKS, MOST_CHUNKS) }
}

/// Whether a copy touches more bytes than a cache has. Its destination and
/// its source count, but not what is read again.
#[inline]
fn exceeds(nest: &LoopNest, caches: For, size: fn(Caches) -> usize) -> bool {
    let bytes = nest.bytes();
    let caches = match caches {
        Some(caches) => caches,
        // Most copies are so small that they fit whatever the caches are.
        None if bytes.saturating_mul(2) <= size(Caches::LEAST) => return false,
        None => Caches::detect(),
    };
    bytes.saturating_add(nest.bytes_read()) > size(caches)
}
