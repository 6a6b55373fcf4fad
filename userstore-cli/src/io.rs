//! What a run reads and writes, handed in.

use std::io::{self, BufRead, BufReader, BufWriter, Cursor, IsTerminal as _, Write};
use std::sync::Arc;

use crate::terminal::{ProcessTerminal, Terminal};

/// The standard streams of a run, and the terminal it can ask on.
pub struct Io {
    /// Read by `--password-stdin`, by `-` in the place of data or a URL, and by nothing else.
    pub stdin: Box<dyn BufRead>,
    /// Takes the data.
    pub stdout: Box<dyn Write>,
    /// Takes errors and notes.
    pub stderr: Box<dyn Write>,
    /// Whether someone types what `stdin` gives.
    pub stdin_is_terminal: bool,
    /// Where questions are asked, and long work shows how far it is; `None` where nobody can answer.
    pub terminal: Option<Arc<dyn Terminal>>,
    /// How many columns wide tables can be; `None` where there is no limit.
    pub width: Option<u16>,
    /// Whether `stdout` shows colours.
    pub colour_stdout: bool,
    /// Whether `stderr` shows colours.
    pub colour_stderr: bool,
}

impl Io {
    /// The streams of this process. Colours are for terminals, and follow `NO_COLOR`, `CLICOLOR_FORCE` and `TERM`.
    #[must_use]
    pub fn process() -> Self {
        let (stdin, stdout, stderr) = (io::stdin(), io::stdout(), io::stderr());
        let colour = |choice| choice != anstream::ColorChoice::Never;
        Self {
            stdin_is_terminal: stdin.is_terminal(),
            terminal: ProcessTerminal::find().map(|terminal| Arc::new(terminal) as Arc<dyn Terminal>),
            width: comfy_table::Table::new().width(),
            colour_stdout: colour(anstream::AutoStream::choice(&stdout)),
            colour_stderr: colour(anstream::AutoStream::choice(&stderr)),
            stdin: Box::new(BufReader::new(stdin)),
            stdout: Box::new(BufWriter::new(stdout)),
            stderr: Box::new(stderr),
        }
    }

    /// Reads this text in the place of standard input, discards what is written, and has no terminal.
    #[must_use]
    pub fn captured(stdin: &str) -> Self {
        Self {
            stdin: Box::new(Cursor::new(stdin.as_bytes().to_vec())),
            stdout: Box::new(io::sink()),
            stderr: Box::new(io::sink()),
            stdin_is_terminal: false,
            terminal: None,
            width: None,
            colour_stdout: false,
            colour_stderr: false,
        }
    }

    /// Writes one line for the one who runs the command. That it cannot be written changes nothing.
    pub(crate) fn tell(&mut self, line: &str) {
        let _ = writeln!(self.stderr, "{line}");
    }

    /// The terminal to ask on: standard input's own, or where that is taken by something else, the one behind it.
    pub(crate) fn terminal(&self, stdin_is_taken: bool) -> Option<Arc<dyn Terminal>> {
        self.terminal.clone().filter(|_| self.stdin_is_terminal || stdin_is_taken)
    }
}

impl std::fmt::Debug for Io {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Io").field("width", &self.width).finish_non_exhaustive()
    }
}
