//! The text of a stored hash: `$argon2id$v=19$m=19456,t=2,p=1[,keyid=…]$<salt>$<output>`, in the PHC string format.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as B64;

use super::params::HashParams;

/// A stored hash of argon2id, version 0x13 (RFC 9106).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phc {
    pub(super) params: HashParams,
    /// Names the pepper that went into the hash; argon2 itself gives no meaning to it.
    pub(super) pepper_id: Option<Vec<u8>>,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

/// Why a stored hash cannot be verified, whatever the password is. It is for the log: the store is damaged, or
/// configured for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PhcError {
    /// The text is no hash of argon2id, version 0x13.
    Malformed,
    /// It asks for more work than any settings may ask for. Nothing was allocated.
    TooCostly,
    /// It was made with a pepper that is not the configured one.
    UnknownPepper,
}

/// What every stored hash holds that was made with a pepper, and no other.
pub(crate) const ANY_PEPPER: &str = "keyid=";

/// What every stored hash holds that was made with the pepper of this id.
pub(super) fn pepper_mark(id: &[u8]) -> String {
    format!("{ANY_PEPPER}{}", B64.encode(id))
}

impl Phc {
    /// More than any hash that is accepted needs.
    const MAX_LENGTH: usize = 512;
    /// In bytes. RFC 9106, section 3.1, asks for 8; 16 is usual.
    const SALT: std::ops::RangeInclusive<usize> = 8..=64;
    /// In bytes. Less than 128 bits could be met by chance.
    const OUTPUT: std::ops::RangeInclusive<usize> = 16..=64;

    pub(super) fn parse(text: &str) -> Result<Self, PhcError> {
        if text.len() > Self::MAX_LENGTH {
            return Err(PhcError::Malformed);
        }
        let fields: Vec<&str> = text.split('$').collect();
        let ["", "argon2id", "v=19", params, salt, output] = *fields else { return Err(PhcError::Malformed) };
        let (params, pepper_id) = parse_params(params).ok_or(PhcError::Malformed)?;
        if !params.is_bearable() {
            return Err(PhcError::TooCostly);
        }
        let (Ok(salt), Ok(output)) = (B64.decode(salt), B64.decode(output)) else { return Err(PhcError::Malformed) };
        if !Self::SALT.contains(&salt.len()) || !Self::OUTPUT.contains(&output.len()) {
            return Err(PhcError::Malformed);
        }
        Ok(Self { params, pepper_id, salt, output })
    }
}

/// Each parameter once, in any order; none but those that are kept here (`data` is not).
fn parse_params(text: &str) -> Option<(HashParams, Option<Vec<u8>>)> {
    let (mut memory, mut iterations, mut parallelism, mut pepper_id) = (None, None, None, None);
    for pair in text.split(',') {
        let (name, value) = pair.split_once('=')?;
        let is_new = match name {
            "m" => memory.replace(decimal(value)?).is_none(),
            "t" => iterations.replace(decimal(value)?).is_none(),
            "p" => parallelism.replace(decimal(value)?).is_none(),
            "keyid" => pepper_id.replace(B64.decode(value).ok()?).is_none(),
            _ => false,
        };
        if !is_new {
            return None;
        }
    }
    Some((HashParams { memory_kib: memory?, iterations: iterations?, parallelism: parallelism? }, pepper_id))
}

/// One spelling of each number: no sign, no leading zero.
fn decimal(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_plain { text.parse().ok() } else { None }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HashParams { memory_kib, iterations, parallelism } = self.params;
        write!(f, "$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}")?;
        if let Some(id) = &self.pepper_id {
            write!(f, ",{}", pepper_mark(id))?;
        }
        write!(f, "${}${}", B64.encode(&self.salt), B64.encode(&self.output))
    }
}

impl fmt::Display for PhcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the stored password hash is no argon2id hash",
            Self::TooCostly => "the stored password hash asks for more work than is allowed",
            Self::UnknownPepper => "the stored password hash was made with another pepper than passwords.pepper",
        })
    }
}

impl std::error::Error for PhcError {}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "c29tZXNhbHQ";
    const OUTPUT: &str = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn parse(params: &str) -> Result<Phc, PhcError> {
        Phc::parse(&format!("$argon2id$v=19${params}${SALT}${OUTPUT}"))
    }

    #[test]
    fn a_hash_is_written_as_it_is_read() {
        for params in ["m=256,t=2,p=1", "m=19456,t=2,p=1,keyid=H6FwnHjnKAk", "m=4194304,t=100,p=16"] {
            let text = format!("$argon2id$v=19${params}${SALT}${OUTPUT}");
            assert_eq!(Phc::parse(&text).unwrap().to_string(), text);
        }
        assert_eq!(parse("p=1,t=2,m=256"), parse("m=256,t=2,p=1"));
        assert_eq!(parse("m=256,t=2,p=1").unwrap().salt, b"somesalt");
    }

    #[test]
    fn other_texts_are_malformed() {
        for params in [
            "",
            "m=256",
            "m=256,t=2",
            "m=256,t=2,p=1,",
            "m=256,t=2,p=1,p=1",
            "m=0256,t=2,p=1",
            "m=+256,t=2,p=1",
            "m=,t=2,p=1",
            "m=0,t=2,p=1",
            "m=-1,t=2,p=1",
            "m=4294967296,t=2,p=1",
            "m=256,t=2,p=1,data=AAAA",
            "m=256,t=2,p=1,keyid=?",
            "m=256,t=2,p",
        ] {
            assert_eq!(parse(params), Err(PhcError::Malformed), "{params}");
        }
        for text in [
            String::new(),
            "$".repeat(1 << 20),
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
            format!("$argon2i$v=19$m=256,t=2,p=1${SALT}${OUTPUT}"),
            format!("$argon2id$v=16$m=256,t=2,p=1${SALT}${OUTPUT}"),
            format!("$argon2id$m=256,t=2,p=1${SALT}${OUTPUT}"),
            format!("$argon2id$v=19$m=256,t=2,p=1${SALT}${OUTPUT}$"),
            format!("$argon2id$v=19$m=256,t=2,p=1$c2FsdA${OUTPUT}"),
            format!("$argon2id$v=19$m=256,t=2,p=1${SALT}$c29tZXNhbHQ"),
            format!("$argon2id$v=19$m=256,t=2,p=1${SALT}${OUTPUT}="),
        ] {
            assert_eq!(Phc::parse(&text), Err(PhcError::Malformed), "{text:.80}");
        }
    }

    #[test]
    fn absurd_work_is_refused() {
        for params in ["m=4194305,t=2,p=1", "m=4294967295,t=4294967295,p=1", "m=256,t=101,p=1", "m=256,t=2,p=17"] {
            assert_eq!(parse(params), Err(PhcError::TooCostly), "{params}");
        }
    }
}
