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

/// Takes out what was not asked for, or is not what was asked for: it may be a secret in the wrong place.
fn mask(error: &mut clap::Error) {
    let place = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::TooManyValues | ErrorKind::InvalidValue | ErrorKind::ValueValidation => ContextKind::InvalidValue,
        _ => return,
    };
    let is_harmless = |text: &str| text.is_empty() || place == ContextKind::InvalidArg && looks_like_flag(text);
    if !matches!(error.get(place), Some(ContextValue::String(text)) if is_harmless(text)) {
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
