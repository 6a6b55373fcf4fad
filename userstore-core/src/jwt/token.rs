//! The credential itself.

use std::fmt;

use zeroize::Zeroizing;

/// An access token in its compact form (RFC 7515, section 3.1): whoever has it may do what it says until it expires.
///
/// `Debug` shows nothing of it, and it is wiped from memory when dropped.
pub struct AccessToken(Zeroizing<String>);

impl AccessToken {
    pub(super) fn new(compact: String) -> Self {
        Self(Zeroizing::new(compact))
    }

    /// The token itself, to be handed to the client it was made for.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}
