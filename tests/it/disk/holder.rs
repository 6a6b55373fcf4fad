//! The lock of writes, in other hands.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Another process, which takes the lock of writes and gives it back.
pub(crate) struct Holder {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Holder {
    pub(crate) fn of(file: &Path) -> Self {
        let mut process =
            Command::new("sqlite3").arg(file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (orders, answers) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Self { process, orders, answers }
    }

    pub(crate) fn take(&mut self) {
        self.order("BEGIN IMMEDIATE");
    }

    pub(crate) fn give_back(&mut self) {
        self.order("COMMIT");
    }

    fn order(&mut self, statement: &str) {
        writeln!(self.orders, "{statement}; SELECT 'done';").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n");
    }

    pub(crate) fn end(mut self) {
        drop(self.orders);
        assert!(self.process.wait().unwrap().success());
    }
}
