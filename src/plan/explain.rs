//! Explain: plans in words, one loop a line.

use super::Schedule;
use super::compare::Comparison;
use super::loop_nest::{Loop, LoopNest};
use super::partition::Split;
use super::tile::{RUN, block};
use crate::ops::HashPlan;
use core::fmt::{Display, Formatter, Result};
use stridewise_kernels::Level;
use stridewise_kernels::copy::{Axis, Family};

impl Display for Schedule {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let nest = &self.nest;
        writeln!(f, "copy: {} bytes read, {} bytes written", read(nest), nest.bytes())?;
        header(f, self.level, self.split, nest)?;
        loops(f, nest, "dst", "src")?;
        kernel(f, self.family, nest)
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let nest = &self.nest;
        writeln!(
            f,
            "compare: {} bytes read of each, {:?} by {:?}",
            nest.bytes(),
            self.class,
            self.mode
        )?;
        header(f, self.level, self.split, nest)?;
        let Some(tile) = self.tile else {
            for (at, l) in nest.loops.iter().enumerate() {
                writeln!(f, "{}", Line { at, l, dst: "left", src: "right" })?;
            }
            return write!(f, "kernel: runs of {} bytes side by side", nest.item);
        };
        loops(f, nest, "left", "right")?;
        let (_, block) = block(nest);
        let side = |family: Option<Family>| match family {
            Some(family) => name(family),
            None => "in place",
        };
        write!(
            f,
            "kernel: {} x {} items of {} bytes in tiles of {} x {}, left {}, right {}",
            block.outer.extent,
            block.inner.extent,
            block.item,
            tile.outer,
            tile.inner,
            side(tile.left),
            side(tile.right),
        )?;
        if tile.in_place { f.write_str(", item by item") } else { Ok(()) }
    }
}

impl HashPlan {
    pub(crate) fn explain(&self, f: &mut Formatter<'_>) -> Result {
        let nest = &self.blocks.nest;
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
        kernel(f, pack.full.family, &pack.full.nest)
    }
}

/// Bytes of the source that a nest reads: loops at which it stands still
/// read the same again.
fn read(nest: &LoopNest) -> usize {
    let moved = nest.loops.iter().filter(|l| l.src != 0 || l.extent == 0);
    moved.fold(nest.item, |bytes, l| bytes.saturating_mul(l.extent))
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

/// The kernel takes the last two loops.
fn kernel(f: &mut Formatter<'_>, family: Family, nest: &LoopNest) -> Result {
    let (_, block) = block(nest);
    let item = block.item;
    if family == Family::Runs {
        return write!(f, "kernel: runs of {item} bytes");
    }
    let taken = nest.loops.len().min(2);
    let first = nest.loops.len() - taken;
    let which = if taken == 2 { "loops" } else { "loop" };
    write!(f, "kernel: {} of {item}-byte items over {which} {first}", name(family))?;
    if taken == 2 {
        write!(f, " and {}", first + 1)?;
    }
    let Axis { extent, .. } = block.outer;
    match family {
        Family::Transpose | Family::Tiled => {
            let edge = RUN / item.min(RUN);
            let edge = if family == Family::Tiled { edge.max(8) } else { edge };
            write!(f, ", in tiles of {edge} x {edge}")
        }
        Family::Deinterleave | Family::Interleave => write!(f, ", {extent} streams"),
        _ => Ok(()),
    }
}

fn name(family: Family) -> &'static str {
    match family {
        Family::Runs => "runs",
        Family::Fill => "fill",
        Family::Gather => "gather",
        Family::Scatter => "scatter",
        Family::Reverse => "reverse",
        Family::Strided => "strided",
        Family::Deinterleave => "deinterleave",
        Family::Interleave => "interleave",
        Family::Transpose => "transpose",
        Family::Tiled => "tiled walk",
    }
}
