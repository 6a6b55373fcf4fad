//! The settings of access tokens and of outside issuers: what they do, and what is refused.

use std::io::ErrorKind;
use std::net::TcpListener;

use serde_json::Value;

use super::{Desk, Ran};

fn list(desk: &Desk, variables: &[(&str, &str)]) -> Ran {
    desk.with(variables, &["list-users"])
}

/// Asserts that a file of settings is refused, by this name and for this reason.
#[track_caller]
fn is_refused(desk: &Desk, text: &str, why: &str) {
    desk.write("userstore.toml", text);
    list(desk, &[]).refused(2, why);
}

/// An entry of `[[issuers]]` with these lines.
fn issuer(lines: &[&str]) -> String {
    format!("[[issuers]]\n{}\n", lines.join("\n"))
}

#[test]
fn tokens_are_as_the_settings_say() {
    let desk = Desk::new();
    desk.write(
        "userstore.toml",
        "[tokens]\nissuer = \"https://users.example\"\naudience = \"members\"\nttl = \"2h\"\nalgorithm = \"ES256\"\n\
         rotate_every = \"90days\"\n",
    );
    desk.create("alice", &["--role", "editor"]);
    let shown = |variables: &[(&str, &str)]| -> Value {
        let token = desk.with(variables, &["mint-jwt", "alice"]).done();
        let mut inspect = desk.command(&["inspect-jwt", "-o", "json"]);
        Ran::of(inspect.envs(variables.iter().copied()).write_stdin(token)).json()
    };
    let lifetime = |claims: &Value| claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    let by_file = shown(&[]);
    assert_eq!(by_file["header"]["alg"], "ES256");
    let claims = &by_file["claims"];
    assert_eq!((&claims["iss"], &claims["aud"]), (&"https://users.example".into(), &"members".into()));
    assert_eq!(lifetime(claims), 7200);

    let by_environment = shown(&[
        ("USERSTORE_TOKENS_ISSUER", "https://other.example"),
        ("USERSTORE_TOKENS_AUDIENCE", "others"),
        ("USERSTORE_TOKENS_TTL", "24h"),
    ]);
    let claims = &by_environment["claims"];
    assert_eq!((&claims["iss"], &claims["aud"]), (&"https://other.example".into(), &"others".into()));
    assert_eq!(lifetime(claims), 86_400);
}

#[test]
fn settings_of_tokens_that_make_no_sense_are_named() {
    let desk = Desk::empty();
    let length = "must be a length of time";
    for (key, value, rule) in [
        ("issuer", "", "must not be empty"),
        ("audience", "", "must not be empty"),
        ("ttl", "canary", length),
        ("ttl", "900", length),
        ("ttl", "999ms", "must be from 1s to 24h"),
        ("ttl", "24h 1s", "must be from 1s to 24h"),
        ("algorithm", "canary", "must be one of EdDSA, ES256, RS256"),
        ("algorithm", "eddsa", "must be one of EdDSA, ES256, RS256"),
        ("algorithm", "none", "must be one of EdDSA, ES256, RS256"),
        ("algorithm", "HS256", "must be one of EdDSA, ES256, RS256"),
        ("rotate_every", "canary", length),
        ("rotate_every", "59m", "must be 1h or longer"),
        ("key_encryption_key", "", "must be 32 characters or longer"),
        ("key_encryption_key", "canary canary canary canary can", "must be 32 characters or longer"),
    ] {
        let variable = format!("USERSTORE_TOKENS_{}", key.to_uppercase());
        list(&desk, &[(&variable, value)]).refused(2, rule);
        list(&desk, &[(&variable, value)]).refused(2, &format!("tokens.{key}"));
        let file = format!("[tokens]\n{key} = \"{value}\"\n");
        desk.write("wrong.toml", file);
        let by_file = [("USERSTORE_CONFIG", "wrong.toml")];
        list(&desk, &by_file).refused(2, rule);
        list(&desk, &by_file).refused(2, &format!("tokens.{key}"));
    }
    is_refused(&desk, "[tokens]\nsecret = \"canary\"\n", "there is no key `tokens.secret`");
    is_refused(&desk, "[tokens]\nttl = 900\n", "tokens.ttl must be ");
    is_refused(&desk, "[tokens]\nkey_encryption_key = [\"canary\"]\n", "tokens.key_encryption_key must be ");
}

const NAMES: [&str; 2] = ["issuer = \"https://a.example\"", "audience = \"members\""];

#[test]
fn issuers_that_make_no_sense_are_named() {
    let desk = Desk::empty();
    let file = "jwks_file = \"keys.json\"";
    let [name, audience] = NAMES;
    for (lines, why) in [
        (&[audience, file][..], "`issuer`"),
        (&[name, file], "`audience`"),
        (&["issuer = \"\"", audience, file], "issuers.issuer must not be empty"),
        (&[name, "audience = \"\"", file], "issuers.audience must not be empty"),
        (&["issuer = \"userstore\"", audience, file], "issuers.issuer must not be tokens.issuer"),
        (&[name, audience], "issuers.jwks_url is missing; set it, or jwks_file"),
        (&[name, audience, file, "jwks_url = \"https://canary\""], "issuers.jwks_url and jwks_file are both set"),
        (&[name, audience, "jwks_file = \"\""], "issuers.jwks_file must not be empty"),
        (&[name, audience, file, "max_ttl = \"0s\""], "issuers.max_ttl must be longer than nothing"),
        (&[name, audience, file, "max_ttl = \"canary\""], "issuers.0.max_ttl must be a length of time"),
        (&[name, audience, file, "max_ttl = 5"], "issuers.0.max_ttl must be "),
        (&[name, audience, file, "jwks = \"canary\""], "there is no key `issuers.0.jwks`"),
        (&["issuer = 5", audience, file], "issuers.0.issuer must be "),
    ] {
        is_refused(&desk, &issuer(lines), why);
    }
    let one = issuer(&[name, audience, file]);
    is_refused(&desk, &format!("{one}{one}"), "issuers has the issuer \"https://a.example\" twice");
    is_refused(
        &desk,
        &one.replace("[[issuers]]", "[issuers]"),
        "issuers must be a list, each entry under a line [[issuers]]",
    );
    is_refused(&desk, "issuers = \"canary\"\n", "issuers must be a list, each entry under a line [[issuers]]");
    list(&desk, &[("USERSTORE_ISSUERS", "canary")]).refused(2, "USERSTORE_ISSUERS");
    desk.write("userstore.toml", one);
    // The keys are looked for when a token comes, and an issuer without keys stops nobody else.
    list(&desk, &[]).done();
}

#[test]
fn addresses_of_key_sets_are_https_or_local() {
    let desk = Desk::empty();
    let [name, audience] = NAMES;
    let with = |url: &str| issuer(&[name, audience, &format!("jwks_url = \"{url}\"")]);
    for (url, rule) in [
        ("", "must be a URL"),
        ("canary", "must be a URL"),
        ("/keys.json", "must be a URL"),
        ("ftp://a.example/keys", "must start with https://"),
        ("file:///etc/keys", "must start with https://"),
        ("http://a.example/keys", "must be https"),
        ("http://127.0.0.1.a.example/keys", "must be https"),
        ("http://10.0.0.1/keys", "must be https"),
        ("https://alice:canary@a.example/keys", "must have no user or password in it"),
        ("http://canary@127.0.0.1/keys", "must have no user or password in it"),
    ] {
        is_refused(&desk, &with(url), &format!("issuers.jwks_url {rule}"));
    }
    for url in ["http://127.0.0.1:9/keys", "http://[::1]:9/keys", "http://localhost:9/keys"] {
        desk.write("userstore.toml", with(url));
        list(&desk, &[]).done();
    }
}

/// A command does one thing: the key sets of issuers are for the tokens of these issuers.
#[test]
fn no_command_fetches_a_key_set_that_it_does_not_need() {
    let desk = Desk::empty();
    let token = desk.mint(&["--service", "ci", "--scope", "members:read"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let entry = format!("[[issuers]]\nissuer = \"other\"\naudience = \"members\"\njwks_url = \"{url}\"\n");
    desk.write("userstore.toml", entry);
    for command in [&["list-users"][..], &["list-keys"], &["list-members"], &["rotate-keys"], &["doctor"], &["migrate"]]
    {
        desk.run(command).exits(0);
    }
    desk.fed(&["inspect-jwt"], &token).exits(0);
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "something has asked for it");
}
