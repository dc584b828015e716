//! What the tests share: a small random generator, random layouts, and the
//! index-by-index truth.

mod contiguity;
mod indirect;
mod overlap;
mod shapes;
mod slice;
mod validate;

use super::Layout;
use std::vec::Vec;

/// xorshift64*: the same numbers in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From `0..end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    /// From `lo..=hi`.
    pub(crate) fn within(&mut self, lo: isize, hi: isize) -> isize {
        lo + self.below((hi - lo + 1) as usize) as isize
    }

    pub(crate) fn shape(&mut self, max_ndim: usize, max_extent: usize) -> Vec<usize> {
        (0..self.below(max_ndim + 1)).map(|_| self.below(max_extent + 1)).collect()
    }

    /// Any strides, unit axes with absurd ones included.
    pub(crate) fn layout(&mut self, shape: &[usize], max_stride: isize) -> Layout {
        let strides: Vec<isize> = shape
            .iter()
            .map(|&extent| match (extent, self.below(2)) {
                (1, 0) => [isize::MIN, isize::MAX][self.below(2)],
                _ => self.within(-max_stride, max_stride),
            })
            .collect();
        let itemsize = 1 + self.below(4);
        let offset = self.within(-10, 10);
        Layout::new(shape, &strides, itemsize, offset).unwrap()
    }
}

/// All indices, in lexicographic order.
pub(crate) fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut all = std::vec![std::vec![]];
    for &extent in shape {
        all = all
            .iter()
            .flat_map(|head| (0..extent).map(move |i| [head.as_slice(), &[i]].concat()))
            .collect();
    }
    all
}

/// The offsets of all items, in lexicographic order of their indices.
pub(crate) fn offsets(layout: &Layout) -> Vec<isize> {
    let at = |index: Vec<usize>| layout.item_offset(&index).unwrap();
    indices(layout.shape()).into_iter().map(at).collect()
}
