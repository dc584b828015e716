//! The rows of the roofline: what is measured at which size, and the floor,
//! which is the least share of the roof's speed that stridewise promises.

use crate::cases::{Views, c, every};
use crate::naive::Kind;
use stridewise::{Layout, Slice};

/// A workload and what is promised of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is called.
    pub name: String,
    /// What is promised.
    pub floor: Floor,
    /// What is done.
    pub task: Task,
}

/// What is promised, on one thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Floor {
    /// The roof's time by ours.
    Ratio(f64),
    /// Nanoseconds of a call at most.
    Nanos {
        /// Planning included.
        oneshot: f64,
        /// By a plan that was made before.
        planned: f64,
    },
    /// Nothing yet.
    None,
}

/// What is done with which layouts.
#[derive(Clone, Debug)]
pub enum Task {
    /// A copy.
    Copy {
        /// The destination.
        dst: Layout,
        /// The source.
        src: Layout,
        /// The last axis is the bytes of one item, which the source has backwards.
        swapped: bool,
    },
    /// A comparison.
    Equal {
        /// One operand.
        left: Layout,
        /// The other.
        right: Layout,
        /// The items.
        kind: Kind,
        /// The item, in C order, that differs.
        differs: Option<usize>,
    },
    /// XXH3 of the bytes in C order.
    Hash {
        /// The operand.
        src: Layout,
    },
    /// A copy in C order into memory that is new in each call.
    Fresh {
        /// The source.
        src: Layout,
    },
}

impl Task {
    /// Logical bytes of one operand.
    pub fn bytes(&self) -> usize {
        match self {
            Task::Copy { dst: one, .. }
            | Task::Equal { left: one, .. }
            | Task::Hash { src: one }
            | Task::Fresh { src: one } => one.nbytes(),
        }
    }
}

/// The list under construction.
struct Rows {
    rows: Vec<Row>,
    /// Whether extents are cut, so that a test of all rows is short.
    short: bool,
}

/// All rows; short ones are for tests: the same layouts over smaller extents.
pub fn rows(short: bool) -> Vec<Row> {
    let mut all = Rows { rows: Vec::new(), short };
    all.planes();
    all.streams();
    all.runs();
    all.permutations();
    all.swaps();
    all.comparisons();
    all.hashes();
    all.tiny();
    all.fresh();
    all.rows
}

impl Rows {
    /// These extents, unless they are to be short.
    fn of<const N: usize>(&self, shape: [usize; N]) -> [usize; N] {
        let most = match N {
            1 => 20_000,
            2 => 140,
            3 => 27,
            _ => 11,
        };
        shape.map(|n| if self.short && n > most { most - most % 4 + n % 4 } else { n })
    }

    fn push(&mut self, name: &str, floor: impl Into<Floor>, task: Task) {
        self.rows.push(Row { name: name.into(), floor: floor.into(), task });
    }

    /// `src` to C order.
    fn dense(&mut self, name: &str, floor: impl Into<Floor>, src: Layout) {
        let dst = c(src.shape(), src.itemsize());
        self.push(name, floor, Task::Copy { dst, src, swapped: false });
    }

    /// Two axes that change places.
    fn planes(&mut self) {
        for (name, floor, item, shape) in [
            ("transpose-u8-8192x8192", 0.75, 1, [8192, 8192]),
            ("transpose-u8-8128x8256", 1.1, 1, [8128, 8256]),
            ("transpose-u8-512x512", 0.55, 1, [512, 512]),
            ("transpose-u16-8192x4096", 0.85, 2, [8192, 4096]),
            ("transpose-u16-512x256", 0.55, 2, [512, 256]),
            ("transpose-f32-4096x4096", 1.0, 4, [4096, 4096]),
            ("transpose-f32-4064x4128", 1.1, 4, [4064, 4128]),
            ("transpose-odd-f32-4099x4093", 0.65, 4, [4099, 4093]),
            ("transpose-f32-256x256", 0.85, 4, [256, 256]),
            ("transpose-f64-4096x4096", 1.1, 8, [4096, 4096]),
            ("transpose-c128-2048x4096", 1.2, 16, [2048, 4096]),
            ("transpose-3-bytes-4096x4096", 0.5, 3, [4096, 4096]),
            ("transpose-12-bytes-2048x2048", 0.7, 12, [2048, 2048]),
        ] {
            let shape = self.of(shape);
            self.dense(name, floor, c(&shape, item).turned());
        }
        let shape = self.of([4096, 4096]);
        let (dst, src) = (c(&shape, 4).turned(), c(&shape, 4));
        self.push("dst-strided-f32-4096x4096", 1.0, Task::Copy { dst, src, swapped: false });
        let batch = self.of([4096, 16, 16]);
        self.dense("batch-4096-of-16x16-f32", 0.7, c(&batch, 4).by(&[0, 2, 1]));
    }

    /// Pixels and planes.
    fn streams(&mut self) {
        for (item, to, from) in [(1, 0.9, 0.9), (4, 1.4, 1.4)] {
            let kind = if item == 1 { "u8" } else { "f32" };
            let [n, h, w, k] = self.of([32, 224, 224, 3]);
            let (nhwc, nchw) = (c(&[n, h, w, k], item), c(&[n, k, h, w], item));
            self.dense(&format!("nhwc-to-nchw-{kind}"), to, nhwc.by(&[0, 3, 1, 2]));
            self.dense(&format!("nchw-to-nhwc-{kind}"), from, nchw.by(&[0, 2, 3, 1]));
        }
        let one = self.of([1, 64, 64, 3]);
        self.dense("nhwc-to-nchw-u8-1x64x64x3", 0.45, c(&one, 1).by(&[0, 3, 1, 2]));
        for (name, item, k) in
            [("deinterleave-4-u8-16MiB", 1, 4), ("deinterleave-2-f32-16MiB", 4, 2)]
        {
            let [n] = self.of([(16 << 20) / item / k]);
            self.dense(name, 1.0, c(&[n, k], item).turned());
        }
        let [h, w, k] = self.of([2160, 2560, 3]);
        self.dense("mirrored-rgb-u8", Floor::None, c(&[h, w, k], 1).at(1, every(-1)));
        let planes = c(&[h, w, k], 1).at(1, every(-1)).by(&[2, 0, 1]);
        self.dense("mirrored-rgb-to-planes-u8", Floor::None, planes);
    }

    /// Runs of one axis.
    fn runs(&mut self) {
        let mut line = |name, floor, item, n, step| {
            let [n] = self.of([n]);
            self.dense(name, floor, c(&[n], item).at(0, every(step)));
        };
        line("contig-64MiB-u8", 1.3, 1, 64 << 20, 1);
        line("reverse-1d-f32-16Mi", 1.3, 4, 16 << 20, -1);
        line("reverse-1d-u8-64Mi", 1.5, 1, 64 << 20, -1);
        line("step2-f32-32Mi", 0.85, 4, 32 << 20, 2);
        line("step3-u8-64Mi", 0.6, 1, 64 << 20, 3);
        let [h, w] = self.of([4096, 4096]);
        let cut = Slice::new(None, Some(w as isize * 125 / 128), 1);
        self.dense("rows-sliced-f32", 1.2, c(&[h, w], 4).at(1, cut));
        self.dense("reversed-rows-f32-4096x4096", 1.2, c(&[h, w], 4).at(1, every(-1)));
        self.dense("broadcast-row-f32", 1.75, c(&[1, w], 4).to(&[h, w]));
        self.dense("broadcast-col-f32", 2.0, c(&[h, 1], 4).to(&[h, w]));
    }

    /// More than two axes.
    fn permutations(&mut self) {
        let cube = self.of([256; 3]);
        self.dense("c-to-f-3d-f64-256", 1.0, c(&cube, 8).turned());
        for axes in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let [a, b, d] = axes;
            let (dst, src) = (c(&cube, 8).turned(), c(&cube, 8).by(&axes));
            let name = format!("c-{a}{b}{d}-to-f-3d-f64-256");
            self.push(&name, 0.9, Task::Copy { dst, src, swapped: false });
        }
        let six = self.of([16, 12, 14, 10, 18, 12]);
        self.dense("perm-6d-f32-520413", 0.6, c(&six, 4).by(&[5, 2, 0, 4, 1, 3]));
        for (name, floor, shape, axes) in [
            ("perm-4d-f32-3210", 0.7, [64, 48, 40, 36], [3, 2, 1, 0]),
            ("perm-4d-f32-0213", 0.9, [64, 48, 40, 36], [0, 2, 1, 3]),
            ("perm-4d-f32-2301", 0.9, [64, 48, 40, 36], [2, 3, 0, 1]),
            ("perm-4d-large-f32-3210", 0.8, [128, 96, 40, 36], [3, 2, 1, 0]),
            ("perm-4d-large-f32-0213", 1.1, [128, 96, 40, 36], [0, 2, 1, 3]),
        ] {
            let shape = self.of(shape);
            self.dense(name, floor, c(&shape, 4).by(&axes));
        }
        let five = self.of([20, 30, 40, 25, 16]);
        let gaps = c(&five, 8)
            .at(0, every(2))
            .at(1, Slice::new(Some(1), None, 1))
            .at(2, every(3))
            .at(3, Slice::new(None, Some(-1), 1))
            .at(4, every(2));
        self.dense("gaps-5d-f64", 0.35, gaps);
        let twos = vec![2; if self.short { 12 } else { 24 }];
        self.dense("axes-of-2-24-f32", 0.35, c(&twos, 4).turned());
    }

    /// The other byte order: bytes are the last axis, and the source's go back.
    fn swaps(&mut self) {
        let [n] = self.of([16 << 20]);
        let [h, w] = self.of([4096, 4096]);
        let back = |shape: &[usize]| c(shape, 1).at(shape.len() - 1, every(-1));
        for (name, floor, src) in [
            ("byteswap-f32-16Mi", 1.3, back(&[n, 4])),
            ("big-endian-f-to-c-f32-4096x4096", 0.95, back(&[w, h, 4]).by(&[1, 0, 2])),
        ] {
            let dst = c(src.shape(), 1);
            self.push(name, floor, Task::Copy { dst, src, swapped: true });
        }
    }

    fn equal(&mut self, name: &str, floor: impl Into<Floor>, kind: Kind, pair: [Layout; 2]) {
        let [left, right] = pair;
        self.push(name, floor, Task::Equal { left, right, kind, differs: None });
    }

    fn comparisons(&mut self) {
        let [n] = self.of([8 << 20]);
        self.equal("eq-contig-f64-64MiB", 0.95, Kind::F64, [c(&[n], 8), c(&[n], 8)]);
        let [n] = self.of([64 << 20]);
        self.equal("eq-contig-u8-64MiB", 0.97, Kind::Bytes(1), [c(&[n], 1), c(&[n], 1)]);
        let [h, w] = self.of([4096, 4096]);
        let (left, right) = (c(&[h, w], 4), c(&[w, h], 4).turned());
        let turned = [left.clone(), right.clone()];
        self.equal("eq-transposed-f32-4096x4096", 0.6, Kind::F32, turned);
        // The middle within 0.55 of the time of a whole compare at its floor.
        let differs = Some(h * w / 2);
        let middle = Task::Equal { left, right, kind: Kind::F32, differs };
        self.push("mismatch-mid-transposed-f32", 0.6 / 0.55, middle);
        let [n] = self.of([32 << 20]);
        let stepped = c(&[n], 4).at(0, every(2));
        let dense = c(stepped.shape(), 4);
        self.equal("eq-step2-f32-32Mi", 0.6, Kind::F32, [stepped, dense]);
        let [h, w, k] = self.of([2160, 2560, 3]);
        let planes = c(&[k, h, w], 1).by(&[1, 2, 0]);
        self.equal("eq-hwc-planes-u8", Floor::None, Kind::Bytes(1), [c(&[h, w, k], 1), planes]);
        let mirrored = c(&[h, w * k], 1).at(1, every(-1));
        self.equal("eq-mirrored-u8", Floor::None, Kind::Bytes(1), [c(&[h, w * k], 1), mirrored]);
    }

    fn hashes(&mut self) {
        for (name, floor, bytes) in [
            ("hash-contig-64MiB", 0.93, 64 << 20),
            ("hash-contig-1MiB", 0.65, 1 << 20),
            ("hash-small-64B", 0.4, 64),
        ] {
            let [n] = self.of([bytes]);
            self.push(name, floor, Task::Hash { src: c(&[n], 1) });
        }
        let [h, w] = self.of([4096, 4096]);
        let src = c(&[h, w], 4).turned();
        self.push("hash-transposed-f32-4096x4096", 0.28, Task::Hash { src });
        let [n] = self.of([32 << 20]);
        let src = c(&[n], 4).at(0, every(2));
        self.push("hash-step2-f32-32Mi", Floor::None, Task::Hash { src });
    }

    /// Calls of nanoseconds.
    fn tiny(&mut self) {
        for (name, oneshot, planned, src) in [
            ("tiny-4x4-f32-transposed", 20.0, 9.0, c(&[4, 4], 4).turned()),
            ("tiny-8x8-f64-transposed", 27.0, 14.0, c(&[8, 8], 8).turned()),
            ("tiny-16-f32-step2", 15.0, 7.0, c(&[32], 4).at(0, every(2))),
            ("tiny-3x3x3-f32-by-210", 30.0, 16.0, c(&[3, 3, 3], 4).turned()),
        ] {
            self.dense(name, Floor::Nanos { oneshot, planned }, src);
        }
        let [n] = self.of([16 << 20]);
        let (left, right) = (c(&[n], 4), c(&[n], 4));
        let first = Task::Equal { left, right, kind: Kind::F32, differs: Some(0) };
        self.push("tiny-first-item-differs", Floor::Nanos { oneshot: 30.0, planned: 15.0 }, first);
    }

    fn fresh(&mut self) {
        let shape = self.of([4096, 4096]);
        let floor = Floor::Nanos { oneshot: 10e6, planned: 10e6 };
        self.push("fresh-transpose-f32", floor, Task::Fresh { src: c(&shape, 4).turned() });
    }
}

impl From<f64> for Floor {
    fn from(ratio: f64) -> Floor {
        Floor::Ratio(ratio)
    }
}
