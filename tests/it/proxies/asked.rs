//! What a client hears that comes through a proxy.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::running::{NAME, Running};

/// curl, which asks one proxy from one address, and takes no certificate but the proxy's.
pub(super) struct Curl<'a> {
    proxy: &'a Running,
    from: &'a str,
}

/// An answer, in the head and in the body.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) status: u16,
    head: String,
    body: String,
}

impl<'a> Curl<'a> {
    pub(super) fn of(proxy: &'a Running, from: &'a str) -> Self {
        Self { proxy, from }
    }

    pub(super) fn get(&self, path: &str, headers: &[&str]) -> Heard {
        self.ask("GET", path, headers, None)
    }

    pub(super) fn post(&self, path: &str, body: &Value, headers: &[&str]) -> Heard {
        self.ask("POST", path, &[headers, &["Content-Type: application/json"]].concat(), Some(body))
    }

    pub(super) fn ask(&self, method: &str, path: &str, headers: &[&str], body: Option<&Value>) -> Heard {
        let address = self.proxy.address();
        let port = address.port();
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--max-time", "30", "--request", method]);
        command.args(["--interface", self.from, "--resolve", &format!("{NAME}:{port}:{}", address.ip())]);
        command.arg("--cacert").arg(self.proxy.certificate()).arg(format!("https://{NAME}:{port}{path}"));
        // It would else wait to be told to go on.
        for header in headers.iter().chain(&["Expect:"]) {
            command.args(["--header", header]);
        }
        let folder = tempfile::tempdir().unwrap();
        if let Some(body) = body {
            let file = folder.path().join("body");
            std::fs::write(&file, body.to_string()).unwrap();
            command.arg("--data-binary").arg(format!("@{}", file.display()));
        }
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{method} {path}: {output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Heard { status, head: head.to_owned(), body: body.to_owned() }
    }
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
