//! The harness of the tests: private servers, a client that can misbehave, and people with accounts.
//!
//! - [`TestServer`]: the server in this process, on a port and a database of its own, with a clock that the test moves;
//! - [`ServerProcess`] and [`Cli`]: the real programs;
//! - [`Client`], [`Request`], [`Answer`]: HTTP as it is on the wire. Every answer is held to what is promised of all of
//!   them ([`Answer::check`]);
//! - [`Persona`]: somebody who asks.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "what goes wrong in a test fails it"
)]

mod answer;
mod cli;
mod client;
mod persona;
mod process;
mod programs;
mod server;
mod shape;

pub use self::answer::Answer;
pub use self::cli::Cli;
pub use self::client::{Client, Request};
pub use self::persona::Persona;
pub use self::process::ServerProcess;
pub use self::programs::program;
pub use self::server::{START, TestServer};
pub use self::shape::{is_session_token, is_timestamp, is_uuid_v7, is_visible_ascii};
