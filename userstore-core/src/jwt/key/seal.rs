//! How private keys lie in the database: encrypted, where a key for that is set.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use super::KeyError;

/// The first byte of what is stored: as it is, or sealed.
const PLAIN: u8 = 0;
const SEALED: u8 = 1;

const NONCE_BYTES: usize = 12;

/// What seals the signing keys (`tokens.key_encryption_key`): any text of 32 characters or more.
///
/// The key of AES-256-GCM is derived from it by HKDF with SHA-256 (RFC 5869), salt `userstore` and info
/// `key-encryption-key`. HKDF does not slow down guessing, so the text has to be random, not a phrase.
pub(crate) struct KeyEncryptionKey(RandomizedNonceKey);

impl KeyEncryptionKey {
    const MIN_CHARS: usize = 32;

    /// Derives the key.
    ///
    /// # Errors
    /// [`KeyError::WeakKeyEncryptionKey`] for fewer than 32 characters.
    pub(crate) fn new(text: &str) -> Result<Self, KeyError> {
        if text.chars().count() < Self::MIN_CHARS {
            return Err(KeyError::WeakKeyEncryptionKey);
        }
        let mut key = Zeroizing::new([0; 32]);
        let extracted = Salt::new(HKDF_SHA256, b"userstore").extract(text.as_bytes());
        let derived = extracted.expand(&[b"key-encryption-key"], &AES_256_GCM).and_then(|okm| okm.fill(&mut *key));
        derived.and_then(|()| RandomizedNonceKey::new(&AES_256_GCM, &*key)).map(Self).map_err(|_| KeyError::NotMade)
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryptionKey(…)")
    }
}

/// A private key as it is stored: 0 and the key, or 1, a random nonce, and the key under AES-256-GCM with its `kid` as
/// associated data, so that it opens under its own name alone.
///
/// # Errors
/// [`KeyError::NotMade`] where the library cannot.
pub(crate) fn seal(private: &[u8], kid: &str, with: Option<&KeyEncryptionKey>) -> Result<Vec<u8>, KeyError> {
    let Some(KeyEncryptionKey(key)) = with else {
        return Ok([&[PLAIN][..], private].concat());
    };
    let mut text = private.to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut text).map_err(|_| KeyError::NotMade)?;
    Ok([&[SEALED][..], nonce.as_ref(), &text[..]].concat())
}

/// Whether a stored key needs the key-encryption key to be opened.
pub(crate) fn is_sealed(stored: &[u8]) -> bool {
    stored.first() == Some(&SEALED)
}

/// The private key in what [`seal`] made for this `kid`.
///
/// # Errors
/// [`KeyError`]: sealed with nothing to open it, with another key or for another `kid`, or not what `seal` makes.
pub(crate) fn open(stored: &[u8], kid: &str, with: Option<&KeyEncryptionKey>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (kind, rest) = stored.split_first().ok_or(KeyError::Unusable)?;
    match (*kind, with) {
        (PLAIN, _) => Ok(Zeroizing::new(rest.to_vec())),
        (SEALED, None) => Err(KeyError::Sealed),
        (SEALED, Some(KeyEncryptionKey(key))) => {
            let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES).ok_or(KeyError::Unusable)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Unusable)?;
            let mut text = Zeroizing::new(sealed.to_vec());
            let opened = key.open_in_place(nonce, Aad::from(kid.as_bytes()), &mut text);
            let length = opened.map_err(|_| KeyError::WrongKeyEncryptionKey)?.len();
            text.truncate(length);
            Ok(text)
        }
        _ => Err(KeyError::Unusable),
    }
}
