//! Showing what a token says.

use serde_json::json;

use super::forge::{KEYS, claims, header, sign, unsigned};
use crate::jwt::{Inspection, TokenError};

#[test]
fn shows_header_and_claims_and_a_bit_of_the_signature() {
    for key in [&KEYS.ed, &KEYS.es, &KEYS.rs, &KEYS.stranger] {
        let token = sign(&header(key), &claims(), key);
        let shown = Inspection::of(&format!("\n {token}\n")).unwrap();
        assert_eq!(json!(shown.header), header(key));
        assert_eq!(json!(shown.claims), claims());
        let (_, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(shown.signature, format!("{}…", &signature[..8]));
    }
    assert_eq!(Inspection::of(&unsigned("none")).unwrap().signature, "");
    assert_eq!(Inspection::of("e30.e30.AAA").unwrap().signature, "…");
}

#[test]
fn says_why_something_else_is_no_token() {
    for (text, reason) in [
        ("", TokenError::NotThreeParts),
        ("ust_abc", TokenError::NotThreeParts),
        ("a.b", TokenError::NotThreeParts),
        ("e30.e30.e30.e30.e30", TokenError::NotThreeParts),
        ("e30.e30.=", TokenError::BadEncoding),
        ("W10.e30.AAA", TokenError::MalformedHeader),
        ("e30.W10.AAA", TokenError::MalformedClaims),
    ] {
        assert_eq!(Inspection::of(text), Err(reason), "{text}");
    }
    assert_eq!(Inspection::of(&"a".repeat(9000)), Err(TokenError::TooLarge));
}
