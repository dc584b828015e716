//! What was measured, for programs.

use crate::outcome::Outcome;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// One object for each engine of each row, each on a line of its own.
pub fn write(path: &Path, outcomes: &[Outcome]) -> io::Result<()> {
    let mut out = io::BufWriter::new(std::fs::File::create(path)?);
    let objects =
        outcomes.iter().flat_map(|outcome| outcome.times.iter().map(|time| object(outcome, time)));
    for (at, object) in objects.enumerate() {
        write!(out, "{}{object}", if at == 0 { "[\n" } else { ",\n" })?;
    }
    writeln!(out, "\n]")?;
    out.flush()
}

fn object(outcome: &Outcome, time: &crate::engine::Time) -> Value {
    json!({
        "workload": outcome.row.name,
        "engine": time.name,
        "level": (!time.level.is_empty()).then_some(time.level),
        "threads": time.threads,
        "ns_min": time.least,
        "ns_median": time.median,
        "bytes": outcome.row.task.bytes(),
        "ratio_to_memcpy": outcome.ratio(time, time.threads),
    })
}
