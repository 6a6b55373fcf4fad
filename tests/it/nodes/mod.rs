//! Several servers on the same engines: what one of them has answered holds on all of them.

mod denials;
mod first_starts;
mod members;
mod order;
mod sign_ups;
mod updates;

use tests::{Backend, Cli, Client, DatabaseKind, Footing, Persona, TestServer};
use userstore_core::config::{CacheKind, SessionStoreKind};
use userstore_core::{Clock, Role};

/// PostgreSQL, with sessions and records in Redis: what the README advises for several servers.
const ADVISED: Backend =
    Backend { database: DatabaseKind::Postgres, sessions: SessionStoreKind::Redis, cache: CacheKind::Redis };

/// Two servers that share nothing but the engines they stand on.
struct Nodes([TestServer; 2]);

impl Nodes {
    fn new(backend: Backend) -> Self {
        let footing = Footing::new(backend);
        let node = || {
            TestServer::at(&footing, Clock::system(), |settings| {
                // What is asked at once here is answered in turn, and not refused as too much.
                settings.passwords.max_queue = 200;
            })
        };
        Self([node(), node()])
    }

    /// This node's client, and the other one's: they take turns.
    fn clients(&self, turn: usize) -> (Client, Client) {
        (self.0[turn % 2].client(), self.0[(turn + 1) % 2].client())
    }

    fn cli(&self) -> Cli {
        self.0[0].cli()
    }

    /// Creates an account, and signs in.
    fn persona(&self, name: &str, role: Role) -> Persona {
        self.0[0].persona(name, role)
    }
}
