//! From the first connection to the last.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rocket::local::asynchronous::Client;
use rocket::{Build, Rocket};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, interval, sleep};
use userstore_core::UserStore;
use userstore_core::config;

use super::life::{Open, Patience};
use super::tls::Tls;
use super::{Front, Limits, Stop, accept};
use crate::every_answer::EveryAnswer;
use crate::traffic::Traffic;

/// How often is looked whose time is over, and whether files have changed.
const LOOK: Duration = Duration::from_millis(250);

/// How long a stopping server waits for the next request of a connection, so that it can say with the answer that it is
/// the last.
const FAREWELL: Duration = Duration::from_secs(1);

/// How often a stopping server looks whether all is done.
const STEP: Duration = Duration::from_millis(10);

/// How long a client may leave an answer lying, and take nothing of it.
const ANSWER: Duration = Duration::from_secs(30);

/// How many connections may wait until they are taken.
const BACKLOG: u32 = 4096;

/// A server that listens.
pub struct Server {
    front: Arc<Front>,
    listener: TcpListener,
    address: SocketAddr,
    stop: Stop,
}

/// Why a server does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Nobody can listen at this address.
    Listen(SocketAddr, io::Error),
    /// The certificate or its key is of no use, for this reason.
    Tls(String),
    /// The routes do not go together, or have no [`UserStore`].
    Routes(String),
}

/// How a server has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// How many connections were closed before their request was answered, because it took longer than
    /// `server.shutdown_grace`.
    pub cut_off: usize,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => {
                write!(f, "cannot listen on {address}: {error}; choose another --host or --port")
            }
            Self::Tls(message) | Self::Routes(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for StartError {}

impl Server {
    /// Listens for the routes of [`rocket()`](crate::rocket()), at the address in the settings of their store.
    ///
    /// # Errors
    /// [`StartError`], with the reason.
    pub async fn bind(rocket: Rocket<Build>) -> Result<Self, StartError> {
        let Some(store) = rocket.state::<UserStore>() else {
            return Err(StartError::Routes("the routes have no user store".to_owned()));
        };
        let settings = store.settings().server.clone();
        let tls = match (settings.tls_cert.clone(), settings.tls_key.clone()) {
            (Some(certificate), Some(key)) => Some(Arc::new(Tls::read(certificate, key).map_err(StartError::Tls)?)),
            _ => None,
        };
        let wanted = SocketAddr::new(settings.host, settings.port);
        let listener = listen(wanted).map_err(|error| StartError::Listen(wanted, error))?;
        let address = listener.local_addr().map_err(|error| StartError::Listen(wanted, error))?;
        // Nobody keeps cookies for its callers.
        let router = Client::untracked(rocket).await.map_err(|error| StartError::Routes(error.to_string()))?;
        let limits = Limits::of(&settings);
        let traffic = router.rocket().state::<Arc<Traffic>>().cloned().unwrap_or_default();
        traffic.rows(router.rocket());
        let every_answer = EveryAnswer { over_tls: tls.is_some(), by_origin: !settings.cors_origins.is_empty() };
        let front =
            Front { router, open: Open::new(traffic, every_answer), limits, tls, stopping: AtomicBool::new(false) };
        Ok(Self { front: Arc::new(front), listener, address, stop: Stop::new() })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What tells it to stop.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Serves until it is told to stop, and until what runs then is finished.
    ///
    /// From then on `/readyz` answers 503, and every answer is the last of its connection. New connections are taken as
    /// long as old ones are open, at most a second; after that nobody listens. Requests have `server.shutdown_grace` to
    /// be answered.
    pub async fn serve(self) -> Served {
        let Self { front, listener, stop, .. } = self;
        tokio::select! {
            served = until_stopped(&front, listener, stop) => served,
            never = watch(&front) => match never {},
        }
    }
}

async fn until_stopped(front: &Arc<Front>, listener: TcpListener, stop: Stop) -> Served {
    let places = Arc::new(Semaphore::new(front.limits.connections));
    tokio::select! {
        () = accept::forever(front, &listener, &places) => {}
        () = stop.told() => {}
    }
    tracing::info!("stopping: no new requests, and those that are running are finished");
    let end = Instant::now() + front.limits.grace;
    front.stopping.store(true, Ordering::Relaxed);
    front.router.rocket().shutdown().notify();
    tokio::select! {
        () = accept::forever(front, &listener, &places) => {}
        () = until(|| front.open.count() == 0) => {}
        () = sleep(FAREWELL.min(front.limits.grace)) => {}
    }
    accept::rest(front, &listener, &places).await;
    drop(listener);
    tokio::select! {
        () = until(|| { front.open.close_idle(); front.open.count() == 0 }) => {}
        () = tokio::time::sleep_until(end) => {}
    }
    let cut_off = front.open.busy();
    front.open.close_all();
    Served { cut_off }
}

impl Limits {
    fn of(settings: &config::Server) -> Self {
        Self {
            connections: usize::try_from(settings.max_connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS),
            patience: Patience { idle: settings.idle_timeout, head: settings.header_timeout, answer: ANSWER },
            body: settings.body_timeout,
            grace: settings.shutdown_grace,
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that stops and starts again need not wait for the connections it had.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn watch(front: &Front) -> Infallible {
    let mut ticks = interval(LOOK);
    loop {
        ticks.tick().await;
        front.open.close_late(front.limits.patience);
        if let Some(tls) = front.tls.clone() {
            // It is looked at again if this time it went wrong.
            let _ = spawn_blocking(move || tls.refresh()).await;
        }
    }
}

async fn until(done: impl Fn() -> bool) {
    while !done() {
        sleep(STEP).await;
    }
}
