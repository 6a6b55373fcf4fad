//! `mint-jwt`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tests::is_uuid_v7;

use super::Desk;

const ALL: &str = "members:read members:write members:delete";

/// How long a token of `POST /login` lives, in seconds.
const TTL: i64 = 900;

/// An account of each role, named for it.
fn desk() -> Desk {
    let desk = Desk::new();
    for role in ["user", "reader", "editor", "admin"] {
        desk.create(&format!("{role}.one"), &["--role", role]);
    }
    desk
}

/// What a token says: its header, and its claims.
fn said(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let read = |part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (read(parts[0]), read(parts[1]))
}

/// How long a token lives, in seconds.
fn lifetime(claims: &Value) -> i64 {
    claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
}

#[test]
fn the_token_alone_is_printed_whatever_the_format() {
    let desk = desk();
    for format in ["table", "json", "csv"] {
        let line = desk.run(&["mint-jwt", "editor.one", "--output", format]).done();
        let token = line.strip_suffix('\n').unwrap();
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{line:?}");
        assert_eq!(said(token).1["username"], "editor.one");
    }
}

#[test]
fn a_users_token_says_who_it_is_and_what_the_role_gives() {
    let desk = desk();
    let given = [("user", ""), ("reader", "members:read"), ("editor", "members:read members:write"), ("admin", ALL)];
    let active = desk.keys()[0]["kid"].clone();
    for (role, scope) in given {
        let name = format!("{role}.one");
        let (header, claims) = said(&desk.mint(&[&name.to_uppercase()]));
        assert_eq!(header, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": active}));
        assert_eq!(claims["sub"], desk.user(&name)["id"]);
        for (claim, value) in [
            ("iss", "userstore"),
            ("aud", "userstore"),
            ("client_id", "userstore-cli"),
            ("scope", scope),
            ("username", &name),
            ("role", role),
        ] {
            assert_eq!(claims[claim], value, "{claim}: {claims}");
        }
        assert_eq!((lifetime(&claims), &claims["nbf"]), (TTL, &claims["iat"]));
        assert!(is_uuid_v7(claims["jti"].as_str().unwrap()), "{claims}");
    }
}

#[test]
fn a_services_token_says_its_name_and_what_was_asked_for() {
    let desk = Desk::empty();
    let (_, claims) = said(&desk.mint(&["--service", "ci.nightly_2-b", "--scope", "members:delete members:read"]));
    assert_eq!(
        (&claims["sub"], &claims["scope"]),
        (&json!("service:ci.nightly_2-b"), &json!("members:read members:delete"))
    );
    assert!(["username", "role", "epoch"].iter().all(|claim| claims.get(*claim).is_none()), "{claims}");
    let longest = "x".repeat(128);
    assert_eq!(said(&desk.mint(&["--service", &longest, "--scope", ALL])).1["sub"], format!("service:{longest}"));
}

#[test]
fn a_scope_narrows_what_the_role_gives_and_never_widens_it() {
    let desk = desk();
    for scope in ["", "members:read", "members:read members:delete", ALL] {
        assert_eq!(said(&desk.mint(&["admin.one", "--scope", scope])).1["scope"], scope);
    }
    for (name, scope) in [("user.one", "members:read"), ("reader.one", "members:write"), ("editor.one", ALL)] {
        desk.run(&["mint-jwt", name, "--scope", scope]).refused(4, "members:");
    }
    for scope in ["members", "members:read,members:write", "MEMBERS:READ", "members:read openid"] {
        desk.run(&["mint-jwt", "admin.one", "--scope", scope]).refused(2, "--scope");
        desk.run(&["mint-jwt", "--service", "ci", "--scope", scope]).refused(2, "--scope");
    }
}

#[test]
fn who_cannot_have_a_token_gets_none() {
    let desk = desk();
    desk.run(&["block-user", "reader.one"]).done();
    desk.run(&["mint-jwt", "reader.one"]).refused(4, "blocked");
    for name in ["nobody", "", "no name", "service:ci"] {
        desk.run(&["mint-jwt", name]).refused(3, "there is no such user");
    }
    let wrong: [&[&str]; 4] =
        [&[], &["--service", "ci"], &["editor.one", "--service", "ci", "--scope", ALL], &["a", "b"]];
    for arguments in wrong {
        desk.run(&[&["mint-jwt"], arguments].concat()).refused(2, "");
    }
    let long = "x".repeat(129);
    for service in ["", "two words", "a/b", "a:b", "é", "a\n", &long] {
        desk.run(&["mint-jwt", "--service", service, "--scope", ALL]).refused(6, "service must be 1 to 128 ASCII");
    }
    desk.run(&["mint-jwt", "--service", "ci", "--scope", ""]).refused(6, "scope must name");
}

#[test]
fn a_token_lives_as_long_as_asked_within_its_limit() {
    let desk = desk();
    let service = ["--service", "ci", "--scope", "members:read"];
    for (who, ttl, seconds) in [
        (&["editor.one"][..], "1s", 1),
        (&["editor.one"], "1h 30m", 5_400),
        (&["editor.one"], "24h", 86_400),
        (&service, "90days", 7_776_000),
    ] {
        assert_eq!(lifetime(&said(&desk.mint(&[who, &["--ttl", ttl]].concat())).1), seconds);
    }
    for (who, ttl, limit) in [
        (&["editor.one"][..], "24h 1s", "1s to 24h"),
        (&["editor.one"], "90days", "1s to 24h"),
        (&["editor.one"], "0s", "1s to 24h"),
        (&["editor.one"], "999ms", "1s to 24h"),
        (&service, "90days 1s", "1s to 2160h"),
        (&service, "0s", "1s to 2160h"),
    ] {
        desk.run(&[&["mint-jwt"], who, &["--ttl", ttl]].concat()).refused(6, &format!("ttl must be from {limit}"));
    }
    for ttl in ["", "15", "soon", "1 fortnight", "99999999999999999999h", "-1h"] {
        desk.run(&["mint-jwt", "editor.one", &format!("--ttl={ttl}")]).refused(2, "--ttl");
    }
}
