//! Nouns: values that are checked once, when they are made, and carry no I/O.

pub(crate) mod audit;
pub(crate) mod client;
pub(crate) mod data;
pub(crate) mod id;
pub(crate) mod json;
pub(crate) mod member;
pub(crate) mod page;
pub(crate) mod password;
pub(crate) mod precis;
pub(crate) mod precondition;
pub(crate) mod prefix;
pub(crate) mod role;
pub(crate) mod scope;
pub(crate) mod session;
pub(crate) mod timestamp;
pub(crate) mod user;
pub(crate) mod username;
