//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::child::Limits;
use crate::{MEASUREMENTS, Result};

const USAGE: &str = "usage: load [--seconds N] [--only reads|members|redis|sign-ins|flood|siege] [--json]";

/// What to do.
pub(crate) enum Command {
    Measure(Flags),
    /// Serve the store in this file until standard input ends: what this program starts of itself.
    Serve(PathBuf, Limits),
}

/// How to measure.
pub(crate) struct Flags {
    /// How long each measurement takes, about.
    pub(crate) time: Duration,
    pub(crate) json: bool,
    only: Option<String>,
}

impl Flags {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command> {
        let mut flags = Self { time: Duration::from_secs(10), json: false, only: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "serve" | "serve-limited" => {
                    let limits = if argument == "serve" { Limits::Off } else { Limits::On };
                    return Ok(Command::Serve(arguments.next().ok_or(USAGE)?.into(), limits));
                }
                "--json" => flags.json = true,
                "--seconds" => {
                    let seconds = arguments.next().and_then(|text| text.parse().ok());
                    flags.time =
                        Duration::from_secs(seconds.filter(|seconds| (1..=3600).contains(seconds)).ok_or(USAGE)?);
                }
                "--only" => {
                    let only = arguments.next().ok_or(USAGE)?;
                    if MEASUREMENTS.iter().all(|(name, _)| *name != only) {
                        return Err(USAGE.into());
                    }
                    flags.only = Some(only);
                }
                _ => return Err(USAGE.into()),
            }
        }
        Ok(Command::Measure(flags))
    }

    /// Whether this measurement was asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == name)
    }
}
