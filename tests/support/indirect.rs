//! Random layouts with pointers, in memory whose every block is an allocation
//! of its own.

use super::oracle::{addresses, offsets};
use super::strategies::{Axis, Operand, axes, bits, bounded, itemsize, most, options};
use super::{CANARY, memory, source};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use stridewise::{AnyView, AnyViewMut, ElementType, Layout, Options, Slice};

/// Two layouts of one shape, of which at least one has pointers.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    /// No two items share a byte.
    pub(crate) dst: Parts,
    /// May repeat items and pointers.
    pub(crate) src: Parts,
    /// Slices that both take.
    pub(crate) slices: Vec<(Index, Slice)>,
    pub(crate) options: Options,
}

/// Dense layouts, each from what the pointers of the one before it lead to.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    layouts: Vec<Layout>,
    reads: bool,
}

/// A layout and its blocks: tables of pointers, and items.
#[derive(Debug)]
pub(crate) struct Planted {
    pub(crate) layout: Layout,
    start: *mut u8,
    blocks: Vec<Vec<u8>>,
}

impl Parts {
    fn new(axes: &[Axis], cuts: &[usize], itemsize: usize, operand: Operand) -> Parts {
        let ends = cuts.iter().copied().chain([axes.len()]);
        let starts = [0].into_iter().chain(cuts.iter().copied());
        let layouts = starts.zip(ends).enumerate().map(|(at, (start, end))| {
            let table = at < cuts.len();
            let size = if table { size_of::<usize>() } else { itemsize };
            Operand { slides: operand.slides && !table, ..operand }.layout(&axes[start..end], size)
        });
        Parts { layouts: layouts.collect(), reads: operand.reads }
    }

    /// The layout of all parts.
    pub(crate) fn layout(&self) -> Layout {
        let (mut shape, mut strides, mut suboffsets) = (vec![], vec![], vec![]);
        for (at, part) in self.layouts.iter().enumerate() {
            shape.extend_from_slice(part.shape());
            strides.extend_from_slice(part.strides());
            suboffsets.resize(shape.len(), -1);
            if let (Some(last), Some(next)) = (suboffsets.last_mut(), self.layouts.get(at + 1)) {
                *last = next.offset().max(0);
            }
        }
        let (first, last) = (&self.layouts[0], self.layouts.last().expect("a core"));
        Layout::indirect(&shape, &strides, &suboffsets, last.itemsize(), first.offset())
            .expect("parts are small")
    }

    pub(crate) fn is_indirect(&self) -> bool {
        self.layouts.len() > 1
    }

    /// Dirty memory for the layout.
    pub(crate) fn plant(&self, salt: u64) -> Planted {
        let (layout, mut blocks) = (self.layout(), Vec::new());
        let start = if layout.is_empty() {
            // Nobody may follow anything.
            std::ptr::dangling_mut()
        } else {
            self.block(&self.layouts, salt, &mut blocks)
        };
        Planted { layout, start, blocks }
    }

    fn block(&self, parts: &[Layout], salt: u64, blocks: &mut Vec<Vec<u8>>) -> *mut u8 {
        let [part, behind @ ..] = parts else { unreachable!("the core is the last part") };
        let salt = salt.wrapping_add(blocks.len() as u64);
        let mut block = if self.reads { source(part, salt) } else { memory(part, salt) };
        let start = block.as_mut_ptr();
        blocks.push(block);
        if !behind.is_empty() {
            let mut slots = BTreeMap::new();
            let mut last = None;
            for (at, slot) in offsets(part).into_iter().enumerate() {
                let pointer = *slots.entry(slot).or_insert_with(|| match last {
                    // What is read may be shared.
                    Some(pointer) if self.reads && at % 5 == 4 => pointer,
                    _ => self.block(behind, salt.wrapping_mul(31), blocks),
                });
                last = Some(pointer);
                // SAFETY: a slot of the table, which is inside the block.
                unsafe { start.offset(slot).cast::<*mut u8>().write_unaligned(pointer) };
            }
        }
        start
    }
}

impl Planted {
    pub(crate) fn view(&self, element: ElementType) -> AnyView<'_> {
        // SAFETY: planted for this layout, or a slice of it; borrowed.
        unsafe { AnyView::from_raw(self.start, element, self.layout.clone()) }
            .expect("the itemsize")
    }

    pub(crate) fn view_mut(&mut self, element: ElementType) -> AnyViewMut<'_> {
        // SAFETY: as above, exclusively; each pointer has a block of its own.
        let view = unsafe { AnyViewMut::from_raw(self.start, element, self.layout.clone()) };
        view.expect("no two items overlap")
    }

    /// Items as bytes.
    pub(crate) fn bytes(&self) -> AnyView<'_> {
        self.view(ElementType::bytes(self.layout.itemsize()))
    }

    pub(crate) fn slice(&mut self, slices: &[(Index, Slice)]) {
        for (axis, slice) in slices {
            let axis = axis.index(self.layout.ndim());
            self.layout = self.layout.slice(axis, *slice).expect("blocks start with their items");
        }
    }

    /// Where each item is, in C order.
    pub(crate) fn addresses(&self) -> Vec<*mut u8> {
        // SAFETY: planted for this layout.
        let addresses = unsafe { addresses(self.start, &self.layout) };
        addresses.into_iter().map(<*const u8>::cast_mut).collect()
    }

    /// The items in C order, without gaps.
    pub(crate) fn items(&self) -> Vec<u8> {
        let size = self.layout.itemsize();
        // SAFETY: the items of the layout.
        let item = |at: *mut u8| unsafe { std::slice::from_raw_parts(at, size) }.to_vec();
        self.addresses().into_iter().flat_map(item).collect()
    }

    /// Puts items, which come in C order, where they belong.
    pub(crate) fn place(&mut self, items: &[u8]) {
        for (at, item) in self.addresses().into_iter().zip(items.chunks(self.layout.itemsize())) {
            // SAFETY: the items of the layout.
            unsafe { std::ptr::copy_nonoverlapping(item.as_ptr(), at, item.len()) };
        }
    }

    /// All that it holds, pointers and canaries included.
    pub(crate) fn blocks(&self) -> Vec<Vec<u8>> {
        self.blocks.clone()
    }
}

/// Where up to three tables end.
fn cuts(words: u32, ndim: usize, least: usize) -> Vec<usize> {
    let count = least.max(bits(words, 0, 2)).min(ndim);
    let mut cuts: Vec<usize> =
        (0..count).map(|k| 1 + bits(words, 2 + 6 * k as u32, 6) % ndim).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

fn slices() -> impl Strategy<Value = Vec<(Index, Slice)>> {
    let bound = || proptest::option::of(-4..=6isize);
    let step = prop_oneof![3 => Just(1isize), 2 => Just(-1), 1 => Just(2), 1 => Just(-3)];
    let slice =
        (bound(), bound(), step).prop_map(|(start, stop, step)| Slice::new(start, stop, step));
    prop_oneof![1 => Just(vec![]), 1 => vec((any::<Index>(), slice), 1..=3)]
}

fn pair_of(
    (axes, most, itemsize, words, tables): (Vec<Axis>, usize, usize, [u32; 2], [u32; 2]),
    slices: Vec<(Index, Slice)>,
    options: Options,
) -> Pair {
    let mut axes = bounded(axes, most);
    if axes.is_empty() {
        axes.push((3, [0; 2]));
    }
    // The other extents of an empty shape may be enormous. Four of them, and an item, are bytes
    // of a part.
    let most = if cfg!(target_pointer_width = "64") { 300 } else { 30 };
    axes.iter_mut().for_each(|axis| axis.0 = axis.0.min(most));
    let axes = bounded(axes, (100_000 / itemsize).max(1));
    let least = |side: usize| usize::from(bits(tables[1 - side], 0, 2) == 0);
    let operand = |side: usize, reads: bool| {
        let operand = Operand { bits: words[side], side, reads, slides: reads };
        Parts::new(&axes, &cuts(tables[side], axes.len(), least(side)), itemsize, operand)
    };
    Pair { dst: operand(0, false), src: operand(1, true), slices, options }
}

/// Two layouts of one shape, which mostly have few items.
pub(crate) fn pairs() -> impl Strategy<Value = Pair> {
    let layouts = (axes(), most(), itemsize(), any::<[u32; 2]>(), any::<[u32; 2]>());
    (layouts, slices(), options())
        .prop_map(|(layouts, slices, options)| pair_of(layouts, slices, options))
}

/// The same for items of a size.
pub(crate) fn pairs_of(itemsize: usize) -> impl Strategy<Value = Pair> {
    let layouts = (axes(), most(), Just(itemsize), any::<[u32; 2]>(), any::<[u32; 2]>());
    (layouts, slices(), options())
        .prop_map(|(layouts, slices, options)| pair_of(layouts, slices, options))
}

#[test]
fn pairs_have_pointers_and_room() {
    super::check_cases(500, "pairs_have_pointers_and_room", pairs, |Pair { dst, src, .. }| {
        prop_assert!(dst.is_indirect() || src.is_indirect());
        let (to, from) = (dst.layout(), src.layout());
        prop_assert_eq!(to.shape(), from.shape());
        let planted = dst.plant(1);
        let mut sorted = planted.addresses();
        sorted.sort_unstable();
        let size = planted.layout.itemsize();
        prop_assert!(sorted.windows(2).all(|two| two[1].addr() - two[0].addr() >= size));
        let inside = |at: &*mut u8| {
            planted.blocks.iter().any(|block| {
                let range = block.as_ptr_range();
                let (start, end) = (range.start.addr() + CANARY, range.end.addr() - CANARY);
                (start..=end - size).contains(&at.addr())
            })
        };
        prop_assert!(sorted.iter().all(inside));
        Ok(())
    });
}
