//! Past the caches through a stage: any kernel whose destination has runs
//! writes them, piece by piece, to a few kilobytes in L1, from which whole
//! lines are streamed.
//!
//! What is left of a run after its last whole line, the rest, waits in front
//! of the next piece. So short rows that adjoin in the destination are
//! streamed like one long row.

use crate::copy::{Args, Axis, Block};
use crate::dispatch::{Kernel, KernelFn, Simd};
use crate::line::{self, Plain};
use crate::transpose::LINE;
use core::mem::MaybeUninit;

/// Bytes that are written before lines are streamed.
const PIECE: usize = 4096;
/// The most rows that are written side by side.
const STREAMS: usize = 8;
/// Bytes of one row's part of the stage beside its piece: the rest of the
/// piece before, and what keeps rows on different cache sets.
const BESIDE: usize = 2 * LINE;
/// Shorter runs are not worth a stage.
const LEAST: usize = 512;

/// Where a block's runs are in the destination.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// One run along the inner axis for each step of the outer one.
    Each,
    /// One run along the inner axis for all of the outer one.
    Joined,
    /// As `Each`, and all are written at once.
    Together,
}

/// The arguments, where the runs are, and the kernel.
pub(crate) type StageArgs = (Args, Rows, unsafe fn(Args));

/// Any kernel's block through a stage.
pub(crate) struct Staged;

impl Kernel for Staged {
    type Args = StageArgs;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((args, rows, kernel): StageArgs) {
        let (dst, src, block) = args;
        // SAFETY: the block lives as long as the call.
        let Block { item, outer, inner } = unsafe { *block };
        let unit = inner.dst.unsigned_abs();
        let row = unit * inner.extent;
        let gapless = match rows {
            Rows::Joined => unit == item * outer.extent,
            _ => unit == item,
        };
        let dense = rows == Rows::Each && outer.dst == row as isize;
        let run = if dense { row * outer.extent } else { row };
        let streams = if rows == Rows::Together { outer.extent } else { 1 };
        if S::SCALAR || !gapless || run < LEAST || unit > PIECE || streams > STREAMS {
            // SAFETY: handed on.
            return unsafe { kernel(args) };
        }
        let mut room = Room::new();
        // SAFETY: handed on: the whole block, or its rows.
        unsafe {
            match rows {
                Rows::Joined | Rows::Together => {
                    let to = Block { item, outer, inner };
                    let mut lines = [Lines::at(dst); STREAMS];
                    for (s, line) in lines[..streams].iter_mut().enumerate() {
                        *line = Lines::at(dst.wrapping_offset(s as isize * outer.dst));
                    }
                    along::<S>(&mut room, &mut lines[..streams], src, &to, rows, kernel);
                    lines[..streams].iter_mut().enumerate().for_each(|(s, line)| {
                        line.end(room.row(s, streams));
                    });
                }
                Rows::Each => {
                    let mut line = Lines::at(dst);
                    // Several rows that fit, or one in pieces.
                    let step = if dense { (PIECE / row).max(1) } else { 1 };
                    let mut o = 0;
                    while o < outer.extent {
                        let n = step.min(outer.extent - o);
                        let src = src.offset(o as isize * outer.src);
                        if row <= PIECE && dense {
                            let outer = Axis { extent: n, ..outer };
                            let to = room.row(0, 1);
                            kernel((to, src, &Block { item, outer, inner }));
                            line.write::<S>(to, n * row);
                        } else {
                            let part = Block { item, outer: Axis::UNIT, inner };
                            let lines = core::slice::from_mut(&mut line);
                            along::<S>(&mut room, lines, src, &part, rows, kernel);
                        }
                        o += n;
                        if !dense {
                            line.end(room.row(0, 1));
                            line = Lines::at(dst.wrapping_offset(o as isize * outer.dst));
                        }
                    }
                    line.end(room.row(0, 1));
                }
            }
        }
    }
}

/// A block piece by piece along its inner axis.
///
/// # Safety
/// K1 for `S`, K2 to K4 for the block; a line for each run.
#[inline(always)]
unsafe fn along<S: Simd>(
    room: &mut Room,
    lines: &mut [Lines],
    src: *const u8,
    block: &Block,
    rows: Rows,
    kernel: unsafe fn(Args),
) {
    let Block { item, outer, inner } = *block;
    let unit = inner.dst.unsigned_abs();
    let streams = lines.len();
    let most = PIECE / streams / LINE * LINE / unit;
    let outer = match rows {
        Rows::Together => Axis { dst: Room::pitch(streams) as isize, ..outer },
        _ => outer,
    };
    let mut i = 0;
    while i < inner.extent {
        let n = most.max(1).min(inner.extent - i);
        let part = Block { item, outer, inner: Axis { extent: n, ..inner } };
        // SAFETY: a part of the block, to rows that have room for it.
        unsafe {
            kernel((room.row(0, streams), src.offset(i as isize * inner.src), &part));
            for (s, line) in lines.iter_mut().enumerate() {
                line.write::<S>(room.row(s, streams), n * unit);
            }
        }
        i += n;
    }
}

/// Where the next bytes of a run go, and how many of them wait in front of
/// the next piece.
#[derive(Clone, Copy)]
struct Lines {
    to: *mut u8,
    rest: usize,
}

impl Lines {
    fn at(to: *mut u8) -> Lines {
        Lines { to, rest: 0 }
    }

    /// Streams the whole lines of the rest and of `bytes` bytes at `piece`.
    ///
    /// # Safety
    /// K1 for `S`, K2; the piece is a row of the room.
    #[inline(always)]
    unsafe fn write<S: Simd>(&mut self, piece: *mut u8, bytes: usize) {
        let all = self.rest + bytes;
        let head = self.to.align_offset(LINE).min(all);
        let whole = head + (all - head) / LINE * LINE;
        // SAFETY: the rest is in front of the piece; what is left of both is
        // less than a line, and ends with the piece.
        unsafe {
            let from = piece.sub(self.rest);
            line::stream::<S, Plain>(self.to, whole, Plain { src: from });
            core::ptr::copy(piece.add(bytes).sub(LINE), piece.sub(LINE), LINE);
            self.to = self.to.add(whole);
        }
        self.rest = all - whole;
    }

    /// Writes the rest.
    ///
    /// # Safety
    /// K2; the row is this run's.
    unsafe fn end(&mut self, row: *mut u8) {
        // SAFETY: the rest is in front of the row.
        unsafe { core::ptr::copy_nonoverlapping(row.sub(self.rest), self.to, self.rest) }
        self.rest = 0;
    }
}

/// Room for a piece of each run, each with a line in front.
#[repr(align(64))]
struct Room(MaybeUninit<[u8; LINE + PIECE + STREAMS * BESIDE]>);

impl Room {
    fn new() -> Room {
        Room(MaybeUninit::uninit())
    }

    /// Bytes from one row to the next.
    fn pitch(streams: usize) -> usize {
        (PIECE / streams) / LINE * LINE + BESIDE
    }

    /// Row `s` of `streams`, after the line in front.
    fn row(&mut self, s: usize, streams: usize) -> *mut u8 {
        self.0.as_mut_ptr().cast::<u8>().wrapping_add(LINE + s * Room::pitch(streams))
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
