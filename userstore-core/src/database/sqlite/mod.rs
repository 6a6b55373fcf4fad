//! SQLite: one connection writes, in a queue, and several read.

mod connect;
mod queue;

pub(in crate::database) use self::connect::{Target, readers, retry, writer};
pub(in crate::database) use self::queue::{Queue, is_busy, try_begin};
