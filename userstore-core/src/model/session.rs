//! Sessions and the tokens that open them.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::model::id::{SessionId, UserId};
use crate::model::timestamp::Timestamp;
use crate::model::user::User;

/// A session, as it is shown: nothing in it opens anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Session {
    /// Names the session in lists.
    pub id: SessionId,
    /// When its user signed in.
    pub created_at: Timestamp,
    /// When it ends by itself, however much it is used.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
    /// What the client called itself at sign-in.
    pub user_agent: Option<String>,
    /// The address it was opened from.
    pub ip: Option<String>,
    #[serde(skip)]
    pub(crate) user_id: UserId,
    #[serde(skip)]
    pub(crate) epoch: i64,
}

impl Session {
    /// Whether the session opens its user's account at this moment.
    pub(crate) fn is_live(&self, user: &User, now: Timestamp) -> bool {
        self.user_id == user.id
            && user.status == crate::Status::Active
            && now < self.expires_at
            && (self.epoch == user.epoch || user.kept_session == Some(self.id))
    }
}

const PREFIX: &str = "ust_";
const SECRET_CHARS: usize = 43;
const CHECKSUM_CHARS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The credential of a session: `ust_`, 256 random bits and a CRC-32 of what precedes it, both in base62. It is handed
/// out once, at sign-in; the store keeps only its SHA-256.
///
/// `Debug` shows nothing of it, and it is wiped from memory when dropped.
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + SECRET_CHARS + CHECKSUM_CHARS));
        text.push_str(PREFIX);
        push_base62(&mut text, secret, SECRET_CHARS);
        let checksum = checksum(&text);
        text.extend(checksum.map(char::from));
        Self(text)
    }

    /// The token itself, to be handed to the client that signed in.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// Appends a big-endian number in base62, padded to a fixed width.
fn push_base62(text: &mut String, number: &[u8], width: usize) {
    let mut number = Zeroizing::new(number.to_vec());
    let mut digits = Zeroizing::new(vec![0_u8; width]);
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u16;
        for byte in number.iter_mut() {
            let value = (remainder << 8) | u16::from(*byte);
            *byte = (value / 62).to_le_bytes()[0];
            remainder = value % 62;
        }
        *digit = ALPHABET[usize::from(remainder)];
    }
    text.extend(digits.iter().map(|digit| char::from(*digit)));
}

/// The CRC-32 of a text, in base62.
fn checksum(text: &str) -> [u8; CHECKSUM_CHARS] {
    let mut number = crc32fast::hash(text.as_bytes());
    let mut digits = [0; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// What the store knows of a token: its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of an access token.
    pub(crate) fn of_access_token(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Whether a text looks like a session's token, a live one's or not.
    pub(crate) fn is_for(presented: &str) -> bool {
        presented.starts_with(PREFIX)
    }

    /// Of what a client presents; `None` for what cannot be a token, which is told without any look-up.
    pub(crate) fn of(presented: &str) -> Option<Self> {
        let rest = presented.strip_prefix(PREFIX)?;
        let well_formed =
            rest.len() == SECRET_CHARS + CHECKSUM_CHARS && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        let (signed, checksum) = presented.split_at_checked(PREFIX.len() + SECRET_CHARS).filter(|_| well_formed)?;
        (checksum.as_bytes() == self::checksum(signed)).then(|| Self(Sha256::digest(presented.as_bytes()).into()))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_alphabet_is_used_from_end_to_end() {
        assert_eq!(&SessionToken::new(&[0; 32]).reveal()[..47], &format!("ust_{}", "0".repeat(43)));
        assert!(SessionToken::new(&[255; 32]).reveal()[4..].bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(format!("{:?}", SessionToken::new(&[7; 32])), "SessionToken(…)");
    }

    proptest! {
        #[test]
        fn a_token_is_known_again_and_a_changed_one_is_not(
            secret in any::<[u8; 32]>(), at in 0_usize..53, with in "[0-9A-Za-z_-]",
        ) {
            let token = SessionToken::new(&secret);
            let text = token.reveal();
            prop_assert_eq!(text.len(), 53);
            prop_assert!(TokenHash::of(text).is_some());
            let mut other = text.to_owned();
            other.replace_range(at..=at, &with);
            prop_assert_eq!(TokenHash::of(&other).is_some(), other == text);
        }

        #[test]
        fn anything_else_is_no_token(text in any::<String>()) {
            prop_assert!(TokenHash::of(&text).is_none());
        }
    }
}
