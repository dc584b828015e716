//! The chart of the README: for each workload our bar, the best peer's, and
//! the roof as a line.

use crate::engine::Who;
use crate::outcome::Outcome;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;
use stridewise_benches::rows::Floor;

/// Pixels: of a workload, around all, of its names, of a ratio of 1.
const ROW: i32 = 22;
const EDGE: i32 = 40;
const NAMES: i32 = 250;
const UNIT: i32 = 230;
/// The greatest ratio that has room.
const MOST: f64 = 2.2;

const OURS: RGBColor = RGBColor(34, 94, 168);
const PEER: RGBColor = RGBColor(253, 174, 97);
const INK: RGBColor = RGBColor(60, 60, 60);

/// Draws all rows that have a roof, on one thread.
pub fn write(path: &Path, outcomes: &[Outcome]) -> Result<(), Box<dyn Error>> {
    let rows: Vec<&Outcome> = outcomes
        .iter()
        .filter(|outcome| !matches!(outcome.row.floor, Floor::Nanos { .. }))
        .collect();
    let (width, height) = (NAMES + x(MOST) + EDGE, ROW * rows.len() as i32 + 2 * EDGE);
    let area = SVGBackend::new(path, (width as u32, height as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let font = |size: i32| ("sans-serif", size).into_font().color(&INK);
    let at = |h, v| Pos::new(h, v);

    for (color, name, left) in [(OURS, "stridewise", 0), (PEER, "best peer", 110)] {
        let (left, top) = (NAMES + left, 8);
        area.draw(&Rectangle::new([(left, top), (left + 10, top + 10)], color.filled()))?;
        let style = font(15).pos(at(HPos::Left, VPos::Center));
        area.draw(&Text::new(name, (left + 15, top + 5), style))?;
    }
    for tenth in (0..=20).step_by(5) {
        let value = f64::from(tenth) / 10.0;
        let (left, bottom) = (NAMES + x(value), height - EDGE + 4);
        let color = if tenth == 10 { INK.mix(1.0) } else { INK.mix(0.2) };
        area.draw(&PathElement::new(
            vec![(left, EDGE - 6), (left, bottom)],
            color.stroke_width(1),
        ))?;
        let text = if tenth == 10 { "1.0: the roof".into() } else { format!("{value:.1}") };
        let style = font(14).pos(at(HPos::Center, VPos::Top));
        area.draw(&Text::new(text, (left, bottom + 4), style))?;
    }
    for (at_row, outcome) in rows.into_iter().enumerate() {
        let top = EDGE + ROW * at_row as i32;
        let style = font(15).pos(at(HPos::Right, VPos::Center));
        area.draw(&Text::new(outcome.row.name.clone(), (NAMES - 8, top + ROW / 2 - 2), style))?;
        let ours = outcome.ours(Who::Planned, 1).map(|time| (time, OURS, 0));
        let peer = outcome.peer(1).map(|time| (time, PEER, 9));
        for (time, color, down) in ours.into_iter().chain(peer) {
            let Some(ratio) = outcome.ratio(time, 1) else { continue };
            let corners = [(NAMES, top + down), (NAMES + x(ratio.min(MOST)), top + down + 8)];
            area.draw(&Rectangle::new(corners, color.filled()))?;
        }
    }
    area.present()?;
    Ok(())
}

/// Pixels of a ratio.
fn x(ratio: f64) -> i32 {
    (ratio * f64::from(UNIT)) as i32
}
