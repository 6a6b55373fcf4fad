//! The URL of a database, as `--to` names it.

use std::fmt;

use userstore_core::config::Secret;
use zeroize::Zeroizing;

use super::{MAX_BYTES, Source, Until};
use crate::exit::Failure;
use crate::io::Io;

/// What `--to` says: `@FILE`, `-` for standard input, or the URL itself. `Debug` does not show it.
#[derive(Clone)]
pub(crate) struct UrlArgument(Zeroizing<String>);

impl From<String> for UrlArgument {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for UrlArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl UrlArgument {
    /// The URL, without the blanks and line ends around it.
    pub(crate) fn url(&self, io: &mut Io) -> Result<Secret, Failure> {
        let text = match Source::of_argument(&self.0) {
            Some(source) => source.read(io, Until::End)?,
            None => self.0.as_bytes().to_vec().into(),
        };
        let url = std::str::from_utf8(&text).ok().filter(|_| text.len() <= MAX_BYTES).map(str::trim);
        let url = url.filter(|url| !url.is_empty() && !url.contains(char::is_control));
        url.map(Secret::new).ok_or_else(|| {
            Failure::Usage("--to must be one URL, or @FILE or - with one URL in it, and nothing else".to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    const URL: &str = "postgres://canary:sings@localhost/users";

    fn url(argument: &str, stdin: &str) -> Result<String, Failure> {
        let read = UrlArgument::from(argument.to_owned()).url(&mut Io::captured(stdin));
        read.map(|url| url.reveal().to_owned())
    }

    #[test]
    fn it_is_an_argument_or_standard_input_or_a_file() {
        assert_eq!(url(URL, "").unwrap(), URL);
        assert_eq!(url("-", &format!("{URL}\n")).unwrap(), URL);
        assert_eq!(url("@-", &format!(" {URL} \r\n\n")).unwrap(), URL);
        let file = std::env::temp_dir().join(format!("userstore-cli-{}.url", std::process::id()));
        std::fs::write(&file, URL).unwrap();
        assert_eq!(url(&format!("@{}", file.display()), "").unwrap(), URL);
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_not_one_url_is_wrong_usage() {
        for text in ["", " \n", &format!("{URL}\n{URL}"), "\u{0}", &"x".repeat(2 * MAX_BYTES)] {
            assert_eq!(url("-", text).unwrap_err().exit(), Exit::Usage, "{text:.20}");
        }
        assert_eq!(url("@/nowhere/new.url", "").unwrap_err().exit(), Exit::Usage);
    }

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", UrlArgument::from(URL.to_owned())), "…");
    }
}
