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
//!
//! Where many rows are followed that are read side by side, all the rows of a
//! block are read together, a *piece* of some lines
//! at a time, which leaves as pairs of lines before the next one is read. What
//! is carried then waits in lines of its own. Only of odd items, which take
//! longer, the next piece is asked for.
//!
//! A comparison does the same but for the end: the shelf's rows are compared
//! with the destination's, whose lines have been asked for meanwhile.

mod ahead;
mod panel;

use super::LINE;
use super::table::{ColumnTable, Group, Table, ask};
use super::tile::put;
use crate::dispatch::Simd;
use crate::equal::Equal;
use crate::item::Item;
use crate::runs::run_of_bytes;
use crate::vector::Vector;
use ahead::{Ahead, Lines};
use core::mem::MaybeUninit;
use panel::Panel;

/// Columns of a block, at most: of three-byte items.
const COLUMNS: usize = 4096 / 3;

/// Rows of a table: a block's, and those of the two panels after it.
type RowTable = Table<{ 512 + 2 * 64 }>;

/// The sizes for items of some bytes.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    item: usize,
    /// Bytes of a destination row in a block: whole items and whole lines.
    run: usize,
    /// Bytes of a source row in a block, whole items.
    width: usize,
    /// Bytes of a source row in a piece, if a block goes piece by piece.
    piece: usize,
    /// Source rows of a panel.
    panel: usize,
    /// Bytes from one row of the stage to the next: an odd number of lines
    /// or so, and room to read a register at the last item.
    pitch: usize,
}

impl Sizes {
    #[inline(always)]
    pub(super) const fn new(item: usize) -> Sizes {
        let run = Sizes::run(item, if matches!(item, 8 | 16) { 1024 } else { 512 });
        let width = if item < 3 { 256 } else { 512 / item * item };
        let panel = match item {
            1 => 64,
            8 | 16 => 16,
            _ => 32,
        };
        let pitch = width.next_multiple_of(LINE) + LINE;
        Sizes { item, run, width, piece: width, panel, pitch }
    }

    /// Those of blocks that go piece by piece.
    #[inline(always)]
    const fn by_pieces(item: usize) -> Sizes {
        const PAGE: usize = 4096;
        let run = Sizes::run(item, 2 * LINE);
        let piece = item * usize::div_ceil(3 * LINE, item);
        let width = if item == 2 { PAGE / 2 } else { PAGE } / piece * piece;
        let pitch = if is_register(item) {
            Sizes::new(item).pitch
        } else {
            piece.next_multiple_of(LINE) + LINE
        };
        Sizes { item, run, width, piece, panel: run / item, pitch }
    }

    /// The least bytes from some on that are whole items and whole lines.
    #[inline(always)]
    const fn run(item: usize, least: usize) -> usize {
        let unit =
            item * (LINE >> if item.trailing_zeros() < 6 { item.trailing_zeros() } else { 6 });
        unit * usize::div_ceil(least, unit)
    }

    /// Source rows of a block.
    #[inline(always)]
    const fn rows(self) -> usize {
        self.run / self.item
    }

    /// Columns of a block.
    #[inline(always)]
    const fn columns(self) -> usize {
        self.width / self.item
    }

    /// Whether a block goes piece by piece.
    #[inline(always)]
    const fn has_pieces(self) -> bool {
        self.piece < self.width
    }

    /// Bytes of all of the shelf, and of the lines that wait.
    #[inline(always)]
    const fn room(self) -> usize {
        let waiting = if self.has_pieces() { self.columns() * LINE } else { 0 };
        self.piece / self.item * self.shelf() + waiting
    }

    /// Lines of a source row in a block.
    #[inline(always)]
    const fn lines(self) -> usize {
        self.width.div_ceil(LINE)
    }

    /// Bytes from one row of the shelf to the next: a block, the phase, and what is written beyond
    /// the last item.
    #[inline(always)]
    const fn shelf(self) -> usize {
        ((self.run / LINE + if is_register(self.item) { 1 } else { 2 }) | 1) * LINE
    }
}

/// Whether registers hold whole items of this size.
#[must_use]
pub const fn is_register(item: usize) -> bool {
    matches!(item, 1 | 2 | 4 | 8 | 16)
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

/// A walk through a plane of items of any size.
pub(super) struct Staged<'a> {
    pub(super) dst: *mut u8,
    pub(super) src: *const u8,
    pub(super) rows: Group<'a>,
    pub(super) columns: Group<'a>,
    /// Past the caches, or by ordinary stores.
    pub(super) stream: bool,
    /// Past them piece by piece.
    pub(super) by_pieces: bool,
    /// The bytes of each item are reversed in units of so many, unless 0.
    pub(super) swap: usize,
    /// By what the plane is compared with the destination instead.
    pub(super) against: Option<Equal>,
}

impl Staged<'_> {
    /// Moves the plane, or tells whether it has been moved.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane, whose items have `item` bytes.
    #[inline(always)]
    pub(super) unsafe fn run<S: Simd, I: Item>(&self, item: usize) -> bool {
        // In functions of their own: without optimization, all scratch that is
        // inlined into one takes more stack than threads have.
        macro_rules! apart {
            ($bytes:expr) => {
                S::vectorize(
                    #[inline(always)]
                    || self.by_shelf::<S, I, { $bytes }>(item),
                )
            };
        }
        // SAFETY: handed on.
        unsafe {
            match I::size(item) {
                2 | 4 | 8 | 16 => apart!(96 << 10),
                _ => apart!(256 * 576),
            }
        }
    }

    /// # Safety
    /// That of [`Staged::run`]; a shelf has at most `BYTES`.
    #[inline(always)]
    unsafe fn by_shelf<S: Simd, I: Item, const BYTES: usize>(&self, item: usize) -> bool {
        let item = I::size(item);
        // One-byte items would need too many rows side by side.
        let sizes = if self.by_pieces && item > 1 && self.against.is_none() {
            Sizes::by_pieces(item)
        } else {
            Sizes::new(item)
        };
        debug_assert!(BYTES >= sizes.room());
        debug_assert!(size_of::<Stage>() >= sizes.panel * sizes.pitch);
        let (rows, columns) = (self.rows.len(), self.columns.len());
        let (mut stage, mut shelf) = (Stage::new(), Room::<BYTES>::new());
        // Micro-tiles read rows and columns that a panel at an edge lacks.
        // SAFETY: all of the stage.
        unsafe { stage.start().write_bytes(0, size_of::<Stage>()) };
        let mut across = Table::<COLUMNS>::new();
        let mut starts = ColumnTable::new();
        let mut down = RowTable::new();
        for column in (0..columns).step_by(sizes.columns()) {
            across.move_to(self.columns, column, columns.min(column + sizes.columns()), 0);
            // Who compares writes no lines that would have to be whole.
            let moves = self.against.is_none();
            let phase = |offset: isize| {
                if moves { self.dst.wrapping_offset(offset).addr() % LINE } else { 0 }
            };
            if !sizes.has_pieces() {
                starts.set(across.offsets().len(), |c| {
                    (c * sizes.shelf() + phase(across.offsets()[c])) as isize
                });
            }
            for row in (0..rows).step_by(sizes.rows()) {
                let end = rows.min(row + sizes.rows());
                self.look_down(&mut down, sizes, row, column);
                let block = Block {
                    src: self.src.wrapping_add(column * sizes.item),
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
                    against: self.against,
                };
                if sizes.has_pieces() {
                    // SAFETY: a block of the plane.
                    unsafe { block.run_by_pieces::<S, I>(sizes, stage.start(), shelf.start()) };
                    continue;
                }
                // SAFETY: a block of the plane.
                if !unsafe { block.run::<S, I>(sizes, stage.start(), shelf.start()) } {
                    return false;
                }
            }
        }
        true
    }

    /// Fills the table with the rows from `row` on, and after the last with
    /// the first ones of the next columns: those are asked for in advance.
    fn look_down(&self, down: &mut RowTable, sizes: Sizes, row: usize, column: usize) {
        let rows = self.rows.len();
        let ahead = sizes.rows() + 2 * sizes.panel;
        down.move_to(self.rows, row, rows.min(row + ahead), 0);
        let missing = ahead.saturating_sub(rows - row).min(rows);
        if missing > 0 && column + sizes.columns() < self.columns.len() {
            down.add(self.rows, 0, missing, sizes.width as isize);
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
    against: Option<Equal>,
}

impl Block<'_> {
    /// # Safety
    /// K1 for `S`, K2 to K4 for the block; `stage` and `shelf` are as `sizes`
    /// say.
    #[inline(always)]
    unsafe fn run<S: Simd, I: Item>(&self, sizes: Sizes, stage: *mut u8, shelf: *mut u8) -> bool {
        let source = Lines { src: self.src, rows: self.down, each: sizes.lines(), next: 0 };
        let left = self.against.map(|_| Lines {
            src: self.dst.wrapping_add(self.row * sizes.item),
            rows: self.across,
            each: (self.rows * sizes.item).div_ceil(LINE),
            next: 0,
        });
        let mut ahead = Ahead { source, left };
        for row in (0..self.rows).step_by(sizes.panel) {
            let rows = sizes.panel.min(self.rows - row);
            ahead.start_at(row + rows);
            let panel = Panel { block: self, sizes, stage, shelf, row, rows };
            // SAFETY: a panel of the block.
            unsafe { panel.run::<S, I>(&mut ahead) };
        }
        ahead.start_at(self.rows + sizes.panel);
        // SAFETY: the shelf is full.
        unsafe {
            match self.against {
                None => self.leave::<S>(sizes, shelf, &mut ahead),
                Some(equal) => return self.is_equal::<S>(equal, sizes, shelf, &mut ahead),
            }
        }
        true
    }

    /// Reads all rows a piece at a time, which leaves at once. What is left
    /// of the lines waits behind the shelf for the next block.
    ///
    /// # Safety
    /// That of [`Block::run`]; the block has the rows of one panel at most.
    #[inline(always)]
    unsafe fn run_by_pieces<S: Simd, I: Item>(&self, sizes: Sizes, stage: *mut u8, shelf: *mut u8) {
        let mut starts = ColumnTable::new();
        let mut ahead = Ahead::nothing();
        let columns = sizes.piece / sizes.item;
        let mut waiting = shelf.wrapping_add(columns * sizes.shelf());
        for (at, across) in self.across.chunks(columns).enumerate() {
            let mut aligned = true;
            starts.set(across.len(), |c| {
                let phase = self.dst.wrapping_offset(across[c]).addr() % LINE;
                aligned &= phase == 0;
                (c * sizes.shelf() + phase) as isize
            });
            let src = self.src.wrapping_add(at * sizes.piece);
            let block = Block { src, across, starts: starts.offsets(), ..*self };
            let panel = Panel { block: &block, sizes, stage, shelf, row: 0, rows: self.rows };
            let after = src.wrapping_add(sizes.piece);
            // SAFETY: a panel of the block; the shelf has a row for each
            // column of a piece, and a line waits for each of the block.
            unsafe {
                // Other items are turned before a core has waited for long.
                if !is_register(sizes.item) {
                    ask::<S>(after, &self.down[..self.rows], sizes.piece.div_ceil(LINE));
                }
                if !aligned && !self.first {
                    for c in 0..across.len() {
                        let to = shelf.add(c * sizes.shelf());
                        core::ptr::copy_nonoverlapping(waiting.add(c * LINE), to, LINE);
                    }
                }
                panel.run::<S, I>(&mut ahead);
                block.leave::<S>(sizes, shelf, &mut ahead);
                if !aligned && !self.last {
                    for c in 0..across.len() {
                        let from = shelf.add(c * sizes.shelf());
                        core::ptr::copy_nonoverlapping(from, waiting.add(c * LINE), LINE);
                    }
                }
            }
            waiting = waiting.wrapping_add(columns * LINE);
        }
    }

    /// Whether the shelf's rows are equal to the destination's.
    ///
    /// # Safety
    /// K1 for `S`, K2 for the block's destination; the shelf holds the block.
    #[inline(always)]
    unsafe fn is_equal<S: Simd>(
        &self,
        equal: Equal,
        sizes: Sizes,
        shelf: *const u8,
        ahead: &mut Ahead<'_>,
    ) -> bool {
        let each = (sizes.panel * sizes.lines()).div_ceil(sizes.columns());
        ahead.left = None;
        for (&offset, &start) in self.across.iter().zip(self.starts) {
            // SAFETY: the part of the row that the block has.
            unsafe {
                ahead.ask::<S>(each);
                let left = self.dst.offset(offset).add(self.row * sizes.item);
                if !equal.run(left, shelf.offset(start), self.rows * sizes.item) {
                    return false;
                }
            }
        }
        true
    }

    /// The shelf's lines to the destination.
    ///
    /// # Safety
    /// K1 for `S`, K2 and K3 for the block's destination; the shelf holds
    /// the block, and what is carried from the one before it.
    #[inline(always)]
    unsafe fn leave<S: Simd>(&self, sizes: Sizes, shelf: *mut u8, ahead: &mut Ahead<'_>) {
        let each = (sizes.panel * sizes.lines()).div_ceil(sizes.columns());
        for (c, (&offset, &start)) in self.across.iter().zip(self.starts).enumerate() {
            // SAFETY: the part of the row that the block has, from the line
            // in which it starts: the shelf's row is as long.
            unsafe {
                ahead.ask::<S>(each);
                let from = shelf.add(c * sizes.shelf());
                let phase = start as usize - c * sizes.shelf();
                let to = self.dst.offset(offset).add(self.row * sizes.item).wrapping_sub(phase);
                let end = phase + self.rows * sizes.item;
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
                    core::ptr::copy_nonoverlapping(from.add(sizes.run), from, LINE);
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
