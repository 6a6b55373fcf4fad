//! What clap has to say: help, the version, and what is wrong with the arguments.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::exit::{Exit, Failure};
use crate::io::Io;

/// Prints help to standard output, and errors to standard error.
pub(crate) fn answer(mut error: clap::Error, io: &mut Io) -> Result<Exit, Failure> {
    mask(&mut error);
    let text = error.render();
    let painted = |colour: bool| if colour { text.ansi().to_string() } else { text.to_string() };
    if error.use_stderr() {
        let text = painted(io.colour_stderr);
        io.tell(text.trim_end());
        return Ok(Exit::Usage);
    }
    let text = painted(io.colour_stdout);
    io.stdout.write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Takes out an argument nobody asked for: it may be a password, given where none can be given.
fn mask(error: &mut clap::Error) {
    let place = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::TooManyValues => ContextKind::InvalidValue,
        _ => return,
    };
    let is_flag = matches!(error.get(place), Some(ContextValue::String(text)) if looks_like_flag(text));
    if place == ContextKind::InvalidValue || !is_flag {
        error.insert(place, ContextValue::String("…".to_owned()));
        error.remove(ContextKind::Suggested);
    }
}

fn looks_like_flag(text: &str) -> bool {
    let is_word = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    match text.strip_prefix("--") {
        Some(word) => is_word(word),
        None => text.starts_with('-') && text.chars().count() == 2,
    }
}
