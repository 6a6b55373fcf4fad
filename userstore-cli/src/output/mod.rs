//! The one place that prints data: as a table, as JSON, or as CSV.

mod cell;
mod lines;
mod record;

use std::io::{self, Write};
use std::marker::PhantomData;

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, presets};

use serde::Serialize;

use crate::args::Format;
use crate::io::Io;

pub(crate) use self::cell::visible;
pub(crate) use self::lines::Lines;
pub(crate) use self::record::Record;

/// Prints one record: a table or a CSV of one row, or a JSON object.
pub(crate) fn print<R: Record>(io: &mut Io, format: Format, record: &R) -> io::Result<()> {
    if let Format::Json = format {
        return print_json(io, record);
    }
    let mut list = List::start(io, format)?;
    list.add(record)?;
    list.finish()
}

/// Prints a value as JSON.
pub(crate) fn print_json(io: &mut Io, value: &impl Serialize) -> io::Result<()> {
    writeln!(io.stdout, "{}", cell::printable(&serde_json::to_string_pretty(value)?))
}

/// The most rows of one table. The widths of its columns depend on every row, so all of them are held until it is
/// printed; a longer list is printed as several tables.
const TABLE_ROWS: usize = 1000;

/// A list that is printed while it grows, whatever its length: as JSON an array, one record a line; as CSV a record a
/// line, too; as tables of [`TABLE_ROWS`] rows.
pub(crate) struct List<'io, R> {
    io: &'io mut Io,
    form: Form,
    of: PhantomData<R>,
}

enum Form {
    Table(Box<Table>),
    Json { is_empty: bool },
    Csv,
}

impl<'io, R: Record> List<'io, R> {
    pub(crate) fn start(io: &'io mut Io, format: Format) -> io::Result<Self> {
        let form = match format {
            Format::Table => Form::Table(Box::new(empty_table(io, R::IN_TABLE))),
            Format::Json => {
                write!(io.stdout, "[")?;
                Form::Json { is_empty: true }
            }
            Format::Csv => {
                write_csv(&mut io.stdout, R::COLUMNS)?;
                Form::Csv
            }
        };
        Ok(Self { io, form, of: PhantomData })
    }

    pub(crate) fn add(&mut self, record: &R) -> io::Result<()> {
        match &mut self.form {
            Form::Table(table) => {
                if table.row_count() == TABLE_ROWS {
                    write_table(&mut self.io.stdout, table)?;
                    **table = empty_table(self.io, R::IN_TABLE);
                }
                let texts = record::texts(record, R::IN_TABLE)?;
                let cells = R::IN_TABLE.iter().zip(&texts);
                table.add_row(cells.map(|(column, text)| paint(column, text, self.io.colour_stdout)));
                Ok(())
            }
            Form::Json { is_empty } => {
                let separator = if std::mem::take(is_empty) { "" } else { "," };
                write!(self.io.stdout, "{separator}\n{}", cell::printable(&serde_json::to_string(record)?))
            }
            Form::Csv => write_csv(&mut self.io.stdout, &record::texts(record, R::COLUMNS)?),
        }
    }

    /// Hands on what there is, so that a reader need not wait for the rest.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.io.stdout.flush()
    }

    pub(crate) fn finish(self) -> io::Result<()> {
        match self.form {
            Form::Table(table) => write_table(&mut self.io.stdout, &table),
            Form::Json { is_empty: true } => writeln!(self.io.stdout, "]"),
            Form::Json { is_empty: false } => writeln!(self.io.stdout, "\n]"),
            Form::Csv => Ok(()),
        }
    }
}

fn write_csv<T: AsRef<[u8]>>(stdout: &mut dyn Write, texts: &[T]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(texts)?;
    let line = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    stdout.write_all(&line)
}

fn write_table(stdout: &mut dyn Write, table: &Table) -> io::Result<()> {
    table.lines().try_for_each(|line| writeln!(stdout, "{line}"))
}

fn empty_table(io: &Io, columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).force_no_tty();
    if let Some(width) = io.width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    if io.colour_stdout {
        table.enforce_styling();
    }
    table.set_header(columns.iter().map(|column| {
        let cell = Cell::new(column);
        if io.colour_stdout { cell.add_attribute(Attribute::Bold) } else { cell }
    }));
    // What is to be copied stays in one piece; the other columns make room.
    for (name, column) in columns.iter().zip(table.column_iter_mut()) {
        if matches!(*name, "id" | "kid") {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

/// A cell, in a colour where the text is one to look at.
fn paint(column: &str, text: &str, colour: bool) -> Cell {
    let cell = Cell::new(visible(text));
    match (column, text) {
        _ if !colour => cell,
        ("outcome", outcome) if outcome != "done" => cell.fg(Color::Yellow),
        ("verdict", "good") => cell.fg(Color::Green),
        ("verdict", "warning") => cell.fg(Color::Yellow),
        ("verdict", "failed") | ("status", "blocked") => cell.fg(Color::Red),
        _ => cell,
    }
}

#[cfg(test)]
mod tests;
