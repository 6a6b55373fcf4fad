//! Records that come one after the other, with no end: one a line.

use std::io;
use std::marker::PhantomData;

use super::{Record, cell, record, visible, write_csv};
use crate::args::Format;
use crate::io::Io;

/// Records, one a line: as JSON an object each, as CSV under a header, else the columns of a table with blanks between.
pub(crate) struct Lines<'io, R> {
    io: &'io mut Io,
    format: Format,
    of: PhantomData<R>,
}

impl<'io, R: Record> Lines<'io, R> {
    pub(crate) fn start(io: &'io mut Io, format: Format) -> io::Result<Self> {
        if let Format::Csv = format {
            write_csv(&mut io.stdout, R::COLUMNS)?;
        }
        Ok(Self { io, format, of: PhantomData })
    }

    pub(crate) fn add(&mut self, record: &R) -> io::Result<()> {
        match self.format {
            Format::Json => {
                writeln!(self.io.stdout, "{}", cell::printable(&serde_json::to_string(record)?))
            }
            Format::Csv => write_csv(&mut self.io.stdout, &record::texts(record, R::COLUMNS)?),
            Format::Table => {
                let texts = record::texts(record, R::IN_TABLE)?;
                let shown = texts.iter().map(|text| if text.is_empty() { "-".into() } else { visible(text) });
                writeln!(self.io.stdout, "{}", shown.collect::<Vec<_>>().join("  "))
            }
        }
    }

    /// Hands on what there is.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.io.stdout.flush()
    }
}
