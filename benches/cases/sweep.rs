//! What lies between the rows of the roofline: the same classes by many item
//! sizes, extents and steps within L2, and permutations of many shapes there and
//! in memory.

use super::{Case, Size, Views, c, every};
use stridewise::Layout;

const ITEMS: [usize; 14] = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64];
const BYTES: [usize; 3] = [3_000, 24_000, 500_000];
const LARGE: usize = 32_000_000;

/// Thousands of cases.
pub fn sweep() -> Vec<Case> {
    let mut list = Vec::new();
    for item in ITEMS {
        for bytes in BYTES.into_iter().chain([LARGE]) {
            let size = if bytes == LARGE { Size::Large } else { Size::Small };
            let mut add = |what: String, dst: Layout, src: Layout| {
                // Names live as long as the program.
                let name = format!("{what}-{item}-bytes-of-{bytes}").leak();
                list.push(Case { name, size, dst, src });
            };
            permutations(item, bytes / item, &mut add);
            if size == Size::Small {
                streams(item, bytes / item, &mut add);
                planes(item, bytes / item, &mut add);
                steps(item, bytes / item, &mut add);
            }
        }
    }
    list
}

/// Two to six axes of any extents in any order, the same ones in each run.
fn permutations(item: usize, items: usize, add: &mut impl FnMut(String, Layout, Layout)) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (item * items) as u64;
    // Xorshift: G. Marsaglia, Journal of Statistical Software 8 (2003).
    let mut below = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) as usize % n
    };
    for rank in (2..=6).cycle().take(15) {
        let parts: Vec<usize> = (0..rank).map(|_| 10 + below(100)).collect();
        let all: usize = parts.iter().sum();
        let extent = |part: usize| (items as f64).powf(part as f64 / all as f64).round() as usize;
        let mut shape: Vec<usize> = parts.into_iter().map(|part| extent(part).max(2)).collect();
        if below(3) == 0 {
            shape.iter_mut().for_each(|n| *n = 1 << n.ilog2());
        }
        let mut axes: Vec<usize> = (0..rank).collect();
        while axes.is_sorted() {
            (1..rank).for_each(|at| axes.swap(at, below(at + 1)));
        }
        let src = c(&shape, item).by(&axes);
        let words = |list: &[usize], by: &str| {
            list.iter().map(usize::to_string).collect::<Vec<_>>().join(by)
        };
        let what = format!("permutation-{}-by-{}", words(&shape, "x"), words(&axes, ""));
        add(what, c(src.shape(), item), src);
    }
}

/// One short axis.
fn streams(item: usize, items: usize, add: &mut impl FnMut(String, Layout, Layout)) {
    for n in [2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 16, 20] {
        let m = items / n;
        let (parted, joined) = (c(&[n, m], item), c(&[m, n], item));
        let mut of = |what: &str, dst: &Layout, src: Layout| {
            add(format!("{what}-{n}"), dst.clone(), src);
        };
        of("part", &parted, joined.turned());
        of("part-mirrored", &parted, joined.at(0, every(-1)).turned());
        of("join", &joined, parted.turned());
        of("join-turned", &joined, parted.at(0, every(-1)).turned());
        of("turn", &joined, joined.at(1, every(-1)));
        of("slice", &joined, c(&[m, n + 1], item).at(1, (1..n as isize + 1).into()));
        of("column", &joined, c(&[m, 1], item).to(&[m, n]));
        of("row", &joined, c(&[1, n], item).to(&[m, n]));
    }
}

/// Two axes, from wide to tall.
fn planes(item: usize, items: usize, add: &mut impl FnMut(String, Layout, Layout)) {
    for (tall, wide) in [(1, 1), (1, 4), (4, 1), (1, 16), (16, 1)] {
        let edge = (items / (tall * wide)).isqrt();
        let (m, n) = (edge * tall, edge * wide);
        let dense = c(&[m, n], item);
        let source = c(&[n, m], item);
        let steps = c(&[n, 2 * m], item).at(1, every(2));
        let mut of = |what: &str, dst: &Layout, src: Layout| {
            add(format!("{what}-{m}x{n}"), dst.clone(), src);
        };
        of("transpose", &dense, source.turned());
        of("transpose-mirrored", &dense, source.at(1, every(-1)).turned());
        of("transpose-to", &source.turned(), dense.clone());
        of("transpose-step2", &dense, steps.turned());
    }
}

/// Steps on either side, in a line and in rows of 20.
fn steps(item: usize, items: usize, add: &mut impl FnMut(String, Layout, Layout)) {
    for step in [-9isize, -5, -4, -3, -2, -1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17, 33] {
        let by = step.unsigned_abs();
        let line = c(&[items * by], item).at(0, every(step));
        let rows = c(&[items / 20, 20 * by], item).at(1, every(step));
        let mut of = |what: &str, dst: Layout, src: Layout| add(format!("{what}{step}"), dst, src);
        of("gather-by", c(&[items], item), line.clone());
        of("scatter-by", line.clone(), c(&[items], item));
        of("step2-to", line, c(&[items * 2], item).at(0, every(2)));
        of("rows-of-20-by", c(&[items / 20, 20], item), rows);
    }
}
