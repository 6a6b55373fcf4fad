//! How often passwords may be tried. What is asserted is how many were really tested: the hashes computed.

mod addresses;
mod anew;
mod answers;
mod brute_force;
mod nodes;
mod settings;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;
use tests::{Answer, Client, Persona, TestServer};
use userstore_core::{Role, Settings};

/// The burst that one account has by default.
const BURST: u64 = 10;

/// A server with the limits that a user has.
fn start() -> TestServer {
    TestServer::with(limited)
}

/// The limits that a user has, and room for all that comes at once: what is refused is refused for them.
fn limited(settings: &mut Settings) {
    settings.limits = userstore_core::config::Limits::default();
    settings.passwords.max_queue = 1000;
}

/// An address of this machine.
fn source(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 7, number)
}

/// A client of a server that asks from one of these addresses.
fn from(server: &TestServer, number: u8) -> Client {
    server.client().asking_from(source(number))
}

/// Hashes computed so far.
fn hashes(server: &TestServer) -> u64 {
    server.store().hashing().computed
}

/// An account, whose owner has never signed in.
fn alice(server: &TestServer) -> Persona {
    server.account("alice", Role::User, "{}")
}

fn wrong(persona: &Persona) -> Persona {
    persona.with_password("a wrong plum, 7")
}

/// Asks so often, from several threads at once: how often each status was answered.
fn storm(times: usize, ask: impl Fn(usize) -> Answer + Sync) -> std::collections::BTreeMap<u16, usize> {
    let next = AtomicUsize::new(0);
    let statuses = thread::scope(|scope| {
        let threads: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| {
                    let mut statuses = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= times {
                            return statuses;
                        }
                        statuses.push(ask(number).status());
                    }
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<u16>>()
    });
    let mut counts = std::collections::BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    counts
}

/// What a change of the password is answered.
fn change(persona: &Persona, current: &str) -> Answer {
    persona.put("/user/me/password", json!({"current_password": current, "new_password": "another plum, 8"}))
}
