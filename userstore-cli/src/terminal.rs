//! Questions, asked of whoever sits at the terminal.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use dialoguer::Password;

use crate::exit::Failure;

/// Someone who can be asked.
pub trait Terminal: Send + Sync {
    /// Asks for a text that is not shown while it is typed.
    ///
    /// # Errors
    /// Whatever keeps the question from being asked or the answer from being read.
    fn ask_secret(&self, question: &str) -> io::Result<String>;

    /// Asks for a line of text.
    ///
    /// # Errors
    /// Whatever keeps the question from being asked or the answer from being read.
    fn ask(&self, question: &str) -> io::Result<String>;
}

/// The terminal of this process: questions go to standard error.
pub(crate) struct ProcessTerminal;

impl ProcessTerminal {
    /// `None` where questions would not be seen, or nobody could answer.
    pub(crate) fn find() -> Option<Self> {
        let heard = || io::stdin().is_terminal() || OpenOptions::new().read(true).write(true).open("/dev/tty").is_ok();
        (io::stderr().is_terminal() && heard()).then_some(Self)
    }
}

impl Terminal for ProcessTerminal {
    fn ask_secret(&self, question: &str) -> io::Result<String> {
        let asked = Password::new().with_prompt(question).allow_empty_password(true).report(false).interact();
        asked.map_err(|dialoguer::Error::IO(error)| error)
    }

    fn ask(&self, question: &str) -> io::Result<String> {
        let mut stderr = io::stderr();
        write!(stderr, "{question} ")?;
        stderr.flush()?;
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer)? == 0 {
            writeln!(stderr)?;
        }
        Ok(answer)
    }
}

/// Asks on a thread of its own, so that a signal can interrupt the waiting; the terminal is left as it was found.
pub(crate) async fn ask<F>(terminal: Arc<dyn Terminal>, question: F) -> Result<String, Failure>
where
    F: FnOnce(&dyn Terminal) -> io::Result<String> + Send + 'static,
{
    let _kept = kept::Modes::now();
    let answer = tokio::task::spawn_blocking(move || question(terminal.as_ref())).await;
    let answer = answer.map_err(io::Error::other).and_then(|answer| answer);
    answer.map_err(|error| Failure::Failed(format!("the terminal gave no answer: {error}")))
}

#[cfg(unix)]
mod kept {
    use std::fs::File;
    use std::io::{self, IsTerminal as _};
    use std::os::fd::{AsFd, OwnedFd};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The modes of the terminal, put back when dropped: an interrupted question would leave it without echo.
    pub(super) struct Modes(Option<(OwnedFd, Termios)>);

    impl Modes {
        pub(super) fn now() -> Self {
            Self(terminal().and_then(|fd| tcgetattr(&fd).ok().map(|modes| (fd, modes))))
        }
    }

    impl Drop for Modes {
        fn drop(&mut self) {
            let Some((fd, modes)) = &self.0 else { return };
            let hidden = tcgetattr(fd).is_ok_and(|current| !current.local_modes.contains(LocalModes::ECHO));
            if hidden && modes.local_modes.contains(LocalModes::ECHO) {
                let _ = tcsetattr(fd, OptionalActions::Flush, modes);
            }
        }
    }

    /// The terminal that answers are read from.
    fn terminal() -> Option<OwnedFd> {
        let stdin = io::stdin();
        if stdin.is_terminal() {
            return stdin.as_fd().try_clone_to_owned().ok();
        }
        File::open("/dev/tty").ok().map(OwnedFd::from)
    }
}

#[cfg(not(unix))]
mod kept {
    /// Nothing needs to be put back here: echo is not turned off for the terminal as a whole.
    pub(super) struct Modes;

    impl Modes {
        pub(super) fn now() -> Self {
            Self
        }
    }
}
