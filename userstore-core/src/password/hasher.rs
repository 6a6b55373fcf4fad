//! Passwords to hashes, and back to a verdict.

#[cfg(test)]
mod tests;

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::memory::Memory;
use super::params::{HashParams, ParamsError};
use super::pepper::Pepper;
use super::phc::{Phc, PhcError};
use super::policy::Prepared;

/// The salt of a new hash: 128 random bits (RFC 9106, section 3.1).
pub(crate) type Salt = [u8; 16];

/// Bytes of a new hash: 256 bits (RFC 9106, section 4).
const OUTPUT_BYTES: usize = 32;

/// argon2id with the settings of the store.
#[derive(Debug)]
pub(crate) struct Hasher {
    params: HashParams,
    pepper: Option<Pepper>,
}

/// What a password is to a stored hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the password.
    Match {
        /// The stored hash was made with other settings than a new one would be: another cost, or without the pepper.
        /// Now, while the password is at hand, it can be made anew.
        needs_rehash: bool,
    },
    /// It is another.
    Mismatch,
}

/// Why there is no hash, or no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HashError {
    /// The stored hash cannot be verified.
    Stored(PhcError),
    /// There was no memory, or argon2 did not accept its input.
    Failed,
}

impl Hasher {
    /// Checks the settings first.
    pub(crate) fn new(params: HashParams, pepper: Option<Pepper>) -> Result<Self, ParamsError> {
        Ok(Self { params: params.validate()?, pepper })
    }

    /// With settings that are too weak for anything but tests.
    #[cfg(test)]
    pub(crate) fn unchecked(params: HashParams, pepper: Option<Pepper>) -> Self {
        Self { params, pepper }
    }

    /// The hash of a password, as it is stored.
    pub(super) fn hash(&self, password: &Prepared, salt: Salt, memory: &mut Memory) -> Result<String, HashError> {
        let pepper = self.pepper.as_ref();
        let output = compute(password.as_bytes(), &salt, self.params, OUTPUT_BYTES, pepper, memory)?;
        let pepper_id = pepper.map(|pepper| pepper.id().to_vec());
        Ok(Phc { params: self.params, pepper_id, salt: salt.to_vec(), output: output.to_vec() }.to_string())
    }

    /// Whether a stored hash is of this password, with the cost and the salt that the hash names.
    pub(super) fn verify(&self, password: &Prepared, phc: &str, memory: &mut Memory) -> Result<Verdict, HashError> {
        let stored = Phc::parse(phc).map_err(HashError::Stored)?;
        let pepper = match (&stored.pepper_id, &self.pepper) {
            (None, _) => None,
            (Some(id), Some(pepper)) if *id == pepper.id() => Some(pepper),
            (Some(_), _) => return Err(HashError::Stored(PhcError::UnknownPepper)),
        };
        let (salt, wanted) = (&stored.salt, &stored.output);
        let output = compute(password.as_bytes(), salt, stored.params, wanted.len(), pepper, memory);
        memory.shrink_to(self.blocks());
        if !bool::from(output?.ct_eq(wanted)) {
            return Ok(Verdict::Mismatch);
        }
        let is_current = stored.params == self.params
            && pepper.is_some() == self.pepper.is_some()
            && salt.len() == size_of::<Salt>()
            && wanted.len() == OUTPUT_BYTES;
        Ok(Verdict::Match { needs_rehash: !is_current })
    }

    /// The work of [`verify`](Self::verify) where there is no stored hash to verify, so that the time tells nobody
    /// which names exist. Without a password, because it has no form that could be hashed, the work is the same.
    pub(super) fn verify_nobody(&self, password: Option<&Prepared>, memory: &mut Memory) -> Result<Verdict, HashError> {
        let password = password.map_or(&[][..], Prepared::as_bytes);
        compute(password, &Salt::default(), self.params, OUTPUT_BYTES, self.pepper.as_ref(), memory)?;
        Ok(Verdict::Mismatch)
    }

    /// How much memory a hash with the settings of the store fills.
    fn blocks(&self) -> usize {
        let HashParams { memory_kib, iterations, parallelism } = self.params;
        Params::new(memory_kib, iterations, parallelism, None).map_or(0, |params| params.block_count())
    }
}

fn compute(
    password: &[u8],
    salt: &[u8],
    params: HashParams,
    output_bytes: usize,
    pepper: Option<&Pepper>,
    memory: &mut Memory,
) -> Result<Zeroizing<Vec<u8>>, HashError> {
    let HashParams { memory_kib, iterations, parallelism } = params;
    // Fewer than eight blocks a lane, which settings and the limits of a stored hash do not rule out by themselves.
    let params = Params::new(memory_kib, iterations, parallelism, Some(output_bytes))
        .map_err(|_| HashError::Stored(PhcError::Malformed))?;
    let blocks = memory.blocks(params.block_count()).map_err(|_| HashError::Failed)?;
    let argon2 = match pepper {
        Some(pepper) => Argon2::new_with_secret(pepper.secret(), Algorithm::Argon2id, Version::V0x13, params)
            .map_err(|_| HashError::Failed)?,
        None => Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
    };
    let mut output = Zeroizing::new(vec![0; output_bytes]);
    argon2.hash_password_into_with_memory(password, salt, &mut output, blocks).map_err(|_| HashError::Failed)?;
    Ok(output)
}
