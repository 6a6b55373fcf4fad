//! What is asked for when a member is created or replaced.

use email_address::{EmailAddress, Options};
use unicode_normalization::UnicodeNormalization as _;
use uuid::Uuid;

use super::{Member, MemberId};
use crate::error::{Error, Result, Violation};
use crate::model::timestamp::Timestamp;

/// The most characters (Unicode scalar values) of a name, an e-mail address and a telephone number.
const MAX_CHARS: usize = 255;

/// What a member is to be: all of it, but for its id.
///
/// The name has 1 to 255 characters (Unicode scalar values) in NFC (Unicode Standard Annex #15), which is how it is kept:
/// composed and decomposed letters are the same name, letters that differ in case are not, nor are blanks left out. The
/// e-mail address is one of RFC 5322, section 3.4.1, or RFC 6531, without a display name; like the telephone number it
/// is kept as it is written, and has 1 to 255 characters where there is one. No text holds a NUL character.
#[derive(Debug, Clone, Default)]
pub struct NewMember {
    /// The wanted name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

/// A [`NewMember`] that keeps to the rules, its name in NFC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
}

impl NewMember {
    /// Every rule that it breaks; none where it can be a member.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut note = |place: &str, broken: Option<&'static str>| {
            violations.extend(broken.map(|detail| Violation::at(place, detail)));
        };
        note("/name", broken_by_text(&name_of(&self.name)));
        note("/email", self.email.as_deref().and_then(broken_by_email));
        note("/phone", self.phone.as_deref().and_then(broken_by_text));
        violations
    }

    pub(crate) fn check(self) -> Result<Content> {
        let violations = self.violations();
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        Ok(Content { name: name_of(&self.name), email: self.email, phone: self.phone })
    }
}

impl Content {
    /// A member that is new.
    pub(crate) fn into_member(self, member_id: MemberId, incarnation: Uuid, now: Timestamp) -> Member {
        let Self { name, email, phone } = self;
        Member { member_id, name, email, phone, created_at: now, updated_at: now, version: 1, incarnation }
    }
}

/// A name, or the start of one, as it is kept and compared.
pub(crate) fn name_of(text: &str) -> String {
    text.nfc().collect()
}

/// Whether a name may start so, once it is in NFC.
pub(super) fn can_start_name(text: &str) -> bool {
    text.is_empty() || broken_by_text(text).is_none()
}

fn broken_by_text(text: &str) -> Option<&'static str> {
    if text.contains('\0') {
        return Some("must not hold a NUL character");
    }
    (text.is_empty() || text.chars().nth(MAX_CHARS).is_some()).then_some("must have 1 to 255 characters")
}

fn broken_by_email(text: &str) -> Option<&'static str> {
    let is_address = || {
        let options = Options::default().without_display_text();
        // The parser forgives blanks and brackets around an address; what it took has to be all there is.
        EmailAddress::parse_with_options(text, options).is_ok_and(|address| address.email() == text)
    };
    broken_by_text(text).or_else(|| (!is_address()).then_some("must be an e-mail address, such as ada@example.org"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(name: &str, email: Option<&str>, phone: Option<&str>) -> Vec<String> {
        let new = NewMember { name: name.to_owned(), email: email.map(str::to_owned), phone: phone.map(str::to_owned) };
        let place = |violation: Violation| match violation.place {
            crate::Place::Pointer(pointer) => pointer,
            crate::Place::Parameter(name) => name.to_owned(),
        };
        new.violations().into_iter().map(place).collect()
    }

    #[test]
    fn every_broken_rule_is_told() {
        assert_eq!(places("Ada", None, None), [""; 0]);
        assert_eq!(places("Ada", Some("ada@example.org"), Some("+44")), [""; 0]);
        assert_eq!(places("", Some(""), Some("")), ["/name", "/email", "/phone"]);
        assert_eq!(places("a\0", Some("a\0@b.org"), Some("\0")), ["/name", "/email", "/phone"]);
        let long = "é".repeat(256);
        assert_eq!(places(&long, Some(&format!("a@{}", "b.".repeat(127))), Some(&long)), ["/name", "/email", "/phone"]);
        assert_eq!(places(&long[2..], None, Some(&long[2..])), [""; 0]);
        assert_eq!(places(&"\u{1f600}".repeat(255), None, None), [""; 0]);
    }

    #[test]
    fn a_name_is_counted_and_kept_in_nfc() {
        let decomposed = "e\u{301}".repeat(255);
        assert_eq!(places(&decomposed, None, None), [""; 0]);
        assert_eq!(places(&format!("{decomposed}x"), None, None), ["/name"]);
        // One of the characters that NFC takes apart.
        assert_eq!(places(&"\u{1d15e}".repeat(128), None, None), ["/name"]);
        let kept = NewMember { name: decomposed, ..NewMember::default() }.check().unwrap();
        assert_eq!(kept.name, "é".repeat(255));
    }

    #[test]
    fn addresses_and_what_is_none() {
        let local = "a".repeat(64);
        for good in [
            "ada@example.org",
            "a+b.c_d@sub.example.org",
            "ada@localhost",
            "\"ada lovelace\"@example.org",
            "ada@[192.0.2.1]",
            "用户@例子.广告",
            &format!("{local}@{}org", "abcdefghi.".repeat(18)),
        ] {
            assert_eq!(places("Ada", Some(good), None), [""; 0], "{good}");
        }
        for bad in [
            "ada",
            "@example.org",
            "ada@",
            "ada@@example.org",
            "ada lovelace@example.org",
            " ada@example.org",
            "ada@example.org ",
            "ada@example.org\n",
            "ada@example..org",
            "ada@-example.org",
            "Ada <ada@example.org>",
            " <ada@example.org>",
            " <ada@example.org> ",
            "<ada@example.org>",
            "ada@example.org, eva@example.org",
            &format!("a{local}@example.org"),
        ] {
            assert_eq!(places("Ada", Some(bad), None), ["/email"], "{bad}");
        }
    }
}
