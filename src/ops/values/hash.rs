//! Hashing by value: equal values of all formats have one code.
//!
//! The items come in C order, packed where they need to be, as for every
//! hash. Each value of an item becomes 64 bits, a number by way of the
//! nearest `f64` and what is left of it, and these are hashed by XXH3 in the
//! order of the values. Codes are made for some hundred items at a time, part
//! after part, by plain loops.

#![allow(unsafe_code, reason = "hands validated views to a plan")]

use super::super::hash::HashPlan;
use super::super::{Options, check_planned};
use super::lanes::{Half, Parts, Raw, Truth};
use super::parts::{Look, Num, Number, Part, look};
use crate::axes::Axes;
use crate::error::{Error, MismatchError};
use crate::format::Format;
use crate::layout::Layout;
use crate::view::Strided;
use alloc::vec::Vec;
use stridewise_kernels::Level;
use stridewise_kernels::hash::{Xxh3, xxh3_64};

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
    let plan = HashValuesPlan::new(view.layout(), format)?;
    // SAFETY: K2 by the view's validation, K4 by L2.
    Ok(unsafe { plan.run_raw(view.origin()) })
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
    layout: Layout,
    bytes: HashPlan,
    nodes: Vec<Node>,
    level: Level,
}

/// The values of an item, in their order.
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
        let mut nodes = Vec::new();
        add(format, 0, &mut nodes);
        Ok(HashValuesPlan { layout: layout.clone(), bytes, nodes, level })
    }

    /// The hash of a view that is laid out as planned, whose bytes are taken
    /// to be of the planned format.
    ///
    /// # Errors
    ///
    /// [`MismatchError`] for another layout.
    pub fn run(&self, view: &impl Strided) -> Result<u64, MismatchError> {
        check_planned(&self.layout, view.layout())?;
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
        let mut codes = Codes::new(self.level);
        codes.hasher.update(&(self.layout.ndim() as u64).to_le_bytes());
        for &extent in self.layout.shape() {
            codes.hasher.update(&(extent as u64).to_le_bytes());
        }
        let (values, stride) = (values(&self.nodes), self.layout.itemsize());
        // SAFETY: the caller's.
        unsafe {
            self.bytes.feed(origin, &mut |items| {
                debug_assert!(items.len().is_multiple_of(stride), "whole items");
                codes.steps(&self.nodes, values, items, items.len() / stride, stride);
            });
        }
        codes.hasher.finish64()
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

/// Steps over bytes and over codes.
#[derive(Clone, Copy, Debug, Default)]
struct Steps {
    extent: usize,
    bytes: usize,
    codes: usize,
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

/// The steps with neighbours that are one.
fn merged(around: &[Steps]) -> Axes<Steps> {
    let mut merged: Axes<Steps> = Axes::new();
    for steps in around {
        match merged.last_mut() {
            Some(last)
                if last.bytes == steps.bytes * steps.extent
                    && last.codes == steps.codes * steps.extent =>
            {
                *last = Steps { extent: last.extent * steps.extent, ..*steps };
            }
            _ => merged.push(*steps),
        }
    }
    merged
}

/// Makes the codes of a part for all steps.
fn put(part: Part, bytes: &[u8], around: &[Steps], codes: &mut [[u8; 8]], level: Level) {
    match around {
        [outer, inner @ ..] if !inner.is_empty() => {
            for step in 0..outer.extent {
                let (bytes, codes) =
                    (&bytes[step * outer.bytes..], &mut codes[step * outer.codes..]);
                put(part, bytes, inner, codes, level);
            }
        }
        [steps] => run(part, bytes, *steps, codes, level),
        _ => run(part, bytes, Steps { extent: 1, bytes: 0, codes: 1 }, codes, level),
    }
}

/// Makes the codes of a part for the steps of one loop.
fn run(part: Part, bytes: &[u8], steps: Steps, codes: &mut [[u8; 8]], level: Level) {
    match part {
        Part::Number(Number { kind, swapped: false }) => {
            numbers::<false>(kind, bytes, steps, codes)
        }
        Part::Number(Number { kind, swapped: true }) => numbers::<true>(kind, bytes, steps, codes),
        Part::Text(len) | Part::Pascal(len) | Part::Opaque(len) => {
            for step in 0..steps.extent {
                let item = &bytes[step * steps.bytes..][..len];
                codes[step * steps.codes] = of_text(part.text(item), level).to_le_bytes();
            }
        }
    }
}

/// Makes the codes of numbers, whose bytes are swapped or not.
fn numbers<const SWAPPED: bool>(kind: Num, bytes: &[u8], steps: Steps, codes: &mut [[u8; 8]]) {
    /// Of numbers that an `f64` holds.
    macro_rules! floats {
        ($type:ty) => {
            each::<SWAPPED, { size_of::<$type>() }, { size_of::<$type>() }>(
                bytes,
                steps,
                codes,
                |bytes| of_float(f64::from(<$type as Raw<_>>::of(bytes))),
            )
        };
    }
    match kind {
        Num::Bool => floats!(Truth),
        Num::I8 => floats!(i8),
        Num::I16 => floats!(i16),
        Num::I32 => floats!(i32),
        Num::U8 => floats!(u8),
        Num::U16 => floats!(u16),
        Num::U32 => floats!(u32),
        Num::F16 => floats!(Half),
        Num::F32 => floats!(f32),
        Num::F64 => floats!(f64),
        Num::I64 => each::<SWAPPED, 8, 8>(bytes, steps, codes, |bytes| of_int(i64::of(bytes))),
        Num::U64 => {
            each::<SWAPPED, 8, 8>(bytes, steps, codes, |bytes| of_uint(u64::from_ne_bytes(bytes)));
        }
        Num::C32 => each::<SWAPPED, 8, 4>(bytes, steps, codes, |bytes| of_complex(Raw::of(bytes))),
        Num::C64 => each::<SWAPPED, 16, 8>(bytes, steps, codes, |bytes| of_complex(Raw::of(bytes))),
    }
}

/// The codes of numbers of `N` bytes, whose bytes are swapped by units of
/// `UNIT`.
#[inline(always)]
fn each<const SWAPPED: bool, const N: usize, const UNIT: usize>(
    bytes: &[u8],
    steps: Steps,
    codes: &mut [[u8; 8]],
    code: impl Fn([u8; N]) -> u64,
) {
    let ordered = |mut bytes: [u8; N]| {
        if SWAPPED {
            bytes.as_chunks_mut::<UNIT>().0.iter_mut().for_each(|unit| unit.reverse());
        }
        code(bytes).to_le_bytes()
    };
    if steps.bytes == N && steps.codes == 1 {
        let (numbers, _) = bytes.as_chunks();
        for (code, bytes) in codes[..steps.extent].iter_mut().zip(numbers) {
            *code = ordered(*bytes);
        }
    } else {
        for step in 0..steps.extent {
            if let Some((bytes, _)) = bytes[step * steps.bytes..].split_first_chunk() {
                codes[step * steps.codes] = ordered(*bytes);
            }
        }
    }
}

/// The code of all NaNs.
const NAN: u64 = 0x7ff8 << 48;
/// What the rest of an integer is spread by, and an imaginary part.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// That of an integer, if it is one.
fn of_float(float: f64) -> u64 {
    // Which turns -0.0 into 0.0.
    let bits = (float + 0.0).to_bits();
    if float.is_nan() { NAN } else { bits }
}

/// That of the nearest float, and of what is left, which is 0 if it is one.
fn of_int(int: i64) -> u64 {
    let float = int as f64;
    // The one float that is no `i64`, but near some.
    let beyond = i64::from(float == (1u64 << 63) as f64);
    let rest = int.wrapping_sub((float as i64).wrapping_add(beyond));
    float.to_bits().wrapping_add(rest.cast_unsigned().wrapping_mul(SPREAD))
}

fn of_uint(int: u64) -> u64 {
    let float = int as f64;
    let beyond = u64::from(float == 2.0 * (1u64 << 63) as f64);
    let rest = int.wrapping_sub((float as u64).wrapping_add(beyond));
    float.to_bits().wrapping_add(rest.wrapping_mul(SPREAD))
}

/// That of the real part, if there is no other.
fn of_complex((re, im): Parts) -> u64 {
    let code = of_float(re) ^ of_float(im).wrapping_mul(SPREAD);
    if re.is_nan() | im.is_nan() { NAN } else { code }
}

/// That of bytes: of a few themselves with their number.
fn of_text(text: &[u8], level: Level) -> u64 {
    if text.len() > 7 {
        return xxh3_64(level, SPREAD, text);
    }
    let mut few = [0; 8];
    few[..text.len()].copy_from_slice(text);
    few[7] = text.len() as u8;
    u64::from_le_bytes(few)
}
