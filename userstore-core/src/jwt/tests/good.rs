//! Tokens that are accepted.

use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use uuid::Uuid;

use super::forge::{ALICE, KEYS, NOW, NOW_SECONDS, claim, claims, header, no_claim, published, sign, verifier, with};
use crate::jwt::sign::{NewSubject, NewToken};
use crate::jwt::{AccessToken, Subject};
use crate::{Role, Scope, Scopes, Timestamp};

fn new(subject: NewSubject<'_>) -> NewToken<'_> {
    NewToken {
        issuer: "userstore",
        audience: "members",
        subject,
        id: Uuid::from_u128(7),
        client_id: "userstore-cli",
        scopes: Scopes::of_role(Role::Reader),
        issued_at: NOW,
        not_before: NOW,
        expires_at: NOW.plus(std::time::Duration::from_mins(15)),
    }
}

fn alice() -> NewSubject<'static> {
    NewSubject::User { id: ALICE.parse().unwrap(), username: "alice", role: Role::Editor, epoch: 3 }
}

#[test]
fn what_was_signed_is_read_back() {
    let verifier = verifier();
    for key in [&KEYS.ed, &KEYS.es, &KEYS.rs] {
        let claims = verifier.verify(new(alice()).sign(key).unwrap().reveal(), NOW).unwrap();
        let Subject::User { id, username, role: Role::Editor, epoch: 3 } = &claims.subject else {
            panic!("{claims:?}")
        };
        assert_eq!((id.to_string().as_str(), username.as_str()), (ALICE, "alice"));
        assert_eq!((claims.issuer.as_str(), claims.audience.as_slice()), ("userstore", &["members".to_owned()][..]));
        assert_eq!(claims.expires_at, Timestamp::from_millis((NOW_SECONDS + 900) * 1000));
        assert_eq!(claims.issued_at, Some(Timestamp::from_millis(NOW_SECONDS * 1000)));
        assert_eq!(claims.not_before, claims.issued_at);
        assert_eq!(claims.id.as_deref(), Some("00000000-0000-0000-0000-000000000007"));
        assert_eq!(claims.client_id.as_deref(), Some("userstore-cli"));
        assert!(claims.scopes.contains(Scope::ReadMembers) && !claims.scopes.contains(Scope::WriteMembers));

        let service = verifier.verify(new(NewSubject::Service("backup")).sign(key).unwrap().reveal(), NOW).unwrap();
        assert_eq!(service.subject, Subject::Service("backup".to_owned()));
    }
}

#[test]
fn the_library_accepts_them_too() {
    let set = serde_json::to_value(published()).unwrap();
    for (key, jwk) in [&KEYS.ed, &KEYS.es, &KEYS.rs].into_iter().zip(set["keys"].as_array().unwrap()) {
        let decoding = DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap()).unwrap();
        let mut validation = Validation::new(key.algorithm().of_library());
        validation.set_audience(&["members"]);
        validation.set_issuer(&["userstore"]);
        validation.validate_exp = false;
        let token = new(alice()).sign(key).unwrap();
        let decoded = jsonwebtoken::decode::<Value>(token.reveal(), &decoding, &validation).unwrap();
        assert_eq!(decoded.header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(decoded.header.kid.as_deref(), jwk["kid"].as_str());
        assert_eq!(
            decoded.claims,
            json!({
                "iss": "userstore", "sub": ALICE, "aud": "members", "exp": NOW_SECONDS + 900, "iat": NOW_SECONDS,
                "nbf": NOW_SECONDS, "jti": "00000000-0000-0000-0000-000000000007", "client_id": "userstore-cli",
                "scope": "members:read", "username": "alice", "role": "editor", "epoch": 3,
            })
        );
    }
}

#[test]
fn kid_is_the_thumbprint_of_rfc_7638() {
    use sha2::{Digest, Sha256};
    let set = serde_json::to_value(published()).unwrap();
    let required = [&["crv", "kty", "x"][..], &["crv", "kty", "x", "y"], &["e", "kty", "n"]];
    for (jwk, members) in set["keys"].as_array().unwrap().iter().zip(required) {
        let members: Vec<String> = members.iter().map(|name| format!("\"{name}\":{}", jwk[name])).collect();
        let thumbprint = Sha256::digest(format!("{{{}}}", members.join(",")));
        assert_eq!(jwk["kid"], super::forge::b64(thumbprint));
        assert_eq!(jwk["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(jwk.get(private).is_none(), "{private}");
        }
    }
}

#[test]
fn the_rest_of_what_may_differ_is_accepted() {
    let header = header(&KEYS.ed);
    for (name, token) in [
        ("as it is", sign(&header, &claims(), &KEYS.ed)),
        ("expired 4 s ago", claim("exp", json!(NOW_SECONDS - 4))),
        ("begins in 5 s", claim("nbf", json!(NOW_SECONDS + 5))),
        ("issued in 5 s", claim("iat", json!(NOW_SECONDS + 5))),
        ("no nbf", no_claim("nbf")),
        ("broken seconds", claim("exp", json!(1_800_000_001.75))),
        ("one audience of several", claim("aud", json!(["other", "members"]))),
        ("no scope", claim("scope", json!(""))),
        ("a scope that means something elsewhere", claim("scope", json!("openid members:read"))),
        ("a claim that is not known", claim("amr", json!([{"deep": [1, null]}]))),
        ("a header that is not known", sign(&with(header.clone(), "x", json!(1)), &claims(), &KEYS.ed)),
        ("the name of RFC 9864", sign(&with(header.clone(), "alg", json!("Ed25519")), &claims(), &KEYS.ed)),
    ] {
        if let Err(error) = verifier().verify(&token, NOW) {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn a_token_is_not_shown() {
    let token: AccessToken = new(alice()).sign(&KEYS.ed).unwrap();
    assert_eq!(format!("{token:?}"), "AccessToken(…)");
    let shown = format!("{:?}", KEYS.ed);
    assert!(shown.starts_with("SigningKey(PublicJwk") && !shown.contains("encoding"), "{shown}");
}
