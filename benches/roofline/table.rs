//! The table on the screen: a line a row as soon as it was measured.

use crate::engine::{Time, Who};
use crate::outcome::Outcome;
use stridewise::Level;
use stridewise_benches::rows::Floor;

/// What the columns are.
pub const LEGEND: &str = "\
roof: memcpy, memcmp or a read pass of as many bytes, in GB/s read and written.
once, plan, the levels, naive, peer: the roof's time by theirs, 1.00 is its speed, more is
faster; x: the best peer's time by that of plan. 2T: on two threads, against the roof on two.
! below the floor, < behind the peer. Tiny rows and those into fresh memory: nanoseconds.
";

/// Prints lines, with a head where the unit changes.
#[derive(Default)]
pub struct Table {
    nanos: Option<bool>,
}

impl Table {
    pub fn line(&mut self, outcome: &Outcome) {
        let nanos = matches!(outcome.row.floor, Floor::Nanos { .. });
        if self.nanos != Some(nanos) {
            self.nanos = Some(nanos);
            head(nanos);
        }
        let cell = |time: Option<&Time>, threads| match time {
            None => String::new(),
            Some(time) if nanos => amount(time.least),
            Some(time) => outcome.ratio(time, threads).map(amount).unwrap_or_default(),
        };
        let mark = |who, threads| if outcome.is_below(who, threads) { '!' } else { ' ' };
        let roof = |threads| match (nanos, outcome.roof(threads)) {
            (true, Some(time)) => amount(time.least),
            _ => outcome.pace(threads).map(|pace| format!("{pace:.1}")).unwrap_or_default(),
        };
        let floor = match outcome.row.floor {
            Floor::Ratio(ratio) => amount(ratio),
            Floor::Nanos { oneshot, planned } => format!("{}/{}", amount(oneshot), amount(planned)),
            Floor::None => "-".into(),
        };
        print!("{:<34}{:>6}", outcome.row.name, roof(1));
        let (once, plan) = (outcome.ours(Who::OneShot, 1), outcome.ours(Who::Planned, 1));
        let once_mark = if nanos { mark(Who::OneShot, 1) } else { ' ' };
        print!("{:>7}{once_mark}{:>6}{}", cell(once, 1), cell(plan, 1), mark(Who::Planned, 1));
        print!("{floor:>7}");
        for level in lower_levels() {
            print!("{:>7}", cell(outcome.lower(level), 1));
        }
        print!("{:>7}{}", cell(outcome.naive(), 1), peer(outcome, 1, cell(outcome.peer(1), 1)));
        if outcome.roof(2).is_some() {
            let plan = outcome.ours(Who::Planned, 2);
            print!("{:>8}{:>6}{}", roof(2), cell(plan, 2), mark(Who::Planned, 2));
            print!("{}", peer(outcome, 2, cell(outcome.peer(2), 2)));
        }
        println!();
    }
}

fn head(nanos: bool) {
    print!("\n{:<34}{:>6}{:>7} {:>6} {:>7}", "workload", "roof", "once", "plan", "floor");
    lower_levels().for_each(|level| print!("{level:>7}"));
    print!("{:>7}  {:<26}{:>6} {:>5}", "naive", "best peer", "peer", "x");
    if crate::engine::two_threads() {
        print!("{:>8}{:>6}   {:<26}{:>6} {:>5}", "2T roof", "plan", "best peer", "peer", "x");
    }
    println!("{}", if nanos { "  (ns)" } else { "" });
}

/// The levels below the default, best first.
pub fn lower_levels() -> impl Iterator<Item = &'static str> {
    let best = stridewise::level().map(Level::name).unwrap_or_default();
    let mut names: Vec<_> = Level::available().map(Level::name).collect();
    names.truncate(names.iter().position(|name| *name == best).unwrap_or(0));
    names.into_iter().rev()
}

/// The best peer's name and cell, and our lead.
fn peer(outcome: &Outcome, threads: usize, cell: String) -> String {
    let Some(peer) = outcome.peer(threads) else { return format!("  {:<38}", "-") };
    let lead = outcome.lead(threads).unwrap_or(0.0);
    let mark = if lead < 1.0 { '<' } else { ' ' };
    format!("  {:<26}{cell:>6}{:>6}{mark}", peer.name, amount(lead))
}

/// Three digits or so.
pub fn amount(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.1}M", v / 1e6),
        v if v >= 1e4 => format!("{:.0}k", v / 1e3),
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}
