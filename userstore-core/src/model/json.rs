//! JSON as RFC 8259 would have it read by everyone alike: one object, every key once, nothing after it.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A JSON object, its keys in the order they came in.
pub type Object = Map<String, Value>;

/// Why a text is not one JSON object. It tells where, and never repeats the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedJson {
    reason: &'static str,
    /// 0 where the fault is in the text as a whole.
    line: usize,
    column: usize,
}

impl MalformedJson {
    /// Whether the one thing wrong with it is a key that is given twice in one object.
    pub(crate) fn is_key_twice(&self) -> bool {
        self.reason == TWICE
    }
}

impl fmt::Display for MalformedJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        if self.line > 0 { write!(f, ", at line {} column {}", self.line, self.column) } else { Ok(()) }
    }
}

impl std::error::Error for MalformedJson {}

const NOT_AN_OBJECT: &str = "must be one JSON object";
const TWICE: &str = "a key is given twice in one object";

/// Reads one JSON object.
///
/// # Errors
/// [`MalformedJson`] for text that is not JSON in UTF-8, for anything but an object, for a key given twice at any
/// depth, for text after the object, for a number beyond an `f64`, and for more than 127 levels.
pub fn parse_object(text: &[u8]) -> Result<Object, MalformedJson> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    StrictObject::deserialize(&mut deserializer)
        .and_then(|object| deserializer.end().map(|()| object.0))
        .map_err(|error| describe(&error))
}

fn describe(error: &serde_json::Error) -> MalformedJson {
    let text = error.to_string();
    let reasons = [
        (TWICE, TWICE),
        (NOT_AN_OBJECT, NOT_AN_OBJECT),
        ("number out of range", "a number is too large"),
        ("recursion limit", "too many levels of nesting"),
        ("EOF while", "the text ends too early"),
        ("trailing characters", "there is text after the object"),
    ];
    let reason = reasons.iter().find(|(part, _)| text.contains(part)).map_or("the text is not JSON", |(_, say)| say);
    MalformedJson { reason, line: error.line(), column: error.column() }
}

/// The JSON pointer of the first string, key or value, that holds a NUL, which no database keeps alike.
#[must_use]
pub fn find_nul(object: &Object) -> Option<String> {
    object.iter().find_map(|(key, value)| {
        let inner = if key.contains('\0') { Some(String::new()) } else { find_nul_in(value) };
        inner.map(|rest| pointer(key) + &rest)
    })
}

fn find_nul_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Object(object) => find_nul(object),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| Some(format!("/{index}{}", find_nul_in(item)?)))
        }
        _ => None,
    }
}

/// One step of a JSON pointer (RFC 6901, section 3).
#[must_use]
pub fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

struct StrictObject(Object);

impl<'de> Deserialize<'de> for StrictObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Strict)? {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(D::Error::custom(NOT_AN_OBJECT)),
        }
    }
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Strict)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom(TWICE));
            }
            object.insert(key, entries.next_value_seed(Strict)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason(text: &str) -> &'static str {
        parse_object(text.as_bytes()).unwrap_err().reason
    }

    #[test]
    fn says_what_is_wrong_without_repeating_it() {
        assert_eq!(reason("[]"), NOT_AN_OBJECT);
        assert_eq!(reason("\"hunter2\""), NOT_AN_OBJECT);
        assert_eq!(reason(r#"{"a":1,"a":2}"#), TWICE);
        assert_eq!(reason(r#"{"a":[{"b":1,"\u0062":2}]}"#), TWICE);
        assert_eq!(reason(r#"{"a":1e400}"#), "a number is too large");
        assert_eq!(reason(r#"{"a":1"#), "the text ends too early");
        assert_eq!(reason("{} {}"), "there is text after the object");
        assert_eq!(reason("{'a':1}"), "the text is not JSON");
        assert_eq!(reason(r#"{"a":"\ud800"}"#), "the text is not JSON");
        assert_eq!(reason("\u{feff}{}"), "the text is not JSON");
    }

    #[test]
    fn reads_127_levels_and_no_more() {
        let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert!(parse_object(nested(127).as_bytes()).is_ok());
        assert_eq!(reason(&nested(128)), "too many levels of nesting");
    }

    #[test]
    fn numbers_are_the_nearest_that_fit() {
        let text = r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":0.1,"d":1e23,"e":36893488147419103232}"#;
        let object = parse_object(text.as_bytes()).unwrap();
        assert_eq!(
            serde_json::to_string(&object).unwrap(),
            r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":0.1,"d":1e+23,"e":3.6893488147419103e+19}"#
        );
    }

    #[test]
    fn finds_nul_wherever_it_hides() {
        let at = |text: &str| find_nul(&parse_object(text.as_bytes()).unwrap());
        assert_eq!(at(r#"{"a":{"b/c":["x","\u0000"]}}"#).as_deref(), Some("/a/b~1c/1"));
        assert_eq!(at(r#"{"a\u0000":1}"#).as_deref(), Some("/a\0"));
        assert_eq!(at(r#"{"a":"\\u0000"}"#), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(value in value()) {
            let object: Object = [("data".to_owned(), value)].into_iter().collect();
            let text = serde_json::to_string(&object).unwrap();
            let read = parse_object(text.as_bytes()).unwrap();
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }

        #[test]
        fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = parse_object(&bytes);
        }

        #[test]
        fn a_key_twice_is_refused_at_any_depth(value in value(), key in any::<String>(), depth in 0_usize..20) {
            let key = serde_json::to_string(&key).unwrap();
            let inner = format!("{{{key}:{value},{key}:{value}}}");
            let text = format!("{}{inner}{}", r#"{"d":["#.repeat(depth), "]}".repeat(depth));
            prop_assert_eq!(parse_object(text.as_bytes()).unwrap_err().reason, TWICE);
        }
    }
}
