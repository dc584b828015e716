//! Explain: plans in words, one loop a line.

use super::compare::{Comparison, Tile, Way};
use super::cost::Cost;
use super::hops::Hops;
use super::loop_nest::{Loop, LoopNest};
use super::partition::Split;
use super::tile::{Inner, RUN};
use super::{How, Schedule, lines};
use crate::ops::HashPlan;
use core::fmt::{Display, Formatter, Result};
use core::ops::Range;
use stridewise_kernels::copy::Family;
use stridewise_kernels::equal::{Class, Mode};
use stridewise_kernels::transpose::Distance;
use stridewise_kernels::{Caches, Level};

impl Display for Schedule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let nest = &self.nest;
        writeln!(f, "copy: {} bytes read, {} bytes written", nest.bytes_read(), nest.bytes())?;
        header(f, self.how.level, self.how.split, nest)?;
        let l2 = Caches::USUAL.l2;
        match self.how.boxes() {
            Some(boxes) => writeln!(f, "{}", boxes.cost(nest, l2))?,
            None => writeln!(f, "{}", Cost::new(nest, self.how.inner, l2))?,
        }
        loops(f, nest, "dst", "src")?;
        kernel(f, self)
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let nest = &self.nest;
        writeln!(
            f,
            "compare: {} bytes read of each, {}",
            nest.bytes(),
            rule(self.equal.class(), self.equal.mode())
        )?;
        header(f, self.equal.level(), self.split, nest)?;
        let (left, right) = if self.swapped { ("right", "left") } else { ("left", "right") };
        if nest.item > RUN || nest.loops.is_empty() || nest.is_empty() {
            for (at, l) in nest.loops.iter().enumerate() {
                writeln!(f, "{}", Line { at, l, dst: left, src: right })?;
            }
            return write!(f, "kernel: runs of {} bytes side by side", nest.item);
        }
        loops(f, nest, left, right)?;
        let tiles = match &self.way {
            Way::InPlace => return write!(f, "kernel: {}-byte items, item by item", nest.item),
            Way::Planes(how) => {
                let (columns, rows) = taken(nest, how.inner);
                return write!(
                    f,
                    "kernel: transpose of {}-byte items, {right} along {columns}, \
                     compared with {left} along {rows}",
                    nest.item
                );
            }
            Way::Pieces(full) => {
                write!(f, "kernel: pieces of {}", lines::steps(nest))?;
                places(f, nest.item, full, left, right)?;
                return f.write_str(", asked for ahead");
            }
            Way::Tiles(tiles) => tiles,
        };
        write!(f, "kernel: tiles of {}", tiles.grid)?;
        places(f, nest.item, &tiles.full, left, right)?;
        if tiles.distance > Distance::Core { f.write_str(", beyond the caches") } else { Ok(()) }
    }
}

/// Where the operands of a tile are brought together.
fn places(f: &mut Formatter<'_>, item: usize, tile: &Tile, left: &str, right: &str) -> Result {
    let place = |pack: Option<&Schedule>| pack.map_or("in place", |p| name(p.how.inner.family));
    let (first, second) = (place(tile.left.as_ref()), place(Some(&tile.right)));
    write!(f, " {item}-byte items, {left} {first}, {right} {second}")
}

impl HashPlan {
    pub(crate) fn explain(&self, f: &mut Formatter<'_>) -> Result {
        let nest = &self.blocks.nest;
        if let Some(hops) = Hops::of_source(&self.layout) {
            write!(f, "{hops}")?;
        }
        writeln!(f, "hash: {} bytes in C order", nest.bytes())?;
        writeln!(f, "level: {}", self.level())?;
        let Some(pack) = &self.pack else {
            for (at, l) in nest.loops.iter().enumerate() {
                writeln!(f, "loop {at}: {} times, src {:+}", l.extent, l.src)?;
            }
            return write!(f, "kernel: runs of {} bytes where they lie", nest.item);
        };
        for (at, l) in nest.loops.iter().take(self.blocks.at).enumerate() {
            writeln!(f, "loop {at}: {} times, src {:+}", l.extent, l.src)?;
        }
        let bytes = self.blocks.items() * nest.item;
        writeln!(f, "blocks: {} of up to {bytes} bytes, each packed by", self.blocks.count())?;
        loops(f, &pack.full.nest, "scratch", "src")?;
        kernel(f, &pack.full)
    }
}

/// When items are equal, in words.
fn rule(class: Class, mode: Mode) -> &'static str {
    match (class, mode) {
        (Class::Bits, _) | (_, Mode::Bits) => "by bits",
        (Class::Bool, _) => "by truth",
        (_, Mode::Values) => "floats by value",
        (_, Mode::NanEqual) => "floats by value, NaN equal to NaN",
    }
}

fn header(f: &mut Formatter<'_>, level: Level, split: Split, nest: &LoopNest) -> Result {
    writeln!(f, "level: {level}")?;
    match (split.chunks, split.at) {
        (1, _) => writeln!(f, "chunks: 1"),
        (n, at) if at == nest.loops.len() => {
            writeln!(f, "chunks: {n}, each {} bytes of the run", split.step)
        }
        (n, at) => writeln!(f, "chunks: {n}, each {} of loop {at}", split.step),
    }
}

/// The loops around the kernel, and the kernel's own if they are what is
/// walked: all are numbered, so that chunks can name them.
fn loops(f: &mut Formatter<'_>, nest: &LoopNest, dst: &str, src: &str) -> Result {
    if (nest.dst, nest.src) != (0, 0) {
        writeln!(f, "start: {dst} {:+}, {src} {:+}", nest.dst, nest.src)?;
    }
    for (at, l) in nest.loops.iter().enumerate() {
        writeln!(f, "{}", Line { at, l, dst, src })?;
    }
    Ok(())
}

struct Line<'a> {
    at: usize,
    l: &'a Loop,
    dst: &'a str,
    src: &'a str,
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Line { at, l, dst, src } = self;
        write!(f, "loop {at}: {} times, {dst} {:+}, {src} {:+}", l.extent, l.dst, l.src)
    }
}

/// The kernel and the loops that it takes.
fn kernel(f: &mut Formatter<'_>, schedule: &Schedule) -> Result {
    let Schedule { nest, how } = schedule;
    let How { inner: Inner { family, outer, .. }, unit, stream, .. } = how;
    let item = nest.item;
    let past = if *stream { ", past the caches" } else { "" };
    if let Some(boxes) = how.boxes() {
        let (grid, family) = boxes.describe(nest);
        return write!(
            f,
            "kernel: boxes of {grid} {item}-byte items, packed by {}{past}",
            name(family)
        );
    }
    if how.is_plain() {
        return write!(f, "kernel: plain loops over {item}-byte items");
    }
    if *family == Family::Runs {
        return write!(f, "kernel: runs of {item} bytes{past}");
    }
    write!(f, "kernel: {} of {item}-byte items", name(*family))?;
    if *unit != 0 {
        write!(f, ", {unit}-byte units turned")?;
    }
    if *outer == 0 {
        return write!(f, " along loop 0{past}");
    }
    let (columns, rows) = taken(nest, how.inner);
    match family {
        Family::Transpose | Family::Tiled => {
            write!(f, ", source along {columns}, destination along {rows}")?;
            if *family == Family::Transpose && item.is_power_of_two() {
                let edge = RUN / item;
                write!(f, ", in tiles of {edge} x {edge}")?;
            }
        }
        Family::Deinterleave | Family::Interleave => {
            let streams = nest.loops[columns.0.start].extent;
            write!(f, ", {streams} streams ({columns}) along {rows}")?;
        }
        _ => write!(f, " along {rows}, for each of {columns}")?,
    }
    f.write_str(past)
}

/// The loops that a kernel walks slowly, and those that it walks fast.
fn taken(nest: &LoopNest, Inner { outer, inner, .. }: Inner) -> (Loops, Loops) {
    let len = nest.loops.len();
    (Loops(len - inner - outer..len - inner), Loops(len - inner..len))
}

/// Numbers of loops, in words.
struct Loops(Range<usize>);

impl Display for Loops {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Range { start, end } = self.0;
        match end - start {
            1 => write!(f, "loop {start}"),
            _ => write!(f, "loops {start} to {}", end - 1),
        }
    }
}

fn name(family: Family) -> &'static str {
    match family {
        Family::Runs => "runs",
        Family::Fill => "fill",
        Family::Gather => "gather",
        Family::Scatter => "scatter",
        Family::Reverse => "reverse",
        Family::Swap => "swap",
        Family::Strided => "strided",
        Family::Deinterleave => "deinterleave",
        Family::Interleave => "interleave",
        Family::Transpose => "transpose",
        Family::Tiled => "tiled walk",
    }
}
