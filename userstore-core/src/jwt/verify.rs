//! Verification of the store's own tokens, and what it shares with that of others (RFC 8725).

use super::claims::{Claims, SERVICE, Subject};
use super::compact::Compact;
use super::error::TokenError;
use super::jwk::VerifyingKey;
use super::jwks::Jwks;
use super::time::{self, LEEWAY};
use super::{algorithm, sign};
use crate::model::role::Role;
use crate::model::scope::Scopes;
use crate::model::timestamp::Timestamp;
use crate::model::username::Username;

/// Verifies tokens that a user store has signed.
///
/// The algorithm is the key's, never the token's; every claim of RFC 9068, section 2.2, has to be there and of its type;
/// clocks may be 5 seconds apart. It needs nothing but the keys, so it can live in another program: see the
/// [module](super).
#[derive(Debug)]
pub struct Verifier {
    issuer: String,
    audience: String,
    keys: Jwks,
}

/// Header parameters that bring a key or say where one is (RFC 7515, sections 4.1.2 to 4.1.8).
const KEY_HEADERS: [&str; 6] = ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256"];

impl Verifier {
    /// For the tokens of this issuer that are for this audience (`tokens.issuer`, `tokens.audience`), with the keys
    /// that the store publishes.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: Jwks) -> Self {
        Self { issuer: issuer.into(), audience: audience.into(), keys }
    }

    /// Verifies a token as it stands at `now`.
    ///
    /// # Errors
    /// [`TokenError`] says the first thing that is wrong with it. [`TokenError::UnknownKey`] alone may mean that the
    /// keys are older than the token.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        self.verify_compact(&Compact::parse(token)?, now)
    }

    /// Verifies a token that was taken apart.
    pub(crate) fn verify_compact(&self, token: &Compact<'_>, now: Timestamp) -> Result<Claims, TokenError> {
        check_extensions(token)?;
        if KEY_HEADERS.iter().any(|name| token.header.contains_key(*name)) {
            return Err(TokenError::BringsKey);
        }
        let algorithm = header_algorithm(token)?;
        if token.header_text("typ")?.ok_or(TokenError::MissingHeader("typ"))? != sign::TYPE {
            return Err(TokenError::WrongType);
        }
        let kid = token.header_text("kid")?.ok_or(TokenError::MissingHeader("kid"))?;
        check_signature(token, self.keys.named(kid)?, algorithm)?;
        let subject = own_subject(token)?;
        let claims = read_claims(token, subject, &self.issuer, &self.audience, now)?;
        if claims.issued_at.is_none() {
            return Err(TokenError::MissingClaim("iat"));
        }
        token.text("jti")?;
        token.text("client_id")?;
        let words = token.text("scope")?;
        Ok(Claims { scopes: Scopes::known(words.split(' ')), ..claims })
    }
}

/// Refuses extensions: none is understood.
pub(super) fn check_extensions(token: &Compact<'_>) -> Result<(), TokenError> {
    if token.header.contains_key("crit") { Err(TokenError::CriticalExtension) } else { Ok(()) }
}

/// The algorithm that the header names; it has to be that of the key, and chooses nothing.
pub(super) fn header_algorithm(token: &Compact<'_>) -> Result<jsonwebtoken::Algorithm, TokenError> {
    let name = token.header_text("alg")?.ok_or(TokenError::MissingHeader("alg"))?;
    if algorithm::is_forgeable(name) {
        return Err(TokenError::ForgeableAlgorithm);
    }
    algorithm::asymmetric(name).ok_or(TokenError::WrongAlgorithm)
}

/// Checks the signature with the key's algorithm, which the header has to name.
pub(super) fn check_signature(
    token: &Compact<'_>,
    key: &VerifyingKey,
    named: jsonwebtoken::Algorithm,
) -> Result<(), TokenError> {
    if named != key.algorithm {
        return Err(TokenError::WrongAlgorithm);
    }
    let verified = jsonwebtoken::crypto::verify(token.signature, token.signed.as_bytes(), &key.key, key.algorithm);
    if verified.unwrap_or(false) { Ok(()) } else { Err(TokenError::BadSignature) }
}

/// Reads the claims that every token has, with no scope yet, and checks issuer, audience and times.
pub(super) fn read_claims(
    token: &Compact<'_>,
    subject: Subject,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    if token.issuer()? != issuer {
        return Err(TokenError::WrongIssuer);
    }
    let audiences = token.optional_texts("aud")?.ok_or(TokenError::MissingClaim("aud"))?;
    if !audiences.contains(&audience) {
        return Err(TokenError::WrongAudience);
    }
    let at = |name: &'static str| match token.claims.get(name) {
        None => Ok(None),
        Some(value) => time::read(value).map(Some).ok_or(TokenError::BadClaim(name)),
    };
    let expires_at = at("exp")?.ok_or(TokenError::MissingClaim("exp"))?;
    let (not_before, issued_at) = (at("nbf")?, at("iat")?);
    if now >= expires_at.plus(LEEWAY) {
        return Err(TokenError::Expired);
    }
    let latest = now.plus(LEEWAY);
    if not_before.is_some_and(|begins| latest < begins) {
        return Err(TokenError::NotYetValid);
    }
    if issued_at.is_some_and(|issued| latest < issued) {
        return Err(TokenError::IssuedInFuture);
    }
    Ok(Claims {
        issuer: issuer.to_owned(),
        subject,
        audience: audiences.into_iter().map(str::to_owned).collect(),
        expires_at,
        issued_at,
        not_before,
        id: token.optional_text("jti")?.map(str::to_owned),
        client_id: token.optional_text("client_id")?.map(str::to_owned),
        scopes: Scopes::NONE,
    })
}

/// A `sub` that says something.
pub(super) fn subject_text<'c>(token: &'c Compact<'_>) -> Result<&'c str, TokenError> {
    let subject = token.text("sub")?;
    if subject.is_empty() { Err(TokenError::EmptySubject) } else { Ok(subject) }
}

/// A user with all that its token says of it, or a service with none of that.
fn own_subject(token: &Compact<'_>) -> Result<Subject, TokenError> {
    let subject = subject_text(token)?;
    if let Some(name) = subject.strip_prefix(SERVICE) {
        let of_users = ["username", "role", sign::EPOCH];
        return match of_users.into_iter().find(|claim| token.claims.contains_key(*claim)) {
            Some(claim) => Err(TokenError::BadClaim(claim)),
            None if name.is_empty() => Err(TokenError::EmptySubject),
            None => Ok(Subject::Service(name.to_owned())),
        };
    }
    let id = subject.parse().map_err(|_| TokenError::BadClaim("sub"))?;
    let username = token.text("username")?;
    if username.is_empty() {
        return Err(TokenError::BadClaim("username"));
    }
    let role: Role = token.text("role")?.parse().map_err(|_| TokenError::BadClaim("role"))?;
    let epoch = token.claims.get(sign::EPOCH).ok_or(TokenError::MissingClaim(sign::EPOCH))?;
    let epoch = epoch.as_i64().ok_or(TokenError::BadClaim(sign::EPOCH))?;
    Ok(Subject::User { id, username: Username::from_stored(username), role, epoch })
}
