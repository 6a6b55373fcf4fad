//! Tokens of outside issuers: what is accepted, and what is refused for which reason.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::forge::{KEYS, NOW, NOW_SECONDS, b64, header, hmac, key_set, sign, sign_bytes, with, without};
use crate::jwt::TokenError::{self, *};
use crate::jwt::key::SigningKey;
use crate::jwt::{IssuerSettings, Issuers, SigningAlgorithm, Subject};

/// Three issuers: one with keys of each kind, one with a key of its own, and one with a key that has no `kid`.
fn issuers(folder: &TempDir) -> Issuers {
    let nameless = without(serde_json::to_value(KEYS.stranger.public()).unwrap(), "kid");
    let settings = [
        ("https://a.example", key_set(&[&KEYS.ed, &KEYS.es, &KEYS.rs])),
        ("https://b.example", key_set(&[&KEYS.stranger])),
        ("https://c.example", json!({"keys": [nameless]}).to_string()),
        ("https://two.example", key_set(&[&KEYS.ed, &KEYS.stranger])),
    ]
    .map(|(issuer, keys)| {
        let path = folder.path().join(issuer.replace('/', "_"));
        std::fs::write(&path, keys).unwrap();
        IssuerSettings { jwks_file: Some(path), ..IssuerSettings::new(issuer, "members") }
    });
    Issuers::new(settings.to_vec()).unwrap()
}

fn claims() -> Value {
    json!({"iss": "https://a.example", "sub": "carol", "aud": "members", "exp": NOW_SECONDS + 900})
}

fn of(issuer: &str) -> Value {
    with(claims(), "iss", json!(issuer))
}

fn claim(name: &str, value: Value) -> String {
    sign(&header(&KEYS.ed), &with(claims(), name, value), &KEYS.ed)
}

fn no_claim(name: &str) -> String {
    sign(&header(&KEYS.ed), &without(claims(), name), &KEYS.ed)
}

fn head(name: &str, value: Value) -> String {
    sign(&with(header(&KEYS.ed), name, value), &claims(), &KEYS.ed)
}

fn no_head(name: &str, issuer: &str, key: &SigningKey) -> String {
    sign(&without(header(key), name), &of(issuer), key)
}

#[tokio::test]
async fn a_token_may_be_as_others_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let issuers = issuers(&folder);
    assert!(issuers.know("https://a.example") && !issuers.know("https://a.example/"));
    let mut rows = vec![
        ("no typ", no_head("typ", "https://a.example", &KEYS.ed)),
        ("no kid, and one key of that algorithm", no_head("kid", "https://a.example", &KEYS.es)),
        ("no kid, and a key without one", no_head("kid", "https://c.example", &KEYS.stranger)),
        ("expires in 24 h", claim("exp", json!(NOW_SECONDS + 86_400))),
        ("one audience of several", claim("aud", json!(["x", "members"]))),
        ("the address of another key", head("jku", json!("http://127.0.0.1:1/"))),
        ("another key", head("jwk", serde_json::to_value(KEYS.stranger.public()).unwrap())),
        ("no jti, no iat, no nbf", sign(&header(&KEYS.rs), &claims(), &KEYS.rs)),
    ];
    for typ in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"] {
        rows.push((typ, head("typ", json!(typ))));
    }
    for (name, token) in rows {
        let claims = issuers.verify(&token, NOW).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(claims.subject, Subject::Outside("carol".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn a_subject_is_never_a_user_or_a_service_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let issuers = issuers(&folder);
    for subject in [super::forge::ALICE, "service:backup", "alice"] {
        let claims = with(super::forge::claims(), "iss", json!("https://a.example"));
        let token = sign(&header(&KEYS.ed), &with(claims, "sub", json!(subject)), &KEYS.ed);
        let claims = issuers.verify(&token, NOW).await.unwrap();
        assert_eq!(claims.subject, Subject::Outside(subject.to_owned()));
    }
}

#[tokio::test]
async fn scopes_are_read_from_scope_and_else_from_scp() {
    let folder = tempfile::tempdir().unwrap();
    let issuers = issuers(&folder);
    for (entries, scopes) in [
        (json!({}), ""),
        (json!({"scope": "members:read openid"}), "members:read"),
        (json!({"scope": ["members:read", "members:write"]}), "members:read members:write"),
        (json!({"scope": ["openid members:delete"]}), "members:delete"),
        (json!({"scp": "members:read"}), "members:read"),
        (json!({"scp": ["members:write", "x"]}), "members:write"),
        (json!({"scope": "", "scp": ["members:write"]}), ""),
        (json!({"scope": "MEMBERS:READ"}), ""),
    ] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().extend(entries.as_object().unwrap().clone());
        let claims = issuers.verify(&sign(&header(&KEYS.ed), &claims, &KEYS.ed), NOW).await.unwrap();
        assert_eq!(claims.scopes.to_string(), scopes, "{entries}");
    }
}

#[tokio::test]
async fn every_forged_token_is_refused_for_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let issuers = issuers(&folder);
    let text = claims().to_string();
    let twice = format!("{},\"exp\":1}}", text.trim_end_matches('}'));
    let x = serde_json::to_value(KEYS.ed.public()).unwrap()["x"].as_str().unwrap().to_owned();
    let with_hmac = hmac("HS256", x.as_bytes()).replacen(&b64(super::forge::claims().to_string()), &b64(&text), 1);
    let mut rows: Vec<(&str, String, TokenError)> = vec![
        ("of nobody", claim("iss", json!("https://evil.example")), WrongIssuer),
        ("of the store itself", claim("iss", json!("userstore")), WrongIssuer),
        ("no iss", no_claim("iss"), MissingClaim("iss")),
        ("iss a list", claim("iss", json!(["https://a.example"])), BadClaim("iss")),
        ("b's key for a", sign(&header(&KEYS.stranger), &claims(), &KEYS.stranger), UnknownKey),
        ("a's key for b", sign(&header(&KEYS.ed), &of("https://b.example"), &KEYS.ed), UnknownKey),
        ("b's key under a's kid", sign(&header(&KEYS.ed), &claims(), &KEYS.stranger), BadSignature),
        ("no kid, b's key for a", no_head("kid", "https://a.example", &KEYS.stranger), BadSignature),
        ("no kid, and two keys fit", no_head("kid", "https://two.example", &KEYS.ed), AmbiguousKey),
        ("no kid, and none fits", no_head("kid", "https://b.example", &KEYS.rs), UnknownKey),
        ("a kid that is no text", head("kid", json!(1)), BadHeader("kid")),
        ("kid null", head("kid", json!(null)), BadHeader("kid")),
        (
            "a kid where the key has none",
            sign(&header(&KEYS.stranger), &of("https://c.example"), &KEYS.stranger),
            UnknownKey,
        ),
        ("no alg", no_head("alg", "https://a.example", &KEYS.ed), MissingHeader("alg")),
        ("alg none", head("alg", json!("none")), ForgeableAlgorithm),
        ("HMAC by the public key", with_hmac, ForgeableAlgorithm),
        (
            "PS256 for a key of RS256",
            sign(&with(header(&KEYS.rs), "alg", json!("PS256")), &claims(), &KEYS.rs),
            WrongAlgorithm,
        ),
        ("ES256 for a key of EdDSA", head("alg", json!("ES256")), WrongAlgorithm),
        ("crit", head("crit", json!(["exp"])), CriticalExtension),
        ("an identity token by its typ", head("typ", json!("id_token")), WrongType),
        ("a typ in application/ twice", head("typ", json!("application/application/jwt")), WrongType),
        ("typ null", head("typ", json!(null)), BadHeader("typ")),
        ("no exp", no_claim("exp"), MissingClaim("exp")),
        ("exp a text", claim("exp", json!("1900000000")), BadClaim("exp")),
        ("expired", claim("exp", json!(NOW_SECONDS - 5)), Expired),
        ("expires in 24 h and 6 s", claim("exp", json!(NOW_SECONDS + 86_406)), LivesTooLong),
        ("never expires", claim("exp", json!(253_402_300_799_i64)), LivesTooLong),
        ("not valid yet", claim("nbf", json!(NOW_SECONDS + 6)), NotYetValid),
        ("issued in the future", claim("iat", json!(NOW_SECONDS + 6)), IssuedInFuture),
        ("iat a text", claim("iat", json!("now")), BadClaim("iat")),
        ("no sub", no_claim("sub"), MissingClaim("sub")),
        ("sub empty", claim("sub", json!("")), EmptySubject),
        ("sub a number", claim("sub", json!(7)), BadClaim("sub")),
        ("no aud", no_claim("aud"), MissingClaim("aud")),
        ("another aud", claim("aud", json!("other")), WrongAudience),
        ("scope a number", claim("scope", json!(1)), BadClaim("scope")),
        ("scope null", claim("scope", json!(null)), BadClaim("scope")),
        ("scp an object", claim("scp", json!({})), BadClaim("scp")),
        ("a number in scp", claim("scp", json!(["members:read", 1])), BadClaim("scp")),
        (
            "exp given twice",
            sign_bytes(header(&KEYS.ed).to_string().as_bytes(), twice.as_bytes(), &KEYS.ed),
            RepeatedClaim,
        ),
    ];
    rows.push(("unsigned", format!("{}.", rows[0].1.rsplit_once('.').unwrap().0), NotThreeParts));
    assert!(rows.len() >= 25, "{}", rows.len());
    for (name, token, reason) in rows {
        assert_eq!(issuers.verify(&token, NOW).await, Err(reason), "{name}");
    }
}

#[tokio::test]
async fn max_ttl_is_a_setting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    std::fs::write(&path, key_set(&[&KEYS.ed])).unwrap();
    let settings = IssuerSettings {
        jwks_file: Some(path),
        max_ttl: Duration::from_mins(10),
        ..IssuerSettings::new("https://a.example", "members")
    };
    let issuers = Issuers::new(vec![settings]).unwrap();
    assert!(issuers.verify(&claim("exp", json!(NOW_SECONDS + 600)), NOW).await.is_ok());
    assert_eq!(issuers.verify(&claim("exp", json!(NOW_SECONDS + 606)), NOW).await, Err(LivesTooLong));
}

#[tokio::test]
async fn a_key_that_says_ps256_verifies_ps256_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let key = SigningKey::generate(SigningAlgorithm::Rs256).unwrap();
    let jwk = with(serde_json::to_value(key.public()).unwrap(), "alg", json!("PS256"));
    std::fs::write(&path, json!({"keys": [jwk]}).to_string()).unwrap();
    let settings = IssuerSettings { jwks_file: Some(path), ..IssuerSettings::new("https://a.example", "members") };
    let issuers = Issuers::new(vec![settings]).unwrap();
    let signed =
        format!("{}.{}", b64(with(header(&key), "alg", json!("PS256")).to_string()), b64(claims().to_string()));
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), key.encoding(), jsonwebtoken::Algorithm::PS256).unwrap();
    assert!(issuers.verify(&format!("{signed}.{signature}"), NOW).await.is_ok());
    assert_eq!(issuers.verify(&sign(&header(&key), &claims(), &key), NOW).await, Err(WrongAlgorithm));
}
