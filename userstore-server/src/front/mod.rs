//! The server itself: it listens, and passes what comes in through the routes.
//!
//! Rocket routes, guards and answers; it has no time-outs for slow clients, no limit for how many there are, and no way
//! to stop without cutting somebody off. So connections are held here.

mod accept;
mod answer;
mod body;
mod exchange;
mod fault;
mod head;
mod life;
mod refusal;
mod server;
mod stop;
mod stream;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rocket::local::asynchronous::Client;

use self::life::{Open, Patience};
use self::tls::Tls;

pub(crate) use self::fault::{missing_body, refusal};
pub use self::server::{Served, Server, StartError};
pub use self::stop::Stop;

/// What every connection needs.
struct Front {
    /// The routes. Rocket's name for it is a client, as it was made for tests.
    router: Client,
    open: Arc<Open>,
    limits: Limits,
    tls: Option<Arc<Tls>>,
    stopping: AtomicBool,
}

/// What clients may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    connections: usize,
    patience: Patience,
    /// How long the body of a request may take to come in.
    body: Duration,
    /// How long requests that run may take to be answered when the server stops.
    grace: Duration,
}

impl Front {
    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
