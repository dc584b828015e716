//! Panels: lines of the source to the stage, and from there to the shelf.

use super::ahead::Ahead;
use super::{Block, Sizes, is_register};
use crate::dispatch::Simd;
use crate::item::{Item, Sized};
use crate::runs::run_of_bytes;
use crate::transpose::LINE;
use crate::transpose::tile::{micro, rounds, swapped};
use crate::vector::Vector;

/// Some rows of a block, on their way from the source to the shelf.
pub(super) struct Panel<'t> {
    pub(super) block: &'t Block<'t>,
    pub(super) sizes: Sizes,
    pub(super) stage: *mut u8,
    pub(super) shelf: *mut u8,
    pub(super) row: usize,
    pub(super) rows: usize,
}

impl Panel<'_> {
    /// The source's lines to the shelf; micro-tiles in functions of their own,
    /// whose inlined copies would take more stack than threads have, without
    /// optimization.
    ///
    /// # Safety
    /// K1 for `S`, K2 for the panel's source; the shelf is as `sizes` say.
    #[inline(always)]
    pub(super) unsafe fn run<S: Simd, I: Item>(&self, ahead: &mut Ahead<'_>) {
        // SAFETY: the stage holds the panel once it is loaded.
        unsafe {
            self.load::<S>();
            macro_rules! apart {
                ($way:ident, $size:literal) => {
                    S::vectorize(
                        #[inline(always)]
                        || self.$way::<S, $size>(ahead),
                    )
                };
            }
            match I::size(self.sizes.item) {
                1 => apart!(turn, 1),
                2 => apart!(turn, 2),
                4 => apart!(turn, 4),
                8 => apart!(turn, 8),
                16 => apart!(turn, 16),
                3 if !S::SCALAR => apart!(turn_widened, 4),
                5..=7 if !S::SCALAR => apart!(turn_widened, 8),
                ..=15 if self.block.swap != 0 => self.turn_swapped::<S>(ahead),
                3 => self.turn_items::<S, 4>(ahead),
                5..=7 => self.turn_items::<S, 8>(ahead),
                9..=15 => self.turn_items::<S, 16>(ahead),
                17..=32 => self.turn_items::<S, 32>(ahead),
                _ => self.turn_items::<S, 64>(ahead),
            }
        }
    }

    /// The source's lines to the stage.
    ///
    /// # Safety
    /// K1 for `S`, K2 for the panel's source.
    #[inline(always)]
    unsafe fn load<S: Simd>(&self) {
        let &Panel { block, sizes, stage, row, rows, .. } = self;
        let bytes = block.across.len() * sizes.item;
        let lines = bytes / LINE * LINE;
        let pitch = sizes.pitch;
        let down = &block.down[row..row + rows];
        // SAFETY: these bytes of these rows.
        unsafe {
            for at in (0..lines).step_by(LINE) {
                for (r, &offset) in down.iter().enumerate() {
                    let (from, to) = (block.src.offset(offset).add(at), stage.add(r * pitch + at));
                    for part in (0..LINE).step_by(S::Wide::BYTES) {
                        S::Wide::load(from.add(part)).store(to.add(part));
                    }
                }
            }
            if lines < bytes {
                for (r, &offset) in down.iter().enumerate() {
                    let (from, to) = (block.src.offset(offset), stage.add(r * pitch));
                    run_of_bytes::<S>(to.add(lines), from.add(lines), bytes - lines);
                }
            }
            if block.swap != 0 && is_register(sizes.item) {
                let index = S::Wide::splat(&swapped(sizes.item, block.swap));
                for r in 0..rows {
                    for at in (0..bytes).step_by(S::Wide::BYTES) {
                        let at = stage.add(r * pitch + at);
                        S::Wide::load(at).shuffle(index).store(at);
                    }
                }
            }
        }
    }

    /// The stage to the shelf by micro-tiles.
    ///
    /// # Safety
    /// K1 for `S`; the stage holds the panel, whose items have `SIZE` bytes.
    #[inline(always)]
    unsafe fn turn<S: Simd, const SIZE: usize>(&self, ahead: &mut Ahead<'_>) {
        let (lane, wide) = (16 / SIZE, S::Wide::BYTES / SIZE);
        let (pitch, starts) = (const { Sizes::new(SIZE).pitch }, self.block.starts);
        for c in (0..starts.len()).step_by(lane) {
            for r in (0..self.rows).step_by(wide) {
                // SAFETY: the micro-tile's rows and columns are in the stage,
                // if not in the panel; so are the shelf's rows, which have
                // room for a register at each place in the block.
                unsafe {
                    ahead.ask::<S>((S::Wide::BYTES / (4 * SIZE)).max(1));
                    let from = self.stage.cast_const().add(r * pitch + c * SIZE);
                    let to = self.shelf.add((self.row + r) * SIZE);
                    if c + lane <= starts.len() {
                        micro::<S::Wide, SIZE>(
                            #[inline(always)]
                            |i| from.add(i * pitch),
                            #[inline(always)]
                            |j, run| run.store(to.offset(*starts.get_unchecked(c + j))),
                        );
                    } else {
                        micro::<S::Wide, SIZE>(
                            #[inline(always)]
                            |i| from.add(i * pitch),
                            #[inline(always)]
                            |j, run| {
                                if let Some(&start) = starts.get(c + j) {
                                    run.store(to.offset(start));
                                }
                            },
                        );
                    }
                }
            }
        }
    }

    /// The stage to the shelf by micro-tiles of items that are spread to
    /// `SIZE` bytes meanwhile. What is written after a lane's items is
    /// overwritten by the next lane, or lies behind the block.
    ///
    /// # Safety
    /// K1 for `S`; the stage holds the panel, whose items have less than
    /// `SIZE` bytes and more than half of them.
    #[inline(always)]
    unsafe fn turn_widened<S: Simd, const SIZE: usize>(&self, ahead: &mut Ahead<'_>) {
        let (item, pitch, starts) = (self.sizes.item, self.sizes.pitch, self.block.starts);
        let (lane, wide) = (16 / SIZE, S::Wide::BYTES / SIZE);
        let turned = if self.block.swap == 0 { item } else { self.block.swap };
        let (spread, close) = spreading(item, SIZE, turned);
        // SAFETY: the micro-tile's rows and columns are in the stage, if not in
        // the panel, with a register at the last item; so are the shelf's
        // rows, each with room for as many items and two lines.
        unsafe {
            let (spread, close) = (S::Wide::splat(&spread), S::Wide::splat(&close));
            for c in (0..starts.len()).step_by(lane) {
                for r in (0..self.rows).step_by(wide) {
                    ahead.ask::<S>((S::Wide::BYTES / (4 * SIZE)).max(1));
                    let from = self.stage.cast_const().add(r * pitch + c * item);
                    let to = self.shelf.add((self.row + r) * item);
                    rounds::<S::Wide, SIZE>(
                        #[inline(always)]
                        |i| {
                            let run = S::Wide::load_lanes(
                                #[inline(always)]
                                |l| from.add((i + l * lane) * pitch),
                            );
                            run.shuffle(spread)
                        },
                        #[inline(always)]
                        |j, run| {
                            if let Some(&start) = starts.get(c + j) {
                                let step = lane * item;
                                let run = run.shuffle(close);
                                for l in 0..S::Wide::LANES {
                                    run.store_lane(l, to.offset(start).add(l * step));
                                }
                            }
                        },
                    );
                }
            }
        }
    }

    /// The stage to the shelf, item by item: `BYTES` at once, of which the
    /// next item overwrites what is too much.
    ///
    /// # Safety
    /// The stage holds the panel, whose items have at most `BYTES`.
    #[inline(always)]
    unsafe fn turn_items<S: Simd, const BYTES: usize>(&self, ahead: &mut Ahead<'_>) {
        // SAFETY: stage and shelf have room beyond the last item.
        unsafe {
            self.each_item::<S>(
                ahead,
                #[inline(always)]
                |to, from| Sized::<BYTES>::copy(to, from, BYTES),
            );
        }
    }

    /// [`Panel::turn_items`] of items whose bytes are reversed.
    ///
    /// # Safety
    /// K1 for `S`; the stage holds the panel, whose items have less than 16
    /// bytes.
    #[inline(always)]
    unsafe fn turn_swapped<S: Simd>(&self, ahead: &mut Ahead<'_>) {
        // SAFETY: stage and shelf have room beyond the last item.
        unsafe {
            let index = S::Lane::splat(&swapped(self.sizes.item, self.block.swap));
            self.each_item::<S>(
                ahead,
                #[inline(always)]
                |to, from| S::Lane::load(from).shuffle(index).store(to),
            );
        }
    }

    /// # Safety
    /// K1 for `S`.
    #[inline(always)]
    unsafe fn each_item<S: Simd>(&self, ahead: &mut Ahead<'_>, step: impl Fn(*mut u8, *const u8)) {
        // As locals, which no store can change.
        let &Panel { block, sizes, stage, shelf, row, rows } = self;
        let (item, pitch, starts) = (sizes.item, sizes.pitch, block.starts);
        let each = (rows * sizes.lines()).div_ceil(sizes.columns());
        for (c, &start) in starts.iter().enumerate() {
            // SAFETY: items of the panel.
            unsafe {
                ahead.ask::<S>(each);
                let mut from = stage.cast_const().add(c * item);
                let mut to = shelf.offset(start).add(row * item);
                for _ in 0..rows {
                    step(to, from);
                    (to, from) = (to.add(item), from.wrapping_add(pitch));
                }
            }
        }
    }
}

/// The shuffles that spread a lane's items to `size` bytes, reversed in units
/// of `unit`, and that close what is spread.
fn spreading(item: usize, size: usize, unit: usize) -> ([u8; 16], [u8; 16]) {
    const NONE: u8 = 128;
    let (mut spread, mut close) = ([NONE; 16], [NONE; 16]);
    let turned = swapped(item, unit);
    for i in 0..16 / size {
        for byte in 0..item {
            spread[i * size + byte] = (i * item) as u8 + turned[byte];
            close[i * item + byte] = (i * size + byte) as u8;
        }
    }
    (spread, close)
}
