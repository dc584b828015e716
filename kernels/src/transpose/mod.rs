//! Transposing planes: the source runs along some axes, the destination
//! along others.
//!
//! In a plane, the destination runs gaplessly along its *rows* (the axes
//! that number the source's rows), the source along its *columns*. There may
//! be several axes of each: then a row is numbered by all of them, so that
//! small axes fill a tile together. Where source rows and destination rows
//! start is kept in two small tables, made anew for each block.
//!
//! A block is 256 source rows by four lines of columns. Inside, tiles of a
//! line by a line (see `tile`) are walked along the destination, so that its
//! rows are written in runs, while the block's source lines stay in L2. In a
//! plane beyond the caches the lines of the next block are asked for
//! meanwhile, in the source's own order: reads and writes want opposite
//! loops, and the block reconciles them. Edges are covered by tiles that
//! overlap their neighbours; planes thinner than a micro-tile go item by item.

mod small;
mod tile;
mod tiled;

use crate::copy::{self, Axis};
use crate::dispatch::{Kernel, KernelFn, Simd, select};
use crate::level::Level;
use crate::vector::{Vector, cover};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use pulp::NullaryFnOnce;
use small::Small;
use tile::Tile;

pub(crate) use tiled::Tiled;

/// Bytes of a cache line, the edge of a tile.
pub(crate) const LINE: usize = 64;
/// Source rows of a block.
const ROWS: usize = 256;
/// Lines of a source row in a block.
const COLUMNS: usize = 4;
/// Bytes of a destination row that is worth a stage.
const STAGED_ROW: usize = 2048;

/// Items whose source runs along some axes and whose destination runs along
/// others.
#[derive(Clone, Copy, Debug)]
pub struct Plane<'a> {
    /// Axes along which the destination is gapless, outermost first: the
    /// last one's step is an item, each other one's all of the next.
    pub rows: &'a [Axis],
    /// Axes along which the source is gapless, outermost first.
    pub columns: &'a [Axis],
    /// Whether to ask for the source's lines before they are needed.
    pub far: bool,
    /// Whether to write past the caches; [`Transpose::fence`] then makes the
    /// result visible to other threads.
    pub stream: bool,
}

/// The transposing kernel for one item size at one level.
///
/// ```
/// use stridewise_kernels::{Level, copy::Axis, transpose::{Plane, Transpose}};
/// let src = [1u16, 2, 3, 4, 5, 6];
/// let mut dst = [0u16; 6];
/// // Two rows of three to three rows of two.
/// let plane = Plane {
///     rows: &[Axis { extent: 2, dst: 2, src: 6 }],
///     columns: &[Axis { extent: 3, dst: 4, src: 2 }],
///     far: false,
///     stream: false,
/// };
/// let transpose = Transpose::new(Level::detect(), 2);
/// // SAFETY: K1 by the level, K2 to K4 by the extents and strides above.
/// unsafe { transpose.run(dst.as_mut_ptr().cast(), src.as_ptr().cast(), &plane) };
/// assert_eq!(dst, [1, 4, 2, 5, 3, 6]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Transpose {
    run: unsafe fn(Args),
    small: unsafe fn(Args),
    fence: unsafe fn(()),
}

type Args = (*mut u8, *const u8, *const Plane<'static>);

impl Transpose {
    /// The kernel for items of 1, 2, 4, 8 or 16 bytes.
    // Not inline, so that all kernels are compiled in this crate only.
    #[must_use]
    pub fn new(level: Level, item: usize) -> Transpose {
        let (run, small) = match item {
            1 => sizes::<1>(level),
            2 => sizes::<2>(level),
            4 => sizes::<4>(level),
            8 => sizes::<8>(level),
            _ => sizes::<16>(level),
        };
        Transpose { run, small, fence: select::<Fence>(level) }
    }

    /// Moves the plane.
    ///
    /// # Safety
    /// K2, K3 and K4 for the plane's extents and strides and the item size
    /// given to [`Transpose::new`], which is the step of the innermost row
    /// axis in the destination and of the innermost column axis in the source.
    #[inline]
    pub unsafe fn run(self, dst: *mut u8, src: *const u8, plane: &Plane<'_>) {
        // SAFETY: K1 by the level that `new` had, the rest by the caller; the
        // plane lives as long as the call.
        unsafe {
            let run = if small::is_small(plane) { self.small } else { self.run };
            run((dst, src, core::ptr::from_ref(plane).cast()));
        }
    }

    /// To be called after the last plane that was streamed.
    #[inline]
    pub fn fence(self) {
        // SAFETY: K1 by the level that `new` had.
        unsafe { (self.fence)(()) }
    }
}

/// The code for planes and for small planes.
fn sizes<const SIZE: usize>(level: Level) -> (KernelFn<Planes<SIZE>>, KernelFn<Small<SIZE>>) {
    (select::<Planes<SIZE>>(level), select::<Small<SIZE>>(level))
}

struct Fence;

impl Kernel for Fence {
    type Args = ();
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((): ()) {
        // SAFETY: K1.
        unsafe { S::fence() }
    }
}

struct Planes<const SIZE: usize>;

impl<const SIZE: usize> Kernel for Planes<SIZE> {
    type Args = Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, plane): Args) {
        // SAFETY: the plane lives as long as the call.
        let plane = unsafe { &*plane };
        let rows = Group { axes: plane.rows, step: |axis| axis.src };
        let columns = Group { axes: plane.columns, step: |axis| axis.dst };
        if let ([rows], [columns], true) = (plane.rows, plane.columns, S::SCALAR) {
            // SAFETY: handed on.
            return unsafe { small::by_items::<SIZE>(dst, src, rows, columns) };
        }
        let walk = Walk::<SIZE> { dst, src, rows, columns, far: plane.far, stream: plane.stream };
        // SAFETY: K1 to K4 are the caller's.
        unsafe { walk.run::<S>() }
    }
}

/// A plane with one axis each way, as a block of a copy.
pub(crate) struct TransposeBlock<const SIZE: usize>;

impl<const SIZE: usize> Kernel for TransposeBlock<SIZE> {
    type Args = copy::Args;
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>((dst, src, block): copy::Args) {
        // SAFETY: the block lives as long as the call.
        let copy::Block { outer, inner, .. } = unsafe { &*block };
        let (rows, columns) = (core::slice::from_ref(inner), core::slice::from_ref(outer));
        let plane = Plane { rows, columns, far: false, stream: false };
        // SAFETY: handed on.
        unsafe { Planes::<SIZE>::run::<S>((dst, src, core::ptr::from_ref(&plane).cast())) }
    }
}

/// The axes that number rows, and the step that counts.
#[derive(Clone, Copy)]
struct Group<'a> {
    axes: &'a [Axis],
    step: fn(&Axis) -> isize,
}

impl Group<'_> {
    fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.extent).product()
    }

    /// The offsets of the rows from `first` on, as many as the table holds.
    #[inline(always)]
    fn fill(&self, first: usize, table: &mut [MaybeUninit<isize>]) {
        if let [axis] = self.axes {
            let step = (self.step)(axis);
            for (row, offset) in table.iter_mut().enumerate() {
                offset.write((first + row) as isize * step);
            }
            return;
        }
        self.fill_mixed(first, table);
    }

    /// Runs of the innermost axis, each from the index of its first row.
    #[inline(never)]
    fn fill_mixed(&self, first: usize, table: &mut [MaybeUninit<isize>]) {
        let Some((inner, outer)) = self.axes.split_last() else {
            table.fill(MaybeUninit::new(0));
            return;
        };
        let (mut row, step) = (0, (self.step)(inner));
        while row < table.len() {
            let (mut rest, start) = ((first + row) / inner.extent, (first + row) % inner.extent);
            let mut offset = start as isize * step;
            for axis in outer.iter().rev() {
                offset += (rest % axis.extent) as isize * (self.step)(axis);
                rest /= axis.extent;
            }
            let run = (inner.extent - start).min(table.len() - row);
            for entry in &mut table[row..row + run] {
                entry.write(offset);
                offset += step;
            }
            row += run;
        }
    }
}

/// A walk through a plane.
struct Walk<'a, const SIZE: usize> {
    dst: *mut u8,
    src: *const u8,
    rows: Group<'a>,
    columns: Group<'a>,
    far: bool,
    stream: bool,
}

/// The rows of a block and where they start.
struct Table<const N: usize> {
    /// The first `len` are there.
    offsets: [MaybeUninit<isize>; N],
    first: usize,
    len: usize,
}

impl<const N: usize> Table<N> {
    fn new() -> Self {
        Table { offsets: [MaybeUninit::uninit(); N], first: 0, len: 0 }
    }

    /// The rows `first..end`; reaches back rather than having fewer than
    /// `least`, if there are as many.
    #[inline(always)]
    fn move_to(&mut self, group: Group<'_>, first: usize, end: usize, least: usize) {
        self.first = first.min(end.saturating_sub(least));
        self.len = end - self.first;
        group.fill(self.first, &mut self.offsets[..self.len]);
    }

    /// `len` rows at the offsets that `at` gives.
    #[inline(always)]
    fn set(&mut self, len: usize, mut at: impl FnMut(usize) -> isize) {
        self.len = len;
        for (row, offset) in self.offsets[..len].iter_mut().enumerate() {
            offset.write(at(row));
        }
    }

    #[inline(always)]
    fn offsets(&self) -> &[isize] {
        // SAFETY: `move_to` and `set` write as many as they say.
        unsafe { &*(core::ptr::from_ref(&self.offsets[..self.len]) as *const [isize]) }
    }
}

type RowTable = Table<{ ROWS + LINE }>;
type ColumnTable = Table<{ COLUMNS * LINE }>;

impl<const SIZE: usize> Walk<'_, SIZE> {
    const EDGE: usize = LINE / SIZE;

    /// # Safety
    /// K1 for `S`, K2 to K4 for the plane.
    #[inline(always)]
    unsafe fn run<S: Simd>(&self) {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        let mut across = ColumnTable::new();
        let mut down = [RowTable::new(), RowTable::new()];
        let enough = !S::SCALAR && rows >= 4 * Self::EDGE && columns >= Self::EDGE;
        let head = if self.stream && enough { self.rows_to_a_line() } else { None };
        // Without lines in common, one line of columns goes through a stage,
        // if rows are so long that their ends do not matter.
        let staged = self.stream && enough && head.is_none() && rows * SIZE >= STAGED_ROW;
        let most = if staged { 1 } else { COLUMNS } * Self::EDGE;
        let mut column = 0;
        while column < columns {
            across.move_to(self.columns, column, columns.min(column + most), Self::EDGE);
            column += most;
            let beyond = (column < columns).then(|| self.src.wrapping_add(column * SIZE));
            // SAFETY: handed on: all rows of some columns.
            unsafe {
                match head {
                    Some(head) => {
                        let lines = (rows - head) / Self::EDGE * Self::EDGE;
                        self.sweep::<S, false>(&mut down, &across, 0, head, None);
                        self.sweep::<S, true>(&mut down, &across, head, head + lines, beyond);
                        self.sweep::<S, false>(&mut down, &across, head + lines, rows, None);
                    }
                    None if staged => self.sweep_staged::<S>(&mut down, &across, rows, beyond),
                    None => self.sweep::<S, false>(&mut down, &across, 0, rows, beyond),
                }
            }
        }
    }

    /// How many rows come before the destination rows' first whole line, if
    /// that is the same for all.
    fn rows_to_a_line(&self) -> Option<usize> {
        let bytes = self.dst.align_offset(LINE);
        let together = self.columns.axes.iter().all(|axis| axis.dst % LINE as isize == 0);
        (together && bytes.is_multiple_of(SIZE)).then_some(bytes / SIZE)
    }

    /// The tile of all rows and columns of two tables.
    fn tile<'t>(&self, down: &'t RowTable, across: &'t ColumnTable) -> Tile<'t> {
        Tile {
            dst: self.dst.wrapping_add(down.first * SIZE),
            src: self.src.wrapping_add(across.first * SIZE),
            rows: down.offsets(),
            columns: across.offsets(),
        }
    }

    /// The rows `first..end` of some columns, block by block; the columns
    /// after these start at `beyond`.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for them. If `STREAM`, the destination rows are
    /// whole lines.
    #[inline(always)]
    unsafe fn sweep<S: Simd, const STREAM: bool>(
        &self,
        down: &mut [RowTable; 2],
        across: &ColumnTable,
        first: usize,
        end: usize,
        beyond: Option<*const u8>,
    ) {
        let [mut now, mut next] = down.each_mut();
        let mut row = first;
        if row < end {
            next.move_to(self.rows, row, end.min(row + ROWS), Self::EDGE);
        }
        while row < end {
            core::mem::swap(&mut now, &mut next);
            row += ROWS;
            let mut src = Some(self.src.wrapping_add(across.first * SIZE));
            if row < end {
                next.move_to(self.rows, row, end.min(row + ROWS), Self::EDGE);
            } else if self.far {
                src = beyond;
                next.move_to(self.rows, first, end.min(first + ROWS), Self::EDGE);
            }
            let ahead = match src {
                Some(src) if self.far => Ahead { src, rows: next.offsets() },
                _ => Ahead::NONE,
            };
            // SAFETY: handed on: a block of these rows and columns.
            unsafe { Block::<S, SIZE, STREAM>::go(self.tile(now, across), ahead, self.stream) };
        }
    }

    /// All rows of some columns whose destination rows start anywhere in a
    /// line: by a stage in cache that has the same phase, from which whole
    /// lines are streamed. A block computes the start of the next one again,
    /// so that its last line is whole.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for these rows and columns; at least `EDGE` of
    /// both, at most a line of columns.
    #[inline(always)]
    unsafe fn sweep_staged<S: Simd>(
        &self,
        down: &mut [RowTable; 2],
        across: &ColumnTable,
        rows: usize,
        beyond: Option<*const u8>,
    ) {
        let mut stage = Stage::<SIZE>::new();
        let [mut now, mut next] = down.each_mut();
        let mut row = 0;
        next.move_to(self.rows, 0, rows.min(ROWS + Self::EDGE), Self::EDGE);
        while row < rows {
            core::mem::swap(&mut now, &mut next);
            let start = now.first;
            // A rest of less than a line's rows is part of this block.
            let after = row + ROWS;
            let last = after + Self::EDGE >= rows;
            let mut src = Some(self.src.wrapping_add(across.first * SIZE));
            if last {
                src = beyond;
                next.move_to(self.rows, 0, rows.min(ROWS + Self::EDGE), Self::EDGE);
            } else {
                let end = rows.min(after + ROWS + Self::EDGE);
                next.move_to(self.rows, after, end, Self::EDGE);
            }
            let ahead = match src {
                Some(src) => Ahead { src, rows: next.offsets() },
                None => Ahead::NONE,
            };
            let mut staged = ColumnTable::new();
            staged.set(across.len, |column| {
                let to =
                    self.dst.wrapping_offset(across.offsets()[column] + (start * SIZE) as isize);
                (column * Stage::<SIZE>::PITCH + to.addr() % LINE) as isize
            });
            let block = Tile {
                dst: stage.start(),
                src: self.src.wrapping_add(across.first * SIZE),
                rows: now.offsets(),
                columns: staged.offsets(),
            };
            // SAFETY: a block of these rows and columns, to the stage; then
            // the part of each destination row that follows what the block
            // before has written.
            unsafe {
                Block::<S, SIZE, false>::go(block, ahead, true);
                for (column, &offset) in across.offsets().iter().enumerate() {
                    let from = stage.start().offset(staged.offsets()[column]).cast_const();
                    let to = self.dst.offset(offset).add(start * SIZE);
                    // Lines begin where the block before ended its last.
                    let skip = if row == 0 { 0 } else { to.align_offset(LINE) };
                    let bytes = if last {
                        (rows - start) * SIZE
                    } else {
                        let end = to.add(ROWS * SIZE);
                        ROWS * SIZE + end.align_offset(LINE)
                    };
                    stream_lines::<S>(to.add(skip), from.add(skip), bytes - skip);
                }
            }
            if last {
                break;
            }
            row = after;
        }
    }
}

/// The source rows of the block after this one, which are asked for meanwhile.
#[derive(Clone, Copy)]
struct Ahead<'t> {
    src: *const u8,
    rows: &'t [isize],
}

impl Ahead<'_> {
    const NONE: Self = Ahead { src: core::ptr::null(), rows: &[] };
}

/// A block, and what is to be asked for.
struct Block<'t, S, const SIZE: usize, const STREAM: bool> {
    tile: Tile<'t>,
    ahead: Ahead<'t>,
    /// Whether the plane is beyond the caches.
    far: bool,
    level: PhantomData<S>,
}

impl<'t, S: Simd, const SIZE: usize, const STREAM: bool> Block<'t, S, SIZE, STREAM> {
    /// Moves a block in a function of its own: there are several callers, and
    /// without optimization each inlined copy would take its own stack.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the tile. If `STREAM`, the destination rows
    /// are whole lines.
    #[inline(always)]
    unsafe fn go(tile: Tile<'t>, ahead: Ahead<'t>, far: bool) {
        // SAFETY: handed on.
        unsafe { S::vectorize(Self { tile, ahead, far, level: PhantomData }) }
    }
}

impl<S: Simd, const SIZE: usize, const STREAM: bool> NullaryFnOnce for Block<'_, S, SIZE, STREAM> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // SAFETY: only `go` makes one, whose caller vouches.
        unsafe { self.run() }
    }
}

impl<S: Simd, const SIZE: usize, const STREAM: bool> Block<'_, S, SIZE, STREAM> {
    /// A block; the lines of the rows `ahead` are asked for meanwhile.
    ///
    /// # Safety
    /// K1 for `S`, K2 to K4 for the block. If `STREAM`, the destination rows
    /// are whole lines.
    #[inline(always)]
    unsafe fn run(self) {
        let Block { tile: block, ahead, far, .. } = self;
        let (edge, lane, wide) = (LINE / SIZE, 16 / SIZE, S::Wide::BYTES / SIZE);
        let (rows, columns) = (block.rows.len(), block.columns.len());
        // SAFETY: each step is a part of the block.
        unsafe {
            if S::SCALAR || rows < lane || columns < lane {
                block.by_items::<SIZE>();
            } else if rows >= edge && columns >= edge {
                let lines = columns.div_ceil(edge);
                let src = ahead.src;
                let mut ahead = ahead.rows.iter().flat_map(
                    #[inline(always)]
                    |&row| {
                        (0..lines)
                            .map(move |line| src.wrapping_offset(row).wrapping_add(LINE * line))
                    },
                );
                cover(
                    columns,
                    edge,
                    #[inline(always)]
                    |column| {
                        cover(
                            rows,
                            edge,
                            #[inline(always)]
                            |row| {
                                for line in ahead.by_ref().take(edge) {
                                    S::prefetch(line);
                                }
                                let tile = block.from::<SIZE>(row, column);
                                if far {
                                    tile.line::<S::Wide, SIZE, true, STREAM>();
                                } else {
                                    tile.line::<S::Wide, SIZE, false, STREAM>();
                                }
                            },
                        );
                    },
                );
            } else if rows >= wide {
                cover(
                    columns,
                    lane,
                    #[inline(always)]
                    |column| {
                        cover(
                            rows,
                            wide,
                            #[inline(always)]
                            |row| block.from::<SIZE>(row, column).micro::<S::Wide, SIZE>(),
                        );
                    },
                );
            } else {
                cover(
                    columns,
                    lane,
                    #[inline(always)]
                    |column| {
                        cover(
                            rows,
                            lane,
                            #[inline(always)]
                            |row| block.from::<SIZE>(row, column).micro::<S::Lane, SIZE>(),
                        );
                    },
                );
            }
        }
    }
}

/// Copies a run whose source has the destination's phase: whole lines past
/// the caches, what is before and after them as usual.
///
/// # Safety
/// K1 for `S`, K2, K3.
#[inline(always)]
pub(crate) unsafe fn stream_lines<S: Simd>(dst: *mut u8, src: *const u8, bytes: usize) {
    let head = dst.align_offset(LINE).min(bytes);
    let lines = (bytes - head) / LINE * LINE;
    // SAFETY: three parts of the run.
    unsafe {
        core::ptr::copy_nonoverlapping(src, dst, head);
        for at in (head..head + lines).step_by(S::Wide::BYTES) {
            S::Wide::load(src.add(at)).stream(dst.add(at));
        }
        let done = head + lines;
        core::ptr::copy_nonoverlapping(src.add(done), dst.add(done), bytes - done);
    }
}

/// Room for a block of one line of columns, each row a run that may start
/// anywhere in a line; the rows lie on different cache sets.
#[repr(align(64))]
struct Stage<const SIZE: usize>(MaybeUninit<[u8; 64 * (ROWS + 3 * LINE)]>);

impl<const SIZE: usize> Stage<SIZE> {
    /// Bytes from one row to the next: a block, a line that it shares with
    /// the next one, and the phase.
    const PITCH: usize = ROWS * SIZE + 3 * LINE;

    fn new() -> Self {
        const { assert!(LINE / SIZE * Self::PITCH <= size_of::<Self>()) };
        Stage(MaybeUninit::uninit())
    }

    fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().cast()
    }
}
