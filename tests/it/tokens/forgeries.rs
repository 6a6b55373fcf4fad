//! Every way to make up a token, for somebody with the public key and for somebody with the private one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::forge::{Signer, b64, hmac, with, without};
use super::{ALL, read};

/// The parts of a good token, and all that a forger knows: the public key.
pub(super) struct Good {
    pub(super) header: Value,
    pub(super) claims: Value,
    signature: String,
    jwk: Value,
}

impl Good {
    pub(super) fn of(token: &str, keys: &Value) -> Self {
        let (header, claims) = read(token);
        let signature = token.rsplit('.').next().unwrap().to_owned();
        Self { header, claims, signature, jwk: keys["keys"][0].clone() }
    }

    fn assemble(&self, header: &Value, claims: &Value) -> String {
        format!("{}.{}.{}", b64(header.to_string()), b64(claims.to_string()), self.signature)
    }

    /// What can be made without the key.
    pub(super) fn without_the_key(&self) -> Vec<(String, String)> {
        let (header, claims) = (&self.header, &self.claims);
        let mut forged: Vec<(String, String)> = Vec::new();
        let mut add = |what: &str, token: String| forged.push((what.to_owned(), token));
        for none in ["none", "None", "NONE", "nOnE", "", " none"] {
            let head = b64(with(header, "alg", none).to_string());
            add(&format!("alg {none:?}"), format!("{head}.{}.", b64(claims.to_string())));
            add(
                &format!("alg {none:?}, and a signature"),
                format!("{head}.{}.{}", b64(claims.to_string()), self.signature),
            );
        }
        for (encoding, secret) in self.public_keys() {
            for (name, algorithm) in
                [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)]
            {
                let token = hmac(algorithm, &with(header, "alg", name), claims, &secret);
                add(&format!("{name} with the public key as {encoding}"), token);
            }
        }
        let stranger = Signer::ed();
        let ours = Signer::ed().named(header["kid"].as_str().unwrap());
        add("another key", stranger.sign(claims));
        add("another key by our kid", ours.sign(claims));
        let es = Signer::es().named(header["kid"].as_str().unwrap());
        add("another algorithm by our kid", es.sign(claims));
        for brings in ["jwk", "jku", "x5u", "x5c"] {
            let value = match brings {
                "jwk" => stranger.jwk(),
                "x5c" => json!(["MIIB"]),
                _ => json!("http://127.0.0.1:9/jwks.json"),
            };
            for signer in [&stranger, &ours] {
                add(
                    &format!("{brings} in the header"),
                    signer.sign_with(&with(&signer.header(), brings, value.clone()), claims),
                );
            }
        }
        for kid in [
            "../../../../dev/null",
            "' OR '1'='1",
            "x'; DROP TABLE signing_keys; --",
            "",
            "%00",
            "\u{0}",
            &"k".repeat(4000),
        ] {
            add(&format!("kid {kid:?}"), stranger.sign_with(&with(&stranger.header(), "kid", kid), claims));
        }
        for kid in [json!(null), json!(7), json!(["a"]), json!({"kid": header["kid"]}), json!(true)] {
            add(&format!("kid {kid}"), self.assemble(&with(header, "kid", kid.clone()), claims));
        }
        for (name, value) in
            [("sub", "0198d2f0-0000-7000-8000-00000000abcd"), ("scope", ALL), ("role", "owner"), ("jti", "x")]
        {
            add(&format!("other {name}"), self.assemble(header, &with(claims, name, value)));
        }
        add("a later end", self.assemble(header, &with(claims, "exp", 4_000_000_000_u32)));
        add("another header", self.assemble(&with(header, "cty", "JWT"), claims));
        for text in ["..", "...", ".", "a.b.c", "....", "e30.e30.e30", "e30.e30.", ".e30.e30", "null.null.null"] {
            add(&format!("{text:?}"), text.to_owned());
        }
        let token = self.assemble(header, claims);
        add("no signature", token.rsplit_once('.').unwrap().0.to_owned());
        add("an empty signature", format!("{}.", token.rsplit_once('.').unwrap().0));
        add("a part too many", format!("{token}.{}", self.signature));
        add("padding", format!("{token}="));
        add("its first half", token[..token.len() / 2].to_owned());
        add("twice", format!("{token}.{token}"));
        for kib in [9, 60] {
            add(&format!("{kib} KiB"), format!("{token}{}", "A".repeat(kib * 1024)));
        }
        forged
    }

    /// The public key, in every form in which it may be taken for a secret.
    fn public_keys(&self) -> Vec<(&'static str, Vec<u8>)> {
        let main = self.jwk.get("x").or(self.jwk.get("n")).unwrap().as_str().unwrap();
        let raw = URL_SAFE_NO_PAD.decode(main).unwrap();
        // RFC 8410, section 4: what lies before the key in its SubjectPublicKeyInfo.
        let spki = [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00][..], &raw[..]].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&spki));
        vec![
            ("bytes", raw),
            ("base64url", main.as_bytes().to_vec()),
            ("DER", spki),
            ("PEM", pem.clone().into_bytes()),
            ("PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
            ("JWK", self.jwk.to_string().into_bytes()),
            ("nothing", vec![]),
        ]
    }

    /// What only a broken issuer would sign: the signature is right.
    pub(super) fn with_the_key(&self, key: &Signer) -> Vec<(String, String)> {
        let (header, claims) = (&self.header, &self.claims);
        let mut forged: Vec<(String, String)> = Vec::new();
        for name in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "username", "role", "epoch"] {
            forged.push((format!("no {name}"), key.sign(&without(claims, name))));
        }
        let now = claims["iat"].as_i64().unwrap();
        for (name, values) in [
            (
                "iss",
                vec![json!(7), json!("userstore "), json!("Userstore"), json!(["userstore"]), json!(null), json!("")],
            ),
            ("sub", vec![json!(7), json!(""), json!("alice"), json!(null), json!("service:x"), json!([claims["sub"]])]),
            ("aud", vec![json!(7), json!("members"), json!([]), json!(["userstore", 7]), json!({"aud": "userstore"})]),
            (
                "exp",
                vec![
                    json!("4000000000"),
                    json!(null),
                    json!(-1),
                    json!(now - 6),
                    json!(1e300),
                    json!(0),
                    json!([now + 900]),
                ],
            ),
            ("nbf", vec![json!("1"), json!(null), json!(now + 7), json!(-1), json!({})]),
            ("iat", vec![json!("1"), json!(null), json!(now + 7), json!(-1)]),
            ("jti", vec![json!(7), json!(null)]),
            ("scope", vec![json!(7), json!(["members:read"]), json!(null)]),
            ("role", vec![json!(3), json!("owner"), json!(null)]),
            ("username", vec![json!(7), json!("")]),
            ("epoch", vec![json!("1"), json!(1.5), json!(null), json!(0), json!(2), json!(-1)]),
        ] {
            for value in values {
                forged.push((format!("{name} {value}"), key.sign(&with(claims, name, value.clone()))));
            }
        }
        for (name, value) in [
            ("typ", json!("JWT")),
            ("typ", json!("application/at+jwt")),
            ("typ", json!(7)),
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("crit", json!(null)),
            ("jwk", key.jwk()),
            ("alg", json!("ES256")),
            ("alg", json!("eddsa")),
            ("alg", json!(["EdDSA"])),
            ("alg", json!("HS256")),
        ] {
            forged.push((
                format!("{name} {value} in the header"),
                key.sign_with(&with(header, name, value.clone()), claims),
            ));
        }
        for name in ["typ", "alg", "kid"] {
            forged.push((format!("no {name} in the header"), key.sign_with(&without(header, name), claims)));
        }
        let (head, body) = (header.to_string(), claims.to_string());
        let twice = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
        for (what, head, body) in [
            ("sub twice", head.clone(), twice(&body, r#""sub": "other""#)),
            ("alg twice", twice(&head, r#""alg": "none""#), body.clone()),
            ("claims that are a list", head.clone(), format!("[{body}]")),
            ("claims that are a text", head.clone(), json!(body).to_string()),
            ("text after the claims", head.clone(), format!("{body}x")),
            ("a header that is a list", format!("[{head}]"), body.clone()),
            ("deep claims", head.clone(), twice(&body, &format!(r#""x": {}{}"#, "[".repeat(1000), "]".repeat(1000)))),
        ] {
            forged.push((what.to_owned(), key.sign_bytes(head.as_bytes(), body.as_bytes())));
        }
        forged.push(("bytes that are no text".to_owned(), key.sign_bytes(head.as_bytes(), b"{\"sub\": \"\xff\"}")));
        forged
    }
}
