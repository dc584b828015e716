//! Numbers of two kinds or orders, packed into rows to be compared there.

#![allow(unsafe_code, reason = "turns the offsets of validated views into pointers")]

use super::fields::simplify;
use super::lanes::Numbers;
use super::parts::Number;
use crate::axes::Axes;
use crate::memory::Scratch;
use crate::plan::Schedule;
use crate::plan::grid::Grid;
use crate::plan::loop_nest::{Loop, LoopNest};
use crate::plan::normalize::Traversal;
use crate::plan::plain::FEW;
use core::slice::from_raw_parts;
use stridewise_kernels::Level;
use stridewise_kernels::equal::{Class, Equal, Mode};

/// Bytes of a scratch.
const SCRATCH: usize = 16 << 10;

/// How numbers of two kinds or orders are compared.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    nest: LoopNest,
    /// Cuts into what fits the scratches.
    grid: Grid,
    numbers: [Number; 2],
    full: [Source; 2],
    check: Check,
    level: Level,
}

/// What is asked of numbers that lie in a row, in the order of the target.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    Typed(Equal),
    Lanes(Numbers),
}

/// How the numbers of a block come into a row: by a copy to a scratch, unless
/// they lie in one.
#[derive(Clone, Debug)]
struct Source(Option<Schedule>);

impl Check {
    pub(super) fn new(numbers: [Number; 2], level: Level, mode: Mode) -> Check {
        let [a, b] = numbers.map(|number| number.kind);
        if a != b {
            return Check::Lanes(Numbers::new(a, b, mode));
        }
        let class = if mode == Mode::Bits { Class::Bits } else { a.class() };
        Check::Typed(Equal::new(level, class, mode))
    }

    /// Whether as many numbers of either kind are equal.
    fn run(self, a: &[u8], b: &[u8]) -> bool {
        match self {
            Check::Typed(equal) => {
                let bytes = a.len().min(b.len());
                // SAFETY: K2, two slices that have so many bytes.
                unsafe { equal.run(a.as_ptr(), b.as_ptr(), bytes) }
            }
            Check::Lanes(numbers) => numbers.run(a, b),
        }
    }

    /// The same for numbers in any order of their bytes; `None` if there is no
    /// room to turn them.
    pub(super) fn run_in_order(self, numbers: [Number; 2], bytes: [&[u8]; 2]) -> Option<bool> {
        let mut room = [[0; FEW]; 2];
        let [a, b] = &mut room;
        Some(self.run(ordered(numbers[0], bytes[0], a)?, ordered(numbers[1], bytes[1], b)?))
    }
}

/// Numbers in the order of the target, if there is room for them.
fn ordered<'b>(number: Number, bytes: &'b [u8], room: &'b mut [u8; FEW]) -> Option<&'b [u8]> {
    if !number.swapped {
        return Some(bytes);
    }
    let room = room.get_mut(..bytes.len())?;
    room.copy_from_slice(bytes);
    room.chunks_mut(number.kind.unit()).for_each(<[u8]>::reverse);
    Some(room)
}

impl Packed {
    pub(super) fn new(
        mut nest: LoopNest,
        numbers: [Number; 2],
        level: Level,
        mode: Mode,
    ) -> Packed {
        simplify(&mut nest, Traversal::Free);
        let grid = Grid::new(&nest, SCRATCH);
        let first = Axes::<usize>::filled(nest.loops.len(), 0);
        let full = Packed::sources(&grid.block(&nest, &first).0, numbers, level);
        let check = Check::new(numbers, level, mode);
        Packed { nest, grid, numbers, full, check, level }
    }

    fn sources(block: &LoopNest, [a, b]: [Number; 2], level: Level) -> [Source; 2] {
        [Source::new(block, |l| l.dst, a, level), Source::new(block, |l| l.src, b, level)]
    }

    /// Never inlined: the scratch is a lot of stack to ask for.
    ///
    /// # Safety
    /// K2 and K4 for the planned loops from these bases.
    #[inline(never)]
    pub(super) unsafe fn run(&self, a: *const u8, b: *const u8) -> bool {
        let mut scratch = [const { Scratch::<SCRATCH>::new() }; 2];
        let [scratch_a, scratch_b] = scratch.each_mut().map(Scratch::start);
        let sizes = self.numbers.map(|number| number.kind.size());
        (0..self.grid.count(&self.nest)).all(|id| {
            let (block, whole) = self.grid.block(&self.nest, &self.grid.first(&self.nest, id));
            let fewer;
            let [source_a, source_b] = if whole {
                &self.full
            } else {
                fewer = Packed::sources(&block, self.numbers, self.level);
                &fewer
            };
            let items = block.items();
            // SAFETY: K4, the first numbers of a block, which has no more of
            // them than the scratches, which nobody else has (K3).
            let (a, b) = unsafe {
                let a = source_a.bytes(a.offset(block.dst), scratch_a, items * sizes[0]);
                (a, source_b.bytes(b.offset(block.src), scratch_b, items * sizes[1]))
            };
            self.check.run(a, b)
        })
    }
}

impl Source {
    /// The numbers of one operand, whose steps are told.
    fn new(block: &LoopNest, step: fn(&Loop) -> isize, number: Number, level: Level) -> Source {
        let (size, unit) = (number.kind.size(), number.kind.unit());
        let mut nest = LoopNest::item(size);
        nest.loops = block.loops.clone();
        let (mut next, mut dense) = (size, true);
        for (l, of) in nest.loops.iter_mut().zip(&block.loops).rev() {
            *l = Loop { extent: of.extent, dst: next as isize, src: step(of) };
            dense &= l.extent == 1 || l.src == l.dst;
            next *= l.extent;
        }
        if dense && !number.swapped {
            return Source(None);
        }
        if number.swapped {
            let parts = Loop { extent: size / unit, dst: unit as isize, src: unit as isize };
            nest.loops.push(parts);
            nest.loops.push(Loop { extent: unit, dst: 1, src: -1 });
            (nest.item, nest.src) = (1, unit as isize - 1);
        }
        Source(Some(Schedule::new(nest, level, None, Some(1))))
    }

    /// The bytes of the numbers in a row.
    ///
    /// # Safety
    /// K2 to K4 for the planned block from `first` to the scratch, which has
    /// `len` bytes.
    unsafe fn bytes<'s>(&self, first: *const u8, scratch: *mut u8, len: usize) -> &'s [u8] {
        let Some(schedule) = &self.0 else {
            // SAFETY: K2, the block is a row.
            return unsafe { from_raw_parts(first, len) };
        };
        // SAFETY: handed on; the schedule has then written all of it.
        unsafe {
            schedule.run(scratch, first);
            from_raw_parts(scratch, len)
        }
    }
}
