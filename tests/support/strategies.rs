//! Random layouts, which shrink towards few short axes in C order.
//!
//! An axis is drawn as an extent and, for either operand, a number whose
//! bits say how that operand lays it out; so axes come and go together.

use super::CANARY;
use super::oracle::{Kind, kinds, offsets};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use stridewise::{Caches, Layout, Level, Options, Prefetch};

/// Two layouts of one shape, and how to run.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// No two items share a byte.
    pub(crate) dst: Layout,
    /// May repeat axes and overlap itself.
    pub(crate) src: Layout,
    pub(crate) options: Options,
}

/// A layout to write, one to read of a shape that broadcasts to it, and the
/// latter broadcast.
#[derive(Clone, Debug)]
pub(crate) struct Stretched {
    pub(crate) dst: Layout,
    pub(crate) src: Layout,
    pub(crate) broadcast: Layout,
}

/// Two layouts of one shape that may overlap, and a buffer's length.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    pub(crate) dst: Layout,
    pub(crate) src: Layout,
    pub(crate) len: usize,
}

/// Two layouts of one type, and what to do to the items.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) pair: Pair,
    pub(crate) kind: Kind,
    pub(crate) salt: u64,
    /// Whether all items start the same, as broadcast axes need.
    pub(crate) constant: bool,
    /// Items that change on one side.
    pub(crate) changes: Vec<(Index, u8)>,
}

/// Extent, and the bits of both operands.
pub(super) type Axis = (usize, [u32; 2]);

/// Some of the bits, from `low` up.
pub(super) fn bits(word: u32, low: u32, count: u32) -> usize {
    (word >> low & ((1 << count) - 1)) as usize
}

/// One operand as its bits say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) bits: u32,
    pub(super) side: usize,
    pub(super) reads: bool,
    /// Whether items may overlap by a few bytes.
    pub(super) slides: bool,
}

/// Layouts stay below this many bytes from first to last.
const SPAN: isize = 1 << 19;

impl Operand {
    pub(super) fn layout(self, axes: &[Axis], itemsize: usize) -> Layout {
        let of = |axis: usize| axes[axis].1[self.side];
        let shape: Vec<usize> = axes.iter().map(|axis| axis.0).collect();
        let mut order: Vec<usize> = (0..axes.len()).rev().collect();
        match bits(self.bits, 0, 2) {
            0 => {}
            1 => order.reverse(),
            _ => order.sort_by_key(|&axis| bits(of(axis), 0, 4)),
        }
        let gaps = bits(self.bits, 2, 2) == 3;
        let flips = bits(self.bits, 4, 1) == 1;
        let repeats = self.reads && bits(self.bits, 5, 2) == 3;
        let slides = self.slides && bits(self.bits, 7, 4) == 15;
        let odd = [0, 0, 0, 0, 0, 0, 1, itemsize][bits(self.bits, 11, 3)];
        let empty = shape.contains(&0);
        let mut pitch = (itemsize + odd) as isize;
        let mut below = 0;
        let mut strides = vec![0; axes.len()];
        for axis in order {
            let (extent, word) = (shape[axis], of(axis));
            if empty || extent == 1 {
                // Never looked at.
                let absurd = [pitch, 0, isize::MAX, isize::MIN, -1, pitch, 7, 1 << 20];
                strides[axis] = absurd[bits(word, 14, 3)];
                continue;
            }
            if repeats && bits(word, 12, 2) == 3 {
                continue;
            }
            if slides {
                pitch = 1 + bits(word, 4, 5) as isize;
            }
            let roomy = pitch.saturating_mul(extent as isize) < SPAN / 16;
            let some = |value: usize| if gaps && roomy { value as isize } else { 0 };
            let step = 1 + some([0, 0, 0, 0, 0, 1, 2, 1][bits(word, 4, 3)]);
            let pad = some([0, 0, 0, 0, 0, 1, 2, 3][bits(word, 9, 3)]);
            strides[axis] = pitch * step;
            pitch *= (extent as isize - 1) * step + 1 + pad;
            if flips && bits(word, 7, 2) >= 2 {
                below += strides[axis] * (extent as isize - 1);
                strides[axis] = -strides[axis];
            }
        }
        // What is read starts with the memory half of the time.
        let base = match (self.reads, bits(self.bits, 20, 1)) {
            (false, _) => CANARY + bits(self.bits, 14, 6),
            (true, 0) => bits(self.bits, 14, 6),
            (true, _) => 0,
        } as isize;
        let offset =
            if empty { [0, isize::MAX, -9][bits(self.bits, 14, 2) % 3] } else { base + below };
        Layout::new(&shape, &strides, itemsize, offset).expect("layouts are small")
    }
}

/// Extents on either side of what kernels and tiles take at once.
const EDGES: [usize; 22] =
    [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 66, 130];

fn axis(extent: impl Strategy<Value = usize>) -> impl Strategy<Value = Axis> {
    (extent, any::<[u32; 2]>())
}

/// Axes of some family of shapes, and the items that they may have at most.
pub(super) fn axes() -> impl Strategy<Value = Vec<Axis>> {
    let small = prop_oneof![1 => Just(1usize), 12 => 2..=6usize];
    let streams =
        (vec(axis(1..=3usize), 0..=1), axis(1..=200usize), axis(2..=16usize), any::<bool>())
            .prop_map(|(mut axes, long, short, swap)| {
                axes.extend(if swap { [short, long] } else { [long, short] });
                axes
            });
    let huge = prop_oneof![Just(0usize), 1..=5usize, Just(usize::MAX), Just(1 << 31)];
    let empty = (vec(axis(huge), 0..=4), axis(Just(0)), any::<Index>()).prop_map(
        |(mut axes, nothing, at)| {
            axes.insert(at.index(axes.len() + 1), nothing);
            axes
        },
    );
    prop_oneof![
        10 => vec(axis(small), 0..=8),
        8 => (vec(axis(1..=3usize), 0..=1), vec(axis(select(&EDGES[..])), 1..=2))
            .prop_map(|(outer, inner)| [outer, inner].concat()),
        5 => streams,
        3 => vec(axis(1..=300usize), 1..=2),
        1 => vec(axis(select(&[1usize, 1, 1, 1, 1, 1, 2][..])), 9..=64),
        1 => empty,
    ]
}

/// Cuts the longest extents until there are few enough items.
pub(super) fn bounded(mut axes: Vec<Axis>, items: usize) -> Vec<Axis> {
    if axes.iter().any(|axis| axis.0 == 0) {
        return axes;
    }
    loop {
        let product: usize = axes.iter().map(|axis| axis.0).product();
        if product <= items {
            return axes;
        }
        let longest = axes.iter_mut().max_by_key(|axis| axis.0).expect("many items need an axis");
        longest.0 = (longest.0 * items / product).max(longest.0 / 2);
    }
}

/// The most items of one case: mostly few, so that the others can be many.
pub(super) fn most() -> impl Strategy<Value = usize> {
    prop_oneof![12 => Just(500usize), 6 => Just(4300), 1 => Just(20_000)]
}

pub(super) fn itemsize() -> impl Strategy<Value = usize> {
    prop_oneof![
        8 => 1..=33usize,
        6 => select(&[1usize, 2, 4, 8, 16][..]),
        1 => select(&[40usize, 64, 100][..]),
    ]
}

/// A level that this CPU has, a number of chunks, and caches: those of this
/// machine, or none, so that the smallest copies go past them.
pub(crate) fn options() -> impl Strategy<Value = Options> {
    let levels: Vec<Level> = Level::available().collect();
    let chunks = vec![1usize, 1, 2, 3, 7, 16];
    let no = |prefetch| Some(Caches { l1: 0, l2: 0, l3: 0, prefetch });
    let caches = vec![None, no(Prefetch::Runs), no(Prefetch::Rows), no(Prefetch::Pages)];
    (select(levels), select(chunks), select(caches)).prop_map(|(level, chunks, caches)| Options {
        level: Some(level),
        chunks: Some(chunks),
        caches,
    })
}

fn pair(axes: Vec<Axis>, itemsize: usize, words: [u32; 2], options: Options) -> Pair {
    let axes = bounded(axes, (200_000 / itemsize).max(1));
    let dst =
        Operand { bits: words[0], side: 0, reads: false, slides: false }.layout(&axes, itemsize);
    let src =
        Operand { bits: words[1], side: 1, reads: true, slides: true }.layout(&axes, itemsize);
    Pair { dst, src, options }
}

/// Two layouts of one shape.
pub(crate) fn pairs() -> impl Strategy<Value = Pair> {
    (axes(), most(), itemsize(), any::<[u32; 2]>(), options()).prop_map(
        |(axes, most, itemsize, words, options)| {
            pair(bounded(axes, most), itemsize, words, options)
        },
    )
}

/// One layout to read.
pub(crate) fn sources() -> impl Strategy<Value = (Layout, Options)> {
    pairs().prop_map(|Pair { src, options, .. }| (src, options))
}

/// A layout and one whose shape broadcasts to it.
pub(crate) fn stretched() -> impl Strategy<Value = Stretched> {
    (axes(), most(), itemsize(), any::<[u32; 2]>(), any::<u32>(), any::<Index>()).prop_map(
        |(axes, most, itemsize, words, units, first)| {
            let axes = bounded(axes, most.min(200_000 / itemsize));
            let dst = Operand { bits: words[0], side: 0, reads: false, slides: false }
                .layout(&axes, itemsize);
            let first = first.index(axes.len() + 1);
            let mut short = axes[first..].to_vec();
            for (at, axis) in short.iter_mut().enumerate() {
                if bits(units, at as u32 % 16 * 2, 2) == 3 {
                    axis.0 = 1;
                }
            }
            // Without the 0 of an empty shape the others may be too many.
            if !short.iter().any(|axis| axis.0 == 0) {
                short.iter_mut().filter(|axis| axis.0 > 1 << 16).for_each(|axis| axis.0 = 1);
            }
            let src = Operand { bits: words[1], side: 1, reads: true, slides: true }
                .layout(&short, itemsize);
            let mut strides = vec![0; first];
            for (axis, stride) in short.iter().zip(src.strides()) {
                strides.push(if axis.0 == 1 { 0 } else { *stride });
            }
            // An offset that nobody looks at must not become one.
            let offset = if src.is_empty() { 0 } else { src.offset() };
            let broadcast = Layout::new(dst.shape(), &strides, itemsize, offset);
            Stretched { dst, src, broadcast: broadcast.expect("the source is small") }
        },
    )
}

/// Two layouts of one shape over one buffer, mostly overlapping.
pub(crate) fn within() -> impl Strategy<Value = Within> {
    let square =
        (1..=12usize, 2..=3usize).prop_flat_map(|(extent, ndim)| vec(axis(Just(extent)), ndim));
    let axes = prop_oneof![3 => axes(), 1 => square];
    (axes, 0..4usize, itemsize(), any::<[u32; 2]>(), -70..=70isize, any::<u32>()).prop_map(
        |(axes, like, itemsize, words, shift, how)| {
            let axes = bounded(axes, 1000);
            let Pair { dst, src, .. } = pair(axes, itemsize, words, Options::default());
            if dst.is_empty() {
                return Within { dst, src, len: 100 };
            }
            let mut strides = match like {
                0 => src.strides().to_vec(),
                _ => dst.strides().to_vec(),
            };
            let shape = dst.shape();
            if like == 2 {
                for (axis, stride) in strides.iter_mut().enumerate() {
                    if shape[axis] > 1 && bits(how, axis as u32 % 16, 1) == 1 {
                        *stride = -*stride;
                    }
                }
            }
            if like == 3 && shape.len() > 1 && shape.windows(2).all(|pair| pair[0] == pair[1]) {
                strides.rotate_left(1);
            }
            let shift = if bits(how, 16, 1) == 0 { shift * itemsize as isize } else { shift };
            let src = Layout::new(shape, &strides, itemsize, 0).expect("no longer than before");
            // Both from the same first byte, but for the shift.
            let from = dst.span().start + shift - src.span().start;
            let lift = (CANARY as isize - dst.span().start.min(src.span().start + from)).max(0);
            let at = |layout: &Layout, offset| {
                Layout::new(shape, layout.strides(), itemsize, offset + lift).expect("small")
            };
            let (dst, src) = (at(&dst, dst.offset()), at(&src, from));
            let len = dst.span().end.max(src.span().end) as usize + CANARY;
            Within { dst, src, len }
        },
    )
}

/// Two layouts of one element type, and items that mostly are equal.
pub(crate) fn compared() -> impl Strategy<Value = Compared> {
    let changes = prop_oneof![
        3 => vec(any::<(Index, u8)>(), 0..=1),
        1 => vec(any::<(Index, u8)>(), 2..=4),
    ];
    let layouts = (axes(), most(), select(kinds()), any::<[u32; 2]>(), options());
    (layouts, any::<u64>(), any::<bool>(), changes).prop_map(
        |((axes, most, kind, words, options), salt, constant, changes)| {
            let pair = pair(bounded(axes, most), kind.element.itemsize(), words, options);
            Compared { pair, kind, salt, constant, changes }
        },
    )
}

#[test]
fn layouts_to_write_never_overlap() {
    super::check_cases(
        500,
        "layouts_to_write_never_overlap",
        pairs,
        |Pair { dst, src, .. }| {
            prop_assert_eq!(dst.shape(), src.shape());
            let mut sorted = offsets(&dst);
            sorted.sort_unstable();
            let apart = sorted.windows(2).all(|two| two[1] - two[0] >= dst.itemsize() as isize);
            prop_assert!(apart);
            if let Some(&first) = sorted.first() {
                prop_assert!(first >= CANARY as isize);
                prop_assert!(src.span().start >= 0);
            }
            Ok(())
        },
    );
}
