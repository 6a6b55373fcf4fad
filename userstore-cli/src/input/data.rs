//! A user's JSON object, as `--data` names it.

use userstore_core::json::{self, Object};
use userstore_core::{Data, Error, Violation};

use super::{MAX_BYTES, Source, Until};
use crate::exit::Failure;
use crate::io::Io;

/// What `--data` says: the JSON itself, `@FILE`, or `-` for standard input.
#[derive(Debug, Clone)]
pub(crate) struct DataArgument(String);

impl From<String> for DataArgument {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl DataArgument {
    /// Whether it takes the whole of standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        Source::of_argument(&self.0) == Some(Source::Stdin)
    }

    /// The object, which need not be valid as a user's yet: a merge patch is not.
    pub(crate) fn object(&self, io: &mut Io) -> Result<Object, Failure> {
        let refuse = |detail: String| Failure::Store(Error::invalid(Violation::at("/data", detail)));
        let text = match Source::of_argument(&self.0) {
            Some(source) => source.read(io, Until::End)?,
            None => self.0.as_bytes().to_vec().into(),
        };
        if text.len() > MAX_BYTES {
            return Err(refuse("must be 16 KiB at most when serialised".to_owned()));
        }
        json::parse_object(&text).map_err(|malformed| refuse(format!("cannot be read: {malformed}")))
    }

    /// The object, as a user's whole data.
    pub(crate) fn data(&self, io: &mut Io) -> Result<Data, Failure> {
        Ok(Data::new(self.object(io)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    fn object(argument: &str, stdin: &str) -> Result<Object, Failure> {
        DataArgument::from(argument.to_owned()).object(&mut Io::captured(stdin))
    }

    #[test]
    fn it_is_an_argument_or_standard_input_or_a_file() {
        assert_eq!(object(r#"{"a":1}"#, "").unwrap()["a"], 1);
        assert_eq!(object("-", r#"{"a":2}"#).unwrap()["a"], 2);
        assert_eq!(object("@-", r#"{"a":3}"#).unwrap()["a"], 3);
        let file = std::env::temp_dir().join(format!("userstore-cli-{}.json", std::process::id()));
        std::fs::write(&file, r#"{"a":4}"#).unwrap();
        assert_eq!(object(&format!("@{}", file.display()), "").unwrap()["a"], 4);
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_is_not_one_object_is_invalid() {
        for text in ["", "[]", "null", "{", "{} {}", r#"{"a":1,"a":2}"#, &" ".repeat(2 * MAX_BYTES)] {
            assert_eq!(object("-", text).unwrap_err().exit(), Exit::Invalid, "{text:.20}");
            assert_eq!(object(text, "").unwrap_err().exit(), Exit::Invalid, "{text:.20}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_wrong_usage() {
        assert_eq!(object("@/nowhere/data.json", "").unwrap_err().exit(), Exit::Usage);
        assert_eq!(object("@", "").unwrap_err().exit(), Exit::Usage);
    }
}
