//! The compact form of a signed token (RFC 7515, section 3.1), taken apart strictly and once.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::error::TokenError;
use crate::model::json::{MalformedJson, Object, parse_object};

/// The most bytes of a token.
pub(crate) const MAX_BYTES: usize = 8 * 1024;

/// A token that is well-formed, of which nothing else is known: no signature was checked.
pub(crate) struct Compact<'t> {
    /// What was signed: header and claims as they came, with the dot between.
    pub(super) signed: &'t str,
    /// The signature, base64url.
    pub(super) signature: &'t str,
    pub(super) header: Object,
    pub(super) claims: Object,
}

impl<'t> Compact<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`TokenError`] for more than 8 KiB, for anything but three parts of strict base64url, and for a header or claims
    /// that are not one JSON object with every key given once.
    pub(crate) fn parse(token: &'t str) -> Result<Self, TokenError> {
        let compact = Self::parse_unsigned(token)?;
        if compact.signature.is_empty() {
            return Err(TokenError::NotThreeParts);
        }
        Ok(compact)
    }

    /// The same, for a token whose signature may be empty.
    pub(super) fn parse_unsigned(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_BYTES {
            return Err(TokenError::TooLarge);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::NotThreeParts)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::NotThreeParts)?;
        if header.is_empty() || claims.is_empty() || claims.contains('.') {
            return Err(TokenError::NotThreeParts);
        }
        decode(signature)?;
        let object = |part, malformed, repeated| {
            let wrong = |error: MalformedJson| if error.is_key_twice() { repeated } else { malformed };
            parse_object(&decode(part)?).map_err(wrong)
        };
        let header = object(header, TokenError::MalformedHeader, TokenError::RepeatedHeader)?;
        let claims = object(claims, TokenError::MalformedClaims, TokenError::RepeatedClaim)?;
        Ok(Self { signed, signature, header, claims })
    }

    /// The issuer that the token claims to be of.
    ///
    /// # Errors
    /// [`TokenError`] where `iss` is missing or no text.
    pub(crate) fn issuer(&self) -> Result<&str, TokenError> {
        self.text("iss")
    }

    /// The name of the key that the token claims to be signed with.
    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// A header parameter that is a text, where there is one.
    pub(super) fn header_text(&self, name: &'static str) -> Result<Option<&str>, TokenError> {
        match self.header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::BadHeader(name)),
        }
    }

    /// A claim that has to be a text.
    pub(super) fn text(&self, name: &'static str) -> Result<&str, TokenError> {
        self.optional_text(name)?.ok_or(TokenError::MissingClaim(name))
    }

    /// A claim that is a text, where there is one.
    pub(super) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, TokenError> {
        match self.claims.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(TokenError::BadClaim(name)),
        }
    }

    /// A claim that is a text or a list of texts, where there is one.
    pub(super) fn optional_texts(&self, name: &'static str) -> Result<Option<Vec<&str>>, TokenError> {
        match self.claims.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(vec![text])),
            Some(Value::Array(items)) => {
                let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                texts.map(Some).ok_or(TokenError::BadClaim(name))
            }
            Some(_) => Err(TokenError::BadClaim(name)),
        }
    }
}

/// Decodes base64url: no padding, no other alphabet, no bits left over.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::BadEncoding)
}
