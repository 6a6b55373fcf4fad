//! An access token, which is read from standard input alone: an argument could be read by every process.

use zeroize::Zeroizing;

use super::{Source, Until};
use crate::exit::Failure;
use crate::io::Io;

/// The token on standard input.
pub(crate) fn token(io: &mut Io) -> Result<Zeroizing<String>, Failure> {
    if io.stdin_is_terminal {
        io.tell("Paste the token, and end with Enter.");
    }
    let until = if io.stdin_is_terminal { Until::Line } else { Until::End };
    let bytes = Source::Stdin.read(io, until)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::NotVerified("the token is not text".to_owned()))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::NotVerified("there is none on standard input".to_owned()));
    }
    Ok(Zeroizing::new(text.to_owned()))
}
