//! The comparisons of the catalogue.

use super::{Case, Size, Views, c, every};
use crate::memory::Buffer;
use crate::naive::{self, Kind};
use stridewise::{Layout, Slice};

/// A comparison: two layouts, what the items are, and where they differ.
#[derive(Clone, Debug)]
pub struct EqualCase {
    /// The layouts.
    pub case: Case,
    /// The items.
    pub kind: Kind,
    /// The item, in C order, that differs.
    pub differs: Option<usize>,
}

impl EqualCase {
    /// A comparison where a copy was: floats if the items can be.
    pub fn of(case: Case) -> EqualCase {
        let kind = match case.src.itemsize() {
            4 => Kind::F32,
            8 => Kind::F64,
            n => Kind::Bytes(n),
        };
        EqualCase { case, kind, differs: None }
    }
}

/// Comparisons.
pub fn equals() -> Vec<EqualCase> {
    let mut list = Vec::new();
    let mut add = |name, kind: Kind, small: &[usize], large: &[usize], pair: EqualPair| {
        for (size, shape) in [(Size::Small, small), (Size::Large, large)] {
            let (dst, src) = pair(shape, kind.element().itemsize());
            let case = Case { name, size, dst, src };
            list.push(EqualCase { case, kind, differs: None });
        }
    };
    let same: EqualPair = |s, k| (c(s, k), c(s, k));
    let transposed: EqualPair = |s, k| (c(s, k), c(&[s[1], s[0]], k).turned());
    let both_transposed: EqualPair =
        |s, k| (c(&[s[1], s[0]], k).turned(), c(&[s[1], s[0]], k).turned());
    let stepped: EqualPair = |s, k| {
        let double = [s[0], 2 * s[1]];
        (c(&double, k).at(1, every(2)), c(&double, k).at(1, every(2)))
    };
    let rows: EqualPair = |s, k| {
        let cut = Slice::new(None, Some(s[1] as isize), 1);
        (c(&[s[0], s[1] + 3], k).at(1, cut), c(s, k))
    };
    let planes: EqualPair = |s, k| (c(&[s[1], s[0]], k).turned(), c(s, k));
    let mirrored: EqualPair = |s, k| (c(s, k), c(s, k).at(1, every(-1)));
    let broadcast: EqualPair = |s, k| (c(&[1, s[1]], k).to(s), c(&[1, s[1]], k).to(s));
    add("contiguous-f64", Kind::F64, &[100, 80], &[1000, 2000], same);
    add("contiguous-u8", Kind::Bytes(1), &[100, 300], &[4096, 4096], same);
    add("contiguous-f32", Kind::F32, &[100, 80], &[2000, 2000], same);
    add("transposed-f32", Kind::F32, &[100, 80], &[2048, 2048], transposed);
    add("transposed-u8", Kind::Bytes(1), &[200, 180], &[4096, 4096], transposed);
    add("transposed-f64", Kind::F64, &[70, 80], &[2048, 1024], transposed);
    add("both-transposed-f32", Kind::F32, &[100, 80], &[2048, 2048], both_transposed);
    add("step2-f32", Kind::F32, &[50, 80], &[1024, 2048], stepped);
    add("step2-u8", Kind::Bytes(1), &[50, 200], &[2048, 4096], stepped);
    add("short-rows-3-f32", Kind::F32, &[900, 3], &[900_000, 3], rows);
    add("short-rows-5-u8", Kind::Bytes(1), &[900, 5], &[1_900_000, 5], rows);
    add("short-rows-9-u16", Kind::Bytes(2), &[900, 9], &[900_000, 9], rows);
    add("short-rows-20-f32", Kind::F32, &[300, 20], &[200_000, 20], rows);
    add("thin-3-u8", Kind::Bytes(1), &[9000, 3], &[3_000_000, 3], planes);
    add("thin-2-f64", Kind::F64, &[1000, 2], &[1_000_000, 2], planes);
    add("mirrored-u8", Kind::Bytes(1), &[80, 100], &[4096, 4096], mirrored);
    add("mirrored-5-f32", Kind::F32, &[500, 5], &[800_000, 5], mirrored);
    add("broadcast-f32", Kind::F32, &[80, 50], &[3000, 1000], broadcast);
    add("transposed-12-bytes", Kind::Bytes(12), &[50, 60], &[1000, 1200], transposed);
    for (name, differs) in [("differs-first-f32", 0), ("differs-early-f32", 100)] {
        let case = Case { name, size: Size::Small, dst: c(&[300, 300], 4), src: c(&[300, 300], 4) };
        list.push(EqualCase { case, kind: Kind::F32, differs: Some(differs) });
    }
    for (name, differs) in [
        ("transposed-differs-first-f32", 0),
        ("transposed-differs-early-f32", 100),
        ("transposed-differs-row5-f32", 1500),
    ] {
        let (dst, src) = transposed(&[300, 300], 4);
        let case = Case { name, size: Size::Small, dst, src };
        list.push(EqualCase { case, kind: Kind::F32, differs: Some(differs) });
    }
    for (name, dst, src) in [
        ("4x4-f32-transposed", c(&[4, 4], 4), c(&[4, 4], 4).turned()),
        ("16-f32", c(&[16], 4), c(&[16], 4)),
        ("16-f32-step2", c(&[32], 4).at(0, every(2)), c(&[16], 4)),
        ("3x3x3-f32-reversed-axes", c(&[3, 3, 3], 4), c(&[3, 3, 3], 4).turned()),
        ("1-f32", c(&[1], 4), c(&[1], 4)),
    ] {
        let case = Case { name, size: Size::Tiny, dst, src };
        list.push(EqualCase { case, kind: Kind::F32, differs: None });
    }
    list
}

/// Two layouts from a shape and an itemsize.
type EqualPair = fn(&[usize], usize) -> (Layout, Layout);

/// The memory of a comparison: equal items, but for the one that differs.
pub fn operands(case: &Case, differs: Option<usize>) -> (Buffer, Buffer) {
    let Case { dst: left, src: right, .. } = case;
    let (mut a, b) = (Buffer::new(left), Buffer::filled(right));
    let (p, q) = (a.origin_mut(), b.origin());
    // SAFETY: both buffers hold their layouts; broadcast items are equal.
    unsafe {
        naive::copy(left.shape(), left.itemsize(), p, left.strides(), q, right.strides());
        if let Some(index) = index_of(differs, left.shape()) {
            let at = left.item_offset(&index).expect("inside") - left.offset();
            *p.offset(at) ^= 1;
        }
    }
    (a, b)
}

/// The index of an item in C order.
pub fn index_of(item: Option<usize>, shape: &[usize]) -> Option<Vec<usize>> {
    let mut item = item?;
    let mut index = vec![0; shape.len()];
    for (at, &extent) in index.iter_mut().zip(shape).rev() {
        *at = item % extent;
        item /= extent;
    }
    Some(index)
}
