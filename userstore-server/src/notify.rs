//! Tells the supervisor that started this process how it goes, where it asks to be told: `sd_notify(3)`.

use std::ffi::OsString;

/// Names the socket that is listened on.
const VARIABLE: &str = "NOTIFY_SOCKET";

/// The supervisor of this process, if there is one.
pub(crate) struct Supervisor {
    socket: Option<OsString>,
}

impl Supervisor {
    pub(crate) fn of_process() -> Self {
        Self { socket: std::env::var_os(VARIABLE) }
    }

    /// A server that cannot tell serves nevertheless.
    pub(crate) fn tell(&self, state: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = send(socket, state) {
            tracing::warn!(%error, "the socket that {VARIABLE} names cannot be told {state}");
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn send(_: &std::ffi::OsStr, _: &str) -> std::io::Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
use self::linux::send;

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::io;
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    use std::time::Duration;

    /// The longest that a supervisor is waited for which does not read what it is told.
    const PATIENCE: Duration = Duration::from_secs(1);

    pub(super) fn send(socket: &OsStr, state: &str) -> io::Result<()> {
        let sender = UnixDatagram::unbound()?;
        sender.set_write_timeout(Some(PATIENCE))?;
        let address = address(socket.as_bytes())?;
        // A wait with a limit is not gone on with after a signal.
        while let Err(error) = sender.send_to_addr(state.as_bytes(), &address) {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(())
    }

    /// A path, or the name of an abstract socket after an `@`.
    fn address(socket: &[u8]) -> io::Result<SocketAddr> {
        match socket {
            [b'/', ..] => SocketAddr::from_pathname(OsStr::from_bytes(socket)),
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
            _ => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "it is neither a path nor the name of an abstract socket",
            )),
        }
    }
}
