//! Past the caches through a stage: any kernel whose destination has runs
//! writes them, piece by piece, to a few kilobytes in L1, from which whole
//! lines are streamed.
//!
//! What is left of a run after its last whole line, the rest, waits in front
//! of the next piece. So short rows that adjoin in the destination are
//! streamed like one long row.

use crate::ahead::Ahead;
use crate::copy::{Args, Axis, Block};
use crate::dispatch::{Kernel, KernelFn, Simd};
use crate::line::{self, Plain};
use crate::transpose::LINE;
use core::mem::MaybeUninit;

/// Bytes that are written before lines are streamed.
const PIECE: usize = 4096;
/// Shorter runs are not worth a stage.
const LEAST: usize = 512;

/// The arguments, whether all steps of the outer axis are in one run along the
/// inner one, instead of a run each, and the kernel.
pub(crate) type StageArgs = (Args, bool, unsafe fn(Args));

/// Any kernel's block through a stage.
pub(crate) struct Staged;

impl Kernel for Staged {
    type Args = StageArgs;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((args, joined, kernel): StageArgs) {
        let (dst, src, block) = args;
        // SAFETY: the block lives as long as the call.
        let Block { item, outer, inner } = unsafe { *block };
        let unit = inner.dst.unsigned_abs();
        let row = unit * inner.extent;
        let gapless = unit == if joined { item * outer.extent } else { item };
        let dense = !joined && outer.dst == row as isize;
        let run = if dense { row * outer.extent } else { row };
        if S::SCALAR || !gapless || run < LEAST || unit > PIECE {
            // SAFETY: handed on.
            return unsafe { kernel(args) };
        }
        let mut room = Room::new();
        let to = room.piece();
        let mut line = Lines { to: dst, rest: 0 };
        // SAFETY: handed on: the whole block, or its rows.
        unsafe {
            if joined {
                along::<S>(to, &mut line, src, &*block, kernel);
                return line.end(to);
            }
            // Several rows that fit, or one in pieces.
            let step = if dense { (PIECE / row).max(1) } else { 1 };
            let mut o = 0;
            while o < outer.extent {
                let n = step.min(outer.extent - o);
                let src = src.offset(o as isize * outer.src);
                if row <= PIECE && dense {
                    let outer = Axis { extent: n, ..outer };
                    kernel((to, src, &Block { item, outer, inner }));
                    line.write::<S>(to, n * row);
                } else {
                    let part = Block { item, outer: Axis::UNIT, inner };
                    along::<S>(to, &mut line, src, &part, kernel);
                }
                o += n;
                if !dense {
                    line.end(to);
                    line.to = dst.wrapping_offset((o as isize).wrapping_mul(outer.dst));
                }
            }
            line.end(to);
        }
    }
}

/// A block piece by piece along its inner axis.
///
/// # Safety
/// K1 for `S`, K2 to K4 for the block; `to` is the room's piece.
#[inline(always)]
unsafe fn along<S: Simd>(
    to: *mut u8,
    line: &mut Lines,
    src: *const u8,
    block: &Block,
    kernel: unsafe fn(Args),
) {
    let Block { item, outer, inner } = *block;
    let unit = inner.dst.unsigned_abs();
    let most = PIECE / unit;
    let mut i = 0;
    while i < inner.extent {
        let n = most.min(inner.extent - i);
        let part = Block { item, outer, inner: Axis { extent: n, ..inner } };
        // SAFETY: a part of the block, to a piece that has room for it.
        unsafe {
            kernel((to, src.offset(i as isize * inner.src), &part));
            line.write::<S>(to, n * unit);
        }
        i += n;
    }
}

/// Where the next bytes of a run go, and how many of them wait in front of
/// the next piece.
struct Lines {
    to: *mut u8,
    rest: usize,
}

impl Lines {
    /// Streams the whole lines of the rest and of `bytes` bytes at `piece`.
    ///
    /// # Safety
    /// K1 for `S`, K2; the piece is the room's.
    #[inline(always)]
    unsafe fn write<S: Simd>(&mut self, piece: *mut u8, bytes: usize) {
        let all = self.rest + bytes;
        let head = self.to.align_offset(LINE).min(all);
        let whole = head + (all - head) / LINE * LINE;
        // SAFETY: the rest is in front of the piece; what is left of both is
        // less than a line, and ends with the piece.
        unsafe {
            let from = piece.sub(self.rest);
            line::stream::<S, Plain>(self.to, whole, Plain { src: from }, Ahead::No);
            core::ptr::copy(piece.add(bytes).sub(LINE), piece.sub(LINE), LINE);
            self.to = self.to.add(whole);
        }
        self.rest = all - whole;
    }

    /// Writes the rest.
    ///
    /// # Safety
    /// K2; the piece is the room's.
    unsafe fn end(&mut self, piece: *mut u8) {
        // SAFETY: the rest is in front of the piece.
        unsafe { core::ptr::copy_nonoverlapping(piece.sub(self.rest), self.to, self.rest) }
        self.rest = 0;
    }
}

/// Room for a piece, with a line in front.
#[repr(align(64))]
struct Room(MaybeUninit<[u8; LINE + PIECE]>);

impl Room {
    fn new() -> Room {
        Room(MaybeUninit::uninit())
    }

    /// The piece, after the line in front.
    fn piece(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast::<u8>().wrapping_add(LINE)
    }
}

/// Makes what was streamed visible before later stores.
pub(crate) struct Fence;

impl Kernel for Fence {
    type Args = ();
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((): ()) {
        // SAFETY: K1.
        unsafe { S::fence() }
    }
}

/// The code of [`Staged`].
pub(crate) type StagedFn = KernelFn<Staged>;
