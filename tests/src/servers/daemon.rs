//! A server that runs in a folder and can be stopped, killed, frozen and started again.

use std::fmt;
use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::folder::Folder;
use super::free_port;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often is looked whether it has.
const PAUSE: Duration = Duration::from_millis(10);

/// By what a server is known to serve.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ready {
    /// It writes this into its log.
    Says(&'static str),
    /// Its port is open.
    Listens,
}

/// The command that starts a server in its folder on this address.
type Start = dyn Fn(&Folder, SocketAddr) -> Command + Send + Sync;

/// A running server, with a folder and a port of its own. It is killed when it is dropped, and when the tests' process
/// ends in whatever way.
pub struct Daemon {
    /// What runs, where something does. It is dropped, and so reaped, after the folder's guardian has killed it.
    folder: Folder,
    child: Mutex<Option<Child>>,
    address: SocketAddr,
    start: Box<Start>,
    ready: Ready,
    stop: Signal,
}

impl Daemon {
    /// Starts one, on a port that is free: another process may take it just before the server does, so this is tried again.
    pub(super) fn new(
        folder: Folder,
        ready: Ready,
        stop: Signal,
        start: impl Fn(&Folder, SocketAddr) -> Command + Send + Sync + 'static,
    ) -> Self {
        let child = Mutex::new(None);
        let mut daemon = Self { folder, child, address: free_port(), start: Box::new(start), ready, stop };
        for _ in 0..5 {
            if daemon.try_start().is_ok() {
                return daemon;
            }
            daemon.address = free_port();
        }
        panic!("it does not start: {}", daemon.folder.log());
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder it works in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it has written into its log since it was started.
    #[must_use]
    pub fn log(&self) -> String {
        self.folder.log()
    }

    /// Starts it, after it was stopped or killed, on the port that it had, and waits until it serves.
    #[track_caller]
    pub fn restart(&self) {
        assert!(self.child().is_none(), "it runs");
        // What the old one leaves behind on the port may last a moment.
        let deadline = Instant::now() + PATIENCE;
        while let Err(status) = self.try_start() {
            assert!(Instant::now() < deadline, "{status}: {}", self.folder.log());
            std::thread::sleep(PAUSE);
        }
    }

    /// Asks it to stop, and waits until it has.
    #[track_caller]
    pub fn stop(&self) {
        let mut child = self.child().take().expect("it should run");
        kill_process(Pid::from_child(&child), self.stop).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it does not stop: {}", self.folder.log());
            std::thread::sleep(PAUSE);
        }
    }

    /// Kills it, and all that it has started (SIGKILL).
    #[track_caller]
    pub fn kill(&self) {
        let mut child = self.child().take().expect("it should run");
        self.folder.signal(Signal::KILL);
        child.wait().unwrap();
    }

    /// Has it, and all that it has started, stand still (SIGSTOP): connections stay, and new ones are taken by the kernel,
    /// but nothing is answered.
    pub fn freeze(&self) {
        self.folder.signal(Signal::STOP);
    }

    /// Has it go on after [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        self.folder.signal(Signal::CONT);
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts it, and waits until it serves or ends.
    fn try_start(&self) -> Result<(), ExitStatus> {
        let log = File::create(self.folder.path().join("log")).unwrap();
        let mut command = (self.start)(&self.folder, self.address);
        let mut child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready() {
            if let Some(status) = child.try_wait().unwrap() {
                return Err(status);
            }
            assert!(Instant::now() < deadline, "it does not serve: {}", self.folder.log());
            std::thread::sleep(PAUSE);
        }
        if let Some(status) = child.try_wait().unwrap() {
            return Err(status);
        }
        *self.child() = Some(child);
        Ok(())
    }

    fn is_ready(&self) -> bool {
        match self.ready {
            Ready::Says(line) => self.folder.log().contains(line),
            Ready::Listens => TcpStream::connect(self.address).is_ok(),
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.folder.signal(Signal::KILL);
        if let Some(mut child) = self.child().take() {
            let _reaped = child.wait();
        }
    }
}

impl fmt::Debug for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Daemon").field("address", &self.address).field("folder", &self.folder).finish_non_exhaustive()
    }
}
