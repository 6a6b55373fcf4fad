//! The tests: one module a subject. Each test has a server, a database and a clock of its own, and needs no other.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what goes wrong in a test fails it")]

mod administration;
mod arrows;
mod at_once;
mod audit;
mod bodies;
mod canary;
mod cli;
mod conformance;
mod cors;
mod data;
mod deletion;
mod deploy;
mod disk;
mod errors;
mod flood;
mod front;
mod home;
mod kill;
mod limits;
mod lists;
mod logged;
mod members;
mod memory;
mod methods;
mod metrics;
mod migrate;
mod nodes;
mod openapi;
mod outages;
mod pages;
mod passwords;
mod paths;
mod preconditions;
mod problems;
mod program;
mod proxies;
mod race;
mod readme;
mod requests;
mod roles;
mod routes;
mod servers;
mod sessions;
mod sign_in;
mod sign_up;
#[cfg(target_os = "linux")]
mod supervised;
mod tokens;
mod traces;
mod usernames;
