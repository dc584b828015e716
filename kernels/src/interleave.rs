//! A few streams out of one and into one, by byte shuffles inside lanes.
//!
//! Take `K` streams of items of `SIZE` bytes. A group is what fills one lane
//! of each stream: `K` lanes of the joined form. To deinterleave, each lane
//! of a stream is the union of what shuffles bring there from each of the
//! `K` joined lanes; to interleave, each joined lane is the union of what
//! they bring from each stream. If `K` is a power of two, zips do the same in
//! fewer steps: each turns the number of every element by one bit. Wider
//! registers hold one group in each lane, so their joined side is loaded and
//! stored lane by lane; where bytes move [`across`] lanes, they need not. The
//! last group of a row may overlap the one before it.

use crate::across;
use crate::copy::{Args, Block};
use crate::dispatch::{Kernel, Simd};
use crate::gather::backwards;
use crate::item::{Item, Sized};
use crate::transpose::LINE;
use crate::vector::{Vector, array, cover};

/// One stream to `block.outer.extent` streams; past the caches if `STREAM`,
/// where they all start at the same place in a line.
pub(crate) struct Deinterleave<const SIZE: usize, const STREAM: bool>;

/// `block.outer.extent` streams to one.
pub(crate) struct Interleave<const SIZE: usize>;

/// Calls `$body` with the number of streams as the constant `$k`.
macro_rules! with_streams {
    ($n:expr, $k:ident => $body:expr) => {
        with_streams!(@match $n, $k, $body, 2 3 4 5 6 7)
    };
    (@match $n:expr, $k:ident, $body:expr, $($lit:literal)*) => {
        match $n {
            $($lit => { const $k: usize = $lit; $body })*
            _ => { const $k: usize = 8; $body }
        }
    };
}

impl<const SIZE: usize, const STREAM: bool> Kernel for Deinterleave<SIZE, STREAM> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let Block { outer, inner, .. } = unsafe { *block };
        // SAFETY: K2 to K4 are the caller's; `outer.dst` parts the streams.
        unsafe {
            if STREAM && !S::SCALAR {
                let alike = outer.dst % LINE as isize == 0 && inner.src > 0;
                match outer.extent {
                    2 if alike => return stream::<S, 2, SIZE>(dst, outer.dst, src, inner.extent),
                    3 if alike => return stream::<S, 3, SIZE>(dst, outer.dst, src, inner.extent),
                    4 if alike => return stream::<S, 4, SIZE>(dst, outer.dst, src, inner.extent),
                    _ => {}
                }
            }
            with_streams!(outer.extent, K => {
                split::<S, K, SIZE>(dst, outer.dst, src, inner.extent, inner.src < 0);
            });
        }
    }
}

impl<const SIZE: usize> Kernel for Interleave<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): Args) {
        // SAFETY: the block lives as long as the call.
        let Block { outer, inner, .. } = unsafe { *block };
        // SAFETY: K2 to K4 are the caller's; `outer.src` parts the streams.
        unsafe {
            with_streams!(outer.extent, K => {
                join::<S, K, SIZE>(dst, src, outer.src, inner.extent, inner.src < 0);
            });
        }
    }
}

/// `items` items of each of `K` streams, `stride` bytes apart, from the
/// joined form, which runs backwards if it is `mirrored`.
///
/// # Safety
/// K1 for `S`, K2 to K4.
#[inline(always)]
unsafe fn split<S: Simd, const K: usize, const SIZE: usize>(
    dst: *mut u8,
    stride: isize,
    src: *const u8,
    items: usize,
    mirrored: bool,
) {
    // SAFETY: a group starts at most its items before the end of the joined
    // form, which is where the streams begin if it runs backwards.
    unsafe {
        let first = if mirrored { src.sub(items.saturating_sub(1) * K * SIZE) } else { src };
        each_group::<S, SIZE>(
            items,
            #[inline(always)]
            |i, n| {
                let at = if mirrored { items - n - i } else { i };
                for s in 0..K {
                    let to = dst.offset(s as isize * stride).add(at * SIZE);
                    Sized::<SIZE>::copy(to, first.add((i * K + s) * SIZE), SIZE);
                }
            },
            #[inline(always)]
            |i, n| {
                let streams = split_group::<S::Lane, K, SIZE>(first.add(i * K * SIZE));
                let at = if mirrored { items - n - i } else { i };
                for s in 0..K {
                    let stream = turned::<_, SIZE>(streams[s], mirrored);
                    stream.store(dst.offset(s as isize * stride).add(at * SIZE));
                }
            },
            #[inline(always)]
            |i, n| {
                let streams = split_wide::<S, K, SIZE>(first.add(i * K * SIZE));
                let at = if mirrored { items - n - i } else { i };
                for s in 0..K {
                    let stream = turned::<_, SIZE>(streams[s], mirrored);
                    stream.store(dst.offset(s as isize * stride).add(at * SIZE));
                }
            },
        );
    }
}

/// The same forward, whole lines past the caches.
///
/// # Safety
/// As for [`split`]; `stride` is a multiple of a line.
#[inline(always)]
unsafe fn stream<S: Simd, const K: usize, const SIZE: usize>(
    dst: *mut u8,
    stride: isize,
    src: *const u8,
    items: usize,
) {
    let (line, wide) = (LINE / SIZE, S::Wide::BYTES / SIZE);
    let head = (dst.align_offset(LINE) / SIZE).min(items);
    // SAFETY: items before the first whole line, lines, and what is left.
    unsafe {
        let part = |from: usize, items: usize| {
            split::<S, K, SIZE>(
                dst.add(from * SIZE),
                stride,
                src.add(from * K * SIZE),
                items,
                false,
            )
        };
        if !dst.add(head * SIZE).addr().is_multiple_of(LINE) {
            return part(0, items);
        }
        part(0, head);
        let mut at = head;
        while at + line <= items {
            // All of a line back to back: it leaves the core at once.
            let mut groups = [split_wide::<S, K, SIZE>(src.add(at * K * SIZE)); 4];
            for g in 1..line / wide {
                groups[g] = split_wide::<S, K, SIZE>(src.add((at + g * wide) * K * SIZE));
            }
            for s in 0..K {
                let to = dst.offset(s as isize * stride).add(at * SIZE);
                for g in 0..line / wide {
                    groups[g][s].stream(to.add(g * S::Wide::BYTES));
                }
            }
            at += line;
        }
        part(at, items - at);
    }
}

/// The inverse of [`split`]; the streams run backwards if they are `mirrored`.
///
/// # Safety
/// K1 for `S`, K2 to K4.
#[inline(always)]
unsafe fn join<S: Simd, const K: usize, const SIZE: usize>(
    dst: *mut u8,
    src: *const u8,
    stride: isize,
    items: usize,
    mirrored: bool,
) {
    // SAFETY: as for `split`: a group of mirrored streams starts with its last
    // item.
    unsafe {
        let from = |i: usize, n: usize| {
            if mirrored { src.sub((i + n - 1) * SIZE) } else { src.add(i * SIZE) }
        };
        each_group::<S, SIZE>(
            items,
            #[inline(always)]
            |i, n| {
                for s in 0..K {
                    let from = from(i, n).offset(s as isize * stride);
                    Sized::<SIZE>::copy(dst.add((i * K + s) * SIZE), from, SIZE);
                }
            },
            #[inline(always)]
            |i, n| {
                let (dst, src) = (dst.add(i * K * SIZE), from(i, n));
                join_group::<S::Lane, K, SIZE>(dst, src, stride, mirrored);
            },
            #[inline(always)]
            |i, n| {
                let (dst, src) = (dst.add(i * K * SIZE), from(i, n));
                join_wide::<S, K, SIZE>(dst, src, stride, mirrored);
            },
        );
    }
}

/// Calls one of three steps for all items: for single ones, for those of a
/// lane or of a wide register, with the first item and their number.
#[inline(always)]
fn each_group<S: Simd, const SIZE: usize>(
    items: usize,
    one: impl Fn(usize, usize),
    lane: impl Fn(usize, usize),
    wide: impl Fn(usize, usize),
) {
    let (in_wide, in_lane) = (S::Wide::BYTES / SIZE, S::Lane::BYTES / SIZE);
    if S::SCALAR || items < in_lane {
        for i in 0..items {
            one(i, 1);
        }
    } else if items < in_wide {
        cover(
            items,
            in_lane,
            #[inline(always)]
            |i| lane(i, in_lane),
        );
    } else {
        cover(
            items,
            in_wide,
            #[inline(always)]
            |i| wide(i, in_wide),
        );
    }
}

/// The register, or its items the other way round.
///
/// # Safety
/// K1 for `V`.
#[inline(always)]
unsafe fn turned<V: Vector, const SIZE: usize>(register: V, around: bool) -> V {
    if !around {
        return register;
    }
    // SAFETY: K1.
    unsafe { register.reverse_lanes().shuffle(V::splat(&const { backwards::<SIZE>() })) }
}

/// A wide register of each stream out of `K`.
///
/// # Safety
/// K1 for `S`; K2 for `K` registers at `src`.
#[inline(always)]
unsafe fn split_wide<S: Simd, const K: usize, const SIZE: usize>(src: *const u8) -> [S::Wide; K] {
    // SAFETY: as promised.
    unsafe {
        // Zips take fewer steps for many streams of large items.
        if S::ACROSS && (K < 4 || K < 8 && SIZE < 8) {
            across::split::<S, K, SIZE>(src)
        } else {
            split_group::<S::Wide, K, SIZE>(src)
        }
    }
}

/// A register of each stream out of `K` registers.
///
/// # Safety
/// K1 for `V`; K2 for `K` registers at `src`.
#[inline(always)]
unsafe fn split_group<V: Vector, const K: usize, const SIZE: usize>(src: *const u8) -> [V; K] {
    // SAFETY: as promised; group `l` of the registers' lanes is the `K`
    // lanes from `src + l * 16 * K`.
    unsafe {
        let mut joined: [V; K] = array(
            #[inline(always)]
            |j| {
                V::load_lanes(
                    #[inline(always)]
                    |l| src.add(16 * (j + l * K)),
                )
            },
        );
        if !K.is_power_of_two() {
            return array(
                #[inline(always)]
                |s| {
                    let index = &Shuffles::<K, SIZE>::SPLIT[s];
                    let mut stream = joined[0].shuffle(V::splat(&index[0]));
                    for j in 1..K {
                        stream = stream.or(joined[j].shuffle(V::splat(&index[j])));
                    }
                    stream
                },
            );
        }
        let (rounds, chunks) = (const { (16 / SIZE).ilog2() }, const { K.ilog2() });
        if chunks + 1 < rounds {
            // Fewer rounds of the chunks that one shuffle makes.
            for j in 0..K {
                joined[j] = joined[j].shuffle(V::splat(&const { chunks_of::<K, SIZE>() }));
            }
            for _ in 0..chunks {
                joined = match 16 / K {
                    2 => zip_halves::<V, K, 2>(joined),
                    4 => zip_halves::<V, K, 4>(joined),
                    _ => zip_halves::<V, K, 8>(joined),
                };
            }
        } else {
            for _ in 0..rounds {
                joined = zip_halves::<V, K, SIZE>(joined);
            }
        }
        joined
    }
}

/// As [`join_group`], of wide registers.
///
/// # Safety
/// As for [`join_group`].
#[inline(always)]
unsafe fn join_wide<S: Simd, const K: usize, const SIZE: usize>(
    dst: *mut u8,
    src: *const u8,
    stride: isize,
    mirrored: bool,
) {
    // SAFETY: as promised.
    unsafe {
        // Zips put two streams into lanes that are stored in order.
        if S::ACROSS && (K > 2 || SIZE == 4) {
            let joined =
                across::join::<S, K, SIZE>(load_streams::<_, K, SIZE>(src, stride, mirrored));
            for j in 0..K {
                joined[j].store(dst.add(j * S::Wide::BYTES));
            }
        } else {
            join_group::<S::Wide, K, SIZE>(dst, src, stride, mirrored);
        }
    }
}

/// A register of each stream, turned around if they are `mirrored`.
///
/// # Safety
/// K1 for `V`; K2 for a register at `src + s * stride` for each stream.
#[inline(always)]
unsafe fn load_streams<V: Vector, const K: usize, const SIZE: usize>(
    src: *const u8,
    stride: isize,
    mirrored: bool,
) -> [V; K] {
    array(
        #[inline(always)]
        // SAFETY: as promised.
        |s| unsafe { turned::<_, SIZE>(V::load(src.offset(s as isize * stride)), mirrored) },
    )
}

/// `K` registers out of a register of each stream, each turned around if it is
/// `mirrored`.
///
/// # Safety
/// K1 for `V`; K2 for a register at `src + s * stride` for each stream and
/// `K` registers at `dst`.
#[inline(always)]
unsafe fn join_group<V: Vector, const K: usize, const SIZE: usize>(
    dst: *mut u8,
    src: *const u8,
    stride: isize,
    mirrored: bool,
) {
    // SAFETY: as promised; see `split_group`.
    unsafe {
        let mut streams = load_streams::<V, K, SIZE>(src, stride, mirrored);
        let joined: [V; K] = if K.is_power_of_two() {
            for _ in 0..const { K.ilog2() } {
                streams = zip_halves::<V, K, SIZE>(streams);
            }
            streams
        } else {
            array(
                #[inline(always)]
                |j| {
                    let index = &Shuffles::<K, SIZE>::JOIN[j];
                    let mut joined = streams[0].shuffle(V::splat(&index[0]));
                    for s in 1..K {
                        joined = joined.or(streams[s].shuffle(V::splat(&index[s])));
                    }
                    joined
                },
            )
        };
        if V::LANES > 2 {
            // In the order below, the compiler would shuffle lanes together.
            for j in 0..K {
                for l in 0..V::LANES {
                    joined[j].store_lane(l, dst.add(16 * (l * K + j)));
                }
            }
        } else {
            // One line is full before the next one begins.
            for l in 0..V::LANES {
                for j in 0..K {
                    joined[j].store_lane(l, dst.add(16 * (l * K + j)));
                }
            }
        }
    }
}

/// The elements of all registers alternate with those of half of them on:
/// the number of an element is turned by one bit.
///
/// # Safety
/// K1 for `V`.
#[inline(always)]
unsafe fn zip_halves<V: Vector, const K: usize, const SIZE: usize>(registers: [V; K]) -> [V; K] {
    array(
        #[inline(always)]
        |i| {
            let (low, high) = (registers[i / 2], registers[i / 2 + K / 2]);
            // SAFETY: K1.
            unsafe {
                if i % 2 == 0 { low.zip_low::<SIZE>(high) } else { low.zip_high::<SIZE>(high) }
            }
        },
    )
}

/// The shuffle that collects the items of each of `K` streams in a lane.
const fn chunks_of<const K: usize, const SIZE: usize>() -> Index {
    let mut index = [0; 16];
    let mut b = 0;
    while b < 16 {
        let (stream, item) = (b / (16 / K), b % (16 / K) / SIZE);
        index[b] = ((item * K + stream) * SIZE + b % SIZE) as u8;
        b += 1;
    }
    index
}

/// Byte indices for a lane, 128 where no byte is taken.
type Index = [u8; 16];

/// The shuffles for `K` streams of items of `SIZE` bytes.
struct Shuffles<const K: usize, const SIZE: usize>;

impl<const K: usize, const SIZE: usize> Shuffles<K, SIZE> {
    /// `[s][j]`: what stream `s` takes from joined lane `j`.
    const SPLIT: [[Index; K]; K] = Self::table(true);
    /// `[j][s]`: what joined lane `j` takes from stream `s`.
    const JOIN: [[Index; K]; K] = Self::table(false);

    /// Byte `b` of stream `s` is byte `joined` of the group's joined form.
    const fn table(split: bool) -> [[Index; K]; K] {
        let mut table = [[[128; 16]; K]; K];
        let mut s = 0;
        while s < K {
            let mut b = 0;
            while b < 16 {
                let joined = (b / SIZE * K + s) * SIZE + b % SIZE;
                let (lane, at) = (joined / 16, joined % 16);
                if split {
                    table[s][lane][b] = at as u8;
                } else {
                    table[lane][s][at] = b as u8;
                }
                b += 1;
            }
            s += 1;
        }
        table
    }
}
