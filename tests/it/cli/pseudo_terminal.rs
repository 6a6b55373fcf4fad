//! A terminal with somebody at it, who reads what is shown there, and types.

use std::io::{Read as _, Write as _};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

use super::{Desk, PASSWORD};

/// How long something may take to be shown.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program on a pseudo-terminal of its own, which controls it as one that a person sits at would. The program is
/// killed when it is dropped.
pub(super) struct PseudoTerminal {
    pty: Arc<Pty>,
    screen: Receiver<Vec<u8>>,
    child: Child,
    shown: Vec<u8>,
    /// Up to where `shown` has been waited for.
    seen: usize,
}

impl Desk {
    /// Starts the program with these arguments on a terminal.
    pub(super) fn at_terminal(&self, arguments: &[&str]) -> PseudoTerminal {
        PseudoTerminal::start(self.terminal_command(arguments), 200)
    }

    /// The program, to be started on a terminal, but for those of its streams that are taken elsewhere.
    pub(super) fn terminal_command(&self, arguments: &[&str]) -> Command {
        Command::from(self.bare_command(arguments)).env("TERM", "xterm-256color")
    }
}

impl PseudoTerminal {
    /// Starts the command on a terminal of this many columns.
    pub(super) fn start(command: Command, columns: u16) -> Self {
        let (pty, line) = open().unwrap();
        pty.resize(Size::new(50, columns)).unwrap();
        let child = command.spawn(line).unwrap();
        let pty = Arc::new(pty);
        let (send, screen) = channel();
        let source = Arc::clone(&pty);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Once the program is gone, Linux gives an error, and others the end of the file.
            while let Ok(count @ 1..) = (&*source).read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { pty, screen, child, shown: Vec::new(), seen: 0 }
    }

    /// Asks the program to stop (SIGTERM).
    pub(super) fn terminate(&self) {
        let sent = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Types these keys.
    pub(super) fn types(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until this is shown, after whatever was waited for before.
    #[track_caller]
    pub(super) fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let unseen = &self.shown[self.seen..];
            if let Some(at) = unseen.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.seen += at + text.len();
                return;
            }
            match self.screen.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(why) => panic!("{text:?} is not shown, {why}: {:?}", self.text()),
            }
        }
    }

    /// Whether the terminal shows what is typed.
    pub(super) fn echoes(&self) -> bool {
        tcgetattr(&*self.pty).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits until this is asked, and what is typed is not shown.
    #[track_caller]
    pub(super) fn wait_for_hidden(&mut self, question: &str) {
        self.wait_for(question);
        self.wait_for_echo(false);
    }

    /// Waits until the terminal shows what is typed, or no longer does.
    #[track_caller]
    pub(super) fn wait_for_echo(&self, echo: bool) {
        let end = Instant::now() + PATIENCE;
        while self.echoes() != echo {
            assert!(
                Instant::now() < end,
                "what is typed should {}be shown: {}",
                if echo { "" } else { "not " },
                self.text()
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Types a line in answer to a question, once nobody can see it.
    #[track_caller]
    pub(super) fn answer_hidden(&mut self, question: &str, answer: &str) {
        self.wait_for_hidden(question);
        self.types(&format!("{answer}\n"));
    }

    /// Waits until the program has ended with this code, and gives all that was shown: never a password.
    #[track_caller]
    pub(super) fn ends(mut self, code: i32) -> String {
        loop {
            match self.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end: {:?}", self.text()),
            }
        }
        let status = self.child.wait().unwrap();
        let text = self.text();
        assert_eq!(status.code(), Some(code), "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains("canary"), "a password is shown: {text}");
        text
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).replace("\r\n", "\n")
    }
}

impl Drop for PseudoTerminal {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
