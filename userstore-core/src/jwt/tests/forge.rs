//! A workbench that makes tokens, good and bad.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::Timestamp;
use crate::jwt::key::SigningKey;
use crate::jwt::{PublishedKeys, SigningAlgorithm, Verifier};

/// 2027-01-15T08:00:00Z, and a bit.
pub(super) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_250);
pub(super) const NOW_SECONDS: i64 = 1_800_000_000;
pub(super) const ALICE: &str = "0198d2f0-0000-7000-8000-00000000abcd";

pub(super) struct Keys {
    pub(super) ed: SigningKey,
    pub(super) es: SigningKey,
    pub(super) rs: SigningKey,
    /// One that nobody publishes.
    pub(super) stranger: SigningKey,
}

pub(super) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    ed: SigningKey::generate(SigningAlgorithm::EdDsa).unwrap(),
    es: SigningKey::generate(SigningAlgorithm::Es256).unwrap(),
    rs: SigningKey::generate(SigningAlgorithm::Rs256).unwrap(),
    stranger: SigningKey::generate(SigningAlgorithm::EdDsa).unwrap(),
});

pub(super) fn published() -> PublishedKeys {
    PublishedKeys { keys: [&KEYS.ed, &KEYS.es, &KEYS.rs].map(|key| key.public().clone()).to_vec() }
}

pub(super) fn verifier() -> Verifier {
    Verifier::new("userstore", "members", published().to_jwks().unwrap())
}

/// The key set that holds the public parts of these keys, as an outside issuer would serve it.
pub(super) fn key_set(keys: &[&SigningKey]) -> String {
    let published = PublishedKeys { keys: keys.iter().map(|key| key.public().clone()).collect() };
    serde_json::to_string(&published).unwrap()
}

pub(super) fn header(key: &SigningKey) -> Value {
    json!({"typ": "at+jwt", "alg": key.algorithm().as_str(), "kid": key.kid()})
}

/// The claims of a good token of a user.
pub(super) fn claims() -> Value {
    json!({
        "iss": "userstore", "sub": ALICE, "aud": "members", "exp": NOW_SECONDS + 900, "iat": NOW_SECONDS,
        "nbf": NOW_SECONDS, "jti": "0198d2f0-0000-7000-8000-000000000001", "client_id": "userstore",
        "scope": "members:read", "username": "alice", "role": "editor", "epoch": 3,
    })
}

/// The same, with one member set to something else.
pub(super) fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

/// The same, without one member.
pub(super) fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().shift_remove(name).unwrap();
    object
}

pub(super) fn b64(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// Header and claims as they are given, under a signature that is right.
pub(super) fn sign_bytes(header: &[u8], claims: &[u8], key: &SigningKey) -> String {
    let signed = format!("{}.{}", b64(header), b64(claims));
    let algorithm = key.algorithm().of_library();
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), key.encoding(), algorithm).unwrap();
    format!("{signed}.{signature}")
}

pub(super) fn sign(header: &Value, claims: &Value, key: &SigningKey) -> String {
    sign_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes(), key)
}

/// A good token but for one claim.
pub(super) fn claim(name: &str, value: Value) -> String {
    sign(&header(&KEYS.ed), &with(claims(), name, value), &KEYS.ed)
}

/// A good token but for one claim that it lacks.
pub(super) fn no_claim(name: &str) -> String {
    sign(&header(&KEYS.ed), &without(claims(), name), &KEYS.ed)
}

/// A good token but for one header parameter.
pub(super) fn head(name: &str, value: Value) -> String {
    sign(&with(header(&KEYS.ed), name, value), &claims(), &KEYS.ed)
}

/// A good token but for one header parameter that it lacks.
pub(super) fn no_head(name: &str) -> String {
    sign(&without(header(&KEYS.ed), name), &claims(), &KEYS.ed)
}

/// A token whose signature is an HMAC by this secret, under our `kid`.
pub(super) fn hmac(name: &str, secret: &[u8]) -> String {
    let signed =
        format!("{}.{}", b64(with(header(&KEYS.ed), "alg", json!(name)).to_string()), b64(claims().to_string()));
    let key = jsonwebtoken::EncodingKey::from_secret(secret);
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{signed}.{signature}")
}

/// A token with no signature.
pub(super) fn unsigned(name: &str) -> String {
    let header = with(header(&KEYS.ed), "alg", json!(name));
    format!("{}.{}.", b64(header.to_string()), b64(claims().to_string()))
}
