//! The real `userstore-server`: starting, stopping, and finding everything again.

use std::process::{Command, Stdio};

use serde_json::json;
use tests::{Persona, ServerProcess, program};

#[test]
fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("users.db");
    let server = ServerProcess::start(&database);
    let alice = Persona::named(server.client(), "alice");
    alice.sign_up().is(201);
    let alice = alice.signed_in();
    let before = alice.put("/user/me", json!({"data": {"kept": [1, 2]}})).is(200);
    let ended = alice.signed_in();
    ended.delete("/auth").is(204);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains(alice.password()) && !log.contains(alice.token()), "{log}");

    let server = ServerProcess::start(&database);
    let token = |persona: &Persona| Persona::named(server.client(), "alice").with_token(persona.token());
    let after = token(&alice).get("/user/me").is(200);
    assert_eq!((after.body(), after.etag()), (before.body(), before.etag()));
    assert!(!token(&ended).is_in());
    Persona::named(server.client(), "alice").sign_in().is(200);
}

#[test]
fn a_request_that_is_running_is_finished_at_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let server = ServerProcess::start(&folder.path().join("users.db"));
    let alice = Persona::named(server.client(), "alice");
    alice.sign_up().is(201);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..8).map(|_| scope.spawn(|| alice.sign_in())).collect();
        // Once one is answered, the others are under way.
        while !running.iter().any(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::yield_now();
        }
        let (status, log) = server.stop();
        assert_eq!(status.code(), Some(0), "{log}");
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| answer.status() == 200), "{answers:?}");
}

/// Runs the server with this, and gives its exit code and what it says.
fn refused(arguments: &[&str], environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("userstore-server"));
    command.env_clear().current_dir(folder.path()).args(arguments).envs(environment.iter().copied());
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn settings_that_make_no_sense_are_named() {
    for (arguments, environment, name) in [
        (&[][..], ("USERSTORE_SERVER_PROT", "1"), "USERSTORE_SERVER_PROT"),
        (&[], ("PORT", "eighty"), "PORT"),
        (&[], ("USERSTORE_SESSIONS_TTL", "soon"), "sessions.ttl"),
        (&[], ("USERSTORE_PASSWORDS_MEMORY_KIB", "1024"), "passwords"),
        (&["--port", "70000"], ("PORT", "80"), "--port (server.port) must be a whole number from 0 to 65535"),
        (&["--port", "eighty"], ("USERSTORE_SERVER_PORT", "80"), "--port (server.port) must be a whole number"),
        (&["--host", "nowhere"], ("HOST", "127.0.0.1"), "--host (server.host) must be an IP address"),
        (&["--config", "missing.toml"], ("HOST", "127.0.0.1"), "missing.toml"),
    ] {
        let (code, message) = refused(arguments, &[environment]);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.to_lowercase().contains(&name.to_lowercase()), "{name}: {message}");
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, message) = refused(&["--port", &port], &[]);
    assert_eq!(code, Some(1), "{message}");
    assert!(message.contains(&port), "{message}");
}

/// As hosting platforms and the README have it: nothing set but the port.
#[test]
fn nothing_needs_to_be_configured() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("userstore-server"));
    command.env_clear().current_dir(folder.path()).env("PORT", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let server = ServerProcess::spawn(&mut command);
    let _home = server.client().request("GET", "/").send().is(200);
    assert!(folder.path().join("userstore.db").is_file());
}
