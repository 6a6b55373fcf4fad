//! One key that signs.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use zeroize::Zeroizing;

use super::KeyError;
use super::seal::{self, KeyEncryptionKey};
use crate::jwt::algorithm::SigningAlgorithm;
use crate::jwt::published::PublicJwk;

/// A private key, ready to sign. `Debug` shows its public part, and the private one is wiped when dropped.
pub(crate) struct SigningKey {
    public: PublicJwk,
    encoding: EncodingKey,
}

/// What lies before the key itself (RFC 8017, appendix A.1.2) in the form that RSA keys of 2048 bits are made in
/// (RFC 5208, section 5): the library reads the one and makes the other.
const RSA_WRAPPING: usize = 26;

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`KeyError::NotMade`] where the library cannot.
    pub(crate) fn generate(algorithm: SigningAlgorithm) -> Result<Self, KeyError> {
        let private = match algorithm {
            SigningAlgorithm::EdDsa => {
                let made = Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1());
                made.map(|der| Zeroizing::new(der.as_ref().to_vec()))
            }
            SigningAlgorithm::Es256 => {
                let made = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).and_then(|pair| pair.to_pkcs8v1());
                made.map(|der| Zeroizing::new(der.as_ref().to_vec()))
            }
            SigningAlgorithm::Rs256 => {
                let made: Result<Pkcs8V1Der<'_>, _> =
                    RsaKeyPair::generate(KeySize::Rsa2048).and_then(|pair| pair.as_der());
                made.map(|der| Zeroizing::new(der.as_ref().get(RSA_WRAPPING..).unwrap_or_default().to_vec()))
            }
        };
        Self::read(algorithm, &private.map_err(|_| KeyError::NotMade)?).ok_or(KeyError::NotMade)
    }

    /// Opens a key that was [sealed](SigningKey::seal).
    ///
    /// # Errors
    /// [`KeyError`] where it does not open, or is not the key of this `kid` and algorithm.
    pub(crate) fn open(
        kid: &str,
        algorithm: SigningAlgorithm,
        sealed: &[u8],
        with: Option<&KeyEncryptionKey>,
    ) -> Result<Self, KeyError> {
        let private = seal::open(sealed, kid, with)?;
        Self::read(algorithm, &private).filter(|key| key.kid() == kid).ok_or(KeyError::Unusable)
    }

    /// The private key as it is stored: sealed, where there is something to seal it with.
    ///
    /// # Errors
    /// [`KeyError::NotMade`] where the library cannot.
    pub(crate) fn seal(&self, with: Option<&KeyEncryptionKey>) -> Result<Vec<u8>, KeyError> {
        seal::seal(self.encoding.as_bytes(), self.kid(), with)
    }

    /// Reads a private key: PKCS #8, and PKCS #1 for RSA.
    fn read(algorithm: SigningAlgorithm, private: &[u8]) -> Option<Self> {
        let encoding = match algorithm {
            SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(private),
            SigningAlgorithm::Es256 => EncodingKey::from_ec_der(private),
            SigningAlgorithm::Rs256 => EncodingKey::from_rsa_der(private),
        };
        let jwk = Jwk::from_encoding_key(&encoding, algorithm.of_library()).ok()?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
        Some(Self { public: PublicJwk::new(kid, algorithm, jwk)?, encoding })
    }

    /// The key's name: its thumbprint (RFC 7638).
    pub(crate) fn kid(&self) -> &str {
        self.public.kid()
    }

    pub(crate) const fn algorithm(&self) -> SigningAlgorithm {
        self.public.algorithm()
    }

    /// The part that is published.
    pub(crate) const fn public(&self) -> &PublicJwk {
        &self.public
    }

    pub(in crate::jwt) const fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.public).finish()
    }
}
