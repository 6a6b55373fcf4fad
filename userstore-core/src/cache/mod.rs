//! What is remembered of users, sessions and members, so that an authenticated read does no database work.

mod local;

pub(crate) use self::local::Cache;
