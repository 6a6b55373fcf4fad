//! The harness of the tests: private servers, a client that can misbehave, and people with accounts.
//!
//! - [`TestServer`]: the server in this process, on a port and a database of its own, with a clock that the test moves;
//! - [`ServerProcess`] and [`Cli`]: the real programs;
//! - [`Client`], [`Request`], [`Answer`]: HTTP as it is on the wire. Every answer is held to what is promised of all of
//!   them ([`Answer::check`]);
//! - [`Persona`]: somebody who asks;
//! - [`Backend`] and [`Footing`]: the engines that a store can stand on, and what one store stands on;
//! - [`servers`]: private servers of those engines, and [`Proxy`]: a bad network on the way to them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "what goes wrong in a test fails it"
)]

mod answer;
mod backend;
mod cli;
mod client;
mod contract;
mod golden;
mod persona;
mod process;
mod programs;
mod proxy;
mod record;
mod server;
pub mod servers;
mod shape;

pub use self::answer::Answer;
pub use self::backend::{Backend, DatabaseKind, Footing};
pub use self::cli::Cli;
pub use self::client::{Client, Request};
pub use self::golden::golden;
pub use self::persona::Persona;
pub use self::process::ServerProcess;
pub use self::programs::program;
pub use self::proxy::{Network, Proxy};
pub use self::record::Record;
pub use self::server::{START, TestServer};
pub use self::shape::{is_session_token, is_timestamp, is_uuid_v7, is_visible_ascii};
