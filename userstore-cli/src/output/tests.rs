use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::{Value, json};

use super::*;

#[derive(Serialize)]
struct Row {
    name: &'static str,
    status: Option<&'static str>,
    data: Value,
    hidden: u8,
}

impl Record for Row {
    const COLUMNS: &'static [&'static str] = &["name", "status", "data"];
}

const ROW: Row = Row { name: "a,\"b\"\u{1b}[31m", status: None, data: Value::Null, hidden: 1 };

fn row(data: Value) -> Row {
    Row { status: Some("blocked"), data, ..ROW }
}

/// What is written through it stays readable.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn printed(change: impl FnOnce(&mut Io), act: impl FnOnce(&mut Io) -> io::Result<()>) -> String {
    let page = Page::default();
    let mut io = Io { stdout: Box::new(page.clone()), ..Io::captured("") };
    change(&mut io);
    act(&mut io).unwrap();
    String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
}

fn listed(format: Format, rows: &[Row]) -> String {
    printed(
        |_| {},
        |io| {
            let mut list = List::start(io, format)?;
            rows.iter().try_for_each(|row| list.add(row))?;
            list.finish()
        },
    )
}

#[test]
fn an_empty_list_is_an_empty_array_or_a_header() {
    assert_eq!(listed(Format::Json, &[]), "[]\n");
    assert_eq!(listed(Format::Csv, &[]), "name,status,data\n");
    assert!(listed(Format::Table, &[]).contains("name"));
}

#[test]
fn a_list_in_json_is_an_array_and_one_record_an_object() {
    let text = listed(Format::Json, &[ROW, row(json!({"x": [1, null]}))]);
    assert_eq!(text.lines().count(), 4);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value[1]["data"], json!({"x": [1, null]}));
    let one = printed(|_| {}, |io| print(io, Format::Json, &ROW));
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap(), value[0]);
}

#[test]
fn csv_quotes_and_leaves_null_empty() {
    let text = listed(Format::Csv, &[ROW, row(json!({"x": "y z"}))]);
    let expected = "name,status,data\n\"a,\"\"b\"\"\u{1b}[31m\",,\n\"a,\"\"b\"\"\u{1b}[31m\",blocked,\"{\"\"x\"\":\"\"y z\"\"}\"\n";
    assert_eq!(text, expected);
}

#[test]
fn a_table_shows_what_a_terminal_would_obey() {
    let text = listed(Format::Table, &[row(json!({"x": "\u{9b}"}))]);
    assert!(text.contains("a,\"b\"\\u001b[31m") && text.contains("{\"x\":\"\\u009b\"}"), "{text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
}

#[test]
fn a_table_is_as_wide_as_the_terminal_and_coloured_there_alone() {
    let long = || row(json!({ "x": "word ".repeat(40) }));
    let narrow = printed(|io| io.width = Some(40), |io| print(io, Format::Table, &long()));
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    assert!(!narrow.contains('\u{1b}'));
    let coloured = printed(|io| io.colour_stdout = true, |io| print(io, Format::Table, &long()));
    assert!(coloured.contains("\u{1b}["), "{coloured}");
}

#[test]
fn a_long_list_is_several_tables() {
    let lines = |count: usize| {
        listed(Format::Table, &std::iter::repeat_with(|| ROW).take(count).collect::<Vec<_>>()).lines().count()
    };
    assert_eq!(lines(TABLE_ROWS), TABLE_ROWS + 4);
    assert_eq!(lines(TABLE_ROWS + 1), TABLE_ROWS + 1 + 2 * 4);
}
