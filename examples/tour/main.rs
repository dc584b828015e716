//! A tour of the four verbs over one array: each step prints the plan that
//! the library made, what it moved a second, and how `memcpy` compares.
//!
//! `cargo run --release --example tour -- --help` tells what it takes.

mod npy;
mod picture;
mod steps;
mod timing;

use npy::Held;
use std::error::Error;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const ASTRONAUT: &[u8] = include_bytes!("../../tests/data/astronaut.npy");

const HELP: &str = "\
Moves, compares and hashes one array in several layouts, and tells how.

Usage: tour [FILE.npy] [--png DIR]

  FILE.npy     an array of bool, integers, floats or complex numbers of up to
               16 bytes; without one, a photograph of 512 x 512 pixels
  --png DIR    writes pictures of what was done; for arrays of u8 whose shape
               is (height, width) or (height, width, 3)
  -h, --help   this text

The environment variable STRIDEWISE_LEVEL (scalar, v2, v3, v4, neon, simd128)
lowers the level of the kernels.
";

type Failure = Box<dyn Error>;

struct Arguments {
    file: Option<PathBuf>,
    png: Option<PathBuf>,
}

/// The arguments, or `None` if help was asked for.
fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut given = Arguments { file: None, png: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("png") => given.png = Some(parser.value()?.into()),
            Value(path) if given.file.is_none() => given.file = Some(path.into()),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(given))
}

fn tour(out: &mut impl Write) -> Result<(), Failure> {
    let Some(Arguments { file, png }) = arguments()? else {
        return Ok(out.write_all(HELP.as_bytes())?);
    };
    let array = match &file {
        None => Held::parse(ASTRONAUT).map_err(|error| format!("astronaut.npy: {error}"))?,
        Some(path) => Held::read(path).map_err(|error| format!("{}: {error}", path.display()))?,
    };
    if let Some(folder) = &png {
        picture::prepare(folder, &array)?;
    }
    let name = match &file {
        None => "astronaut.npy (built in)".into(),
        Some(path) => path.display().to_string(),
    };
    let crop = steps::all(out, &name, &array)?;
    if let Some(folder) = png {
        for path in picture::write(&folder, &array, &crop)? {
            writeln!(out, "wrote {}", path.display())?;
        }
    }
    Ok(out.flush()?)
}

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let Err(error) = tour(&mut out) else { return ExitCode::SUCCESS };
    let _ = out.flush();
    match error.downcast_ref::<io::Error>() {
        // Whoever read the output has seen enough.
        Some(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        _ => {
            eprintln!("tour: {error}");
            ExitCode::FAILURE
        }
    }
}
