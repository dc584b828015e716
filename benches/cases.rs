//! The catalogue: named layouts, small (in L1 or L2) and large (16 MiB).
//!
//! The first part are the workloads of the roofline; the second are layouts
//! that a fast path is tempted to be slow at.

mod comparisons;
mod sweep;

pub use comparisons::{EqualCase, equals, index_of, operands};
pub use sweep::sweep;

use stridewise::{Layout, Order, Slice};

/// How much memory a case touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Tens of items, where planning counts.
    Tiny,
    /// In L1 or L2.
    Small,
    /// 16 MiB and more.
    Large,
}

impl Size {
    /// As in benchmark ids.
    pub fn name(self) -> &'static str {
        match self {
            Size::Tiny => "tiny",
            Size::Small => "small",
            Size::Large => "large",
        }
    }
}

/// Two layouts of one shape.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called.
    pub name: &'static str,
    /// Which size of it this is.
    pub size: Size,
    /// The destination, or the left operand.
    pub dst: Layout,
    /// The source, or the right operand.
    pub src: Layout,
}

impl Case {
    /// Logical bytes of one operand.
    pub fn bytes(&self) -> usize {
        self.dst.nbytes()
    }
}

/// The case is right by construction.
const FITS: &str = "a layout of the catalogue";

/// Gapless, in C order.
pub(crate) fn c(shape: &[usize], item: usize) -> Layout {
    Layout::contiguous(shape, item, Order::C).expect(FITS)
}

/// All of an axis by a step.
pub(crate) fn every(step: isize) -> Slice {
    Slice::new(None, None, step)
}

/// Strided views in a line.
pub(crate) trait Views {
    fn by(&self, axes: &[usize]) -> Layout;
    fn turned(&self) -> Layout;
    fn at(&self, axis: usize, slice: Slice) -> Layout;
    fn to(&self, shape: &[usize]) -> Layout;
}

impl Views for Layout {
    fn by(&self, axes: &[usize]) -> Layout {
        self.permute(axes).expect(FITS)
    }
    fn turned(&self) -> Layout {
        self.transpose().expect(FITS)
    }
    fn at(&self, axis: usize, slice: Slice) -> Layout {
        self.slice(axis, slice).expect(FITS)
    }
    fn to(&self, shape: &[usize]) -> Layout {
        self.broadcast_to(shape).expect(FITS)
    }
}

/// The list under construction.
struct List(Vec<Case>);

impl List {
    /// `src` to C order.
    fn dense(&mut self, name: &'static str, size: Size, src: Layout) {
        let dst = c(src.shape(), src.itemsize());
        self.0.push(Case { name, size, dst, src });
    }

    /// Both sizes of a view that depends on the extents.
    fn both<const N: usize>(
        &mut self,
        name: &'static str,
        small: [usize; N],
        large: [usize; N],
        view: impl Fn([usize; N]) -> Layout,
    ) {
        self.dense(name, Size::Small, view(small));
        self.dense(name, Size::Large, view(large));
    }
}

/// What the roofline measures.
pub fn roofline() -> Vec<Case> {
    let mut list = List(Vec::new());
    let l = &mut list;
    l.both("contiguous-u8", [100_000], [16 << 20], |[n]| c(&[n], 1));
    l.both("rows-sliced-f32", [128, 128], [2048, 2048], |[h, w]| {
        let cut = Slice::new(None, Some(w as isize * 125 / 128), 1);
        c(&[h, w], 4).at(1, cut)
    });
    for (name, item, small, large) in [
        ("transpose-u8", 1, [256, 256], [4096, 4096]),
        ("transpose-u16", 2, [256, 128], [4096, 2048]),
        ("transpose-f32", 4, [256, 256], [2048, 2048]),
        ("transpose-f64", 8, [128, 128], [2048, 1024]),
        ("transpose-c128", 16, [64, 128], [1024, 1024]),
        ("transpose-odd-f32", 4, [101, 99], [2051, 2047]),
    ] {
        l.both(name, small, large, |[h, w]| c(&[w, h], item).turned());
    }
    for (name, item) in [("nhwc-to-nchw-u8", 1), ("nhwc-to-nchw-f32", 4)] {
        l.both(name, [1, 64, 3], [if item == 1 { 100 } else { 32 }, 224, 3], |[n, s, k]| {
            c(&[n, s, s, k], item).by(&[0, 3, 1, 2])
        });
    }
    for (name, item) in [("nchw-to-nhwc-u8", 1), ("nchw-to-nhwc-f32", 4)] {
        l.both(name, [1, 64, 3], [if item == 1 { 100 } else { 32 }, 224, 3], |[n, s, k]| {
            c(&[n, k, s, s], item).by(&[0, 2, 3, 1])
        });
    }
    l.both("reverse-f32", [8000], [4 << 20], |[n]| c(&[n], 4).at(0, every(-1)));
    l.both("reverse-u8", [30_000], [16 << 20], |[n]| c(&[n], 1).at(0, every(-1)));
    l.both("step2-f32", [8000], [8 << 20], |[n]| c(&[n], 4).at(0, every(2)));
    l.both("step3-u8", [60_000], [48 << 20], |[n]| c(&[n], 1).at(0, every(3)));
    l.both("broadcast-row-f32", [100, 120], [2048, 2048], |[h, w]| c(&[1, w], 4).to(&[h, w]));
    l.both("broadcast-col-f32", [100, 120], [2048, 2048], |[h, w]| c(&[h, 1], 4).to(&[h, w]));
    l.both("c-to-f-3d-f64", [24; 3], [128; 3], |shape| c(&shape, 8).turned());
    l.both("perm-6d-f32", [6, 5, 4, 3, 5, 4], [16, 12, 14, 10, 18, 12], |shape| {
        c(&shape, 4).by(&[5, 2, 0, 4, 1, 3])
    });
    for (name, axes) in [
        ("perm-4d-f32-3210", [3, 2, 1, 0]),
        ("perm-4d-f32-0213", [0, 2, 1, 3]),
        ("perm-4d-f32-2301", [2, 3, 0, 1]),
    ] {
        l.both(name, [12, 11, 10, 9], [64, 48, 40, 36], |shape| c(&shape, 4).by(&axes));
    }
    l.both("gaps-5d-f64", [8, 9, 12, 7, 8], [20, 30, 40, 25, 16], |shape| {
        c(&shape, 8)
            .at(0, every(2))
            .at(1, Slice::new(Some(1), None, 1))
            .at(2, every(3))
            .at(3, Slice::new(None, Some(-1), 1))
            .at(4, every(2))
    });
    for (size, n) in [(Size::Small, 128), (Size::Large, 2048)] {
        let (dst, src) = (c(&[n, n], 4).turned(), c(&[n, n], 4));
        l.0.push(Case { name: "dst-strided-f32", size, dst, src });
    }
    list.0
}

/// Tens of items, where a plan is dearer than the copy.
pub fn tiny() -> Vec<Case> {
    let mut list = List(Vec::new());
    for (name, src) in [
        ("4x4-f32-transposed", c(&[4, 4], 4).turned()),
        ("8x8-f64-transposed", c(&[8, 8], 8).turned()),
        ("16-f32-step2", c(&[32], 4).at(0, every(2))),
        ("3x3x3-f32-reversed-axes", c(&[3, 3, 3], 4).turned()),
        ("1-f64", c(&[1], 8)),
        ("16-f32", c(&[16], 4)),
        ("3-u8", c(&[3], 1)),
        ("2x2-f64-transposed", c(&[2, 2], 8).turned()),
        ("5x7-u8-transposed", c(&[5, 7], 1).turned()),
        ("4x3-u8-mirrored", c(&[4, 3], 1).at(1, every(-1))),
        ("8-f32-mirrored", c(&[8], 4).at(0, every(-1))),
        ("7-f32-filled", c(&[1], 4).to(&[7])),
        ("4x5-f32-rows", c(&[4, 8], 4).at(1, (0..5).into())),
        ("2x3x4-u16-210", c(&[2, 3, 4], 2).turned()),
        ("8x8x3-u8-planes", c(&[8, 8, 3], 1).by(&[2, 0, 1])),
    ] {
        list.dense(name, Size::Tiny, src);
    }
    list.0
}

/// Layouts that nobody writes a kernel for.
pub fn nasty() -> Vec<Case> {
    let mut list = List(Vec::new());
    let l = &mut list;
    for (name, item, k) in [
        ("thin-2-u8", 1, 2),
        ("thin-3-u8", 1, 3),
        ("thin-9-u8", 1, 9),
        ("thin-15-u8", 1, 15),
        ("thin-5-u16", 2, 5),
        ("thin-9-u16", 2, 9),
        ("thin-2-f32", 4, 2),
        ("thin-3-f32", 4, 3),
        ("thin-5-f32", 4, 5),
        ("thin-7-f32", 4, 7),
        ("thin-11-f32", 4, 11),
        ("thin-15-f32", 4, 15),
        ("thin-2-f64", 8, 2),
        ("thin-3-f64", 8, 3),
        ("thin-7-f64", 8, 7),
        ("thin-3-c128", 16, 3),
    ] {
        let n = |bytes| [bytes / item / k, k];
        // Many short rows to few long ones.
        l.both(name, n(60_000), n(16 << 20), |[n, k]| c(&[n, k], item).turned());
    }
    for (name, item, k) in [
        ("wide-2-u8", 1, 2),
        ("wide-3-u8", 1, 3),
        ("wide-11-u8", 1, 11),
        ("wide-5-u16", 2, 5),
        ("wide-3-f32", 4, 3),
        ("wide-5-f32", 4, 5),
        ("wide-9-f32", 4, 9),
        ("wide-2-f64", 8, 2),
        ("wide-5-f64", 8, 5),
        ("wide-3-c128", 16, 3),
    ] {
        let n = |bytes| [k, bytes / item / k];
        // Few long rows to many short ones.
        l.both(name, n(60_000), n(16 << 20), |[k, n]| c(&[k, n], item).turned());
    }
    for (name, item) in [
        ("transpose-3-bytes", 3),
        ("transpose-5-bytes", 5),
        ("transpose-6-bytes", 6),
        ("transpose-7-bytes", 7),
        ("transpose-12-bytes", 12),
        ("transpose-24-bytes", 24),
    ] {
        l.both(name, [70, 80], [1024, 1024], |[h, w]| c(&[h, w], item).turned());
    }
    for (name, item) in
        [("step2-3-bytes", 3), ("step2-6-bytes", 6), ("step2-7-bytes", 7), ("step2-12-bytes", 12)]
    {
        l.both(name, [5000], [3 << 20], |[n]| c(&[n], item).at(0, every(2)));
    }
    l.both("reverse-3-bytes", [5000], [3 << 20], |[n]| c(&[n], 3).at(0, every(-1)));
    l.both("reverse-12-bytes", [3000], [2 << 20], |[n]| c(&[n], 12).at(0, every(-1)));
    for (name, item, step) in [
        ("step2-u8", 1, 2),
        ("step4-u8", 1, 4),
        ("step7-u8", 1, 7),
        ("step2-u16", 2, 2),
        ("step3-u16", 2, 3),
        ("step3-f32", 4, 3),
        ("step5-f32", 4, 5),
        ("step2-f64", 8, 2),
        ("step3-f64", 8, 3),
        ("step-2-f32", 4, -2),
        ("step-3-u8", 1, -3),
    ] {
        l.both(name, [8000], [(16 << 20) / item], |[n]| c(&[n], item).at(0, every(step)));
    }
    for (name, item) in [("axes-of-2-u8", 1), ("axes-of-2-f32", 4), ("axes-of-2-f64", 8)] {
        l.dense(name, Size::Small, c(&[2; 12], item).turned());
        l.dense(name, Size::Large, c(&[2; 22], item).turned());
    }
    let swapped: Vec<usize> = (0..12).map(|axis| axis ^ 1).collect();
    l.dense("axes-of-2-swapped-f32", Size::Small, c(&[2; 12], 4).by(&swapped));
    for (name, axes) in [
        ("perm-6d-f32-543210", [5, 4, 3, 2, 1, 0]),
        ("perm-6d-f32-102435", [1, 0, 2, 4, 3, 5]),
        ("perm-6d-f32-345012", [3, 4, 5, 0, 1, 2]),
        ("perm-6d-f32-024135", [0, 2, 4, 1, 3, 5]),
    ] {
        l.both(name, [5, 4, 6, 3, 5, 4], [16, 12, 14, 10, 18, 12], |s| c(&s, 4).by(&axes));
    }
    for (name, item, row) in [
        ("short-rows-3-u8", 1, 3),
        ("short-rows-5-u8", 1, 5),
        ("short-rows-9-u8", 1, 9),
        ("short-rows-13-u8", 1, 13),
        ("short-rows-27-u8", 1, 27),
        ("short-rows-65-u8", 1, 65),
        ("short-rows-3-f32", 4, 3),
        ("short-rows-5-f32", 4, 5),
        ("short-rows-9-f32", 4, 9),
        ("short-rows-17-f32", 4, 17),
        ("short-rows-33-f32", 4, 33),
    ] {
        let n = |bytes| [bytes / item / (row + 2)];
        l.both(name, n(60_000), n(16 << 20), |[n]| {
            c(&[n, row + 2], item).at(1, (1..row as isize + 1).into())
        });
    }
    l.both("swapped-rows-9-f32", [40, 40], [600, 700], |[a, b]| c(&[a, b, 9], 4).by(&[1, 0, 2]));
    l.both("swapped-rows-20-f32", [30, 30], [400, 500], |[a, b]| c(&[a, b, 20], 4).by(&[1, 0, 2]));
    l.both("hwc-mirrored-u8", [64, 80], [2160, 2560], |[h, w]| c(&[h, w, 3], 1).at(1, every(-1)));
    l.both("hwc-flipped-u8", [64, 80], [2160, 2560], |[h, w]| c(&[h, w, 3], 1).at(0, every(-1)));
    l.both("bgr-u8", [64, 80], [2160, 2560], |[h, w]| c(&[h, w, 3], 1).at(2, every(-1)));
    l.both("mirrored-planes-u8", [64, 80], [2160, 2560], |[h, w]| {
        c(&[h, w, 3], 1).at(1, every(-1)).by(&[2, 0, 1])
    });
    l.both("mirrored-transpose-f32", [100, 120], [2000, 2100], |[h, w]| {
        c(&[h, w], 4).turned().at(0, every(-1))
    });
    l.both("mirrored-rows-f32", [100, 120], [2000, 2100], |[h, w]| c(&[h, w], 4).at(1, every(-1)));
    l.both("mirrored-rows-5-f32", [400, 5], [800_000, 5], |[h, w]| c(&[h, w], 4).at(1, every(-1)));
    l.both("mirrored-rows-9-u8", [900, 9], [1_600_000, 9], |[h, w]| c(&[h, w], 1).at(1, every(-1)));
    l.both("both-steps-f32", [64, 80], [2048, 2048], |[h, w]| {
        c(&[h, w], 4).at(0, every(2)).at(1, every(2))
    });
    l.both("stepped-transpose-f32", [200, 100], [4000, 2000], |[h, w]| {
        c(&[h, w], 4).at(0, every(2)).at(1, every(2)).turned()
    });
    l.both("broadcast-row-3-f32", [500], [1_400_000], |[n]| c(&[1, 3], 4).to(&[n, 3]));
    l.both("broadcast-row-9-u8", [900], [1_800_000], |[n]| c(&[1, 9], 1).to(&[n, 9]));
    l.both("broadcast-col-3-f32", [500], [1_400_000], |[n]| c(&[n, 1], 4).to(&[n, 3]));
    l.both("broadcast-col-9-u8", [900], [1_800_000], |[n]| c(&[n, 1], 1).to(&[n, 9]));
    l.both("broadcast-col-40-u8", [900], [400_000], |[n]| c(&[n, 1], 1).to(&[n, 40]));
    l.both("fill-u8", [9000], [16 << 20], |[n]| c(&[1], 1).to(&[n]));
    l.both("fill-f32", [9000], [4 << 20], |[n]| c(&[1], 4).to(&[n]));
    l.both("fill-3-bytes", [9000], [5 << 20], |[n]| c(&[1], 3).to(&[n]));
    l.both("fill-12-bytes", [2000], [1 << 20], |[n]| c(&[1], 12).to(&[n]));
    l.both("batch-16x16-f32", [16], [4096], |[n]| c(&[n, 16, 16], 4).by(&[0, 2, 1]));
    l.both("batch-4x4-f32", [200], [60_000], |[n]| c(&[n, 4, 4], 4).by(&[0, 2, 1]));
    l.both("batch-3x3-f64", [200], [60_000], |[n]| c(&[n, 3, 3], 8).by(&[0, 2, 1]));
    l.both("batch-7x5-u8", [200], [400_000], |[n]| c(&[n, 7, 5], 1).by(&[0, 2, 1]));
    for (name, pair) in [
        ("to-step2-f32", (|h, w| (c(&[h, 2 * w], 4).at(1, every(2)), c(&[h, w], 4))) as Pair),
        ("step3-to-step2-f32", |h, w| {
            (c(&[h, 2 * w], 4).at(1, every(2)), c(&[h, 3 * w], 4).at(1, every(3)))
        }),
        ("step2-to-step2-u8", |h, w| {
            (c(&[h, 2 * w], 1).at(1, every(2)), c(&[h, 2 * w], 1).at(1, every(2)))
        }),
        ("reversed-both-f32", |h, w| {
            (c(&[h, w], 4).at(1, every(-1)), c(&[h, w], 4).at(1, every(-1)))
        }),
        ("to-channel-u8", |h, w| (c(&[h, w, 3], 1).at(2, (1..2).into()), c(&[h, w, 1], 1))),
        ("channel-to-channel-u8", |h, w| {
            (c(&[h, w, 3], 1).at(2, (1..2).into()), c(&[h, w, 4], 1).at(2, (2..3).into()))
        }),
        ("stepped-f-order-f32", |h, w| {
            (c(&[2 * w, h], 4).at(0, every(2)).turned(), c(&[h, 2 * w], 4).at(1, every(2)))
        }),
        ("scatter-12-bytes", |h, w| (c(&[h, 2 * w], 12).at(1, every(2)), c(&[h, w], 12))),
        ("to-fortran-5-bytes", |h, w| (c(&[w, h], 5).turned(), c(&[h, w], 5))),
    ] {
        for (size, (dst, src)) in [(Size::Small, pair(50, 70)), (Size::Large, pair(1500, 1300))] {
            l.0.push(Case { name, size, dst, src });
        }
    }
    list.0
}

/// Two layouts from two extents.
type Pair = fn(usize, usize) -> (Layout, Layout);

/// Views to hash; the destination is their C order.
pub fn hashes() -> Vec<Case> {
    let mut list = List(Vec::new());
    let l = &mut list;
    l.dense("64-bytes", Size::Tiny, c(&[64], 1));
    l.dense("4x4-f32-transposed", Size::Tiny, c(&[4, 4], 4).turned());
    l.dense("16-f32-step2", Size::Tiny, c(&[32], 4).at(0, every(2)));
    l.dense("5x3-u8-rows", Size::Tiny, c(&[5, 8], 1).at(1, (0..3).into()));
    l.both("contiguous-u8", [50_000], [16 << 20], |[n]| c(&[n], 1));
    l.both("transposed-f32", [100, 80], [2048, 2048], |[h, w]| c(&[w, h], 4).turned());
    l.both("transposed-u8", [100, 180], [4096, 4096], |[h, w]| c(&[w, h], 1).turned());
    l.both("step2-f32", [8000], [4 << 20], |[n]| c(&[n], 4).at(0, every(2)));
    for (name, row) in [
        ("short-rows-3-u8", 3),
        ("short-rows-20-u8", 20),
        ("short-rows-100-u8", 100),
        ("rows-500-u8", 500),
        ("rows-1100-u8", 1100),
        ("rows-5000-u8", 5000),
    ] {
        let n = |bytes: usize| [bytes.div_ceil(row)];
        l.both(name, n(30_000), n(16 << 20), |[n]| {
            c(&[n, row + 1], 1).at(1, Slice::new(None, Some(row as isize), 1))
        });
    }
    l.both("planes-u8", [64, 80], [2160, 2560], |[h, w]| c(&[h, w, 3], 1).by(&[2, 0, 1]));
    l.both("pixels-u8", [64, 80], [2160, 2560], |[h, w]| c(&[3, h, w], 1).by(&[1, 2, 0]));
    l.both("mirrored-u8", [64, 80], [2160, 2560], |[h, w]| c(&[h, w, 3], 1).at(1, every(-1)));
    l.both("perm-4d-f32-3210", [12, 11, 10, 9], [64, 48, 40, 36], |s| c(&s, 4).turned());
    l.both("axes-of-2-u8", [2; 13], [2; 13], |shape| c(&shape, 1).turned());
    list.0
}
