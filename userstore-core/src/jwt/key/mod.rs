//! The store's signing keys: what they are, how they are kept, and how long each lives.

mod change;
mod keyring;
mod seal;
mod signing_key;

pub(crate) use self::change::{Change, Step};
pub use self::keyring::KeyState;
pub(crate) use self::keyring::{Keyring, StoredKey};
pub(crate) use self::seal::{KeyEncryptionKey, is_sealed, open, seal};
pub(crate) use self::signing_key::SigningKey;

/// What can be wrong with a key. Nothing of the key is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    /// The key that seals the others is shorter than it has to be.
    #[error("tokens.key_encryption_key must have at least 32 characters; make one with `openssl rand -base64 32`")]
    WeakKeyEncryptionKey,
    /// The key is sealed, and there is nothing to open it with.
    #[error("the signing keys are sealed; set tokens.key_encryption_key to what they were sealed with")]
    Sealed,
    /// The key is sealed with another key, or for another `kid`, or was changed since.
    #[error(
        "a signing key does not open with this tokens.key_encryption_key; set it to what it was when the key was made"
    )]
    WrongKeyEncryptionKey,
    /// What is stored is no private key of its algorithm, or not the one of its `kid`.
    #[error("a stored signing key is damaged; revoke it")]
    Unusable,
    /// The library could not make or seal a key.
    #[error("no signing key could be made")]
    NotMade,
    /// There is no key of this `kid`.
    #[error("there is no such key")]
    NotFound,
    /// A key waits already to sign.
    #[error("a key waits already to sign; revoke it, or let it sign now")]
    Waiting,
}
