//! A run of the program that is over.

use std::time::Duration;

use serde_json::Value;

use super::PASSWORD;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Runs the command. Neither of its streams may hold a password or a hash, whatever it was told to do.
    #[track_caller]
    pub(crate) fn of(command: &mut assert_cmd::Command) -> Self {
        let output = command.timeout(Duration::from_mins(1)).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).expect("output should be UTF-8");
        let ran = Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        for secret in [PASSWORD, "canary", "$argon2", "\u{1b}"] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret:?} is shown: {ran:?}");
        }
        ran
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Asserts that it did what it was told without a remark, and gives what it printed.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        let ran = self.exits(0);
        assert_eq!(ran.stderr, "", "{ran:?}");
        ran.stdout
    }

    /// What it printed, which has to be one JSON text and nothing else.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let text = self.done();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON, {error}: {text}"))
    }

    /// Asserts that it refused with this code, said why on standard error, and printed no data.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, why: &str) {
        let ran = self.exits(code);
        assert_eq!(ran.stdout, "", "{ran:?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.ends_with('\n'), "{ran:?}");
        assert!(ran.stderr.contains(why), "not told {why:?}: {ran:?}");
    }
}
