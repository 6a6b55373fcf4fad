//! A shared cache in this process.

use std::collections::HashMap;
use std::sync::Mutex as Lock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cache::shared::{Answer, Mark, SharedCache, Slot};
use crate::error::Error;

/// A shared cache as the trait describes it, which can be out of reach.
#[derive(Debug, Default)]
pub(super) struct Fake {
    pub(super) values: Lock<HashMap<String, Value>>,
    pub(super) is_down: AtomicBool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Record(Vec<u8>),
    Lease(Mark),
    Bar(Mark),
}

impl Fake {
    fn work<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut HashMap<String, Value>) -> T + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            if self.is_down.load(Ordering::SeqCst) {
                return Err(Error::unavailable("cache", "it is down"));
            }
            Ok(work(&mut self.values.lock().unwrap()))
        })
    }
}

impl SharedCache for &'static Fake {
    fn get<'a>(&'a self, keys: &'a [String]) -> Answer<'a, Vec<Slot>> {
        self.work(|values| {
            let slot = |key| match values.get(key) {
                None => Slot::Empty,
                Some(Value::Record(bytes)) => Slot::Found(bytes.clone()),
                Some(_) => Slot::Unsettled,
            };
            keys.iter().map(slot).collect()
        })
    }

    fn lease<'a>(&'a self, key: &'a str, mark: Mark) -> Answer<'a, bool> {
        self.work(move |values| {
            let is_free = !values.contains_key(key);
            values.entry(key.to_owned()).or_insert(Value::Lease(mark));
            is_free
        })
    }

    fn put<'a>(&'a self, key: &'a str, mark: Mark, record: &'a [u8]) -> Answer<'a, ()> {
        self.work(move |values| {
            if values.get(key) == Some(&Value::Lease(mark)) {
                values.insert(key.to_owned(), Value::Record(record.to_owned()));
            }
        })
    }

    fn bar<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()> {
        self.work(move |values| values.extend(keys.iter().map(|key| (key.clone(), Value::Bar(mark)))))
    }

    fn clear<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()> {
        self.work(move |values| {
            values.retain(|key, value| !keys.contains(key) || matches!(value, Value::Bar(other) if *other != mark));
        })
    }
}
