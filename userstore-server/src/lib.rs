//! The user store over HTTP: JSON in, JSON out, errors as problem details (RFC 9457).
//!
//! A program that has a store of its own serves it with [`rocket()`]; the binary `userstore-server` is [`main`].
//!
//! ```no_run
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = userstore_core::UserStore::connect("sqlite://users.db?mode=rwc").await?;
//! userstore_server::rocket(store).launch().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The server decides nothing about accounts. A request goes through a guard that tells who asks, a guard that reads
//! the input strictly, one operation of [`userstore_core`], and a responder; what may be done is the core's to say.

mod access_log;
mod caller;
mod check_health;
mod edge;
mod input;
mod log;
#[cfg(target_os = "linux")]
mod notify;
mod output;
mod problem;
mod request_id;
mod route;
mod serve;

use rocket::shield::Shield;
use rocket::{Build, Rocket};
use userstore_core::UserStore;

pub use self::serve::main;

/// A server for this store: its address, threads and time to stop are those of the store's settings. It is started
/// with [`launch`](Rocket::launch), and stops at SIGTERM and SIGINT, or when its [`Shutdown`](rocket::Shutdown) says so.
///
/// No file or variable of Rocket's own is read.
#[must_use]
pub fn rocket(store: UserStore) -> Rocket<Build> {
    let rocket = rocket::custom(serve::config(store.settings()))
        .attach(Shield::new())
        .attach(edge::Edge::default())
        .register("/", problem::catchers());
    let rocket = access_log::attach(rocket, &store.settings().log);
    route::ALL.iter().fold(rocket.manage(store), |rocket, mount| mount(rocket))
}
