//! Private servers of the engines that userstore stands on: started from the programs of this machine, in a temporary
//! folder, on a free port of the loopback.
//!
//! Starting one takes a second or two. So [`postgres`], [`mariadb`], [`redis`] and [`memcached`] give one for the whole
//! process, started when it is first asked for, which tests share: each has a database of its own there, and the keys
//! of each store begin with its id. A test that stops, kills, freezes or rolls one back starts one for itself, with
//! `start` of its type.
//!
//! None outlives the tests, however they end: a guardian beside them sees to it.

mod daemon;
mod folder;
mod mariadb;
mod memcached;
mod postgres;
mod redis;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use self::daemon::Daemon;
pub use self::mariadb::MariaDb;
pub use self::memcached::Memcached;
pub use self::postgres::Postgres;
pub use self::redis::Redis;

/// The PostgreSQL that tests share.
pub fn postgres() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(Postgres::start)
}

/// The MariaDB that tests share.
pub fn mariadb() -> &'static MariaDb {
    static SHARED: OnceLock<MariaDb> = OnceLock::new();
    SHARED.get_or_init(MariaDb::start)
}

/// The Redis that tests share.
pub fn redis() -> &'static Redis {
    static SHARED: OnceLock<Redis> = OnceLock::new();
    SHARED.get_or_init(Redis::start)
}

/// The Memcached that tests share.
pub fn memcached() -> &'static Memcached {
    static SHARED: OnceLock<Memcached> = OnceLock::new();
    SHARED.get_or_init(Memcached::start)
}

/// A program that the build has found.
///
/// # Panics
/// When it has not.
#[must_use]
pub fn program(found: Option<&'static str>, name: &str) -> &'static Path {
    Path::new(found.unwrap_or_else(|| panic!("{name} was not there when the tests were built: install it")))
}

/// A name for a database that no other one has on a server of this process.
fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A port of the loopback that nobody listens on. It is below those that outgoing connections are given, so that it
/// stays free while its server is down.
#[must_use]
pub fn free_port() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    for _ in 0..COUNT {
        // Processes begin at different places.
        let offset = std::process::id().wrapping_mul(97).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(FIRST + offset % COUNT).unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port is free");
}
