//! Access tokens as a client sees them: how one is had, what it opens, and when it stops.

mod access;
mod denials;
mod endpoint;
mod forge;
mod forged;
mod forgeries;
mod keys;
mod login;
mod outside;
mod pyjwt;
mod rotation;
mod sealed;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tests::{Answer, Persona};

pub(crate) use self::outside::Scene;

/// What a 401 says where a token was sent.
const INVALID_TOKEN: &str = r#"Bearer realm="userstore", error="invalid_token""#;

/// What a 401 says where none was.
const NO_TOKEN: &str = r#"Bearer realm="userstore""#;

/// All that a token can have.
const ALL: &str = "members:read members:write members:delete";

/// What a token says: its header and its claims. Its signature is not looked at.
#[track_caller]
fn read(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    (part(parts[0]), part(parts[1]))
}

/// The `kid` of a token.
#[track_caller]
fn kid(token: &str) -> String {
    read(token).0["kid"].as_str().expect("a kid").to_owned()
}

/// The scopes that a token turns out to have, by every route of the directory. Nothing is changed there.
#[track_caller]
fn opens(persona: &Persona) -> String {
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for (scope, status, answer) in [
        ("members:read", 200, persona.get("/members")),
        ("members:read", 404, persona.get("/members/7000")),
        ("members:write", 422, persona.post("/members", json!({}))),
        ("members:write", 422, persona.put("/members/7000", json!({}))),
        ("members:delete", 404, persona.delete("/members/7000")),
    ] {
        if answer.status() == status {
            open.push(scope);
        } else {
            let answer = answer.refused(403, "forbidden");
            let challenge = format!(r#"Bearer realm="userstore", error="insufficient_scope", scope="{scope}""#);
            assert_eq!(answer.header("WWW-Authenticate"), Some(challenge.as_str()));
            closed.push(scope);
        }
    }
    assert!(open.iter().all(|scope| !closed.contains(scope)), "open: {open:?}, closed: {closed:?}");
    open.dedup();
    open.join(" ")
}

/// Asserts that a token opens nothing: not the directory, and not an account.
#[track_caller]
fn is_refused(persona: &Persona) {
    is_refused_after("", persona);
}

/// The same, after this.
#[track_caller]
fn is_refused_after(what: &str, persona: &Persona) {
    for answer in [
        persona.get("/members"),
        persona.get("/members/7000"),
        persona.put("/members/7000", json!({})),
        persona.delete("/members/7000"),
        persona.get("/user/me"),
    ] {
        assert_eq!(answer.status(), 401, "after {what}: {answer:?}");
        refused_token(&answer);
    }
}

/// Asserts that this is the answer to a token that is refused.
#[track_caller]
fn refused_token(answer: &Answer) {
    let answer = answer.clone().refused(401, "unauthenticated");
    assert_eq!(answer.header("WWW-Authenticate"), Some(INVALID_TOKEN));
}

/// Asserts that a token may read members.
#[track_caller]
fn reads(persona: &Persona) {
    let _list = persona.get("/members").is(200);
}
