//! What the manual says of each setting.

use super::keys::KEYS;

/// One setting, as the manual describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// Its name, as the file of settings has it: `section.key`.
    pub key: String,
    /// Its names in the environment.
    pub variables: Vec<String>,
    /// Whether it is also read from the file that `…_FILE` names.
    pub is_secret: bool,
    /// What holds where nobody sets it, as Markdown.
    pub default: Option<String>,
    /// What it means, as Markdown without a full stop at its end.
    pub about: &'static str,
}

/// Every setting but the list of outside issuers, in the order of [`Settings`](super::Settings).
#[must_use]
pub fn reference() -> Vec<Setting> {
    KEYS.iter().map(super::key::Key::described).collect()
}

#[cfg(test)]
mod tests {
    use super::super::key::Preset::Is;
    use super::*;
    use crate::config::{Settings, Sources, load};

    #[test]
    fn what_it_gives_as_a_default_is_the_default() {
        let default = format!("{:?}", Settings::default());
        for key in KEYS {
            let Is(value) = key.default else { continue };
            let set = load(&Sources::default().variable(&key.variable(), value)).unwrap();
            // A secret is not shown, and compared here.
            assert_eq!(set.database.url.reveal(), Settings::default().database.url.reveal());
            assert_eq!(format!("{set:?}"), default, "{}", key.path());
        }
    }

    #[test]
    fn what_has_no_default_is_not_set() {
        let default = format!("{:?}", Settings::default());
        for key in KEYS.iter().filter(|key| !matches!(key.default, Is(_))) {
            let nothing = ["None", "[]"].map(|nothing| format!("{}: {nothing}", key.name));
            assert!(nothing.iter().any(|text| default.contains(text)), "{}", key.path());
        }
    }
}
