//! Text that a terminal shows as it is, and does not obey.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with everything escaped that moves the cursor, changes colours, starts a new line or turns the direction of
/// writing, whoever put it there: `ESC` becomes `\u001b`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escape(text, |c| c.is_control() || turns_or_hides(c))
}

/// JSON as it is, but with the control characters escaped that JSON itself leaves alone (RFC 8259, section 7): DEL, and
/// U+0080 to U+009F, which some terminals obey. It means the same.
pub(super) fn printable(json: &str) -> Cow<'_, str> {
    escape(json, |c| matches!(c, '\u{7f}'..='\u{9f}'))
}

fn escape(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) {
            // Writing to a string cannot fail; every escaped character has four hexadecimal digits at most.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Marks of direction (Unicode Standard Annex #9), separators of lines, and the mark of byte order.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("Mozilla/5.0 (é, 日本)"), "Mozilla/5.0 (é, 日本)");
        assert_eq!(visible("\u{1b}[2J\u{7}\r\n\t\0"), "\\u001b[2J\\u0007\\u000d\\u000a\\u0009\\u0000");
        assert_eq!(visible("\u{9b}31m\u{7f}"), "\\u009b31m\\u007f");
        assert_eq!(visible("a\u{202e}b\u{2066}c"), "a\\u202eb\\u2066c");
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({ "a": "\u{9b}31m\u{7f}\u{1b}é\n" });
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let text = printable(&pretty);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
