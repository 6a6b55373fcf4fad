//! Which passwords an account may be given.

use std::fmt;

use zeroize::Zeroizing;

use super::common;
use crate::model::password::{Password, PasswordError};
use crate::model::username::Username;

/// What is asked of a new password: a length, and that it is not among the first to be guessed. There are no rules of
/// composition (NIST SP 800-63B, section 3.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The fewest characters (Unicode scalar values), counted in the form that is hashed.
    pub(crate) min_length: usize,
}

impl Policy {
    /// Tests a new password for the account of that name, and brings it into the form that is hashed.
    pub(crate) fn check(self, password: &Password, username: Option<&Username>) -> Result<Prepared, PasswordError> {
        let too_short = PasswordError::TooShort { min_length: self.min_length.max(1) };
        let text = match password.prepare() {
            Err(PasswordError::TooShort { .. }) => return Err(too_short),
            prepared => prepared?,
        };
        if text.chars().count() < self.min_length {
            return Err(too_short);
        }
        let folded = fold(&text);
        if common::contains(&folded) {
            return Err(PasswordError::Common);
        }
        if username.is_some_and(|name| is_spelling_of(&text, &folded, name)) {
            return Err(PasswordError::Username);
        }
        Ok(Prepared(text))
    }
}

/// A password in the form that is hashed. Only hashing takes it, and only this type is taken there.
pub(crate) struct Prepared(Zeroizing<String>);

impl Prepared {
    /// The form of a password that somebody signs in with; no rule for new ones is applied. `None` where it has none:
    /// such a password is never right.
    pub(crate) fn of(password: &Password) -> Option<Self> {
        password.prepare().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepared(…)")
    }
}

/// By the text with case left aside, and by the mapping of names, which makes ordinary letters of wide ones.
fn is_spelling_of(text: &str, folded: &str, name: &Username) -> bool {
    *fold(name.as_str()) == *folded || Username::parse(text).is_ok_and(|parsed| parsed == *name)
}

/// A text without differences of case, as the Unicode default case folding leaves it: `ß` and `SS` are `ss`.
fn fold(text: &str) -> Zeroizing<String> {
    // Case mapping makes a character at most three times longer, each time; the buffer is not to move.
    let mut folded = Zeroizing::new(String::with_capacity(9 * text.len()));
    folded.extend(text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase));
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: Policy = Policy { min_length: 8 };

    fn check(raw: &str) -> Result<(), PasswordError> {
        let name = Username::parse("alice.liddell").unwrap();
        POLICY.check(&Password::new(raw), Some(&name)).map(|_| ())
    }

    #[test]
    fn passwords() {
        use PasswordError as E;
        let too_short = Err(E::TooShort { min_length: 8 });
        for (raw, answer) in [
            ("correct horse", Ok(())),
            ("пароль для входа", Ok(())),
            ("aaaaaaab", Ok(())),
            ("🦀🦀🦀🦀🦀🦀🦀🦀", Ok(())),
            ("", too_short),
            ("short", too_short),
            ("🦀🦀", too_short),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", too_short),
            ("password", Err(E::Common)),
            ("PassWord", Err(E::Common)),
            ("pa\u{17f}\u{17f}word", Err(E::Common)),
            ("1234567890", Err(E::Common)),
            ("alice.liddell", Err(E::Username)),
            ("Alice.Liddell", Err(E::Username)),
            ("ａｌｉｃｅ．ｌｉｄｄｅｌｌ", Err(E::Username)),
            ("control\u{7}character", Err(E::Character)),
            ("zero\u{200b}width", Err(E::Character)),
        ] {
            assert_eq!(check(raw), answer, "{raw:?}");
        }
        assert_eq!(check(&"a".repeat(1024)), Ok(()));
        assert_eq!(check(&"a\0".repeat(1024)), Err(E::TooLong), "length comes first");
        assert_eq!(check(&"\u{fb2c}".repeat(171)), Err(E::TooLong));
        assert_eq!(
            Policy { min_length: 0 }.check(&Password::new(""), None).unwrap_err(),
            E::TooShort { min_length: 1 }
        );
    }

    #[test]
    fn case_is_left_aside_for_names_in_any_script() {
        let name = Username::parse("οδυσσεύς").unwrap();
        let password = Password::new("ΟΔΥΣΣΕΎΣ");
        assert_eq!(POLICY.check(&password, Some(&name)).unwrap_err(), PasswordError::Username);
        assert!(POLICY.check(&password, None).is_ok());
    }

    #[test]
    fn errors_say_what_to_do() {
        assert_eq!(check("short").unwrap_err().to_string(), "must have at least 8 characters");
        assert_eq!(PasswordError::TooLong.to_string(), "must have at most 1024 bytes of UTF-8");
        assert_eq!(format!("{:?}", POLICY.check(&Password::new("correct horse"), None).unwrap()), "Prepared(…)");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_accepted_keeps_the_rules(raw in "\\PC{0,40}") {
            if let Ok(prepared) = POLICY.check(&Password::new(raw.as_str()), None) {
                prop_assert!(prepared.0.chars().count() >= 8);
                prop_assert!(prepared.0.len() <= Password::MAX_BYTES);
                let typed_again = Prepared::of(&Password::new(raw)).unwrap();
                prop_assert_eq!(prepared.as_bytes(), typed_again.as_bytes());
            }
        }

        #[test]
        fn folding_needs_no_second_buffer(raw in any::<String>()) {
            prop_assert!(fold(&raw).len() <= 9 * raw.len());
            prop_assert_eq!(fold(&raw.to_uppercase()), fold(&raw));
        }
    }
}
