//! A secret that goes into every hash and is kept apart from them.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Names a pepper in a stored hash.
pub(super) type PepperId = [u8; 8];

/// The secret value `K` of argon2 (RFC 9106, section 3.1): without it, stolen hashes cannot be tried at all.
///
/// Its id stands beside every hash that was made with it, so it must not be guessable: take 16 random bytes or more.
#[derive(Clone)]
pub(crate) struct Pepper {
    secret: Zeroizing<Vec<u8>>,
    id: PepperId,
}

impl Pepper {
    /// `None` for an empty secret, which argon2 does not tell from no secret.
    pub(crate) fn new(secret: impl Into<Vec<u8>>) -> Option<Self> {
        let secret = Zeroizing::new(secret.into());
        // The tag keeps the id from being the digest that the same secret has elsewhere.
        let digest = Sha256::new().chain_update(b"userstore password pepper id v1\0").chain_update(&*secret).finalize();
        let (id, _) = digest.split_first_chunk()?;
        (!secret.is_empty()).then_some(Self { id: *id, secret })
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    pub(super) fn id(&self) -> PepperId {
        self.id
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pepper(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_fixed_and_the_secret_is_not_shown() {
        let pepper = Pepper::new("a pepper of the reference").unwrap();
        assert_eq!(pepper.id(), [0x1f, 0xa1, 0x70, 0x9c, 0x78, 0xe7, 0x28, 0x09]);
        assert_ne!(pepper.id(), Pepper::new("another pepper").unwrap().id());
        assert!(Pepper::new("").is_none());
        assert_eq!(format!("{pepper:?}"), "Pepper(…)");
    }
}
