//! Tells the supervisor that started this process how it goes, where it asks to be told: `sd_notify(3)`.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Build, Orbit, Rocket};

/// Names the socket that is listened on.
const VARIABLE: &str = "NOTIFY_SOCKET";

/// The longest that a supervisor is waited for which does not read what it is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// Has the supervisor told when the server listens, and when it stops.
pub(crate) fn attach(rocket: Rocket<Build>) -> Rocket<Build> {
    match std::env::var_os(VARIABLE) {
        Some(socket) => rocket.attach(Notify { socket }),
        None => rocket,
    }
}

struct Notify {
    socket: OsString,
}

#[rocket::async_trait]
impl Fairing for Notify {
    fn info(&self) -> Info {
        Info { name: "notify", kind: Kind::Liftoff | Kind::Shutdown }
    }

    async fn on_liftoff(&self, _: &Rocket<Orbit>) {
        self.tell("READY=1");
    }

    async fn on_shutdown(&self, _: &Rocket<Orbit>) {
        self.tell("STOPPING=1");
    }
}

impl Notify {
    /// A server that cannot tell serves nevertheless.
    fn tell(&self, state: &str) {
        if let Err(error) = self.send(state) {
            tracing::warn!(%error, "the socket that {VARIABLE} names cannot be told {state}");
        }
    }

    fn send(&self, state: &str) -> io::Result<()> {
        let sender = UnixDatagram::unbound()?;
        sender.set_write_timeout(Some(PATIENCE))?;
        let address = address(self.socket.as_bytes())?;
        // A wait with a limit is not gone on with after a signal.
        while let Err(error) = sender.send_to_addr(state.as_bytes(), &address) {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// A path, or the name of an abstract socket after an `@`.
fn address(socket: &[u8]) -> io::Result<SocketAddr> {
    match socket {
        [b'/', ..] => SocketAddr::from_pathname(OsStr::from_bytes(socket)),
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        _ => Err(io::Error::new(io::ErrorKind::Unsupported, "it is neither a path nor the name of an abstract socket")),
    }
}
