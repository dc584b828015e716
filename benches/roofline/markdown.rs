//! `docs/performance.md`.

use crate::engine::{Time, Who};
use crate::machine;
use crate::outcome::Outcome;
use crate::table::{amount, lower_levels};
use std::fmt::{self, Write};
use std::path::Path;
use stridewise_benches::rows::Floor;

/// Writes the document.
pub fn write(path: &Path, outcomes: &[Outcome]) -> std::io::Result<()> {
    let mut text = String::new();
    document(&mut text, outcomes).expect("strings take all");
    std::fs::write(path, text)
}

fn document(out: &mut String, outcomes: &[Outcome]) -> fmt::Result {
    writeln!(out, "# Performance\n\nWritten by the benchmark itself, not by hand.\n")?;
    writeln!(out, "{}", machine::facts())?;
    writeln!(
        out,
        "The roof is `memcpy` (of comparisons `memcmp`, of hashes one read pass) of as many\n\
         bytes, in GB/s read and written. Other numbers are the roof's best time divided by the\n\
         engine's, all taking turns in one process: 1.00 is the roof's speed, more is faster. The\n\
         last column is the best peer's time by that of the plan. **Bold** is below the floor.\n"
    )?;
    let (nanos, ratios): (Vec<_>, Vec<_>) =
        outcomes.iter().partition(|outcome| matches!(outcome.row.floor, Floor::Nanos { .. }));
    writeln!(out, "## One thread\n")?;
    one_thread(out, &ratios)?;
    if ratios.iter().any(|outcome| outcome.roof(2).is_some()) {
        writeln!(out, "\n## Two threads\n")?;
        two_threads(out, &ratios)?;
    }
    if !nanos.is_empty() {
        writeln!(out, "\n## Tiny calls and fresh memory, in nanoseconds\n")?;
        calls(out, &nanos)?;
    }
    let shortfalls: Vec<String> = outcomes.iter().flat_map(Outcome::shortfalls).collect();
    if !shortfalls.is_empty() {
        writeln!(out, "\n## What falls short\n")?;
        shortfalls.iter().try_for_each(|line| writeln!(out, "- {line}"))?;
    }
    Ok(())
}

fn one_thread(out: &mut String, outcomes: &[&Outcome]) -> fmt::Result {
    let levels: Vec<_> = lower_levels().collect();
    let names: String = levels.iter().map(|name| format!(" {name} |")).collect();
    writeln!(
        out,
        "| workload | roof | one-shot | planned | floor |{names} naive | best peer | its | planned by it |"
    )?;
    writeln!(out, "| --- |{}", " --- |".repeat(levels.len() + 8))?;
    for outcome in outcomes {
        let cell = |time: Option<&Time>| ratio(outcome, time, 1);
        let floor = outcome.floor(1).map_or("-".into(), amount);
        let planned = bold(cell(outcome.ours(Who::Planned, 1)), outcome, Who::Planned, 1);
        let lower: String =
            levels.iter().map(|name| format!(" {} |", cell(outcome.lower(name)))).collect();
        let once = cell(outcome.ours(Who::OneShot, 1));
        let (name, roof) = (&outcome.row.name, pace(outcome, 1));
        let naive = cell(outcome.naive());
        write!(out, "| {name} | {roof} | {once} | {planned} | {floor} |{lower} {naive} |")?;
        writeln!(out, "{}", peer(outcome, 1, &cell))?;
    }
    Ok(())
}

fn two_threads(out: &mut String, outcomes: &[&Outcome]) -> fmt::Result {
    writeln!(out, "| workload | roof | planned | floor | best peer | its | planned by it |")?;
    writeln!(out, "| --- |{}", " --- |".repeat(6))?;
    for outcome in outcomes {
        let cell = |time: Option<&Time>| ratio(outcome, time, 2);
        let floor = outcome.floor(2).map_or("-".into(), amount);
        let planned = bold(cell(outcome.ours(Who::Planned, 2)), outcome, Who::Planned, 2);
        let (name, roof) = (&outcome.row.name, pace(outcome, 2));
        write!(out, "| {name} | {roof} | {planned} | {floor} |")?;
        writeln!(out, "{}", peer(outcome, 2, &cell))?;
    }
    Ok(())
}

fn calls(out: &mut String, outcomes: &[&Outcome]) -> fmt::Result {
    writeln!(
        out,
        "| case | roof | one-shot | floor | planned | floor | naive | best peer | its | ours by it |"
    )?;
    writeln!(out, "| --- |{}", " --- |".repeat(9))?;
    for outcome in outcomes {
        let Floor::Nanos { oneshot, planned } = outcome.row.floor else { continue };
        let cell = |time: Option<&Time>| time.map_or("-".into(), |time| amount(time.least));
        let mine = |who| bold(cell(outcome.ours(who, 1)), outcome, who, 1);
        let (name, roof, naive) = (&outcome.row.name, cell(outcome.roof(1)), cell(outcome.naive()));
        let (once, plan) = (mine(Who::OneShot), mine(Who::Planned));
        let (oneshot, planned) = (amount(oneshot), amount(planned));
        write!(out, "| {name} | {roof} | {once} | {oneshot} | {plan} | {planned} | {naive} |")?;
        writeln!(out, "{}", peer(outcome, 1, &cell))?;
    }
    Ok(())
}

fn ratio(outcome: &Outcome, time: Option<&Time>, threads: usize) -> String {
    time.and_then(|time| outcome.ratio(time, threads)).map_or("-".into(), amount)
}

fn pace(outcome: &Outcome, threads: usize) -> String {
    outcome.pace(threads).map_or("-".into(), |pace| format!("{pace:.1}"))
}

fn bold(cell: String, outcome: &Outcome, who: Who, threads: usize) -> String {
    if outcome.is_below(who, threads) { format!("**{cell}**") } else { cell }
}

/// The last three columns.
fn peer(outcome: &Outcome, threads: usize, cell: &dyn Fn(Option<&Time>) -> String) -> String {
    let Some(peer) = outcome.peer(threads) else { return " - | - | - |".into() };
    let lead = outcome.lead(threads).map_or("-".into(), amount);
    format!(" {} | {} | {lead} |", peer.name, cell(Some(peer)))
}
