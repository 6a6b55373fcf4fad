//! A workbench that makes tokens, with keys of its own and with stolen ones.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::TestServer;

/// What lies before the 32 bytes of an Ed25519 key in its PKCS #8 form (RFC 8410, section 7).
pub(super) const ED25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A private key, and the name that it goes by.
pub(super) struct Signer {
    pub(super) kid: String,
    /// The public part, as a key set has it, but for `kid` and `use`.
    public: Value,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Signer {
    /// A new Ed25519 key.
    pub(super) fn ed() -> Self {
        let pkcs8 = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
        Self::of_ed(pkcs8.as_ref())
    }

    fn of_ed(pkcs8: &[u8]) -> Self {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).unwrap();
        let public = json!({"crv": "Ed25519", "kty": "OKP", "x": b64(pair.public_key())});
        let (kid, key) = (thumbprint(&public), EncodingKey::from_ed_der(pkcs8));
        Self { kid, public, algorithm: Algorithm::EdDSA, key }
    }

    /// A new key on P-256.
    pub(super) fn es() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let public = json!({"crv": "P-256", "kty": "EC", "x": b64(&point[1..33]), "y": b64(&point[33..])});
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        Self { kid: thumbprint(&public), public, algorithm: Algorithm::ES256, key }
    }

    /// The key that the server signs with, taken out of its database.
    pub(super) fn stolen(server: &TestServer) -> Self {
        let keys = stored_keys(server);
        assert_eq!(keys.len(), 1, "the one key of a fresh store");
        Self::of_ed(&keys[0])
    }

    /// The same key under another name.
    pub(super) fn named(self, kid: &str) -> Self {
        Self { kid: kid.to_owned(), ..self }
    }

    pub(super) fn alg(&self) -> &'static str {
        if self.algorithm == Algorithm::EdDSA { "EdDSA" } else { "ES256" }
    }

    /// The public part, as a key set has it.
    pub(super) fn jwk(&self) -> Value {
        let mut jwk = self.public.clone();
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.alg());
        jwk
    }

    pub(super) fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": self.alg(), "kid": self.kid})
    }

    /// A token with these claims.
    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }

    /// A token with this header and these claims, whose signature is right.
    pub(super) fn sign_with(&self, header: &Value, claims: &Value) -> String {
        self.sign_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    pub(super) fn sign_bytes(&self, header: &[u8], claims: &[u8]) -> String {
        let signed = format!("{}.{}", b64(header), b64(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }
}

/// A token whose signature is an HMAC with this secret.
pub(super) fn hmac(algorithm: Algorithm, header: &Value, claims: &Value, secret: &[u8]) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &EncodingKey::from_secret(secret), algorithm);
    format!("{signed}.{}", signature.unwrap())
}

/// The Ed25519 keys that lie open in the database, in their PKCS #8 form.
pub(super) fn stored_keys(server: &TestServer) -> Vec<Vec<u8>> {
    let mut keys: Vec<Vec<u8>> = Vec::new();
    for (_, bytes) in files(server) {
        let starts = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&ED25519_PKCS8));
        for start in starts {
            let key = bytes[start..start + ED25519_PKCS8.len() + 32].to_vec();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// The files of the database, by name.
pub(super) fn files(server: &TestServer) -> Vec<(String, Vec<u8>)> {
    let folder = server.database();
    let entries = folder.parent().unwrap().read_dir().unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The name of a key by RFC 7638: the hash of its required members, in the order of their names.
pub(super) fn thumbprint(jwk: &Value) -> String {
    let names: &[&str] = match jwk["kty"].as_str().unwrap() {
        "OKP" => &["crv", "kty", "x"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => &["e", "kty", "n"],
    };
    let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":{}", jwk[*name])).collect();
    b64(Sha256::digest(format!("{{{}}}", members.join(","))))
}

/// The same object with one member set to something else.
pub(super) fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut object = object.clone();
    object[name] = value.into();
    object
}

/// The same object without one member.
pub(super) fn without(object: &Value, name: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().shift_remove(name).unwrap();
    object
}
