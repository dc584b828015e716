//! Runs of the destination, register by register: in cache, or by whole
//! lines past the caches.

use crate::ahead::Ahead;
use crate::copy::Block;
use crate::dispatch::Simd;
use crate::transpose::LINE;
use crate::vector::Vector;

/// What a run of the destination is made of.
///
/// Registers start at multiples of an item.
pub(crate) trait Line: Copy {
    /// Whether a register may read beyond its last item, as far as the next
    /// one: all but the one that ends the run.
    const BEYOND: bool;

    /// Lines of the source that are read for a line of the destination.
    const READS: usize;
    /// Whether they are read backwards.
    const BACK: bool = false;

    /// Where the bytes for those from `at` on begin, or end if backwards.
    fn read(self, at: usize) -> *const u8;

    /// Bytes of an item.
    fn item(self) -> usize;

    /// The bytes of the destination from `at` on.
    ///
    /// # Safety
    /// K1 for `V`, K2; if `BEYOND`, the run has an item after them.
    unsafe fn make<V: Vector>(self, at: usize) -> V;

    /// The same where no item follows, but one comes before.
    ///
    /// # Safety
    /// K1 for `V`, K2.
    #[inline(always)]
    unsafe fn last<V: Vector>(self, at: usize) -> V {
        debug_assert!(!Self::BEYOND);
        // SAFETY: handed on; nothing is read beyond.
        unsafe { self.make(at) }
    }

    /// Writes the item whose first byte is byte `at` of the destination.
    ///
    /// # Safety
    /// K2, K3.
    unsafe fn put(self, dst: *mut u8, at: usize);

    /// The bytes `from..to` of the destination's run, whole items.
    ///
    /// # Safety
    /// K2, K3.
    #[inline(always)]
    unsafe fn items(self, dst: *mut u8, from: usize, to: usize) {
        let mut at = from;
        while at < to {
            // SAFETY: an item of the run.
            unsafe { self.put(dst.add(at), at) };
            at += self.item();
        }
    }
}

/// A run of bytes as it is.
#[derive(Clone, Copy)]
pub(crate) struct Plain {
    pub(crate) src: *const u8,
}

impl Line for Plain {
    const BEYOND: bool = false;
    const READS: usize = 1;

    #[inline(always)]
    fn read(self, at: usize) -> *const u8 {
        self.src.wrapping_add(at)
    }

    #[inline(always)]
    fn item(self) -> usize {
        1
    }

    #[inline(always)]
    unsafe fn make<V: Vector>(self, at: usize) -> V {
        // SAFETY: handed on.
        unsafe { V::load(self.src.add(at)) }
    }

    #[inline(always)]
    unsafe fn put(self, dst: *mut u8, at: usize) {
        // SAFETY: a byte of the run.
        unsafe { *dst = *self.src.add(at) }
    }

    #[inline(always)]
    unsafe fn items(self, dst: *mut u8, from: usize, to: usize) {
        // SAFETY: K2, K3.
        unsafe { core::ptr::copy_nonoverlapping(self.src.add(from), dst.add(from), to - from) }
    }
}

/// Each row of the block by the line that `line` makes of the row's source.
///
/// # Safety
/// K1 for `S`, K2 to K4; the destination's rows are runs.
#[inline(always)]
pub(crate) unsafe fn rows<S: Simd, L: Line, const STREAM: bool>(
    dst: *mut u8,
    src: *const u8,
    block: &Block,
    line: impl Fn(*const u8) -> L,
) {
    let Block { item, outer, inner } = *block;
    for o in 0..outer.extent as isize {
        // SAFETY: K2 to K4 for row `o`.
        unsafe {
            let (dst, src) = (dst.offset(o * outer.dst), src.offset(o * outer.src));
            if STREAM {
                let (bytes, line) = (inner.extent * item, line(src));
                let ahead = if outer.extent > 1 {
                    Ahead::of_row(line.read(0), bytes * L::READS, o as usize, outer.src, L::BACK)
                } else {
                    Ahead::of_run(bytes * L::READS, L::BACK)
                };
                stream::<S, L>(dst, bytes, line, ahead);
            } else {
                run::<S, L>(dst, inner.extent * item, line(src));
            }
        }
    }
}

/// A run of `bytes` bytes.
///
/// # Safety
/// K1 for `S`, K2, K3.
#[inline(always)]
unsafe fn run<S: Simd, L: Line>(dst: *mut u8, bytes: usize, line: L) {
    let least = if L::BEYOND { line.item() } else { 0 };
    // SAFETY: the parts are handed on.
    unsafe {
        if !S::SCALAR && bytes >= S::Wide::BYTES + least {
            registers::<S::Wide, L>(dst, bytes, line);
        } else if !S::SCALAR && bytes >= S::Lane::BYTES + least {
            registers::<S::Lane, L>(dst, bytes, line);
        } else {
            line.items(dst, 0, bytes);
        }
    }
}

/// At least a register full; the last one may overlap the one before.
///
/// # Safety
/// K1 for `V`, K2, K3.
#[inline(always)]
unsafe fn registers<V: Vector, L: Line>(dst: *mut u8, bytes: usize, line: L) {
    let mut at = 0;
    // SAFETY: all registers are inside the run, the last one ends it.
    unsafe {
        while at + V::BYTES < bytes {
            line.make::<V>(at).store(dst.add(at));
            at += V::BYTES;
        }
        line.last::<V>(bytes - V::BYTES).store(dst.add(bytes - V::BYTES));
    }
}

/// Asks for lines while those of the destination's bytes from `at` on are read.
///
/// # Safety
/// K1 for `S`.
#[inline(always)]
unsafe fn ask<S: Simd, L: Line>(line: L, at: usize, ahead: Ahead) {
    for i in 0..L::READS {
        let (read, far) = (line.read(at), i * LINE);
        let read = if L::BACK { read.wrapping_sub(far) } else { read.wrapping_add(far) };
        // SAFETY: handed on.
        unsafe { ahead.ask::<S>(read, at * L::READS + far, L::BACK) }
    }
}

/// A run of `bytes` bytes: whole lines past the caches, what is before and
/// after them item by item.
///
/// # Safety
/// K1 for `S`, K2, K3.
#[inline(always)]
pub(crate) unsafe fn stream<S: Simd, L: Line>(dst: *mut u8, bytes: usize, line: L, ahead: Ahead) {
    let head = dst.align_offset(LINE);
    let least = if L::BEYOND { line.item() } else { 0 };
    // SAFETY: head, lines and rest are the run; if something is read beyond
    // a line, an item follows it.
    unsafe {
        if S::SCALAR || !head.is_multiple_of(line.item()) || head + LINE + least > bytes {
            return run::<S, L>(dst, bytes, line);
        }
        line.items(dst, 0, head);
        // Known before the loop, so that what follows it costs it no registers.
        let end = head + (bytes - least - head) / LINE * LINE;
        lines::<S, L>(dst, head, end, line, ahead);
        line.items(dst, end, bytes);
    }
}

/// The lines of a run from `from` to `end`, both at the start of a line.
///
/// # Safety
/// K1 for `S`, K2, K3; if something is read beyond a line, an item follows it.
#[inline(always)]
unsafe fn lines<S: Simd, L: Line>(dst: *mut u8, from: usize, end: usize, line: L, ahead: Ahead) {
    let mut at = from;
    while at < end {
        // SAFETY: a line of the run.
        unsafe {
            ask::<S, L>(line, at, ahead);
            // Both halves back to back: a line leaves the core at once.
            let mut part = 0;
            while part < LINE {
                line.make::<S::Wide>(at + part).stream(dst.add(at + part));
                part += S::Wide::BYTES;
            }
        }
        at += LINE;
    }
}

/// Runs of at most so many bytes are asked for in advance, so many runs.
const SHORT: usize = 1024;
const AHEAD: isize = 16;

/// Runs of `bytes` bytes, at least a line, that adjoin in the destination:
/// whole lines past the caches, those of two runs too.
///
/// # Safety
/// K1 for `S`, K2 to K4.
#[inline(always)]
pub(crate) unsafe fn adjoining<S: Simd>(
    dst: *mut u8,
    src: *const u8,
    bytes: usize,
    runs: crate::copy::Axis,
) {
    let (mut to, mut left, mut rest) = (dst, src, 0);
    // SAFETY: runs have a line at least, so that the seam of two has bytes of no
    // other; the `rest` that is left of one is less than a line.
    unsafe {
        for run in 0..runs.extent {
            let from = src.offset(run as isize * runs.src);
            // Short runs end before a prefetcher has seen where they go.
            if bytes <= SHORT {
                let ahead = from.wrapping_offset(runs.src.wrapping_mul(AHEAD));
                for at in (0..bytes + LINE).step_by(LINE) {
                    S::prefetch(ahead.wrapping_add(at));
                }
            }
            let ahead = Ahead::of_row(from, bytes, run, runs.src, false);
            let mut at = 0;
            if run == 0 {
                at = to.align_offset(LINE);
                core::ptr::copy_nonoverlapping(from, to, at);
                to = to.add(at);
            } else if rest > 0 {
                seam::<S>(to, left, from, rest);
                (at, to) = (LINE - rest, to.add(LINE));
            }
            let whole = (bytes - at) / LINE * LINE;
            let line = Plain { src: from.add(at) };
            // The loop of short runs has nothing to ask for, and so is shorter.
            match ahead {
                Ahead::No => lines::<S, Plain>(to, 0, whole, line, Ahead::No),
                ahead => lines::<S, Plain>(to, 0, whole, line, ahead),
            }
            to = to.add(whole);
            (left, rest) = (from.add(at + whole), bytes - at - whole);
        }
        core::ptr::copy_nonoverlapping(left, to, rest);
    }
}

/// A line of two runs past the caches: the `rest` bytes at `left`, which end one, and
/// the first ones of `next`.
///
/// In registers: a load of what two stores have just written waits for both.
///
/// # Safety
/// K1 for `S`, K2, K3: both runs have a line at least; `to` is aligned to it.
#[inline(always)]
unsafe fn seam<S: Simd>(to: *mut u8, left: *const u8, next: *const u8, rest: usize) {
    const LANE: usize = 16;
    /// Bytes of a lane, between as many that shuffles make 0 of.
    const SLIDE: [u8; 3 * LANE] = {
        let mut slide = [128; 3 * LANE];
        let mut i = 0;
        while i < LANE {
            slide[LANE + i] = i as u8;
            i += 1;
        }
        slide
    };
    let (cut, of_left) = (rest / LANE, rest % LANE);
    // SAFETY: of the first run's end, of the second one's start, and of both.
    unsafe {
        let slide = |at: usize| S::Lane::load(SLIDE.as_ptr().add(at));
        let low = S::Lane::load(left.add(rest).sub(LANE)).shuffle(slide(2 * LANE - of_left));
        let high = S::Lane::load(next).shuffle(slide(LANE - of_left));
        let both = low.or(high);
        for lane in 0..LINE / LANE {
            let at = lane * LANE;
            let run = match lane {
                lane if lane == cut => both,
                lane if lane < cut => S::Lane::load(left.add(at)),
                _ => S::Lane::load(next.add(at - rest)),
            };
            run.stream(to.add(at));
        }
    }
}
