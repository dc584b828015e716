//! Hashing by value: equal values of all formats have one code.
//!
//! The items come in C order, packed where they need to be, as for every
//! hash. Each value of an item becomes 64 bits, a number by way of the
//! nearest `f64` and what is left of it, and these are hashed by XXH3 in the
//! order of the values. Codes are made for some hundred items at a time, part
//! after part, by plain loops.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::super::hash::{HashPlan, few};
use super::super::{Options, check_planned};
use super::codes::{Steps, merged, put};
use super::parts::{Look, Part, look};
use crate::axes::Axes;
use crate::error::{Error, MismatchError};
use crate::format::Format;
use crate::layout::Layout;
use crate::view::Strided;
use alloc::vec::Vec;
use stridewise_kernels::Level;
use stridewise_kernels::hash::Xxh3;

/// Codes that are made before they are hashed.
const CODES: usize = 1024;

/// A hash of the shape and the values of a view: views that
/// [`equal_values`](crate::equal_values) holds to be equal, by values or with
/// NaN equal to NaN, have the same hash, whatever their formats and layouts.
///
/// The hash depends on neither level nor threads nor machine.
///
/// # Errors
///
/// [`LayoutError::ItemsizeMismatch`](crate::LayoutError::ItemsizeMismatch) if
/// items are not of the format's size, and
/// [`LevelError`](crate::LevelError) from [`level()`](crate::level()).
///
/// ```
/// use stridewise::{AnyView, Format, Layout, Order, value_hash};
///
/// let (byte, big) = (Format::parse("B")?, Format::parse(">f")?);
/// let floats: Vec<u8> = [1f32, 2.0].iter().flat_map(|n| n.to_be_bytes()).collect();
/// let a = AnyView::new(&[1, 2], &byte, Layout::contiguous(&[2], 1, Order::C)?)?;
/// let b = AnyView::new(&floats, &big, Layout::contiguous(&[2], 4, Order::C)?)?;
/// assert_eq!(value_hash(&a, &byte)?, value_hash(&b, &big)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
pub fn value_hash(view: &impl Strided, format: &Format) -> Result<u64, Error> {
    let (layout, options) = (view.layout(), Options::default());
    layout.check_itemsize(format.itemsize())?;
    let (level, nodes) = (options.level()?, nodes_of(format));
    let of_few = |items: &[u8]| hash_of(layout, &nodes, level, |sink| sink(items));
    // SAFETY: K2 by the view's validation, K4 by L2.
    if let Some(hash) = unsafe { few(layout, view.origin(), of_few) } {
        return Ok(hash);
    }
    let plan = HashValuesPlan { bytes: HashPlan::with(layout, options)?, nodes, level };
    // SAFETY: as above.
    Ok(unsafe { plan.run_raw(view.origin()) })
}

/// The values of an item, in their order.
fn nodes_of(format: &Format) -> Vec<Node> {
    let mut nodes = Vec::new();
    add(format, 0, &mut nodes);
    nodes
}

/// The hash of the items that are fed to it in C order, whole ones at a time.
fn hash_of(
    layout: &Layout,
    nodes: &[Node],
    level: Level,
    feed: impl FnOnce(&mut dyn FnMut(&[u8])),
) -> u64 {
    let mut codes = Codes::new(level);
    codes.hasher.update(&(layout.ndim() as u64).to_le_bytes());
    for &extent in layout.shape() {
        codes.hasher.update(&(extent as u64).to_le_bytes());
    }
    let (values, stride) = (values(nodes), layout.itemsize());
    feed(&mut |items| {
        debug_assert!(items.len().is_multiple_of(stride), "whole items");
        codes.steps(nodes, values, items, items.len() / stride, stride);
    });
    codes.hasher.finish64()
}

/// The way through the values of a layout and a format, to be run on any
/// memory that has them.
///
/// ```
/// use stridewise::{AnyView, Format, HashValuesPlan, Layout, Order, value_hash};
///
/// let (format, layout) = (Format::parse("<hx")?, Layout::contiguous(&[2], 3, Order::C)?);
/// let plan = HashValuesPlan::new(&layout, &format)?;
/// let view = AnyView::new(b"\x01\0?\x02\0!", &format, layout)?;
/// assert_eq!(plan.run(&view)?, value_hash(&view, &format)?);
/// # Ok::<(), stridewise::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct HashValuesPlan {
    bytes: HashPlan,
    nodes: Vec<Node>,
    level: Level,
}

/// A value, or some.
#[derive(Clone, Debug)]
enum Node {
    Part {
        offset: usize,
        part: Part,
    },
    /// Steps of some values each.
    Loop {
        extent: usize,
        stride: usize,
        values: usize,
        inside: Vec<Node>,
    },
}

impl HashValuesPlan {
    /// The plan at the default level.
    ///
    /// # Errors
    ///
    /// Those of [`HashValuesPlan::with`].
    pub fn new(layout: &Layout, format: &Format) -> Result<HashValuesPlan, Error> {
        HashValuesPlan::with(layout, format, Options::default())
    }

    /// The plan at a level. It is serial.
    ///
    /// # Errors
    ///
    /// [`LayoutError::ItemsizeMismatch`](crate::LayoutError::ItemsizeMismatch)
    /// if items are not of the format's size, and
    /// [`LevelError`](crate::LevelError) from [`level()`](crate::level()) if
    /// the options name none.
    pub fn with(
        layout: &Layout,
        format: &Format,
        options: Options,
    ) -> Result<HashValuesPlan, Error> {
        layout.check_itemsize(format.itemsize())?;
        let (bytes, level) = (HashPlan::with(layout, options)?, options.level()?);
        Ok(HashValuesPlan { bytes, nodes: nodes_of(format), level })
    }

    /// The hash of a view that is laid out as planned, whose bytes are taken
    /// to be of the planned format.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for another layout.
    pub fn run(&self, view: &impl Strided) -> Result<u64, MismatchError> {
        check_planned(&self.bytes.layout, view.layout())?;
        // SAFETY: K2 by the view's validation, K4 by L2.
        Ok(unsafe { self.run_raw(view.origin()) })
    }

    /// [`run`](HashValuesPlan::run) on raw memory.
    ///
    /// # Safety
    ///
    /// That of [`HashPlan::xxh3_64_raw`].
    #[must_use]
    pub unsafe fn run_raw(&self, origin: *const u8) -> u64 {
        hash_of(&self.bytes.layout, &self.nodes, self.level, |sink| {
            // SAFETY: the caller's.
            unsafe { self.bytes.feed(origin, sink) }
        })
    }

    /// The level of its kernels.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }
}

/// Adds the values of a format at an offset.
fn add(format: &Format, offset: usize, nodes: &mut Vec<Node>) {
    let several = |extent, stride, of: &Format, offset, nodes: &mut Vec<Node>| {
        if extent == 1 {
            return add(of, offset, nodes);
        }
        let mut inside = Vec::new();
        add(of, offset, &mut inside);
        nodes.push(Node::Loop { extent, stride, values: values(&inside), inside });
    };
    match look(format) {
        (inside, Look::Part(part)) => nodes.push(Node::Part { offset: offset + inside, part }),
        (inside, Look::List(array)) => {
            let (extent, stride) = (array.shape.iter().product(), array.item.itemsize());
            several(extent, stride, &array.item, offset + inside, nodes);
        }
        (inside, Look::Tuple(_)) => {
            for field in format.fields() {
                let at = offset + inside + field.offset();
                several(field.count(), field.format().itemsize(), field.format(), at, nodes);
            }
        }
    }
}

/// The number of values; beyond what is counted there are as many.
fn values(nodes: &[Node]) -> usize {
    nodes.iter().fold(0, |sum: usize, node| {
        sum.saturating_add(match node {
            Node::Part { .. } => 1,
            Node::Loop { extent, values, .. } => extent.saturating_mul(*values),
        })
    })
}

/// Codes on their way to the hash.
struct Codes {
    level: Level,
    hasher: Xxh3,
    codes: [[u8; 8]; CODES],
}

impl Codes {
    fn new(level: Level) -> Codes {
        Codes { level, hasher: Xxh3::new(level), codes: [[0; 8]; CODES] }
    }

    /// Hashes the values of some steps from the start of `bytes`, which are
    /// so many each.
    fn steps(&mut self, nodes: &[Node], values: usize, bytes: &[u8], extent: usize, stride: usize) {
        if values == 0 {
            return;
        }
        if values > CODES {
            for step in 0..extent {
                for node in nodes {
                    self.node(node, &bytes[step * stride..]);
                }
            }
            return;
        }
        let most = CODES / values;
        for first in (0..extent).step_by(most) {
            let extent = most.min(extent - first);
            let mut around = Axes::new();
            around.push(Steps { extent, bytes: stride, codes: values });
            self.fill(nodes, &bytes[first * stride..], &mut around, 0);
            self.hasher.update(self.codes[..extent * values].as_flattened());
        }
    }

    /// Hashes the values of one node.
    fn node(&mut self, node: &Node, bytes: &[u8]) {
        match node {
            Node::Part { .. } => self.steps(core::slice::from_ref(node), 1, bytes, 1, 0),
            Node::Loop { extent, stride, values, inside } => {
                self.steps(inside, *values, bytes, *extent, *stride);
            }
        }
    }

    /// Makes the codes of nodes, the first of which is at `at`, for all steps
    /// around.
    fn fill(&mut self, nodes: &[Node], bytes: &[u8], around: &mut Axes<Steps>, mut at: usize) {
        for node in nodes {
            match node {
                Node::Part { offset, part } => {
                    let part_bytes = bytes.get(*offset..).unwrap_or(&[]);
                    put(*part, part_bytes, &merged(around), &mut self.codes[at..], self.level);
                    at += 1;
                }
                Node::Loop { extent: 0, .. } => {}
                Node::Loop { extent, stride, values, inside } => {
                    around.push(Steps { extent: *extent, bytes: *stride, codes: *values });
                    self.fill(inside, bytes, around, at);
                    around.truncate(around.len() - 1);
                    at += extent * values;
                }
            }
        }
    }
}
