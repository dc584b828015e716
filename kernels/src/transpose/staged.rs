//! Planes whose lines cannot be had where they lie: beyond the caches, or
//! with rows that share cache sets.
//!
//! Source rows that are a power of two apart share a few cache sets, and a
//! tile's lines push each other out before they are used up. Destination rows
//! that start anywhere in a line cannot be streamed tile by tile; rows that
//! share a bank of memory are streamed at full speed only in runs of some
//! hundred bytes. So each line of the source is read once, into a *stage* in
//! the first-level cache; micro-tiles go from there to a *shelf* in the
//! second, where destination rows grow to runs; and whole lines leave the
//! shelf. Meanwhile the source's next lines are asked for, in its own order.
//!
//! A panel (what the stage holds) is a few rows of some lines; a block (what
//! the shelf holds) is several panels. A shelf row starts in the phase that
//! the destination row has within its line. What is left of a line at the
//! end of a block is carried to its start, and leaves with the next block.

use super::table::{ColumnTable, Table};
use super::tile::{micro, put};
use super::{LINE, Walk};
use crate::copy::run_of_bytes;
use crate::dispatch::Simd;
use crate::vector::Vector;
use core::mem::MaybeUninit;

/// Rows of a table: a block's, and those of the two panels after it.
type RowTable = Table<{ 512 + 2 * 64 }>;

/// The sizes for items of `SIZE` bytes.
struct Sizes<const SIZE: usize>;

impl<const SIZE: usize> Sizes<SIZE> {
    /// Bytes of a destination row in a block.
    const RUN: usize = if SIZE < 8 { 512 } else { 1024 };
    /// Bytes of a source row in a block.
    const WIDTH: usize = if SIZE < 4 { 256 } else { 512 };
    /// Source rows of a block.
    const ROWS: usize = Self::RUN / SIZE;
    /// Source rows of a panel.
    const PANEL: usize = match SIZE {
        1 => 64,
        2 | 4 => 32,
        _ => 16,
    };
    /// Bytes from one row of the stage to the next: an odd number of lines.
    const STAGE: usize = Self::WIDTH + LINE;
    /// The same of the shelf: a block, and the phase.
    const SHELF: usize = Self::RUN + LINE;
}

/// Scratch.
#[repr(align(64))]
struct Room<const BYTES: usize>(MaybeUninit<[u8; BYTES]>);

impl<const BYTES: usize> Room<BYTES> {
    fn new() -> Self {
        Room(MaybeUninit::uninit())
    }

    fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}

/// The most that [`Sizes`] give.
type Stage = Room<{ 64 * (256 + LINE) }>;

impl<const SIZE: usize> Walk<'_, SIZE> {
    /// Past the caches if the plane says so, else by ordinary stores. The
    /// bytes of each item are reversed in units of `swap` bytes, unless that
    /// is 0.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane.
    #[inline(always)]
    pub(super) unsafe fn by_stages<S: Simd>(&self) {
        // SAFETY: handed on.
        unsafe {
            match SIZE {
                1 => self.by_shelf::<S, { 256 * 576 }>(),
                2 | 4 => self.by_shelf::<S, { 128 * 576 }>(),
                _ => self.by_shelf::<S, { 64 * 1088 }>(),
            }
        }
    }

    /// # Safety
    /// That of [`Walk::by_stages`]; `BYTES` are a shelf.
    #[inline(always)]
    unsafe fn by_shelf<S: Simd, const BYTES: usize>(&self) {
        debug_assert!(BYTES >= Sizes::<SIZE>::WIDTH / SIZE * Sizes::<SIZE>::SHELF);
        const { assert!(size_of::<Stage>() >= Sizes::<SIZE>::PANEL * Sizes::<SIZE>::STAGE) };
        let (rows, columns) = (self.rows.len(), self.columns.len());
        let (mut stage, mut shelf) = (Stage::new(), Room::<BYTES>::new());
        // Micro-tiles read rows and columns that a panel at an edge lacks.
        // SAFETY: all of the stage.
        unsafe { stage.start().write_bytes(0, size_of::<Stage>()) };
        let (mut across, mut starts) = (ColumnTable::new(), ColumnTable::new());
        let mut down = RowTable::new();
        let width = Sizes::<SIZE>::WIDTH / SIZE;
        for column in (0..columns).step_by(width) {
            across.move_to(self.columns, column, columns.min(column + width), 0);
            let phase = |offset: isize| self.dst.wrapping_offset(offset).addr() % LINE;
            starts.set(across.offsets().len(), |c| {
                (c * Sizes::<SIZE>::SHELF + phase(across.offsets()[c])) as isize
            });
            for row in (0..rows).step_by(Sizes::<SIZE>::ROWS) {
                let end = rows.min(row + Sizes::<SIZE>::ROWS);
                self.look_down(&mut down, row, column);
                let block = Block {
                    src: self.src.wrapping_add(column * SIZE),
                    dst: self.dst,
                    row,
                    rows: end - row,
                    first: row == 0,
                    last: end == rows,
                    down: down.offsets(),
                    across: across.offsets(),
                    starts: starts.offsets(),
                    stream: self.stream,
                    swap: self.swap,
                };
                // SAFETY: a block of the plane.
                unsafe { block.run::<S, SIZE>(stage.start(), shelf.start()) };
            }
        }
    }

    /// Fills the table with the rows from `row` on, and after the last with
    /// the first ones of the next columns: those are asked for in advance.
    fn look_down(&self, down: &mut RowTable, row: usize, column: usize) {
        let rows = self.rows.len();
        let ahead = Sizes::<SIZE>::ROWS + 2 * Sizes::<SIZE>::PANEL;
        down.move_to(self.rows, row, rows.min(row + ahead), 0);
        let missing = ahead.saturating_sub(rows - row).min(rows);
        if missing > 0 && column + Sizes::<SIZE>::WIDTH / SIZE < self.columns.len() {
            down.add(self.rows, 0, missing, Sizes::<SIZE>::WIDTH as isize);
        }
    }
}

/// A block of a plane.
#[derive(Clone, Copy)]
struct Block<'t> {
    /// The block's first column in row 0.
    src: *const u8,
    /// Column 0 of the plane's destination.
    dst: *mut u8,
    /// The block's first row, and how many there are.
    row: usize,
    rows: usize,
    /// Whether the block has the plane's first rows, and its last.
    first: bool,
    last: bool,
    /// Offsets of the source rows from `src`, and of some after them.
    down: &'t [isize],
    /// Offsets of the destination rows from `dst`.
    across: &'t [isize],
    /// Where they start in the shelf.
    starts: &'t [isize],
    stream: bool,
    swap: usize,
}

impl Block<'_> {
    /// # Safety
    /// K1 for `S`, K2 to K4 for the block; `stage` and `shelf` as [`Sizes`]
    /// say.
    #[inline(always)]
    unsafe fn run<S: Simd, const SIZE: usize>(&self, stage: *mut u8, shelf: *mut u8) {
        let mut ahead = Ahead { src: self.src, rows: self.down, line: 0 };
        for row in (0..self.rows).step_by(Sizes::<SIZE>::PANEL) {
            let rows = Sizes::<SIZE>::PANEL.min(self.rows - row);
            ahead.start_at::<SIZE>(row + rows);
            // SAFETY: a panel of the block.
            unsafe {
                self.load::<S, SIZE>(stage, row, rows);
                self.turn::<S, SIZE>(stage, shelf, row, rows, &mut ahead);
            }
        }
        ahead.start_at::<SIZE>(self.rows + Sizes::<SIZE>::PANEL);
        // SAFETY: the shelf is full.
        unsafe { self.leave::<S, SIZE>(shelf, &mut ahead) };
    }

    /// The lines of a panel to the stage.
    ///
    /// # Safety
    /// K1 for `S`, K2 for the panel's source.
    #[inline(always)]
    unsafe fn load<S: Simd, const SIZE: usize>(&self, stage: *mut u8, row: usize, rows: usize) {
        let bytes = self.across.len() * SIZE;
        let lines = bytes / LINE * LINE;
        let pitch = Sizes::<SIZE>::STAGE;
        let down = &self.down[row..row + rows];
        // SAFETY: these bytes of these rows.
        unsafe {
            for at in (0..lines).step_by(LINE) {
                for (r, &offset) in down.iter().enumerate() {
                    let (from, to) = (self.src.offset(offset).add(at), stage.add(r * pitch + at));
                    for part in (0..LINE).step_by(S::Wide::BYTES) {
                        S::Wide::load(from.add(part)).store(to.add(part));
                    }
                }
            }
            if lines < bytes {
                for (r, &offset) in down.iter().enumerate() {
                    let (from, to) = (self.src.offset(offset), stage.add(r * pitch));
                    run_of_bytes::<S>(to.add(lines), from.add(lines), bytes - lines);
                }
            }
            if self.swap != 0 {
                let index = S::Wide::splat(&swapped(SIZE, self.swap));
                for r in 0..rows {
                    for at in (0..bytes).step_by(S::Wide::BYTES) {
                        let at = stage.add(r * pitch + at);
                        S::Wide::load(at).shuffle(index).store(at);
                    }
                }
            }
        }
    }

    /// A panel from the stage to the shelf.
    ///
    /// # Safety
    /// K1 for `S`; the stage holds the panel.
    #[inline(always)]
    unsafe fn turn<S: Simd, const SIZE: usize>(
        &self,
        stage: *const u8,
        shelf: *mut u8,
        row: usize,
        rows: usize,
        ahead: &mut Ahead<'_>,
    ) {
        let (lane, wide) = (16 / SIZE, S::Wide::BYTES / SIZE);
        let pitch = Sizes::<SIZE>::STAGE;
        for c in (0..self.across.len()).step_by(lane) {
            for r in (0..rows).step_by(wide) {
                // SAFETY: the micro-tile's rows and columns are in the stage,
                // if not in the panel; so are the shelf's rows, which have
                // room for a register at each place in the block. The starts
                // of columns that are not there are those of the last.
                unsafe {
                    ahead.ask::<S, SIZE>((S::Wide::BYTES / (4 * SIZE)).max(1));
                    let from = stage.add(r * pitch + c * SIZE);
                    let to = shelf.add((row + r) * SIZE);
                    if c + lane <= self.across.len() {
                        micro::<S::Wide, SIZE>(
                            #[inline(always)]
                            |i| from.add(i * pitch),
                            #[inline(always)]
                            |j, run| run.store(to.offset(*self.starts.get_unchecked(c + j))),
                        );
                    } else {
                        micro::<S::Wide, SIZE>(
                            #[inline(always)]
                            |i| from.add(i * pitch),
                            #[inline(always)]
                            |j, run| {
                                if let Some(&start) = self.starts.get(c + j) {
                                    run.store(to.offset(start));
                                }
                            },
                        );
                    }
                }
            }
        }
    }

    /// The shelf's lines to the destination.
    ///
    /// # Safety
    /// K1 for `S`, K2 and K3 for the block's destination; the shelf holds
    /// the block, and what is carried from the one before it.
    #[inline(always)]
    unsafe fn leave<S: Simd, const SIZE: usize>(&self, shelf: *mut u8, ahead: &mut Ahead<'_>) {
        let each = (Sizes::<SIZE>::PANEL * LINES::<SIZE>()).div_ceil(Sizes::<SIZE>::WIDTH / SIZE);
        for (c, (&offset, &start)) in self.across.iter().zip(self.starts).enumerate() {
            // SAFETY: the part of the row that the block has, from the line
            // in which it starts: the shelf's row is as long.
            unsafe {
                ahead.ask::<S, SIZE>(each);
                let from = shelf.add(c * Sizes::<SIZE>::SHELF);
                let phase = start as usize - c * Sizes::<SIZE>::SHELF;
                let to = self.dst.offset(offset).add(self.row * SIZE).wrapping_sub(phase);
                let end = phase + self.rows * SIZE;
                let mut at = 0;
                if self.first && phase != 0 {
                    at = LINE.min(end);
                    run_of_bytes::<S>(to.add(phase), from.add(phase), at - phase);
                }
                let lines = end / LINE * LINE;
                if self.stream {
                    lines_to::<S, true>(to, from, at, lines);
                } else {
                    lines_to::<S, false>(to, from, at, lines);
                }
                if self.last {
                    let at = at.max(lines);
                    run_of_bytes::<S>(to.add(at), from.add(at), end - at);
                } else if phase != 0 {
                    core::ptr::copy_nonoverlapping(from.add(Sizes::<SIZE>::RUN), from, LINE);
                }
            }
        }
    }
}

/// Whole lines, from `at` to `end`.
///
/// # Safety
/// K1 for `S`, K2, K3; `to` is aligned to lines if `STREAM`.
#[inline(always)]
unsafe fn lines_to<S: Simd, const STREAM: bool>(
    to: *mut u8,
    from: *const u8,
    at: usize,
    end: usize,
) {
    for at in (at..end).step_by(S::Wide::BYTES) {
        // SAFETY: handed on.
        unsafe { put::<S::Wide, STREAM>(S::Wide::load(from.add(at)), to.add(at)) };
    }
}

/// Lines of a source row in a block.
#[allow(non_snake_case, reason = "a constant that depends on a parameter")]
const fn LINES<const SIZE: usize>() -> usize {
    Sizes::<SIZE>::WIDTH / LINE
}

/// Lines that are asked for in advance, in the source's own order.
struct Ahead<'t> {
    src: *const u8,
    rows: &'t [isize],
    /// The next line, counted from the first row's first.
    line: usize,
}

impl Ahead<'_> {
    /// Goes on from a row, or from where it is, if that is further.
    #[inline(always)]
    fn start_at<const SIZE: usize>(&mut self, row: usize) {
        self.line = row * LINES::<SIZE>();
    }

    /// Asks for the next `n` lines.
    ///
    /// # Safety
    /// K1 for `S`.
    #[inline(always)]
    unsafe fn ask<S: Simd, const SIZE: usize>(&mut self, n: usize) {
        for _ in 0..n {
            if let Some(&row) = self.rows.get(self.line / LINES::<SIZE>()) {
                let at = self.line % LINES::<SIZE>() * LINE;
                // SAFETY: handed on.
                unsafe { S::prefetch(self.src.wrapping_offset(row).wrapping_add(at)) };
                self.line += 1;
            }
        }
    }
}

/// The shuffle that reverses each item of a lane in units of `unit` bytes.
const fn swapped(size: usize, unit: usize) -> [u8; 16] {
    let mut index = [0; 16];
    let mut at = 0;
    while at < 16 {
        let (item, byte) = (at / size * size, at % size);
        let mirrored = (size / unit - 1 - byte / unit) * unit + byte % unit;
        index[at] = (item + mirrored) as u8;
        at += 1;
    }
    index
}
