//! The start of a username, as it is searched for.

use super::mapping;

/// The start of a username, mapped as a name is: width, case and composition are no difference.
///
/// It is compared with names byte by byte. A prefix that stops between a letter and a mark that would be composed with
/// it is the start of names with the bare letter only: `e` does not find `é`, although `e` and a combining acute do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsernamePrefix(String);

impl UsernamePrefix {
    /// Maps the start of a name. The empty text is the start of every name.
    ///
    /// `None` where no name can start so: a character that names do not have, a combining mark at the start, more than
    /// [128 characters](super::Username::MAX_CHARS) or [255 bytes](super::Username::MAX_BYTES). Rules for whole names
    /// are not applied: `me` is a prefix, though it is no name.
    #[must_use]
    pub(crate) fn map(raw: &str) -> Option<Self> {
        mapping::map(raw).ok().map(Self)
    }

    /// The mapped text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text, in the order of UTF-8 bytes, that comes after all names with this prefix: a name `n` has the
    /// prefix `p` exactly when `p <= n < p.upper_bound()`.
    ///
    /// For the empty prefix that is a noncharacter, which is greater than the start of any name.
    #[must_use]
    pub(crate) fn upper_bound(&self) -> String {
        // In UTF-8, the order of bytes is the order of scalar values.
        let mut bound = self.0.clone();
        while let Some(last) = bound.pop() {
            // The step of a range leaves out the surrogates.
            if let Some(next) = (last..=char::MAX).nth(1) {
                bound.push(next);
                return bound;
            }
        }
        String::from(char::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_the_next_text_without_the_prefix() {
        for (prefix, bound) in [
            ("a\u{d7ff}", "a\u{e000}"),
            ("a\u{10ffff}", "b"),
            ("\u{10ffff}\u{10ffff}", "\u{10ffff}"),
            ("a\u{7f}", "a\u{80}"),
            ("\u{7ff}", "\u{800}"),
            ("\u{ffff}", "\u{10000}"),
        ] {
            assert_eq!(UsernamePrefix(prefix.to_owned()).upper_bound(), bound);
        }
    }
}
