//! Passwords: typed at a hidden prompt, or read from where no other process can see them.

use userstore_core::{Error, Password, Violation};
use zeroize::Zeroizing;

use super::{DataArgument, Source, Until};
use crate::args::PasswordOptions;
use crate::exit::Failure;
use crate::io::Io;
use crate::terminal;

/// How often two passwords may differ that should be the same.
const ATTEMPTS: usize = 3;

/// How a password will be had; decided before anything is read or done.
pub(crate) enum PasswordSource<'a> {
    Read(Source<'a>),
    Ask(std::sync::Arc<dyn terminal::Terminal>),
}

/// Finds the way to a password that the options name, or that the terminal offers.
pub(crate) fn password<'a>(
    options: &'a PasswordOptions,
    data: Option<&DataArgument>,
    io: &Io,
) -> Result<PasswordSource<'a>, Failure> {
    let data_reads_stdin = data.is_some_and(DataArgument::reads_stdin);
    let source = match &options.password_file {
        Some(file) => Some(Source::named(file)),
        None => options.password_stdin.then_some(Source::Stdin),
    };
    match source {
        Some(Source::Stdin) if data_reads_stdin => Err(Failure::Usage(
            "the password and the data cannot both be read from standard input; give one of them as a file: \
             `--password-file FILE` or `--data @FILE`"
                .to_owned(),
        )),
        Some(source) => Ok(PasswordSource::Read(source)),
        None => io.terminal(data_reads_stdin).map(PasswordSource::Ask).ok_or_else(|| {
            Failure::Usage(
                "there is no terminal to ask for the password; give it with `--password-stdin` or \
                 `--password-file FILE`"
                    .to_owned(),
            )
        }),
    }
}

impl PasswordSource<'_> {
    /// Whether somebody has to type it.
    pub(crate) fn is_asked(&self) -> bool {
        matches!(self, Self::Ask(_))
    }

    /// The password. What it must be is for the operation to say that it is handed to, which calls it `place`.
    pub(crate) async fn get(self, io: &mut Io, place: &'static str) -> Result<Password, Failure> {
        match self {
            Self::Read(source) => first_line(&source.read(io, Until::Line)?, place),
            Self::Ask(terminal) => ask(terminal, io).await,
        }
    }
}

/// The first line, without its end.
fn first_line(text: &[u8], place: &'static str) -> Result<Password, Failure> {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = std::str::from_utf8(line).map_err(|_| Error::invalid(Violation::at(place, "must be text in UTF-8")))?;
    Ok(Password::new(line))
}

async fn ask(terminal: std::sync::Arc<dyn terminal::Terminal>, io: &mut Io) -> Result<Password, Failure> {
    for _ in 0..ATTEMPTS {
        let ask = async |question: &'static str| {
            let answer = terminal::ask(terminal.clone(), move |terminal| terminal.ask_secret(question)).await;
            answer.map(Zeroizing::new)
        };
        let first = ask("Password").await?;
        if first.is_empty() {
            return Err(Failure::Refused("no password was typed; nothing is done"));
        }
        if *ask("Password, once more").await? == *first {
            return Ok(Password::new(first.as_str()));
        }
        io.tell("The two passwords differ.");
    }
    Err(Failure::Refused("the two passwords differ each time; nothing is done"))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{Exit, Terminal};

    struct Script(Mutex<VecDeque<&'static str>>);

    impl Terminal for Script {
        fn ask_secret(&self, question: &str) -> std::io::Result<String> {
            self.ask(question)
        }

        fn ask(&self, _: &str) -> std::io::Result<String> {
            self.0.lock().unwrap().pop_front().map(str::to_owned).ok_or(std::io::ErrorKind::UnexpectedEof.into())
        }
    }

    fn with_terminal(answers: &[&'static str]) -> Io {
        let terminal: Arc<dyn Terminal> = Arc::new(Script(Mutex::new(answers.iter().copied().collect())));
        Io { terminal: Some(terminal), stdin_is_terminal: true, ..Io::captured("") }
    }

    fn answered(answers: &[&'static str]) -> Result<Password, Failure> {
        let mut io = with_terminal(answers);
        let options = PasswordOptions::default();
        let source = password(&options, None, &io).ok().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(source.get(&mut io, "/password"))
    }

    fn refused(options: &PasswordOptions, data: Option<&str>, io: &Io) -> Option<Exit> {
        let data = data.map(|text| DataArgument::from(text.to_owned()));
        password(options, data.as_ref(), io).err().map(|failure| failure.exit())
    }

    #[test]
    fn it_is_asked_twice() {
        assert!(answered(&["secret", "secret"]).is_ok());
        assert!(answered(&["secret", "other", "secret", "secret"]).is_ok());
        assert_eq!(answered(&[""]).unwrap_err().exit(), Exit::Refused);
        assert_eq!(answered(&["a", "b", "a", "b", "a", "b", "a", "a"]).unwrap_err().exit(), Exit::Refused);
        assert_eq!(answered(&["a"]).unwrap_err().exit(), Exit::Failed);
    }

    #[test]
    fn there_has_to_be_a_way() {
        let (silent, asked) = (Io::captured(""), with_terminal(&[]));
        let nothing = PasswordOptions::default();
        let stdin = PasswordOptions { password_stdin: true, password_file: None };
        let dash = PasswordOptions { password_stdin: false, password_file: Some(PathBuf::from("-")) };
        assert_eq!(refused(&nothing, None, &silent), Some(Exit::Usage));
        assert_eq!(refused(&nothing, None, &asked), None);
        let piped = Io { stdin_is_terminal: false, ..with_terminal(&[]) };
        assert_eq!(refused(&nothing, None, &piped), Some(Exit::Usage));
        assert_eq!(refused(&nothing, Some("-"), &piped), None);
        for one_reader in [stdin, dash] {
            assert_eq!(refused(&one_reader, Some("{}"), &silent), None);
            assert_eq!(refused(&one_reader, Some("-"), &silent), Some(Exit::Usage));
            assert_eq!(refused(&one_reader, Some("@-"), &asked), Some(Exit::Usage));
        }
    }

    #[test]
    fn only_the_first_line_counts() {
        let read = |text: &str| {
            let text = Source::Stdin.read(&mut Io::captured(text), Until::Line).ok().unwrap();
            let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
            String::from_utf8(line).unwrap()
        };
        assert_eq!(read("secret"), "secret");
        assert_eq!(read(" secret \nmore\n"), " secret ");
        assert_eq!(first_line(b"\xff\xff", "/password").unwrap_err().exit(), Exit::Invalid);
    }
}
