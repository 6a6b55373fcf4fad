//! The members of a body, taken out one by one: whatever is wrong is noted, and all of it told at the end.

use std::str::FromStr;

use serde_json::Value;
use userstore_core::json::{self, Object};
use userstore_core::{Data, Error, UnknownWord, Violation};
use zeroize::Zeroize as _;

use crate::problem::Problem;

/// The most unknown members that are told.
const FAULTS: usize = 32;

/// Input that a body is read into.
pub(crate) trait Input {
    /// Takes it out of the members. What is missing or wrong is noted there, and something harmless taken in its place.
    fn take(members: &mut Members) -> Self;
}

/// The members of a body that nobody has asked for yet, and what was found wrong so far.
pub(crate) struct Members {
    object: Object,
    faults: Vec<Violation>,
}

impl Members {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Err(Problem::malformed_json("the body is empty; send one JSON object".to_owned()));
        }
        let object = json::parse_object(bytes).map_err(|error| Problem::malformed_json(error.to_string()))?;
        let members = Self { object, faults: Vec::new() };
        match json::find_nul(&members.object) {
            Some(pointer) => Err(Problem::invalid([Violation::at(pointer, "must not hold a NUL character")])),
            None => Ok(members),
        }
    }

    /// All is well, unless something was noted, or a member is left that nobody asked for.
    pub(super) fn end(mut self) -> Result<(), Problem> {
        let unknown =
            self.object.keys().take(FAULTS).map(|name| Violation::at(json::pointer(name), "is not known here"));
        self.faults.extend(unknown);
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::invalid(std::mem::take(&mut self.faults))) }
    }

    /// A text that may be left out.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.object.remove(name)? {
            Value::String(text) => Some(text),
            _ => self.note(name, "must be a string"),
        }
    }

    /// A text that may be left out, or be null.
    pub(super) fn nullable_text(&mut self, name: &str) -> Option<String> {
        match self.object.remove(name)? {
            Value::Null => None,
            Value::String(text) => Some(text),
            _ => self.note(name, "must be a string or null"),
        }
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> String {
        self.needed(name);
        self.optional_text(name).unwrap_or_default()
    }

    /// One word of a few.
    pub(super) fn word<T: FromStr<Err = UnknownWord> + Default>(&mut self, name: &str) -> T {
        self.needed(name);
        self.optional_text(name).map_or_else(T::default, |word| {
            word.parse().unwrap_or_else(|unknown: UnknownWord| {
                self.note::<T>(name, unknown.to_string());
                T::default()
            })
        })
    }

    /// A text that may be left out, and that has to mean something.
    pub(super) fn optional_parsed<T: FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> Option<T> {
        match self.optional_text(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => self.note(name, error.to_string()),
        }
    }

    /// An object that may be left out.
    pub(super) fn optional_object(&mut self, name: &str) -> Option<Object> {
        match self.object.remove(name)? {
            Value::Object(object) => Some(object),
            _ => self.note(name, "must be an object"),
        }
    }

    /// A user's data, which may be left out.
    pub(super) fn optional_data(&mut self) -> Option<Data> {
        match Data::new(self.optional_object("data")?) {
            Ok(data) => Some(data),
            Err(Error::Invalid(faults)) => {
                self.faults.extend(faults);
                None
            }
            Err(error) => self.note("data", error.to_string()),
        }
    }

    /// A user's data.
    pub(super) fn data(&mut self) -> Data {
        self.needed("data");
        self.optional_data().unwrap_or_default()
    }

    fn needed(&mut self, name: &str) {
        if !self.object.contains_key(name) {
            self.note::<()>(name, "is needed");
        }
    }

    /// Notes rules that are broken, but for those about a member that is known to be missing or of another type.
    pub(super) fn note_all(&mut self, violations: Vec<Violation>) {
        for violation in violations {
            if !self.faults.iter().any(|fault| fault.place == violation.place) {
                self.faults.push(violation);
            }
        }
    }

    fn note<T>(&mut self, name: &str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Option<T> {
        self.faults.push(Violation::at(json::pointer(name), detail));
        None
    }
}

impl Drop for Members {
    /// What nobody took may be a secret all the same: a password under a wrong name.
    fn drop(&mut self) {
        for value in self.object.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}
