//! Measures the server against its limits, on one machine and in one run: reads, by session, by access token and by a
//! session in Redis, against a bare Rocket route, sign-ins against the bare hash, reads and memory during a flood of sign-ins,
//! and what others feel of a siege of wrong passwords.
//!
//! `cargo run --release -p tests --bin load` prints a table; with `--json`, JSON. It exits with 1 when a target is
//! missed. Everything happens on loopback and in a temporary directory, and ends by itself after about a minute.

mod bare;
mod child;
mod cpu;
mod flags;
mod flood;
mod http;
mod load;
mod people;
mod reads;
mod report;
mod server;
mod siege;
mod sign_ins;
mod spin;
mod statistics;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use flags::{Command, Flags};
use report::Report;

/// What went wrong is for a person to read.
type Failure = Box<dyn Error + Send + Sync>;
type Result<T, E = Failure> = std::result::Result<T, E>;

/// A measurement that takes about this time, into the report.
type Measure = fn(Duration, &mut Report) -> Result<()>;

/// All of them, with the names that `--only` knows.
const MEASUREMENTS: &[(&str, Measure)] = &[
    ("reads", reads::account),
    ("members", reads::member),
    ("redis", reads::account_in_redis),
    ("sign-ins", sign_ins::measure),
    ("flood", flood::measure),
    ("siege", siege::measure),
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to be done where standard error is closed.
            let _ = writeln!(std::io::stderr(), "load: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether every target was met.
fn run() -> Result<bool> {
    let flags = match Flags::parse(std::env::args().skip(1))? {
        Command::Serve(database, limits) => return child::serve(&database, limits).map(|()| true),
        Command::Measure(flags) => flags,
    };
    let mut report = Report::default();
    if cfg!(debug_assertions) {
        report.warn("this is a debug build, whose figures mean nothing: run with --release".to_owned());
    }
    for (_, measure) in MEASUREMENTS.iter().filter(|(name, _)| flags.wants(name)) {
        measure(flags.time, &mut report)?;
    }
    let text = if flags.json { report.to_json()? } else { report.to_string() };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(report.is_met())
}
