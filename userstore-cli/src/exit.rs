//! The exit codes: the one place that gives them a meaning.

use std::io;
use std::process::ExitCode;

use userstore_core::{Error, Place, Violation};

use crate::io::Io;
use crate::output::visible;

/// How a run ended. Its number is the exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Exit {
    /// Everything was done.
    Done = 0,
    /// It failed, for a reason that has no code of its own.
    Failed = 1,
    /// The command line or the settings are wrong.
    Usage = 2,
    /// There is no such record.
    NotFound = 3,
    /// It was refused, by a rule or by a "no".
    Refused = 4,
    /// It conflicts with what is there.
    Conflict = 5,
    /// The input breaks a rule.
    Invalid = 6,
    /// The database does not answer.
    Unavailable = 8,
    /// SIGINT stopped it, as shells have it: 128 and the signal's number.
    Interrupted = 130,
    /// SIGTERM stopped it.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What asks a process to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
}

/// Why a command was not carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The store said no.
    Store(Error),
    /// The command cannot be run as it was given.
    Usage(String),
    /// Whoever was asked said no.
    Refused(&'static str),
    /// A token is not accepted here, for this reason.
    NotVerified(String),
    /// Something else went wrong.
    Failed(String),
    /// A check failed, and the findings are printed.
    Unhealthy(Exit),
    /// The output cannot be written.
    Output(io::Error),
    /// A signal stopped it.
    Stopped(Signal),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// THE table.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Store(error) => match error {
                Error::Settings(_) | Error::SameDatabase => Exit::Usage,
                Error::NotFound(_) => Exit::NotFound,
                Error::Unauthenticated
                | Error::InvalidCredentials
                | Error::WrongPassword
                | Error::Forbidden
                | Error::InsufficientScope(_)
                | Error::SessionNeeded
                | Error::AccountBlocked
                | Error::SignupClosed => Exit::Refused,
                Error::UsernameTaken
                | Error::NameTaken
                | Error::KeyWaiting
                | Error::LastAdmin
                | Error::PreconditionFailed
                | Error::NotACopy { .. }
                | Error::RowRefused { .. } => Exit::Conflict,
                Error::Invalid(_) => Exit::Invalid,
                Error::Unavailable { .. } => Exit::Unavailable,
                // `Busy`, what is wrong with a copy, and what later versions add.
                _ => Exit::Failed,
            },
            Self::Usage(_) => Exit::Usage,
            Self::Refused(_) | Self::NotVerified(_) => Exit::Refused,
            // Whoever read the output, as `head` does, has seen enough.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Failed(_) | Self::Output(_) => Exit::Failed,
            Self::Unhealthy(exit) => *exit,
            Self::Stopped(Signal::Interrupt) => Exit::Interrupted,
            Self::Stopped(Signal::Terminate) => Exit::Terminated,
        }
    }

    /// Says what went wrong, and gives the exit code.
    pub(crate) fn report(self, io: &mut Io) -> Exit {
        let exit = self.exit();
        // What was printed before belongs before the error, where both go to one terminal.
        let _ = io.stdout.flush();
        let line = match &self {
            Self::Store(Error::Invalid(_)) => "the input is not valid".to_owned(),
            // That one is none of the settings', which the doctor looks over.
            Self::Store(error @ Error::Unavailable { part: "database to copy to", .. }) => error.with_causes(),
            Self::Store(error @ Error::Unavailable { .. }) => {
                format!("{}; `userstore-cli doctor` says more", error.with_causes())
            }
            Self::Store(error) => error.to_string(),
            Self::Usage(text) | Self::Failed(text) => text.clone(),
            Self::Refused(text) => (*text).to_owned(),
            Self::NotVerified(why) => format!("the token does not verify here: {why}"),
            Self::Unhealthy(_) => "a check failed; its advice says what to do".to_owned(),
            Self::Output(_) if exit == Exit::Done => return exit,
            Self::Output(error) => format!("the output cannot be written: {error}"),
            Self::Stopped(_) => {
                // The question stands on an unfinished line.
                io.tell("");
                return exit;
            }
        };
        let error = if io.colour_stderr { "\u{1b}[1;31merror:\u{1b}[0m" } else { "error:" };
        io.tell(&format!("{error} {}", visible(&line)));
        if let Self::Store(Error::Invalid(violations)) = &self {
            for violation in violations {
                io.tell(&format!("  {}", visible(&sentence(violation))));
            }
        }
        exit
    }
}

fn sentence(Violation { place, detail, .. }: &Violation) -> String {
    match place {
        Place::Pointer(pointer) => format!("{} {detail}", pointer.trim_start_matches('/')),
        Place::Parameter(name) => format!("{name} {detail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(error: Error) -> u8 {
        Failure::from(error).exit() as u8
    }

    #[test]
    fn every_error_has_its_code() {
        assert_eq!(exit(Error::Settings(String::new())), 2);
        assert_eq!(exit(Error::NotFound("user")), 3);
        assert_eq!(exit(Error::Forbidden), 4);
        assert_eq!(exit(Error::UsernameTaken), 5);
        assert_eq!(exit(Error::LastAdmin), 5);
        assert_eq!(exit(Error::PreconditionFailed), 5);
        assert_eq!(exit(Error::SameDatabase), 2);
        assert_eq!(exit(Error::NotACopy { table: "users", row: String::new() }), 5);
        assert_eq!(exit(Error::RowRefused { table: "users", row: String::new() }), 5);
        assert_eq!(exit(Error::CopyDiffers { table: "users", row: String::new() }), 1);
        assert_eq!(exit(Error::SourceChanged), 1);
        assert_eq!(exit(Error::Invalid(Vec::new())), 6);
        assert_eq!(exit(Error::Unavailable { part: "database", source: "gone".into() }), 8);
        assert_eq!(Failure::Usage(String::new()).exit(), Exit::Usage);
        assert_eq!(Failure::Refused("no").exit(), Exit::Refused);
        assert_eq!(Failure::Output(io::ErrorKind::BrokenPipe.into()).exit(), Exit::Done);
        assert_eq!(Failure::Output(io::ErrorKind::StorageFull.into()).exit(), Exit::Failed);
    }
}
