//! The two string classes of PRECIS (RFC 8264, section 4), on today's Unicode.
//!
//! The classes are defined by an algorithm over character properties (RFC 8264, section 8), not by a list; the tables
//! beneath stop at Unicode 6.3, of 2013. What was encoded since would be refused as unassigned, and with it every emoji
//! newer than that and many ideographs of family names. Here those characters get the value that the algorithm gives
//! them now; what 6.3 knew keeps its value.

use precis_core::{DerivedPropertyValue, FreeformClass, IdentifierClass, StringClass};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::GeneralSecurityProfile as _;
use unicode_security::general_security_profile::IdentifierType;

/// `IdentifierClass` (RFC 8264, section 4.2): what usernames are made of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Identifier;

/// `FreeformClass` (RFC 8264, section 4.3): what passwords are made of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Freeform;

impl StringClass for Identifier {
    fn get_value_from_char(&self, c: char) -> DerivedPropertyValue {
        match IdentifierClass::default().get_value_from_char(c) {
            DerivedPropertyValue::Unassigned if is_new_letter_or_mark(c) => DerivedPropertyValue::PValid,
            value => value,
        }
    }

    fn get_value_from_codepoint(&self, code: u32) -> DerivedPropertyValue {
        char::from_u32(code).map_or(DerivedPropertyValue::Disallowed, |c| self.get_value_from_char(c))
    }
}

impl StringClass for Freeform {
    fn get_value_from_char(&self, c: char) -> DerivedPropertyValue {
        match FreeformClass::default().get_value_from_char(c) {
            DerivedPropertyValue::Unassigned if is_new(c) => DerivedPropertyValue::SpecClassPval,
            value => value,
        }
    }

    fn get_value_from_codepoint(&self, code: u32) -> DerivedPropertyValue {
        char::from_u32(code).map_or(DerivedPropertyValue::Disallowed, |c| self.get_value_from_char(c))
    }
}

/// Whether a character that Unicode 6.3 did not have is assigned by now, and not ignorable (RFC 8264, section 9.13).
fn is_new(c: char) -> bool {
    match c.identifier_type() {
        Some(IdentifierType::Not_Character | IdentifierType::Default_Ignorable) => false,
        Some(_) => true,
        None => c.is_alphanumeric() || is_combining_mark(c),
    }
}

/// Whether a new character is in `LetterDigits` (RFC 8264, section 9.1) and has no compatibility mapping (section
/// 9.17). New digits are left out: nothing here tells them from other numbers.
fn is_new_letter_or_mark(c: char) -> bool {
    let is_letter = c.is_alphabetic() && !c.is_numeric();
    is_new(c) && (is_letter || is_combining_mark(c)) && std::iter::once(c).nfkc().eq([c])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_newer_than_the_tables_are_known() {
        // Unicode 8, 10, 15, 16; a letter of Unicode 8 and ideographs of 8 and 13.
        for c in ['🦀', '🤔', '🫨', '🫩', 'ꭰ', '\u{2b820}', '\u{30000}'] {
            assert!(Freeform.allows(c.to_string()).is_ok(), "{c}");
        }
        for c in ['\u{2b820}', '\u{30000}', 'Ა', '\u{8d3}'] {
            assert!(Identifier.allows(c.to_string()).is_ok(), "{c}");
        }
    }

    #[test]
    fn what_is_unassigned_or_ignorable_stays_out() {
        for c in ['\u{378}', '\u{180f}', '\u{1bca0}', '\u{e0fff}', '\u{fffff}', '\u{ffff}', '\u{1d173}', '\u{7f}'] {
            assert!(Freeform.allows(c.to_string()).is_err(), "{c:?}");
            assert!(Identifier.allows(c.to_string()).is_err(), "{c:?}");
        }
        assert!(Identifier.allows("🦀").is_err());
        assert_eq!(Identifier.get_value_from_codepoint(0xd800), DerivedPropertyValue::Disallowed);
        assert_eq!(Freeform.get_value_from_codepoint(0x11_0000), DerivedPropertyValue::Disallowed);
    }
}
