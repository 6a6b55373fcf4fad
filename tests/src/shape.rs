//! What volatile values look like, for snapshots that assert what they leave out.

use serde_json::Value;

/// Whether this is a UUIDv7 (RFC 9562, section 5.7) in its hyphenated lower-case form.
#[must_use]
pub fn is_uuid_v7(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'7',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

/// Whether this is an RFC 3339 time in UTC.
#[must_use]
pub fn is_timestamp(text: &str) -> bool {
    let Some(text) = text.strip_suffix('Z') else { return false };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let pattern = "dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'd' { byte.is_ascii_digit() } else { byte == wanted };
    whole.len() == pattern.len()
        && whole.bytes().zip(pattern.bytes()).all(fits)
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this looks like the token of a session: `ust_`, 43 characters of base62, and 6 of a checksum.
#[must_use]
pub fn is_session_token(text: &str) -> bool {
    text.strip_prefix("ust_")
        .is_some_and(|rest| rest.len() == 49 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether this is 1 to 128 visible ASCII characters, as a request's id has to be.
#[must_use]
pub fn is_visible_ascii(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Tells whether a text has a shape.
type Rule = fn(&str) -> bool;

/// Puts a name in the place of every value that differs from run to run, having asserted its shape.
pub(crate) fn redact(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let rule: Option<(Rule, &str)> = match key.as_str() {
                    "id" => Some((is_uuid_v7, "[uuid v7]")),
                    "token" => Some((is_session_token, "[session token]")),
                    "request_id" => Some((is_visible_ascii, "[request id]")),
                    "next" => Some((is_visible_ascii, "[cursor]")),
                    _ => None,
                };
                match (rule, &*value) {
                    (Some((fits, name)), Value::String(text)) => {
                        assert!(fits(text), "{key} is not a {name}: {text}");
                        *value = Value::from(name);
                    }
                    _ => redact(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}
