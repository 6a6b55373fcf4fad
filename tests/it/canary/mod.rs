//! A secret that is found nowhere: not in the log at any level, not in an answer, not in a file.

mod commands;
pub(crate) mod process;
mod requests;
mod settings;
mod tokens;

use std::fs;
use std::path::Path;

use serde_json::json;
use tests::{Answer, Client, Persona};

use self::process::Server;

/// A password like no other, and a part of it that no encoding changes.
const CANARY: &str = "a canary7f3e9d41c0ffee bird";
const IN_CANARY: &str = "canary7f3e9d41";
/// A pepper like no other.
const PEPPER: &str = "pepper5b1d77ea90c3 of the house";
const IN_PEPPER: &str = "pepper5b1d77ea90c3";

/// What encrypts the signing keys, like no other.
const KEY_ENCRYPTION_KEY: &str = "keys2f8c61b7d4e0 of the house, all of them";
const IN_KEY_ENCRYPTION_KEY: &str = "keys2f8c61b7d4e0";

/// What must not be found.
struct Secrets(Vec<String>);

impl Secrets {
    fn new() -> Self {
        Self([IN_CANARY, IN_PEPPER, IN_KEY_ENCRYPTION_KEY].map(str::to_owned).into())
    }

    /// Asserts that there is none in these bytes, in either case.
    #[track_caller]
    fn assert_none(&self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        for secret in &self.0 {
            if let Some(at) = text.find(secret) {
                let shown: String = text[..at].chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
                panic!("{secret} is in {place}, after: {shown}");
            }
        }
    }

    /// Asserts that there is none in any file of a folder.
    #[track_caller]
    fn assert_none_in_files(&self, folder: &Path) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            self.assert_none(&path.display().to_string(), &fs::read(&path).unwrap());
        }
    }

    /// Asserts that there is none in an answer, but for those that the answer gives out for the first time.
    #[track_caller]
    fn assert_none_in(&self, answer: &Answer) {
        self.assert_none("the headers of an answer", format!("{:?}", answer.lasting_headers()).as_bytes());
        self.assert_none("an answer", answer.bytes());
    }

    /// Signs in; the token is one more secret from then on.
    #[track_caller]
    fn sign_in(&mut self, persona: &Persona) -> Persona {
        let answer = persona.sign_in().is(200);
        self.assert_none_in(&answer);
        let token = answer.str_at("/token");
        self.0.push(token["ust_".len()..].to_ascii_lowercase());
        persona.with_token(&token)
    }
}

/// Signs up, in and out, changes passwords, and is refused, with secrets all the way.
fn live(secrets: &mut Secrets, client: Client, root: &Persona) {
    let alice = Persona::named(client, "alice").with_password(CANARY);
    secrets.assert_none_in(&alice.sign_up().is(201));
    secrets.assert_none_in(&alice.sign_up().is(409));
    let (alice, phone) = (secrets.sign_in(&alice), secrets.sign_in(&alice));
    secrets.assert_none_in(&alice.with_password(&format!("{CANARY}?")).sign_in().is(401));
    secrets.assert_none_in(&Persona::named(client, "nobody").with_password(CANARY).sign_in().is(401));
    for attempt in requests::attempts(client, &alice, root) {
        let answer = attempt.request.send_unchecked();
        if !attempt.is_named {
            secrets.assert_none_in(&answer);
        }
    }
    for bytes in requests::broken() {
        secrets.assert_none("a bare answer", &client.raw(bytes.as_bytes()));
    }
    secrets.assert_none_in(&phone.get("/auth").is(200));
    secrets.assert_none_in(&phone.delete("/auth").is(204));
    secrets.assert_none_in(&phone.delete("/auth").is(401));
    let next = format!("{CANARY}, the next one");
    let change = json!({"current_password": CANARY, "new_password": next});
    secrets.assert_none_in(&alice.put("/user/me/password", change.clone()).is(204));
    secrets.assert_none_in(&alice.put("/user/me/password", change).is(403));
    let alice = secrets.sign_in(&alice.with_password(&next));
    secrets.assert_none_in(&alice.get("/user/me/sessions").is(200));
    let third = json!({"new_password": format!("{CANARY}, the third")});
    secrets.assert_none_in(&root.put("/user/alice/password", third).is(204));
    secrets.assert_none_in(&root.put("/user/alice/status", json!({"status": "blocked"})).is(200));
    secrets.assert_none_in(&alice.with_password(&format!("{CANARY}, the third")).sign_in().is(403));
    secrets.assert_none_in(&alice.get("/user/me").is(401));
    secrets.assert_none_in(&root.get("/users").is(200));
}

/// A server with a pepper, which it has from one of the three places it may come from.
fn start(folder: &Path, database: &Path, level: &str, format: &str, place: usize) -> Server {
    let (secret, config) = (folder.join("pepper"), folder.join("settings.toml"));
    fs::write(&secret, format!("{PEPPER}\n")).unwrap();
    fs::write(&config, format!("[passwords]\npepper = \"{PEPPER}\"\n")).unwrap();
    let pepper = match place {
        0 => ("USERSTORE_PASSWORDS_PEPPER", PEPPER),
        1 => ("USERSTORE_PASSWORDS_PEPPER_FILE", secret.to_str().unwrap()),
        _ => ("USERSTORE_CONFIG", config.to_str().unwrap()),
    };
    Server::start(folder, database, &[("USERSTORE_LOG_LEVEL", level), ("USERSTORE_LOG_FORMAT", format), pepper])
}

/// Lives through all of it, and looks into the files while they are in use, after a stop, and into the log.
fn nothing_is_found(level: &str, format: &str, place: usize) {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = data.path().join("users.db");
    let mut secrets = Secrets::new();
    commands::create(&database, "witness7c1b", "a plum for witness7c1b, 7");
    let server = start(folder.path(), &database, level, format, place);
    let root = secrets.sign_in(&Persona::named(server.client(), "witness7c1b"));
    live(&mut secrets, server.client(), &root);
    secrets.assert_none_in_files(data.path());
    let log = server.stop();
    secrets.assert_none(&format!("the log at {level} as {format}"), log.as_bytes());
    secrets.assert_none_in_files(data.path());
    // Else nothing was looked at.
    assert!(String::from_utf8_lossy(&fs::read(&database).unwrap()).contains("witness7c1b"));
    let requests = log.lines().filter(|line| line.contains("POST")).count();
    match level {
        "off" => assert_eq!(log, ""),
        "error" | "warn" => assert_eq!(requests, 0, "{log}"),
        _ => assert!(requests > 100, "{requests} lines at {level} as {format}"),
    }
}

#[test]
fn nothing_is_found_in_a_log_of_text() {
    for (place, level) in ["off", "error", "warn", "info", "debug", "trace"].iter().enumerate() {
        nothing_is_found(level, "text", place % 3);
    }
}

#[test]
fn nothing_is_found_in_a_log_of_json() {
    for (place, level) in ["off", "error", "warn", "info", "debug", "trace"].iter().enumerate() {
        nothing_is_found(level, "json", (place + 1) % 3);
    }
}
