//! What differs from one run to the next, and what stands for it: the first id is `[id 1]` wherever it is shown.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::Answer;

/// The headers that are not shown: those that the connection needs, and those that are the moment's.
const NOT_SHOWN: [&str; 3] = ["connection", "content-length", "transfer-encoding"];

#[derive(Default)]
pub(super) struct Mask {
    /// What stands for each text.
    names: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Mask {
    /// Status, headers and body of an answer, masked.
    pub(super) fn shown(&mut self, answer: &Answer) -> String {
        if let Ok(json) = serde_json::from_slice(answer.bytes()) {
            self.learn(&json);
        }
        if let Some(tag) = answer.header("ETag") {
            self.name("tag", tag);
        }
        let headers: Vec<String> = answer
            .lasting_headers()
            .into_iter()
            .filter(|(name, _)| !NOT_SHOWN.contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        self.masked(&format!("{}\n{}{}\n", answer.status(), headers.concat(), answer.body()))
    }

    /// The text, with a name in the place of all that was learnt.
    pub(super) fn masked(&self, text: &str) -> String {
        // The longer ones first: one may be within another.
        let mut names: Vec<_> = self.names.iter().filter(|(secret, _)| text.contains(secret.as_str())).collect();
        names.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        names.into_iter().fold(text.to_owned(), |text, (secret, name)| text.replace(secret, name))
    }

    fn learn(&mut self, value: &Value) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    match (key.as_str(), value) {
                        ("data", _) => {}
                        ("id", Value::String(text)) => self.name("id", text),
                        ("token" | "access_token", Value::String(text)) => self.name("token", text),
                        ("next", Value::String(text)) => self.name("cursor", text),
                        _ => self.learn(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            _ => {}
        }
    }

    fn name(&mut self, kind: &'static str, text: &str) {
        if !self.names.contains_key(text) {
            let count = self.counts.entry(kind).or_default();
            *count += 1;
            self.names.insert(text.to_owned(), format!("[{kind} {count}]"));
        }
    }
}
