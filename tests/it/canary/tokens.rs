//! Access tokens and the keys that sign them, made by the command line and shown to a server.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use tests::{Cli, Client};

use super::process::Server;
use super::{KEY_ENCRYPTION_KEY, Secrets};

const VARIABLE: &str = "USERSTORE_TOKENS_KEY_ENCRYPTION_KEY";

/// What stands before the 32 bytes of a private key of Ed25519 (RFC 8410, section 7).
const BEFORE_SEED: [u8; 9] = [0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The private keys that lie open in the files of a folder.
fn private_keys(folder: &Path) -> Vec<[u8; 32]> {
    let files = folder.read_dir().unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let keys = |bytes: &Vec<u8>| -> Vec<[u8; 32]> {
        let starts = bytes.windows(BEFORE_SEED.len()).enumerate().filter(|(_, window)| *window == BEFORE_SEED);
        starts.filter_map(|(at, window)| bytes[at + window.len()..].first_chunk().copied()).collect()
    };
    files.flat_map(|bytes| keys(&bytes)).collect()
}

/// How bytes may be written, wherever they begin in what is written.
fn spellings(key: &[u8]) -> Vec<String> {
    let hex: Vec<String> = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let decimal: Vec<String> = key.iter().map(u8::to_string).collect();
    let shifted = (0..3).flat_map(|skip| {
        let inner = &key[skip..skip + 27];
        [STANDARD_NO_PAD.encode(inner).to_ascii_lowercase(), URL_SAFE_NO_PAD.encode(inner).to_ascii_lowercase()]
    });
    shifted.chain([hex.concat(), decimal.join(","), decimal.join(", ")]).collect()
}

/// The command line, with a key for the keys or without one.
struct Desk<'a> {
    cli: Cli,
    environment: &'a [(&'a str, &'a str)],
    secrets: Secrets,
}

impl Desk<'_> {
    /// Runs a command, which must show no secret, and end so.
    #[track_caller]
    fn run(&self, code: i32, arguments: &[&str], input: &str) -> String {
        let mut command = self.cli.command(arguments);
        let output = command.envs(self.environment.iter().copied()).write_stdin(input).output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        self.secrets.assert_none(&format!("what {} says", arguments[0]), &told);
        let told = String::from_utf8(told).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        told
    }

    /// Makes a token; its signature is one more secret from then on.
    fn mint(&mut self, arguments: &[&str]) -> String {
        let token = self.run(0, &[&["mint-jwt"], arguments].concat(), "").trim_end().to_owned();
        let (_, signature) = token.rsplit_once('.').unwrap();
        // All of it but what may be shown of it.
        self.secrets.0.push(signature[8..].to_ascii_lowercase());
        token
    }
}

/// Shows a token to a server where it belongs, and where it does not.
fn show(secrets: &Secrets, client: Client, token: &str) {
    let get = |target: &str| client.request("GET", target);
    let query = format!("/members?access_token={token}");
    let requests = [
        get("/members").token(Some(token)),
        get("/members").token(Some(&token[..token.len() - 1])),
        get("/members").token(Some(&format!("{token}x"))),
        get("/members").token(Some(&format!("{token} {token}"))),
        get("/members").header("Authorization", &format!("Basic {token}")),
        get("/members").header("Cookie", &format!("token={token}")),
        get("/user/me").token(Some(token)),
        get("/auth").token(Some(token)),
        get("/").token(Some(token)),
        get(&query).token(Some(token)),
        client.request("POST", "/login").text("application/json", format!("{{\"token\": {token}}}")),
        client.request("POST", "/auth").text("application/json", format!("\"{token}\"")),
        client.request("POST", "/members").token(Some(token)).text("application/json", format!("[\"{token}\"]")),
    ];
    for request in requests {
        secrets.assert_none_in(&request.send_unchecked());
    }
}

/// Makes tokens, shows them to a server and to the command line, and looks at all that both say.
fn nothing_is_shown(level: &str, key_encryption_key: Option<&str>) {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let database = data.path().join("users.db");
    let key = key_encryption_key.map(|key| (VARIABLE, key));
    let environment: Vec<_> = key.into_iter().chain([("USERSTORE_LOG_LEVEL", level)]).collect();
    let mut desk = Desk { cli: Cli::new(&database), environment: &environment, secrets: Secrets::new() };
    desk.run(0, &["create-user", "alice", "--role", "editor", "--password-stdin"], "a plum for alice, 7");
    let server = Server::start(folder.path(), &database, &environment);
    desk.run(0, &["rotate-keys"], "");
    desk.run(5, &["rotate-keys"], "");
    desk.run(0, &["rotate-keys", "--now"], "");

    let keys = private_keys(data.path());
    assert_eq!(keys.is_empty(), key_encryption_key.is_some(), "{} private keys lie open", keys.len());
    desk.secrets.0.extend(keys.iter().flat_map(|key| spellings(key)));

    let service = ["--service", "ci", "--scope", "members:read"];
    for who in [&["alice"][..], &service] {
        for fault in [&[][..], &["--expired"], &["--not-yet-valid"], &["--audience", "other"], &["--unknown-key"]] {
            let token = desk.mint(&[who, fault].concat());
            show(&desk.secrets, server.client(), &token);
            let code = if fault.is_empty() { 0 } else { 4 };
            for format in ["table", "json", "csv"] {
                desk.run(code, &["inspect-jwt", "-o", format], &token);
            }
            desk.run(4, &["inspect-jwt"], &format!("{token}.{token}"));
            desk.run(4, &["inspect-jwt"], &format!("\"{token}\""));
            desk.run(2, &["inspect-jwt", &token], "");
            desk.run(2, &["mint-jwt", "alice", &format!("--token={token}")], "");
            desk.run(2, &["mint-jwt", "alice", "--scope", &token], "");
            desk.run(2, &["mint-jwt", "alice", "--ttl", &token], "");
            desk.run(6, &["mint-jwt", "--service", &format!("{token} "), "--scope", "members:read"], "");
            desk.run(3, &["mint-jwt", &token], "");
            desk.run(3, &["revoke-key", &token, "--yes"], "");
        }
    }
    for command in ["list-keys", "doctor", "migrate"] {
        desk.run(0, &[command, "-o", "json"], "");
    }
    let kid = desk.run(0, &["list-keys", "-o", "csv"], "").lines().nth(1).unwrap()[..43].to_owned();
    desk.run(0, &["revoke-key", &kid, "--yes"], "");
    desk.secrets.assert_none_in(&server.client().request("GET", "/.well-known/jwks.json").send().is(200));
    let log = server.stop();
    desk.secrets.assert_none(&format!("the log at {level}"), log.as_bytes());
    assert!(log.lines().filter(|line| line.contains("GET")).count() > 50, "{log}");
    desk.secrets.assert_none_in_files(data.path());
}

#[test]
fn neither_tokens_nor_open_keys_are_shown() {
    nothing_is_shown("trace", None);
}

#[test]
fn neither_tokens_nor_sealed_keys_nor_what_seals_them_are_shown() {
    nothing_is_shown("debug", Some(KEY_ENCRYPTION_KEY));
}
