//! A disk that is full, files that cannot be written, and another process that keeps the database locked.

mod full;
pub(crate) mod holder;
mod locked;
mod read_only;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Answer, Client, Persona, ServerProcess, program};

/// A program on this database, under a shell that does this first.
fn under(shell: &str, name: &str, database: &Path) -> Command {
    let mut command = Command::new("bash");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(database.parent().unwrap());
    command.env("DATABASE_URL", format!("sqlite://{}?mode=rwc", database.display())).env("PORT", "0");
    command.arg("-c").arg(format!("{shell}; exec {} \"$@\"", program(name).display())).arg("bash");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a program that should stop by itself.
fn run(command: Command) -> Output {
    assert_cmd::Command::from_std(command).timeout(Duration::from_secs(30)).output().unwrap()
}

/// Programs that open the database, and their exit codes when they cannot.
const PROGRAMS: [(&str, Option<&str>, i32); 2] = [("userstore-server", None, 1), ("userstore-cli", Some("migrate"), 8)];

#[track_caller]
fn assert_refused(output: &Output, code: i32, word: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(told.contains(word) && !told.contains("panicked"), "{told}");
}

/// Two accounts, each with a session.
fn two_people(server: &ServerProcess) -> [Persona; 2] {
    ["alice", "bob"].map(|name| {
        let persona = Persona::named(server.client(), name);
        persona.sign_up().is(201);
        persona.signed_in()
    })
}

/// 16 KiB of data, as the limit counts them, with a number in it.
fn data(number: u64) -> Value {
    json!({"data": {"n": number, "fill": "x".repeat(16_000)}})
}

fn number(answer: &Answer) -> u64 {
    answer.json()["data"]["n"].as_u64().expect("a number")
}

/// What goes on, and what does not, while nothing can be written.
fn reads_go_on(client: Client, alice: &Persona, other: &Persona) {
    for target in ["/", "/user/me", "/user/alice", "/user/me/sessions", "/auth", "/healthz"] {
        alice.get(target).is(200);
    }
    let new = Persona::named(client, "carol");
    for refused in [alice.sign_in(), new.sign_up(), other.delete("/auth"), other.delete("/user/me")] {
        refused.refused(503, "unavailable");
    }
    // What was not acknowledged was not done either.
    assert!(other.is_in());
}
