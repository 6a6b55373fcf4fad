//! Verification of an outside issuer's tokens.

use std::time::Duration;

use jsonwebtoken::Algorithm;

use crate::jwt::claims::{Claims, Subject};
use crate::jwt::compact::Compact;
use crate::jwt::error::TokenError;
use crate::jwt::jwk::VerifyingKey;
use crate::jwt::jwks::Jwks;
use crate::jwt::time::LEEWAY;
use crate::jwt::verify::{check_extensions, check_signature, header_algorithm, read_claims, subject_text};
use crate::model::scope::Scopes;
use crate::model::timestamp::Timestamp;

/// What an issuer is trusted with.
#[derive(Debug)]
pub(super) struct Trust {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) max_ttl: Duration,
}

/// Checks the header, but for its key, and tells the algorithm that it names. Keys that it brings, and addresses of
/// keys, are not looked at.
pub(super) fn check_header(token: &Compact<'_>) -> Result<Algorithm, TokenError> {
    check_extensions(token)?;
    let algorithm = header_algorithm(token)?;
    if let Some(typ) = token.header_text("typ")? {
        let typ = typ.to_ascii_lowercase();
        if !matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt") {
            return Err(TokenError::WrongType);
        }
    }
    token.header_text("kid")?;
    Ok(algorithm)
}

/// The key that the token names, or the only one that fits.
pub(super) fn key_for<'k>(
    token: &Compact<'_>,
    keys: &'k Jwks,
    named: Algorithm,
) -> Result<&'k VerifyingKey, TokenError> {
    match token.header_text("kid")? {
        Some(kid) => keys.named(kid),
        None => keys.only(named),
    }
}

impl Trust {
    /// Verifies a token with the keys of its issuer.
    pub(super) fn verify(
        &self,
        token: &Compact<'_>,
        keys: &Jwks,
        named: Algorithm,
        now: Timestamp,
    ) -> Result<Claims, TokenError> {
        check_signature(token, key_for(token, keys, named)?, named)?;
        self.read(token, now)
    }

    /// Reads and checks the claims.
    pub(super) fn read(&self, token: &Compact<'_>, now: Timestamp) -> Result<Claims, TokenError> {
        let subject = Subject::Outside(subject_text(token)?.to_owned());
        let claims = read_claims(token, subject, &self.issuer, &self.audience, now)?;
        if claims.expires_at > now.plus(self.max_ttl).plus(LEEWAY) {
            return Err(TokenError::LivesTooLong);
        }
        let words = match token.optional_texts("scope")? {
            Some(words) => words,
            None => token.optional_texts("scp")?.unwrap_or_default(),
        };
        Ok(Claims { scopes: Scopes::known(words.into_iter().flat_map(|text| text.split(' '))), ..claims })
    }
}
