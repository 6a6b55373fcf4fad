//! `inspect-jwt`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Desk, Ran};

/// The claims of a token that nobody has signed.
const CLAIMS: &str = r#"{"iss": "userstore", "sub": "service:ci", "aud": "userstore"}"#;

/// A desk and an editor.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.create("alice", &["--role", "editor"]);
    desk
}

/// A token of this content.
fn token(header: &str, claims: &str, signature: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{signature}", encode(header), encode(claims))
}

fn signature(token: &str) -> &str {
    token.rsplit_once('.').unwrap().1
}

fn inspect(desk: &Desk, token: &str, format: &str) -> Ran {
    desk.fed(&["inspect-jwt", "--output", format], token)
}

/// Asserts that a token is shown, and refused for this reason.
#[track_caller]
fn is_refused(desk: &Desk, token: &str, why: &str) {
    let ran = inspect(desk, token, "json").exits(4);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&shown["verifies"], &shown["reason"]), (&json!(false), &json!(why)));
    assert_eq!(ran.stderr, format!("error: the token does not verify here: {why}\n"));
    let table = inspect(desk, token, "table").exits(4).stdout;
    assert!(table.contains(&format!("no: {why}")), "{table}");
}

#[test]
fn a_token_that_verifies_is_shown_in_every_format() {
    let desk = desk();
    let token = desk.mint(&["alice", "--ttl", "1h"]);
    let shown = inspect(&desk, &token, "json").json();
    let names: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(names, ["header", "claims", "signature", "verifies", "reason"]);
    assert_eq!(shown["header"], json!({"typ": "at+jwt", "alg": "EdDSA", "kid": desk.keys()[0]["kid"]}));
    assert_eq!((&shown["verifies"], &shown["reason"]), (&json!(true), &Value::Null));
    let claims = shown["claims"].as_object().unwrap();
    let wanted = "iss sub aud exp iat nbf jti client_id scope username role epoch";
    assert_eq!(claims.keys().map(String::as_str).collect::<Vec<_>>(), wanted.split(' ').collect::<Vec<_>>());

    let csv = inspect(&desk, &token, "csv").done();
    assert!(csv.starts_with("part,name,value\nheader,typ,at+jwt\n") && csv.ends_with("\nverifies,,yes\n"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + 3 + claims.len() + 2);
    let table = inspect(&desk, &token, "table").done();
    assert_eq!(table, desk.fed(&["inspect-jwt"], &token).done());
    assert!(["part", "name", "value", "members:read members:write"].iter().all(|text| table.contains(text)), "{table}");
    // A point in time also as people read it.
    let expires = userstore_core::Timestamp::from_millis(claims["exp"].as_i64().unwrap() * 1000);
    assert!(table.contains(&format!("{} ({expires})", claims["exp"])), "{table}");
}

#[test]
fn white_space_around_a_token_is_no_part_of_it() {
    let desk = desk();
    let token = desk.mint(&["alice"]);
    let far_down = format!("{}{token}\n", " \n".repeat(4096));
    for text in
        [format!("  {token}\t \n"), format!("{token}\r\n"), format!("\n\r\n {token}\n\n"), far_down, token.clone()]
    {
        inspect(&desk, &text, "table").done();
    }
    for text in ["", "\n", " \t\r\n\n"] {
        inspect(&desk, text, "table").refused(4, "there is none on standard input");
    }
    let two = format!("{token}\n{token}\n");
    inspect(&desk, &two, "table").refused(4, "not three parts");
}

#[test]
fn a_token_is_read_from_standard_input_alone() {
    let desk = desk();
    let token = desk.mint(&["alice"]);
    let with_flag = format!("--token={token}");
    for arguments in [&["inspect-jwt", &token][..], &["inspect-jwt", &with_flag], &["inspect-jwt", "-t", &token]] {
        let ran = desk.fed(arguments, &token).exits(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.contains(&token[..40]), "{ran:?}");
    }
}

#[test]
fn no_signature_is_shown_whole() {
    let desk = desk();
    let header = r#"{"alg": "EdDSA", "typ": "at+jwt"}"#;
    let made = [2, 3, 4, 6, 7, 8, 10, 11, 31, 32, 43, 86, 342].map(|length| token(header, CLAIMS, &"A".repeat(length)));
    for token in [desk.mint(&["alice"]), desk.mint(&["alice", "--unknown-key"])].iter().chain(&made) {
        let whole = signature(token);
        let ran = inspect(&desk, token, "json");
        let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
        let part = shown["signature"].as_str().unwrap().strip_suffix('…').unwrap();
        assert!(whole.starts_with(part) && part.len() <= 8 && part.len() <= whole.len() / 4, "{part} of {whole}");
        for format in ["table", "csv"] {
            let ran = inspect(&desk, token, format);
            let row = ran.stdout.lines().find(|line| line.contains("signature")).unwrap();
            assert!(row.contains(&format!("{part}…")) && !row.contains(whole), "{row}");
            assert!(whole.len() < 16 || !ran.stdout.contains(&whole[..12]), "{ran:?}");
        }
    }
}

#[test]
fn what_is_no_token_is_refused_with_the_reason() {
    let desk = desk();
    let good = desk.mint(&["alice"]);
    let header = r#"{"alg": "EdDSA", "typ": "at+jwt"}"#;
    for (text, why) in [
        ("canary".to_owned(), "the token is not three parts with a dot between them"),
        ("..".to_owned(), "the token is not three parts with a dot between them"),
        (format!("{good}.{good}"), "the token is not three parts with a dot between them"),
        (format!("Bearer {good}"), "a part of the token is not base64url without padding"),
        (format!("{good}=="), "a part of the token is not base64url without padding"),
        (token("canary", CLAIMS, "AAAA"), "the header of the token is not one JSON object"),
        (token("[]", CLAIMS, "AAAA"), "the header of the token is not one JSON object"),
        (
            token(r#"{"alg": "EdDSA", "alg": "EdDSA"}"#, CLAIMS, "AAAA"),
            "a header parameter of the token is given twice",
        ),
        (token(header, "canary", "AAAA"), "the claims of the token are not one JSON object"),
        (token(header, r#"{"a": {"canary": 1, "canary": 2}}"#, "AAAA"), "a claim of the token is given twice"),
        (token(header, &format!(r#"{{"a": "{}"}}"#, "x".repeat(9 * 1024)), "AAAA"), "the token is larger than 8 KiB"),
        ("canary ".repeat(300_000), "the token is larger than 8 KiB"),
    ] {
        let error = format!("error: the token does not verify here: {why}\n");
        for format in ["table", "json", "csv"] {
            let ran = inspect(&desk, &text, format).exits(4);
            assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", error.as_str()));
        }
    }
    let mut garbage = desk.command(&["inspect-jwt"]);
    Ran::of(garbage.write_stdin([0xff, 0xfe, 0x00, 0x80, 0x0a])).refused(4, "the token is not text");
    let mut zeros = desk.command(&["inspect-jwt"]);
    Ran::of(zeros.write_stdin([0; 512])).refused(4, "not three parts");
}

#[test]
fn a_token_that_anyone_can_make_is_shown_and_refused() {
    let desk = desk();
    for algorithm in ["none", "NONE", "None", "HS256", "hs512"] {
        let header = format!(r#"{{"alg": "{algorithm}", "typ": "at+jwt"}}"#);
        let forged = token(&header, CLAIMS, "AAAA");
        is_refused(&desk, &forged, "the algorithm of the token is `none` or HMAC, which is never accepted");
    }
    // As RFC 7519 has it in section 6.1.
    let unsigned = token(r#"{"alg": "none"}"#, CLAIMS, "");
    is_refused(&desk, &unsigned, "the token is not three parts with a dot between them");
    let shown: Value = serde_json::from_str(&inspect(&desk, &unsigned, "json").stdout).unwrap();
    assert_eq!((&shown["claims"]["sub"], &shown["signature"]), (&json!("service:ci"), &json!("")));
}

#[test]
fn a_token_that_was_good_is_refused_for_what_happened_since() {
    let desk = desk();
    desk.create("bob", &["--role", "reader"]);
    let (token, of_bob) = (desk.mint(&["alice"]), desk.mint(&["bob"]));
    inspect(&desk, &token, "table").done();
    desk.run(&["grant-role", "alice", "user"]).done();
    inspect(&desk, &token, "table").done();
    desk.run(&["block-user", "alice"]).done();
    is_refused(&desk, &token, "the user of the token is blocked");
    desk.run(&["unblock-user", "alice"]).done();
    let ended =
        "all that was issued to the user before was ended: by a new password, by blocking, or by ending its sessions";
    is_refused(&desk, &token, ended);
    desk.run(&["delete-user", "alice", "--yes"]).exits(0);
    desk.create("alice", &["--role", "editor"]);
    is_refused(&desk, &token, "the user of the token is not there any more");

    let kid = desk.keys()[0]["kid"].as_str().unwrap().to_owned();
    inspect(&desk, &of_bob, "table").done();
    desk.run(&["revoke-key", &kid, "--yes"]).done();
    is_refused(&desk, &of_bob, "no key is known with the `kid` of the token");
}

/// Another store is an outside issuer like any other.
#[test]
fn a_token_of_an_outside_issuer_verifies_with_its_key_set() {
    let (desk, other) = (desk(), desk());
    let issuer = [("USERSTORE_TOKENS_ISSUER", "https://other.example"), ("USERSTORE_TOKENS_AUDIENCE", "members")];
    let token = other.with(&issuer, &["mint-jwt", "alice"]).done();
    let keys = other.store(async |store| store.anyone().published_keys().await.unwrap());
    is_refused(&desk, &token, "the token is of an issuer that is not known here");

    let trust = |audience: &str| {
        let text = "[[issuers]]\nissuer = \"https://other.example\"\njwks_file = \"keys.json\"\n";
        desk.write("userstore.toml", format!("{text}audience = \"{audience}\"\n"));
    };
    trust("members");
    is_refused(&desk, &token, "the keys of the token's issuer are not available");
    desk.write("keys.json", serde_json::to_vec(&keys).unwrap());
    assert_eq!(inspect(&desk, &token, "json").json()["claims"]["iss"], "https://other.example");
    trust("others");
    is_refused(&desk, &token, "the token is for another audience");

    trust("members");
    let strangers = desk.store(async |store| store.anyone().published_keys().await.unwrap());
    desk.write("keys.json", serde_json::to_vec(&strangers).unwrap());
    is_refused(&desk, &token, "no key is known with the `kid` of the token");
    desk.write("keys.json", "canary");
    is_refused(&desk, &token, "the keys of the token's issuer are not available");
}

/// Whoever made the token chose what stands in it.
#[test]
fn a_terminal_has_nothing_to_obey_in_a_token() {
    let desk = desk();
    let claims = r#"{"sub": "\u001b[2J\u0007\u009b31m\r", "\u001b]0;x": "\u202e", "list": ["\u007f", "\u009b"]}"#;
    let forged = token(r#"{"alg": "EdDSA", "kid": "\u001b[1m"}"#, claims, "AAAA");
    for format in ["table", "json"] {
        let text = inspect(&desk, &forged, format).exits(4).stdout;
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
    let table = inspect(&desk, &forged, "table").stdout;
    for shown in ["\\u001b[2J\\u0007\\u009b31m\\u000d", "\\u001b]0;x", "\\u202e", "\\u007f", "\\u001b[1m"] {
        assert!(table.contains(shown), "{shown}: {table}");
    }
}

/// Whoever types needs neither to know of Ctrl-D nor to guess what is waited for.
#[cfg(unix)]
#[test]
fn a_token_is_pasted_at_a_terminal() {
    let desk = desk();
    let token = desk.mint(&["alice"]);
    let mut terminal = desk.at_terminal(&["inspect-jwt", "-o", "csv"]);
    terminal.wait_for("Paste the token, and end with Enter.");
    terminal.types(&format!(" {token}\n"));
    terminal.wait_for("verifies,,yes");
    terminal.ends(0);
}
