//! The steps of the tour.

use crate::Failure;
use crate::npy::Held;
use crate::timing::Times;
use std::fmt::Display;
use std::hint::black_box;
use std::io::{self, Write};
use stridewise::{
    AnyView, CopyPlan, EqualPlan, HashPlan, Layout, Mode, Options, Order, Strided, level,
    siphash13, xxh3_64, xxh3_128,
};

/// Columns of the output.
const WIDTH: usize = 80;

/// Prints all steps; gives the mirrored crop.
pub fn all(out: &mut impl Write, name: &str, array: &Held) -> Result<Held, Failure> {
    let shape = array.layout.shape();
    paragraph(out, "", &format!("{name}: {} of {}", dims(shape), array.items))?;
    writeln!(out, "{} bytes in {} order", array.layout.nbytes(), order(&array.layout))?;
    writeln!(out, "level {}, {}\n", level()?, threads())?;
    paragraph(
        out,
        "",
        "Under each plan: the best time of many, the bytes read and written a second, the same \
         for memcpy of the array on one thread, by turns in this run, and memcpy's time divided \
         by ours: 1.00 is as fast as memcpy, more is faster.",
    )?;

    let c = array.packed(&array.view()?, Order::C)?;
    let last_first: Vec<usize> =
        shape.len().checked_sub(1).into_iter().chain(0..shape.len().max(1) - 1).collect();
    let title = match shape {
        [_, _, 3] => "RGB to planar",
        _ => "The last axis to the front",
    };
    copied(out, title, &c, &c.view()?.permute(&last_first)?, Order::C)?;
    let f = copied(out, "C to F order", &c, &c.view()?, Order::F)?;
    let crop = copied(out, "A mirrored crop", &c, &crop(c.view()?)?, Order::C)?;
    let back = copied(out, "Back to C order", &f, &f.view()?, Order::C)?;
    compared(out, &c, f, &back)?;
    let f = c.packed(&c.view()?, Order::F)?;
    hashed(out, &c, &f)?;
    Ok(crop)
}

/// The middle of the first two axes, the second of them backwards.
fn crop(mut view: AnyView<'_>) -> Result<AnyView<'_>, Failure> {
    let axes = view.shape().len().min(2);
    for axis in 0..axes {
        let extent = view.shape()[axis] as isize;
        view = view.slice(axis, extent / 4..extent - extent / 4)?;
    }
    Ok(if axes == 0 { view } else { view.reverse(axes - 1)? })
}

/// Copies a view of `array` to fresh memory, prints how, gives the copy.
fn copied(
    out: &mut impl Write,
    title: &str,
    array: &Held,
    view: &AnyView<'_>,
    order: Order,
) -> Result<Held, Failure> {
    let mut copy = array.packed(view, order)?;
    let plan = CopyPlan::new(&copy.layout, view.layout())?;
    heading(out, title, &format!("{} in {order:?} order", dims(view.shape())))?;
    plan_of(out, &plan)?;
    let bytes = copy.layout.nbytes();
    let mut result = Ok(());
    let mut to = copy.view_mut()?;
    let times = Times::of(2 * bytes, bytes, || result = plan.run(black_box(&mut to), view));
    result?;
    writeln!(out, "         {times}")?;
    Ok(copy)
}

/// Compares the C copy with the one that came back and with the F copy, and
/// that again with one byte of it flipped.
fn compared(out: &mut impl Write, c: &Held, mut f: Held, back: &Held) -> Result<(), Failure> {
    let mode = if c.by_bits { Mode::Bits } else { Mode::Values };
    let by = if c.by_bits { "bits" } else { "values" };
    let plan = |a: &Held, b: &Held| {
        EqualPlan::with(&a.layout, &b.layout, a.element, mode, Options::default())
    };
    heading(out, "The way there and back", &format!("compared by {by}"))?;
    let straight = plan(c, back)?;
    writeln!(
        out,
        "  equal(array, array to F order and back) = {}",
        straight.run(&c.view()?, &back.view()?)?
    )?;
    let across = plan(c, &f)?;
    plan_of(out, &across)?;
    let (a, b) = (c.view()?, f.view()?);
    let mut same = Ok(false);
    let bytes = c.layout.nbytes();
    let times = Times::of(2 * bytes, bytes, || same = across.run(black_box(&a), black_box(&b)));
    writeln!(out, "  equal(C copy, F copy) = {}", same?)?;
    writeln!(out, "         {times}")?;

    let at: Vec<usize> = c.layout.shape().iter().map(|extent| extent / 3 * 2).collect();
    let Some(byte) = f.layout.item_offset(&at) else {
        return Ok(writeln!(out, "\nThere is no item to change.")?);
    };
    heading(out, "One byte changed", &format!("item {at:?} of the F copy"))?;
    f.bytes[usize::try_from(byte)?] ^= 1;
    let b = f.view()?;
    let mut found = Ok(None);
    let times = Times::of(2 * bytes, bytes, || found = across.first_mismatch(black_box(&a), &b));
    match found? {
        Some(index) => writeln!(out, "  first_mismatch(C copy, F copy) = {index:?}")?,
        None => writeln!(out, "  first_mismatch(C copy, F copy) finds nothing")?,
    }
    Ok(writeln!(out, "         {times}")?)
}

type Hash = dyn Fn(&AnyView<'_>) -> Result<u128, stridewise::Error>;

/// Hashes both copies.
fn hashed(out: &mut impl Write, c: &Held, f: &Held) -> Result<(), Failure> {
    heading(out, "Hashes", "of the C-order bytes, whatever the layout")?;
    plan_of(out, &HashPlan::new(&f.layout)?)?;
    let (a, b) = (c.view()?, f.view()?);
    let pair = [("C copy", &a), ("F copy", &b)];
    let mut row = |name: &str, digits: usize, hash: &Hash| {
        let hashes = [hash(&a)?, hash(&b)?];
        let verdict = if hashes[0] == hashes[1] { "identical" } else { "DIFFERENT" };
        writeln!(out, "  {name}  {:0digits$x}  {verdict}", hashes[0])?;
        for (which, view) in pair {
            let bytes = c.layout.nbytes();
            let times = Times::of(bytes, bytes, || {
                let _ = black_box(hash(black_box(view)));
            });
            writeln!(out, "  {which} {times}")?;
        }
        Ok::<(), Failure>(())
    };
    row("XXH3-64    ", 16, &|view| xxh3_64(view).map(u128::from))?;
    row("XXH3-128   ", 32, &|view| xxh3_128(view))?;
    row("SipHash-1-3", 16, &|view| siphash13(view, 0, 0).map(u128::from))
}

fn heading(out: &mut impl Write, title: &str, note: &str) -> io::Result<()> {
    writeln!(out, "\n{title}: {note}")
}

/// A plan as it prints itself, each line within the width.
fn plan_of(out: &mut impl Write, plan: &impl Display) -> io::Result<()> {
    plan.to_string().lines().try_for_each(|line| paragraph(out, "  | ", line))
}

/// Words in lines that fit the width; all but the first stand further in.
fn paragraph(out: &mut impl Write, before: &str, text: &str) -> io::Result<()> {
    let mut line = before.to_string();
    for word in text.split(' ') {
        if line.len() + word.len() >= WIDTH {
            writeln!(out, "{}", line.trim_end())?;
            line = if before.is_empty() { String::new() } else { format!("{before}  ") };
        }
        line += word;
        line.push(' ');
    }
    writeln!(out, "{}", line.trim_end())
}

fn dims(shape: &[usize]) -> String {
    let extents: Vec<String> = shape.iter().map(usize::to_string).collect();
    if extents.is_empty() { "one item".into() } else { extents.join(" x ") }
}

fn order(layout: &Layout) -> &'static str {
    match (layout.is_contiguous(Order::C), layout.is_contiguous(Order::F)) {
        (true, true) => "C and F",
        (true, false) => "C",
        _ => "F",
    }
}

fn threads() -> String {
    #[cfg(feature = "rayon")]
    return match rayon::current_num_threads() {
        1 => "1 thread".into(),
        many => format!("{many} threads where the bytes pay for them"),
    };
    #[cfg(not(feature = "rayon"))]
    "1 thread (built without rayon)".into()
}
