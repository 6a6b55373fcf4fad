//! Key sets of issuers who are careless, or worse.

use serde_json::{Value, json};

use super::forge::{KEYS, b64, key_set, with, without};
use crate::jwt::{Jwks, KeySetError};

fn ed() -> Value {
    serde_json::to_value(KEYS.ed.public()).unwrap()
}

fn es() -> Value {
    serde_json::to_value(KEYS.es.public()).unwrap()
}

fn rs() -> Value {
    serde_json::to_value(KEYS.rs.public()).unwrap()
}

/// An RSA key whose modulus has this many bits.
fn rsa(bits: usize) -> Value {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] = 0xff >> (modulus.len() * 8 - bits);
    json!({"kty": "RSA", "kid": "r", "n": b64(modulus), "e": "AQAB"})
}

fn usable(keys: &[Value]) -> usize {
    Jwks::parse(json!({"keys": keys}).to_string().as_bytes()).unwrap().len()
}

#[test]
fn a_text_that_is_no_key_set_is_refused() {
    let nested = format!(r#"{{"keys":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let (before, after) = (r#"{"keys":[],"x":""#, r#""}"#);
    let padded = |bytes: usize| format!("{before}{}{after}", "x".repeat(bytes - before.len() - after.len()));
    for (name, text, reason) in [
        ("nothing", "", KeySetError::NotJson),
        ("a page", "<!doctype html><title>Sign in</title>", KeySetError::NotJson),
        ("a list", "[]", KeySetError::NotJson),
        ("nested deep", &nested, KeySetError::NotJson),
        ("half of it", r#"{"keys":[{"kty":"OKP""#, KeySetError::NotJson),
        ("keys twice", r#"{"keys":[],"keys":[]}"#, KeySetError::NotJson),
        ("a member of a key twice", r#"{"keys":[{"kty":"oct","kty":"OKP"}]}"#, KeySetError::NotJson),
        ("no keys", "{}", KeySetError::NoKeys),
        ("keys null", r#"{"keys":null}"#, KeySetError::NoKeys),
        ("keys an object", r#"{"keys":{}}"#, KeySetError::NoKeys),
        ("a key and no set", &ed().to_string(), KeySetError::NoKeys),
        ("too large", &padded(256 * 1024 + 1), KeySetError::TooLarge),
    ] {
        assert_eq!(Jwks::parse(text.as_bytes()).unwrap_err(), reason, "{name}");
    }
    assert_eq!(Jwks::parse(b"\xff\xfe{}").unwrap_err(), KeySetError::NotJson);
    assert!(Jwks::parse(padded(256 * 1024).as_bytes()).unwrap().is_empty());
}

#[test]
fn keys_that_verify_signatures_are_kept() {
    let p384 = aws_lc_rs::signature::EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING);
    let p384 = aws_lc_rs::signature::KeyPair::public_key(&p384.unwrap()).as_ref().to_vec();
    for (name, key) in [
        ("Ed25519", ed()),
        ("Ed25519 by the name of RFC 9864", with(ed(), "alg", json!("Ed25519"))),
        ("P-256", es()),
        ("P-384", json!({"kty": "EC", "crv": "P-384", "x": b64(&p384[1..49]), "y": b64(&p384[49..])})),
        ("RSA of 2048 bits", rsa(2048)),
        ("RSA of 8192 bits", rsa(8192)),
        ("RSA with zeros before it", {
            let n = [vec![0, 0], vec![0xff; 256]].concat();
            json!({"kty": "RSA", "n": b64(n), "e": "AAEAAQ"})
        }),
        ("RSA for PS256", with(rs(), "alg", json!("PS256"))),
        ("no alg", without(ed(), "alg")),
        ("no use", without(ed(), "use")),
        ("no kid", without(ed(), "kid")),
        ("key_ops", with(without(ed(), "use"), "key_ops", json!(["verify"]))),
        ("what is not known", with(ed(), "x5c", json!([1]))),
    ] {
        assert_eq!(usable(&[key]), 1, "{name}");
    }
}

#[test]
fn every_other_key_is_left_out_and_spoils_none_beside_it() {
    let rows = [
        ("symmetric", json!({"kty": "oct", "kid": "o", "k": b64([7; 32])})),
        ("symmetric, named HS256", json!({"kty": "oct", "kid": "o", "alg": "HS256", "k": b64([7; 32])})),
        ("for encryption", with(ed(), "use", json!("enc"))),
        ("use a number", with(ed(), "use", json!(1))),
        ("to wrap keys", with(without(ed(), "use"), "key_ops", json!(["wrapKey"]))),
        ("to sign", with(without(ed(), "use"), "key_ops", json!(["sign"]))),
        ("key_ops a text", with(ed(), "key_ops", json!("verify"))),
        ("key_ops against use", with(ed(), "key_ops", json!([]))),
        ("with its private part", with(ed(), "d", json!(b64([7; 32])))),
        ("RSA with a private factor", with(rs(), "p", json!(b64([7; 128])))),
        ("RSA of 1024 bits", rsa(1024)),
        ("RSA of 2047 bits", rsa(2047)),
        ("RSA of 8193 bits", rsa(8193)),
        ("RSA with no modulus", with(rs(), "n", json!(""))),
        ("RSA of zeros", with(rs(), "n", json!(b64([0; 256])))),
        ("RSA with the exponent 1", with(rs(), "e", json!("AQ"))),
        ("RSA with an even exponent", with(rs(), "e", json!("AQAA"))),
        ("RSA with no exponent", with(rs(), "e", json!(""))),
        ("RSA with a long exponent", with(rs(), "e", json!(b64([1; 5])))),
        ("RSA for encryption by its alg", with(rs(), "alg", json!("RSA-OAEP"))),
        ("RSA for EdDSA", with(rs(), "alg", json!("EdDSA"))),
        ("Ed25519 for none", with(ed(), "alg", json!("none"))),
        ("Ed25519 for HS256", with(ed(), "alg", json!("HS256"))),
        ("Ed25519 for ES256", with(ed(), "alg", json!("ES256"))),
        ("P-256 for ES384", with(es(), "alg", json!("ES384"))),
        ("P-521", with(es(), "crv", json!("P-521"))),
        ("P-256 called P-384", with(without(es(), "alg"), "crv", json!("P-384"))),
        ("P-256 with half a point", without(es(), "y")),
        ("X25519", with(ed(), "crv", json!("X25519"))),
        ("Ed25519 of 31 bytes", with(ed(), "x", json!(b64([7; 31])))),
        ("padded", with(ed(), "x", json!(format!("{}=", ed()["x"].as_str().unwrap())))),
        ("kid a number", with(ed(), "kid", json!(1))),
        ("alg null", with(ed(), "alg", json!(null))),
        ("no kty", without(ed(), "kty")),
        ("a kty of tomorrow", with(ed(), "kty", json!("AKP"))),
        ("no object", json!("key")),
        ("null", json!(null)),
    ];
    for (name, key) in rows {
        assert_eq!(usable(std::slice::from_ref(&key)), 0, "{name}");
        assert_eq!(usable(&[key, with(rs(), "kid", json!("good"))]), 1, "{name}");
    }
}

#[test]
fn keys_that_share_a_kid_are_refused_all() {
    let named = |key: Value| with(key, "kid", json!("same"));
    assert_eq!(usable(&[named(ed()), named(es())]), 0);
    assert_eq!(usable(&[named(ed()), named(ed())]), 0);
    assert_eq!(usable(&[named(ed()), named(es()), rs(), named(rs())]), 1);
    // One that cannot be used takes no name from one that can.
    assert_eq!(usable(&[named(ed()), with(named(es()), "use", json!("enc"))]), 1);
    // To have no name is not to share one.
    assert_eq!(usable(&[without(ed(), "kid"), without(es(), "kid")]), 2);
}

#[test]
fn ten_thousand_keys_are_read_in_no_time() {
    let many = format!(r#"{{"keys":[{}]}}"#, vec![r#"{"kty":"OKP","kid":"a"}"#; 10_000].join(","));
    assert!(Jwks::parse(many.as_bytes()).unwrap().is_empty());
    let x = b64([7; 32]);
    let keys: Vec<String> =
        (0..2_500).map(|kid| format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{x}"}}"#)).collect();
    let started = std::time::Instant::now();
    let set = Jwks::parse(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).unwrap();
    assert_eq!(set.len(), 2_500);
    assert!(set.named("2499").is_ok() && set.named("2500").is_err());
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn what_the_store_publishes_is_read_whole() {
    assert_eq!(Jwks::parse(key_set(&[&KEYS.ed, &KEYS.es, &KEYS.rs]).as_bytes()).unwrap().len(), 3);
}
