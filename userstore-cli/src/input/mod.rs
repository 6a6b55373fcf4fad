//! What a command reads besides its arguments.

mod data;
mod password;
mod token;
mod url;

use std::fs::File;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use crate::exit::Failure;
use crate::io::Io;

pub(crate) use self::data::DataArgument;
pub(crate) use self::password::password;
pub(crate) use self::token::token;
pub(crate) use self::url::UrlArgument;

/// The most bytes that are read of anything. All that is valid is far smaller.
const MAX_BYTES: usize = 1024 * 1024;

/// The names of standard input.
const STDIN: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Where something is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    Stdin,
    File(&'a Path),
}

impl<'a> Source<'a> {
    /// `-` is standard input, as it is for most programs; so is what the system calls it.
    fn named(path: &'a Path) -> Self {
        let is_stdin = STDIN.iter().any(|name| path == Path::new(name));
        if is_stdin { Self::Stdin } else { Self::File(path) }
    }

    /// Where an argument says that something is: `@FILE`, or `-`; nowhere, if it is the argument itself.
    fn of_argument(text: &'a str) -> Option<Self> {
        let name = if text == "-" { Some("-") } else { text.strip_prefix('@') };
        name.map(|name| Self::named(Path::new(name)))
    }

    /// Everything it holds, but no more than [`MAX_BYTES`] and one.
    fn read(&self, io: &mut Io, until: Until) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let told = match self {
            Self::Stdin => read(&mut io.stdin, until),
            Self::File(path) => File::open(path).and_then(|mut file| read(&mut file, until)),
        };
        told.map_err(|error| {
            let name = match self {
                Self::Stdin => "standard input".into(),
                Self::File(path) => path.display().to_string(),
            };
            Failure::Usage(format!("{name} cannot be read: {error}"))
        })
    }
}

/// How far something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    End,
    /// The end of the first line.
    Line,
}

/// Reads into a buffer that is wiped, also where it had to grow.
fn read(from: &mut dyn io::Read, until: Until) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(Vec::with_capacity(4096));
    let mut chunk = Zeroizing::new([0; 4096]);
    while text.len() <= MAX_BYTES && !(until == Until::Line && text.contains(&b'\n')) {
        let count = match from.read(&mut *chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if text.capacity() - text.len() < count {
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * text.capacity()));
            larger.extend_from_slice(&text);
            text = larger;
        }
        text.extend_from_slice(&chunk[..count]);
    }
    Ok(text)
}
