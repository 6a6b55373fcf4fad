//! A password, as it was typed.

mod error;

use std::fmt;

use precis_core::StringClass as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::model::precis::Freeform;

pub(crate) use error::PasswordError;

/// A password, as it was typed.
///
/// It cannot be shown, copied, compared or serialised, and its memory is wiped when it goes. Nothing is checked when it
/// is made; that is for the operation it is handed to, which first looks at its length, in bytes, against
/// [`MAX_BYTES`](Self::MAX_BYTES).
///
/// What is hashed is the `OpaqueString` form (RFC 8265, section 4.2): any kind of space is an ordinary one, composed
/// and decomposed letters are the same (NFC), and capitals stay capitals. Control characters, invisible ones and
/// unassigned ones have no place in it. It is never cut short (NIST SP 800-63B, section 3.1.1.2).
///
/// ```
/// use userstore_core::Password;
///
/// let password = Password::new("correct horse battery staple");
/// assert_eq!(format!("{password:?}"), "Password(…)");
/// ```
pub struct Password(Zeroizing<String>);

impl Password {
    /// The most bytes of UTF-8 that a password has, before and after it is brought into its form.
    pub const MAX_BYTES: usize = 1024;

    /// Takes a password as it was typed. A `String` is taken over; from a `&str` a copy is made, and the original is
    /// the caller's to wipe.
    #[must_use]
    pub fn new(raw: impl Into<String>) -> Self {
        Self(Zeroizing::new(raw.into()))
    }

    /// The text as it was typed.
    pub(crate) fn raw(&self) -> &str {
        &self.0
    }

    /// Whether the text as it was typed is longer than [`MAX_BYTES`](Self::MAX_BYTES).
    pub(crate) fn is_too_long(&self) -> bool {
        self.0.len() > Self::MAX_BYTES
    }

    /// The `OpaqueString` form (RFC 8265, section 4.2.2).
    ///
    /// # Errors
    /// [`PasswordError::TooLong`], before any other work and again after it; [`PasswordError::TooShort`] for the empty
    /// text; [`PasswordError::Character`] where the profile refuses one.
    pub(crate) fn prepare(&self) -> Result<Zeroizing<String>, PasswordError> {
        if self.is_too_long() {
            return Err(PasswordError::TooLong);
        }
        if self.0.is_empty() {
            return Err(PasswordError::TooShort { min_length: 1 });
        }
        if Freeform.allows(self.raw()).is_err() {
            return Err(PasswordError::Character);
        }
        // NFC makes a text at most three times longer, so the buffer is never moved and leaves no copy behind.
        let mut text = Zeroizing::new(String::with_capacity(3 * self.0.len()));
        text.extend(self.0.chars().map(|c| if is_other_space(c) { ' ' } else { c }).nfc());
        if text.len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        // What NFC made is not always allowed: U+0387 becomes a middle dot, which may stand only between two `l`. The
        // rules are to hold for the form, too (RFC 8264, section 7), or it would not be its own form.
        if Freeform.allows(text.as_str()).is_err() {
            return Err(PasswordError::Character);
        }
        Ok(text)
    }
}

/// The space separators (category Zs) besides U+0020.
fn is_other_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use precis_core::profile::{PrecisFastInvocation as _, Rules as _};
    use precis_profiles::OpaqueString;
    use proptest::prelude::*;

    use super::*;

    fn prepared(raw: &str) -> Option<String> {
        Password::new(raw).prepare().ok().map(|text| text.to_string())
    }

    #[test]
    fn the_form_that_is_hashed() {
        for (raw, form) in [
            ("Secret", Some("Secret")),
            (" a  b ", Some(" a  b ")),
            ("a\u{a0}b\u{3000}c\u{2009}d", Some("a b c d")),
            ("e\u{301}", Some("é")),
            ("Ａ", Some("Ａ")),
            ("πßå", Some("πßå")),
            ("🐒🦀🫩", Some("🐒🦀🫩")),
            ("l·l", Some("l·l")),
            ("a·b", None),
            ("a\u{387}b", None),
            ("", None),
            ("a\0b", None),
            ("a\tb", None),
            ("a\u{200b}b", None),
            ("a\u{ad}b", None),
            ("a\u{378}b", None),
            ("a\u{ffff}b", None),
        ] {
            assert_eq!(prepared(raw).as_deref(), form, "{raw:?}");
        }
    }

    #[test]
    fn the_limit_holds_before_and_after() {
        assert!(prepared(&"a".repeat(1024)).is_some());
        assert!(prepared(&"a".repeat(1025)).is_none());
        assert!(!Password::new("a".repeat(1024)).is_too_long());
        assert!(Password::new("é".repeat(513)).is_too_long());
        // U+FB2C decomposes for good: three bytes become six.
        assert!(prepared(&"\u{fb2c}".repeat(170)).is_some());
        assert!(prepared(&"\u{fb2c}".repeat(171)).is_none());
    }

    #[test]
    fn it_is_not_shown() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(…)");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_answered(raw in any::<String>()) {
            if let Some(form) = prepared(&raw) {
                prop_assert!(form.len() <= Password::MAX_BYTES);
                prop_assert_eq!(prepared(&form), Some(form));
            }
        }

        #[test]
        fn spellings_of_one_password_are_one(raw in "[\\p{Latin}\\p{Greek}\\p{Cyrillic}\\p{M}\\p{S}\\p{P} ]{1,30}") {
            let Some(form) = prepared(&raw) else { return Ok(()) };
            let decomposed: String = raw.nfd().collect();
            let spaced = raw.replace(' ', "\u{3000}");
            let composed: String = raw.nfc().collect();
            for spelling in [decomposed, spaced, composed] {
                prop_assert_eq!(prepared(&spelling), Some(form.clone()), "{}", spelling);
            }
        }

        #[test]
        fn the_profile_of_the_tables_agrees(raw in "\\PC{1,30}") {
            let Ok(form) = OpaqueString::enforce(raw.as_str()) else { return Ok(()) };
            if OpaqueString::enforce(form.as_ref()).is_ok() {
                prop_assert_eq!(prepared(&raw), Some(form.into_owned()));
            }
        }
    }

    #[test]
    fn the_spaces_are_those_of_the_profile() {
        for c in '\0'..=char::MAX {
            let mapped = OpaqueString::new().additional_mapping_rule(c.to_string()).unwrap();
            assert_eq!(is_other_space(c), mapped != c.to_string(), "{c:?}");
        }
    }
}
