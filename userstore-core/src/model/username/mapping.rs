//! `UsernameCaseMapped`, and the rules that come on top of it.

use precis_core::profile::Rules as _;
use precis_core::{DerivedPropertyValue, StringClass as _};
use precis_profiles::UsernameCaseMapped;
use unicode_normalization::char::is_combining_mark;
use unicode_security::mixed_script::AugmentedScriptSet;

use super::{Username, UsernameError};
use crate::model::precis::Identifier;

/// No spelling of a valid name is longer: NFC and the width mapping make a text at most four times shorter.
const MAX_RAW_BYTES: usize = 4 * (Username::MAX_BYTES + 1);

/// RFC 8264, section 7: once, and three times more; what is not stable then is refused.
const MAX_PASSES: usize = 4;

/// What a name may have besides letters, marks and digits.
const SEPARATORS: [char; 5] = ['.', '_', '-', '+', '@'];

/// What the `IdentifierClass` takes, always or between the right neighbours, though it is no letter, mark or digit (RFC
/// 5892, section 2.6): middle dot, keraia, geresh, gershayim, the two Arabic Sindhi signs, tsheg, ideographic zero,
/// katakana middle dot.
const NO_LETTERS: [char; 9] =
    ['\u{b7}', '\u{375}', '\u{5f3}', '\u{5f4}', '\u{6fd}', '\u{6fe}', '\u{f0b}', '\u{3007}', '\u{30fb}'];

const MEANINGFUL: [&str; 3] = [".", "..", "me"];

/// Maps a name, or the start of one, until it is stable, and tests what holds for both: each character, and the limits.
pub(super) fn map(raw: &str) -> Result<String, UsernameError> {
    if raw.len() > MAX_RAW_BYTES {
        return Err(UsernameError::TooLong);
    }
    let mut text = pass(raw)?;
    for _ in 1..MAX_PASSES {
        let again = pass(&text)?;
        if again == text {
            return within_limits(text);
        }
        text = again;
    }
    Err(UsernameError::Unstable)
}

/// The rules for a whole name that [`map`] has mapped.
pub(super) fn check(text: &str) -> Result<(), UsernameError> {
    if text.is_empty() {
        return Err(UsernameError::Empty);
    }
    if MEANINGFUL.contains(&text) {
        return Err(UsernameError::Meaningful);
    }
    // Of the characters that depend on their neighbours, only the two kinds of Arabic digits are left: never both.
    if !keeps_to_one_script(text) || Identifier.allows(text).is_err() {
        return Err(UsernameError::MixedScripts);
    }
    if !keeps_direction(text) {
        return Err(UsernameError::Direction);
    }
    Ok(())
}

/// RFC 8265, section 3.3.2, one time: width, the characters themselves, case, NFC.
fn pass(text: &str) -> Result<String, UsernameError> {
    let profile = UsernameCaseMapped::new();
    let text = profile.width_mapping_rule(text).map_err(|_| UsernameError::Character)?;
    if !text.chars().all(is_permitted) {
        return Err(UsernameError::Character);
    }
    let text = profile.case_mapping_rule(text).map_err(|_| UsernameError::Character)?;
    let text = profile.normalization_rule(text).map_err(|_| UsernameError::Character)?;
    Ok(text.into_owned())
}

fn is_permitted(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || SEPARATORS.contains(&c);
    }
    let value = Identifier.get_value_from_char(c);
    matches!(value, DerivedPropertyValue::PValid | DerivedPropertyValue::ContextO) && !NO_LETTERS.contains(&c)
}

fn within_limits(text: String) -> Result<String, UsernameError> {
    if text.starts_with(is_combining_mark) {
        return Err(UsernameError::LeadingMark);
    }
    if text.len() > Username::MAX_BYTES || text.chars().count() > Username::MAX_CHARS {
        return Err(UsernameError::TooLong);
    }
    Ok(text)
}

/// UTS #39, section 5.2, "highly restrictive". Its identifier profile is the characters that [`is_permitted`] takes,
/// and not the recommended ones of section 3.1: those become fewer from one Unicode version to the next, and a name
/// that was taken must stay valid.
fn keeps_to_one_script(text: &str) -> bool {
    let latin = AugmentedScriptSet::for_char('a');
    let mut every = AugmentedScriptSet::default();
    let mut but_latin = AugmentedScriptSet::default();
    for scripts in text.chars().map(AugmentedScriptSet::for_char) {
        every.intersect_with(scripts);
        let mut shared = scripts;
        shared.intersect_with(latin);
        if shared.base.is_empty() {
            but_latin.intersect_with(scripts);
        }
    }
    !every.is_empty() || but_latin.jpan || but_latin.hanb || but_latin.kore
}

/// RFC 5893, section 2. Non-spacing marks may stand anywhere but at the start, which was tested before; the rule
/// beneath takes them at the end only, and would refuse vowelled Arabic and Hebrew, and nearly all of Thaana. So it
/// does not see them.
fn keeps_direction(text: &str) -> bool {
    let bare: String = text.chars().filter(|&c| !is_combining_mark(c)).collect();
    UsernameCaseMapped::new().directionality_rule(bare).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mapping of every single character is stable after one pass, and is made of letters, marks and digits.
    #[test]
    fn every_character() {
        let mut buffer = [0; 4];
        for c in '\0'..=char::MAX {
            let Ok(once) = pass(c.encode_utf8(&mut buffer)) else { continue };
            assert_eq!(pass(&once).as_deref(), Ok(once.as_str()), "{c:?}");
            for mapped in once.chars() {
                let is_name = mapped.is_alphanumeric() || is_combining_mark(mapped) || SEPARATORS.contains(&mapped);
                assert!(is_name, "{c:?} gives {mapped:?}");
                assert!(!mapped.is_uppercase(), "{c:?} gives {mapped:?}");
            }
        }
    }
}
