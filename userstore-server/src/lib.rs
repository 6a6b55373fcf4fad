//! The user store over HTTP: JSON in, JSON out, errors as problem details (RFC 9457).
//!
//! A program that has a store of its own serves it with [`Server`]; the binary `userstore-server` is [`main`].
//!
//! ```no_run
//! # use userstore_server::Server;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = userstore_core::UserStore::connect("sqlite://users.db?mode=rwc").await?;
//! let server = Server::bind(userstore_server::rocket(store)).await?;
//! println!("listening on {}", server.address());
//! server.serve().await;
//! # Ok(())
//! # }
//! ```
//!
//! The server decides nothing about accounts. A request goes through a guard that tells who asks, a guard that reads
//! the input strictly, one operation of [`userstore_core`], and a responder; what may be done is the core's to say.

mod access_log;
mod begun;
mod caller;
mod check_health;
mod client;
mod cors;
mod edge;
mod every_answer;
mod exported;
mod front;
mod input;
mod log;
mod metrics;
mod notify;
mod openapi;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(not(feature = "otlp"))]
#[path = "otlp_left_out.rs"]
mod otlp;
mod output;
mod problem;
mod request_id;
mod route;
mod serve;
mod signals;
mod span;
mod trace;
mod traffic;

use std::sync::Arc;

use rocket::shield::Shield;
use rocket::{Build, Rocket};
use userstore_core::UserStore;

use self::edge::Edge;
use self::traffic::Traffic;

pub use self::front::{Served, Server, StartError, Stop};
pub use self::serve::main;

/// The OpenAPI 3.1 document that describes the routes, as JSON: what `GET /openapi.json` answers.
#[must_use]
pub fn openapi() -> &'static str {
    openapi::json()
}

/// The routes of a server for this store, to which a program may add its own. They are served by a [`Server`], which
/// goes by the store's settings.
///
/// Launched by Rocket itself they work, too, but slow clients are not limited, and a stop cuts requests off. No file or
/// variable of Rocket's own is read.
#[must_use]
pub fn rocket(store: UserStore) -> Rocket<Build> {
    let traffic = Arc::<Traffic>::default();
    let rocket = rocket::custom(serve::config(store.settings()))
        .attach(Shield::new())
        .attach(Edge::new(Arc::clone(&traffic), store.settings().server.cors_origins.clone()))
        .manage(traffic)
        .register("/", problem::catchers());
    let rocket = access_log::attach(rocket, &store.settings().log).manage(client::Proxies::new(store.settings()));
    route::ALL.iter().fold(rocket.manage(store), |rocket, mount| mount(rocket))
}
