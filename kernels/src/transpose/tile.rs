//! Tiles: a few source rows and a few destination rows, through registers.
//!
//! The unit is a micro-tile: one lane (16 bytes, `n = 16 / SIZE` items) of
//! `n` source rows, times the lanes of a register. Lane `l` of register `i`
//! is loaded from source row `i + l * n`. Then `log2(n)` rounds pair register
//! `i` with register `i + n / 2` and zip their items; after the last round
//! register `j` is a run of destination row `j`. (This is the perfect
//! shuffle, applied until the index bits of row and column have changed
//! places.)
//!
//! A tile is one cache line by one cache line, `64 / SIZE` items each way:
//! each line that it touches is written whole at once, so that the line can
//! be streamed and rows that share a cache set do not push it out half done.

use super::LINE;
use super::table::Offsets;
use crate::dispatch::Simd;
use crate::item::Item;
use crate::vector::Vector;
use core::mem::MaybeUninit;

/// The operands of a tile: pointers to the first item of row and column 0,
/// and where the rows start from there.
#[derive(Clone, Copy)]
pub(super) struct Tile<R, C> {
    pub(super) dst: *mut u8,
    pub(super) src: *const u8,
    /// Of the source's rows.
    pub(super) rows: R,
    /// Of the destination's rows, which are the source's columns.
    pub(super) columns: C,
}

/// A round: each register of the first half zipped with that of the second.
macro_rules! round {
    ($a:ident, $size:ident: $($i:literal $j:literal)*) => {
        [$($a[$i].zip_low::<$size>($a[$j]), $a[$i].zip_high::<$size>($a[$j])),*]
    };
}

/// A function that takes registers from `load`, runs the rounds and hands
/// register `j` to `put(j, ..)`. Spelled out, since arrays must become registers.
macro_rules! micro_tile {
    ($name:ident, $n:literal, $rounds:literal: $($i:literal)*; $($pair:literal $with:literal)*) => {
        /// # Safety
        /// K1 for `V`.
        #[inline(always)]
        unsafe fn $name<V: Vector, const SIZE: usize>(
            load: impl Fn(usize) -> V,
            mut put: impl FnMut(usize, V),
        ) {
            // SAFETY: as promised.
            unsafe {
                let mut a: [V; $n] = [$(load($i)),*];
                for _ in 0..$rounds {
                    a = round!(a, SIZE: $($pair $with)*);
                }
                $(put($i, a[$i]);)*
            }
        }
    };
}

micro_tile!(micro_1, 16, 4: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15;
    0 8 1 9 2 10 3 11 4 12 5 13 6 14 7 15);
micro_tile!(micro_2, 8, 3: 0 1 2 3 4 5 6 7; 0 4 1 5 2 6 3 7);
micro_tile!(micro_4, 4, 2: 0 1 2 3; 0 2 1 3);
micro_tile!(micro_8, 2, 1: 0 1; 0 1);

/// One micro-tile: `16 / SIZE` columns of `V::BYTES / SIZE` rows, whose lanes
/// are at `lane(row)`; the run of column `j` goes to `put(j, run)`.
///
/// # Safety
/// K1 for `V`; the lanes are readable.
#[inline(always)]
pub(super) unsafe fn micro<V: Vector, const SIZE: usize>(
    lane: impl Fn(usize) -> *const u8,
    put: impl FnMut(usize, V),
) {
    // SAFETY: handed on.
    unsafe {
        rounds::<V, SIZE>(
            #[inline(always)]
            |i| {
                V::load_lanes(
                    #[inline(always)]
                    |l| lane(i + l * (16 / SIZE)),
                )
            },
            put,
        );
    }
}

/// The same of registers: `load(i)` has lanes of row `i` and of every
/// `16 / SIZE`th after it.
///
/// # Safety
/// K1 for `V`.
#[inline(always)]
pub(super) unsafe fn rounds<V: Vector, const SIZE: usize>(
    load: impl Fn(usize) -> V,
    mut put: impl FnMut(usize, V),
) {
    // SAFETY: handed on.
    unsafe {
        match SIZE {
            1 => micro_1::<V, SIZE>(load, put),
            2 => micro_2::<V, SIZE>(load, put),
            4 => micro_4::<V, SIZE>(load, put),
            8 => micro_8::<V, SIZE>(load, put),
            _ => put(0, load(0)),
        }
    }
}

/// Whether so many rows and columns of a micro-tile of lanes are worth it: a
/// quarter of its items.
#[inline(always)]
pub(super) const fn fills_lanes<const SIZE: usize>(rows: usize, columns: usize) -> bool {
    4 * rows * columns >= (16 / SIZE) * (16 / SIZE)
}

impl<R: Offsets, C: Offsets> Tile<R, C> {
    /// The part from `row` and `column` on.
    ///
    /// # Safety
    /// They are there.
    #[inline(always)]
    pub(super) unsafe fn from<const SIZE: usize>(self, row: usize, column: usize) -> Self {
        // SAFETY: as promised.
        let (rows, columns) = unsafe { (self.rows.from(row), self.columns.from(column)) };
        Tile {
            dst: self.dst.wrapping_add(row * SIZE),
            src: self.src.wrapping_add(column * SIZE),
            rows,
            columns,
        }
    }

    /// One micro-tile of `V::BYTES / SIZE` rows by `16 / SIZE` columns.
    ///
    /// # Safety
    /// K1 for `V`, K2 to K4 for these rows and columns, which are there.
    #[inline(always)]
    pub(super) unsafe fn micro<V: Vector, const SIZE: usize>(self) {
        // SAFETY: as promised.
        unsafe {
            micro::<V, SIZE>(
                #[inline(always)]
                |row| self.src.offset(self.rows.at(row)),
                #[inline(always)]
                |column, run| run.store(self.dst.offset(self.columns.at(column))),
            );
        }
    }

    /// The same of fewer rows or columns: of what a register has more, nothing is
    /// read or written.
    ///
    /// # Safety
    /// K1 for `V`, a lane; K2 to K4 for these rows and columns, at least one and
    /// at most `16 / SIZE`, which are there.
    #[inline(always)]
    pub(super) unsafe fn part<V: Vector, const SIZE: usize>(self, rows: usize, columns: usize) {
        debug_assert!(V::BYTES == 16 && rows.min(columns) > 0 && rows.max(columns) <= 16 / SIZE);
        // SAFETY: as promised; a row that is not there is the last one again.
        unsafe {
            rounds::<V, SIZE>(
                #[inline(always)]
                |row| {
                    let from = self.src.offset(self.rows.at(row.min(rows - 1)));
                    if columns == 16 / SIZE {
                        V::load(from)
                    } else {
                        load_part(from, columns * SIZE)
                    }
                },
                #[inline(always)]
                |column, run| {
                    if column >= columns {
                        return;
                    }
                    let to = self.row(column);
                    if rows == 16 / SIZE { run.store(to) } else { store_part(run, to, rows * SIZE) }
                },
            );
        }
    }

    /// So many rows and columns, item by item.
    ///
    /// # Safety
    /// K2 to K4 for these rows and columns of items of `item` bytes.
    #[inline(always)]
    pub(super) unsafe fn by_items<I: Item>(self, item: usize, rows: usize, columns: usize) {
        let size = I::size(item);
        let edge = (LINE / size).max(4);
        for c in (0..columns).step_by(edge) {
            for r in (0..rows).step_by(edge) {
                for column in c..columns.min(c + edge) {
                    for row in r..rows.min(r + edge) {
                        // SAFETY: item (row, column).
                        unsafe {
                            let from = self.src.offset(self.rows.at(row)).add(column * size);
                            I::copy(
                                self.dst.offset(self.columns.at(column)).add(row * size),
                                from,
                                item,
                            );
                        }
                    }
                }
            }
        }
    }

    /// Whether a line's worth of a destination row lies in two lines.
    ///
    /// # Safety
    /// There are two columns.
    #[inline(always)]
    pub(super) unsafe fn splits_lines(self) -> bool {
        // SAFETY: as promised.
        let apart = unsafe { self.columns.at(1) - self.columns.at(0) };
        apart % LINE as isize != 0 || !self.dst.addr().is_multiple_of(LINE)
    }

    /// One line by one line. `STREAM` writes past the caches; destination
    /// rows are aligned to lines then. `AHEAD` asks for the lines that are
    /// written next: stores that split lines wait for both, one after the other.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for `LINE / SIZE` rows and columns, which are
    /// there.
    #[inline(always)]
    pub(super) unsafe fn line<S: Simd, const SIZE: usize, const STREAM: bool, const AHEAD: bool>(
        self,
    ) {
        let (lane, width) = (16 / SIZE, S::Wide::BYTES);
        // SAFETY: as promised.
        unsafe {
            for c in 0..LINE / 16 {
                // The parts of each destination line are written together.
                let mut parts = [[MaybeUninit::<S::Wide>::uninit(); 16]; 4];
                for part in 0..LINE / width {
                    micro::<S::Wide, SIZE>(
                        #[inline(always)]
                        |row| {
                            let row = row + part * S::Wide::LANES * lane;
                            self.src.offset(self.rows.at(row)).add(16 * c)
                        },
                        #[inline(always)]
                        |column, run| {
                            let to = self.row(c * lane + column);
                            if AHEAD && part == 0 {
                                S::prefetch_near(to.wrapping_add(LINE));
                            }
                            if width == LINE {
                                put::<S::Wide, STREAM>(run, to);
                            } else {
                                parts[part][column] = MaybeUninit::new(run);
                            }
                        },
                    );
                }
                if width == LINE {
                    continue;
                }
                for column in 0..lane {
                    let to = self.row(c * lane + column);
                    for part in 0..LINE / width {
                        let run = parts[part][column].assume_init();
                        put::<S::Wide, STREAM>(run, to.add(part * width));
                    }
                }
            }
        }
    }

    /// One line by one line, each of the source's lines loaded once; items are
    /// turned by `index`.
    ///
    /// # Safety
    /// K1 for `V`, K2 to K4 for `LINE / SIZE` rows and columns, which are there.
    #[inline(always)]
    pub(super) unsafe fn by_registers<V: Vector, const SIZE: usize>(self, index: Option<V>) {
        let lane = 16 / SIZE;
        // SAFETY: as promised. Lane `l` of register `j` of group `g` is the run
        // that those rows have in column `l * lane + j`.
        unsafe {
            for part in (0..LINE).step_by(V::BYTES) {
                let mut runs = [[MaybeUninit::<V>::uninit(); 16]; 4];
                for g in 0..4 {
                    rounds::<V, SIZE>(
                        #[inline(always)]
                        |i| {
                            let row = g * lane + i;
                            let run = V::load(self.src.offset(self.rows.at(row)).add(part));
                            if let Some(index) = index { run.shuffle(index) } else { run }
                        },
                        #[inline(always)]
                        |j, run| runs[g][j] = MaybeUninit::new(run),
                    );
                }
                for j in 0..lane {
                    let four = [runs[0][j], runs[1][j], runs[2][j], runs[3][j]];
                    let lines = V::turn_lanes([
                        four[0].assume_init(),
                        four[1].assume_init(),
                        four[2].assume_init(),
                        four[3].assume_init(),
                    ]);
                    for l in 0..V::LANES {
                        let to = self.row(part / SIZE + l * lane + j);
                        for at in 0..4 / V::LANES {
                            lines[at * V::LANES + l].store(to.add(at * V::BYTES));
                        }
                    }
                }
            }
        }
    }

    /// So many lines of each of a line's columns, by way of a copy of the
    /// source's lines, whose items are turned by `index`. Run after run of a
    /// column goes to `put(column, byte, run)`.
    ///
    /// # Safety
    /// K1 for `V`, K2 and K4 for `LINES * LINE / SIZE` rows and `LINE / SIZE`
    /// columns, which are there; at most two lines.
    #[inline(always)]
    pub(super) unsafe fn by_copy<V: Vector, const SIZE: usize, const LINES: usize>(
        self,
        index: Option<V>,
        mut put: impl FnMut(usize, usize, V),
    ) {
        #[repr(align(64))]
        struct Copy(MaybeUninit<[u8; 64 * LINE]>);
        let mut copy = Copy(MaybeUninit::uninit());
        let at = copy.0.as_mut_ptr().cast::<u8>();
        let lane = 16 / SIZE;
        // SAFETY: as promised. The copy has a line of each row: 64 of one or
        // two bytes.
        unsafe {
            for row in 0..LINES * LINE / SIZE {
                let (from, to) = (self.src.offset(self.rows.at(row)), at.add(row * LINE));
                for part in (0..LINE).step_by(V::BYTES) {
                    let run = V::load(from.add(part));
                    let run = if let Some(index) = index { run.shuffle(index) } else { run };
                    run.store(to.add(part));
                }
            }
            for c in 0..LINE / 16 {
                let mut parts = [[MaybeUninit::<V>::uninit(); 16]; 8];
                for part in 0..LINES * LINE / V::BYTES {
                    micro::<V, SIZE>(
                        #[inline(always)]
                        |row| at.cast_const().add((row + part * V::LANES * lane) * LINE + 16 * c),
                        #[inline(always)]
                        |column, run| parts[part][column] = MaybeUninit::new(run),
                    );
                }
                for column in 0..lane {
                    for part in 0..LINES * LINE / V::BYTES {
                        let run = parts[part][column].assume_init();
                        put(c * lane + column, part * V::BYTES, run);
                    }
                }
            }
        }
    }

    /// So many rows and columns of items whose bytes are reversed in units of
    /// `unit`, item by item.
    ///
    /// # Safety
    /// K2 to K4 for these rows and columns.
    pub(super) unsafe fn by_swapped_items<const SIZE: usize>(
        self,
        unit: usize,
        rows: usize,
        columns: usize,
    ) {
        let index = swapped(SIZE, unit);
        for row in 0..rows {
            for column in 0..columns {
                // SAFETY: item (row, column).
                unsafe {
                    let from = self.src.offset(self.rows.at(row)).add(column * SIZE);
                    let to = self.row(column).add(row * SIZE);
                    for byte in 0..SIZE {
                        *to.add(byte) = *from.add(usize::from(index[byte]));
                    }
                }
            }
        }
    }

    /// Where a destination row starts.
    ///
    /// # Safety
    /// K4; the row is there.
    #[inline(always)]
    pub(super) unsafe fn row(self, column: usize) -> *mut u8 {
        // SAFETY: as promised.
        unsafe { self.dst.offset(self.columns.at(column)) }
    }
}

/// # Safety
/// K1, K2; `to` is aligned if `STREAM`.
#[inline(always)]
pub(super) unsafe fn put<V: Vector, const STREAM: bool>(run: V, to: *mut u8) {
    // SAFETY: as promised.
    unsafe { if STREAM { run.stream(to) } else { run.store(to) } }
}

/// A lane of which so many bytes are read, 1 to 15: two words that meet.
///
/// # Safety
/// K1 for `V`, a lane; K2.
#[inline(always)]
unsafe fn load_part<V: Vector>(from: *const u8, bytes: usize) -> V {
    // SAFETY: as promised; both words are inside.
    unsafe {
        let words = match bytes {
            8.. => {
                let last = from.add(bytes - 8).cast::<u64>().read_unaligned();
                [from.cast::<u64>().read_unaligned(), last >> ((8 * (16 - bytes)) & 63)]
            }
            4.. => {
                let last = from.add(bytes - 4).cast::<u32>().read_unaligned();
                let first = from.cast::<u32>().read_unaligned();
                [u64::from(first) | u64::from(last) << (8 * (bytes - 4)), 0]
            }
            2.. => {
                let last = from.add(bytes - 2).cast::<u16>().read_unaligned();
                let first = from.cast::<u16>().read_unaligned();
                [u64::from(first) | u64::from(last) << (8 * (bytes - 2)), 0]
            }
            _ => [u64::from(*from), 0],
        };
        V::load(words.as_ptr().cast())
    }
}

/// The first bytes of a lane, 1 to 15.
///
/// # Safety
/// K1 for `V`, a lane; K2, K3.
#[inline(always)]
pub(super) unsafe fn store_part<V: Vector>(run: V, to: *mut u8, bytes: usize) {
    let mut words = [0u64; 2];
    // SAFETY: as promised; both words are inside.
    unsafe {
        run.store(words.as_mut_ptr().cast());
        let all = u128::from(words[0]) | u128::from(words[1]) << 64;
        match bytes {
            8.. => {
                to.cast::<u64>().write_unaligned(words[0]);
                let last = (all >> (8 * (bytes - 8))) as u64;
                to.add(bytes - 8).cast::<u64>().write_unaligned(last);
            }
            4.. => {
                to.cast::<u32>().write_unaligned(words[0] as u32);
                let last = (words[0] >> (8 * (bytes - 4))) as u32;
                to.add(bytes - 4).cast::<u32>().write_unaligned(last);
            }
            2.. => {
                to.cast::<u16>().write_unaligned(words[0] as u16);
                let last = (words[0] >> (8 * (bytes - 2))) as u16;
                to.add(bytes - 2).cast::<u16>().write_unaligned(last);
            }
            _ => *to = words[0] as u8,
        }
    }
}

/// The shuffle that reverses each item of a lane in units of `unit` bytes.
pub(super) fn swapped(size: usize, unit: usize) -> [u8; 16] {
    let mut index = [0; 16];
    let mut at = 0;
    while at < 16 / size * size {
        let (item, byte) = (at / size * size, at % size);
        let mirrored = (size / unit - 1 - byte / unit) * unit + byte % unit;
        index[at] = (item + mirrored) as u8;
        at += 1;
    }
    index
}
