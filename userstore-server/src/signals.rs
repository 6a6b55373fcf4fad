//! The signals that the process goes by.

use std::io;

/// Those that ask it to stop: SIGTERM and SIGINT, or Ctrl-C. SIGHUP, which asks some programs to read their settings
/// again, changes nothing; files that may change are looked at without being asked.
pub(crate) struct Signals {
    #[cfg(unix)]
    stop: [tokio::signal::unix::Signal; 2],
}

#[cfg(unix)]
impl Signals {
    /// From now on they do nothing by themselves.
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        // Once it is caught, it no longer ends the process, and nobody waits for it.
        let _ignored = signal(SignalKind::hangup())?;
        Ok(Self { stop: [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?] })
    }

    /// Waits until one of them asks to stop.
    pub(crate) async fn wait(self) {
        let [mut terminate, mut interrupt] = self.stop;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// From now on they do nothing by themselves.
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits until one of them asks to stop.
    pub(crate) async fn wait(self) {
        // Where the console cannot tell, the process is ended otherwise.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
