//! What a token says, whether it is true or not.

use super::compact::Compact;
use super::error::TokenError;
use crate::model::json::Object;

/// The content of a token of which nothing was verified: for people to look at, never to decide by.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Inspection {
    /// The header, as it is.
    pub header: Object,
    /// The claims, as they are.
    pub claims: Object,
    /// The first characters of the signature, a quarter of it at most, so that what is shown opens nothing.
    pub signature: String,
}

/// The most characters of a signature that are shown.
const SHOWN: usize = 8;

impl Inspection {
    /// Takes a token apart, white space around it aside. The signature may be missing; the dot before it may not.
    ///
    /// # Errors
    /// [`TokenError`] where the text is no signed token: too large, not three parts, not base64url, not JSON objects in
    /// which every key is given once.
    pub fn of(text: &str) -> Result<Self, TokenError> {
        let Compact { header, claims, signature, .. } = Compact::parse_unsigned(text.trim())?;
        let shown = SHOWN.min(signature.len() / 4);
        let signature = if signature.is_empty() { String::new() } else { format!("{}…", &signature[..shown]) };
        Ok(Self { header, claims, signature })
    }
}
