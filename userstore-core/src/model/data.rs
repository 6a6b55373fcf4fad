//! The JSON object that belongs to a user.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::error::{Error, Result, Violation};
use crate::model::json::{self, Object};

/// Any JSON object, kept as it came: its keys in their order, strings to the byte, numbers as the nearest `i64`, `u64`
/// or `f64`. At most 16 KiB when serialised, and 32 levels deep, the object itself being the first.
#[derive(Debug, Clone)]
pub struct Data {
    object: Object,
    /// The bytes it has when serialised.
    size: usize,
}

impl Default for Data {
    fn default() -> Self {
        Self { object: Object::new(), size: "{}".len() }
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.object.serialize(serializer)
    }
}

impl Data {
    /// The most bytes it may have when serialised without white space.
    pub const MAX_BYTES: usize = 16 * 1024;
    /// The most levels of nesting.
    pub const MAX_DEPTH: usize = 32;

    /// Checks an object.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/data` when it is too large or too deep, or where a string holds a NUL.
    pub fn new(object: Object) -> Result<Self> {
        let refuse = |pointer: String, detail| Err(Error::invalid(Violation::at(pointer, detail)));
        if let Some(place) = json::find_nul(&object) {
            return refuse(format!("/data{place}"), "must not hold a NUL character");
        }
        if depth(&object) > Self::MAX_DEPTH {
            return refuse("/data".to_owned(), "must be 32 levels deep at most");
        }
        let size = to_text(&object).len();
        if size > Self::MAX_BYTES {
            return refuse("/data".to_owned(), "must be 16 KiB at most when serialised");
        }
        Ok(Self { object, size })
    }

    /// The object.
    #[must_use]
    pub const fn as_object(&self) -> &Object {
        &self.object
    }

    /// The object that a JSON merge patch (RFC 7396) makes of this one.
    ///
    /// # Errors
    /// [`Error::Invalid`] as for [`Data::new`], of the result.
    pub fn merge(&self, patch: &Object) -> Result<Self> {
        let mut target = self.object.clone();
        merge(&mut target, patch);
        Self::new(target)
    }

    /// The object without white space, as it is stored and compared.
    pub(crate) fn to_text(&self) -> String {
        to_text(&self.object)
    }

    /// The bytes it has when serialised.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// From what was stored.
    pub(crate) fn from_text(text: &str) -> Result<Self, json::MalformedJson> {
        json::parse_object(text.as_bytes()).map(|object| Self { object, size: text.len() })
    }
}

/// RFC 7396, section 2. The keys that stay keep their order, which libraries for it do not promise.
fn merge(target: &mut Object, patch: &Object) {
    for (key, value) in patch {
        match value {
            Value::Null => drop(target.shift_remove(key)),
            Value::Object(patch) => {
                let inner = target.entry(key).or_insert(Value::Null);
                let mut object = inner.as_object_mut().map(std::mem::take).unwrap_or_default();
                merge(&mut object, patch);
                *inner = Value::Object(object);
            }
            value => drop(target.insert(key.clone(), value.clone())),
        }
    }
}

fn to_text(object: &Object) -> String {
    // An object with text keys always serialises.
    serde_json::to_string(object).unwrap_or_default()
}

fn depth(object: &Object) -> usize {
    1 + object.values().map(depth_of).max().unwrap_or(0)
}

fn depth_of(value: &Value) -> usize {
    match value {
        Value::Object(object) => depth(object),
        Value::Array(items) => 1 + items.iter().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        serde_json::from_value(value).unwrap()
    }

    fn nested(levels: usize) -> Object {
        (1..levels).fold(object(json!({})), |inner, _| object(json!({ "a": inner })))
    }

    #[test]
    fn limits_hold_to_the_byte_and_the_level() {
        let sized = |bytes: usize| object(json!({ "a": "x".repeat(bytes - r#"{"a":""}"#.len()) }));
        assert!(Data::new(sized(Data::MAX_BYTES)).is_ok());
        assert!(Data::new(sized(Data::MAX_BYTES + 1)).is_err());
        assert!(Data::new(nested(32)).is_ok());
        assert!(Data::new(nested(33)).is_err());
        assert!(Data::new(object(json!({"a": "\0"}))).is_err());
    }

    #[test]
    fn the_keys_that_stay_keep_their_order() {
        let data = Data::new(object(json!({"a": 1, "b": 2, "c": 3, "d": 4}))).unwrap();
        let merged = data.merge(&object(json!({"a": null, "c": 5, "e": 6}))).unwrap();
        assert_eq!(merged.to_text(), r#"{"b":2,"c":5,"d":4,"e":6}"#);
    }

    /// The examples of RFC 7396, appendix A, that have an object on both sides.
    #[test]
    fn merges_as_the_rfc_shows() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let merged = Data::new(object(target)).unwrap().merge(&object(patch)).unwrap();
            assert_eq!(Value::Object(merged.object), result);
        }
    }
}
