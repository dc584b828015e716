//! Every row of the roofline: how close stridewise comes to `memcpy`,
//! `memcmp` or a read pass of the same bytes, and where the peers are.
//!
//! `cargo bench --bench roofline -- --help` tells what it takes.

mod chart;
mod copy;
mod engine;
mod equal;
mod fresh;
mod hash;
mod json;
mod machine;
mod markdown;
mod outcome;
mod peers;
mod roof;
mod table;

use engine::Time;
use outcome::Outcome;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use stridewise_benches::rows::{Row, Task, rows};

const HELP: &str = "\
Measures every row of the roofline, verified, all engines taking turns.

Usage: cargo bench --bench roofline -- [PART] [OPTIONS]

  PART, --only PART   rows whose name has this in it
  --seconds S         seconds of measuring a row, 3 if not given
  --json FILE         writes all times: an object for each row and engine
  --markdown FILE     writes the tables, as docs/performance.md
  --svg FILE          draws the rows on one thread, as docs/performance.svg
  --test              runs each engine once over short rows
  -h, --help          this text

STRIDEWISE_LEVEL (scalar, v2, v3, v4, neon) lowers the level of the kernels.
Two threads are measured where the process may use two.
";

#[derive(Default)]
struct Arguments {
    only: String,
    seconds: f64,
    json: Option<PathBuf>,
    markdown: Option<PathBuf>,
    svg: Option<PathBuf>,
    test: bool,
}

/// The arguments, or `None` if help was asked for.
fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut given = Arguments { seconds: 3.0, ..Arguments::default() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("only") => given.only = parser.value()?.string()?,
            Value(part) => given.only = part.string()?,
            Long("seconds") => given.seconds = parser.value()?.parse()?,
            Long("json") => given.json = Some(parser.value()?.into()),
            Long("markdown") => given.markdown = Some(parser.value()?.into()),
            Long("svg") => given.svg = Some(parser.value()?.into()),
            Long("test") => given.test = true,
            // Cargo says so.
            Long("bench") => {}
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(given))
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = arguments()? else {
        print!("{HELP}");
        return Ok(());
    };
    // Cargo runs benchmarks in their package; files are named from the workspace.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))?;
    // What runs outside of a pool is on one thread.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let seconds = if arguments.test { 0.0 } else { arguments.seconds };
    let rows = rows(arguments.test);
    let rows = rows.into_iter().filter(|row| row.name.contains(&arguments.only));
    if arguments.test {
        let tested = rows.inspect(|row| drop(times(row, 0.0))).count();
        println!("roofline: {tested} rows, every engine verified");
        return Ok(());
    }
    print!("{}", table::LEGEND);
    let mut table = table::Table::default();
    let mut outcomes = Vec::new();
    for row in rows {
        let times = times(&row, seconds);
        let outcome = Outcome { row, times };
        table.line(&outcome);
        outcomes.push(outcome);
    }
    let shortfalls: Vec<String> = outcomes.iter().flat_map(Outcome::shortfalls).collect();
    println!("\n{} shortfalls", shortfalls.len());
    shortfalls.iter().for_each(|line| println!("  {line}"));
    if let Some(path) = &arguments.json {
        json::write(path, &outcomes)?;
    }
    if let Some(path) = &arguments.markdown {
        markdown::write(path, &outcomes)?;
    }
    if let Some(path) = &arguments.svg {
        chart::write(path, &outcomes)?;
    }
    Ok(())
}

fn times(row: &Row, seconds: f64) -> Vec<Time> {
    match &row.task {
        Task::Copy { dst, src, swapped } => copy::row(dst, src, *swapped, seconds),
        Task::Equal { left, right, kind, differs } => {
            equal::row([left, right], *kind, *differs, seconds)
        }
        Task::Hash { src } => hash::row(src, seconds),
        Task::Fresh { src } => fresh::row(src, seconds),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
