//! One key of a key set (RFC 7517, section 4), if it can be used here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use super::algorithm::asymmetric;

/// The bits that an RSA modulus may have (NIST SP 800-131A; the most that is verified).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Members that only a private or a symmetric key has (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key that verifies signatures, with the one algorithm it is for.
#[derive(Debug)]
pub(super) struct VerifyingKey {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

impl VerifyingKey {
    /// Reads a key; `None` for one that is not for signatures, is too weak, is malformed, or was published with its
    /// private part.
    pub(super) fn read(jwk: &Value) -> Option<Self> {
        let jwk = jwk.as_object()?;
        let text = |name: &str| match jwk.get(name) {
            None => Some(None),
            Some(value) => value.as_str().map(Some),
        };
        if PRIVATE.iter().any(|name| jwk.contains_key(*name)) || text("use")?.is_some_and(|usage| usage != "sig") {
            return None;
        }
        if let Some(operations) = jwk.get("key_ops")
            && !operations.as_array()?.iter().any(|operation| operation == "verify")
        {
            return None;
        }
        let part = |name: &str| URL_SAFE_NO_PAD.decode(text(name)??).ok();
        let named = match text("alg")? {
            None => None,
            Some(name) => Some(asymmetric(name)?),
        };
        let curve = || text("crv")?;
        let (algorithm, key) = match text("kty")?? {
            "OKP" if curve()? == "Ed25519" => {
                let x = part("x").filter(|x| x.len() == 32)?;
                (of(named, &[Algorithm::EdDSA])?, DecodingKey::from_ed_der(&x))
            }
            "EC" => {
                let (algorithm, size) = match curve()? {
                    "P-256" => (Algorithm::ES256, 32),
                    "P-384" => (Algorithm::ES384, 48),
                    _ => return None,
                };
                let point = [vec![4], part("x")?, part("y")?];
                point[1..].iter().all(|coordinate| coordinate.len() == size).then_some(())?;
                (of(named, &[algorithm])?, DecodingKey::from_ec_der(&point.concat()))
            }
            "RSA" => {
                let (n, e) = (part("n")?, part("e")?);
                let (n, e) = (without_zeros(&n), without_zeros(&e));
                let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
                let is_sound = RSA_BITS.contains(&bits) && e.len() <= 4 && e != [1] && e.last()? % 2 == 1;
                is_sound.then_some((of(named, &RSA)?, DecodingKey::from_rsa_raw_components(n, e)))?
            }
            _ => return None,
        };
        Some(Self { kid: text("kid")?.map(str::to_owned), algorithm, key })
    }
}

/// The algorithms of an RSA key; the first where it names none.
const RSA: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// The algorithm that a key names, if its type has it, or its type's first.
fn of(named: Option<Algorithm>, of_type: &[Algorithm]) -> Option<Algorithm> {
    match named {
        None => of_type.first().copied(),
        Some(algorithm) => of_type.contains(&algorithm).then_some(algorithm),
    }
}

/// A big-endian number without the zeros before it, which some write to keep it positive.
fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
