//! A server in a process of its own, so that its memory is nobody else's.

use std::io::{BufRead as _, BufReader, Read as _, Write as _, stdin, stdout};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use userstore_core::Settings;

use crate::Result;
use crate::cpu;
use crate::server::Server;

/// Whether passwords may be tried as often as anybody likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limits {
    /// As they are by default.
    On,
    Off,
}

/// The parent's side. The server stops when this is dropped.
pub(crate) struct Process {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Process {
    /// Starts the server of a user store in this file, with default settings but for a silent log and maybe
    /// limits.
    pub(crate) fn start(database: &Path, limits: Limits) -> Result<Self> {
        let serve = if limits == Limits::On { "serve-limited" } else { "serve" };
        let mut command = Command::new(std::env::current_exe()?);
        let child = command.arg(serve).arg(database).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut process = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), child };
        let mut line = String::new();
        BufReader::new(process.child.stdout.take().ok_or("a child without output")?).read_line(&mut line)?;
        process.address = line.trim().parse().map_err(|_| "the server did not start")?;
        Ok(process)
    }

    /// The most memory that it ever had, in megabytes.
    pub(crate) fn peak_megabytes(&self) -> Result<f64> {
        cpu::peak_megabytes(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It ends by itself now; if it has ended already, there is nothing to wait for.
        let _ = self.child.wait();
    }
}

/// The child's side: serves until standard input ends.
pub(crate) fn serve(database: &Path, limits: Limits) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut settings = Settings::default();
    settings.limits.enabled = limits == Limits::On;
    let server = Server::of_store_with(database, u16::try_from(cores)?, settings)?;
    writeln!(stdout(), "{}", server.address)?;
    stdin().read_to_end(&mut Vec::new())?;
    server.stop()
}
