//! The way to another machine, which may be gone: a gate that is closed for a moment after each failure.
//!
//! While the gate is open, everybody shares one connection. Once an exchange has failed, everybody is refused at once
//! for [`PAUSE`]; then one may try to connect anew, and the others are still refused until that has succeeded. So a
//! machine that swallows everything holds up a few at a time, and is used again soon after it is back.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};
use tracing::Span;

use crate::figures::within;

/// How long everybody is refused after a failure.
pub(crate) const PAUSE: Duration = Duration::from_millis(250);

/// A machine, and how to connect to it.
pub(crate) trait Remote: fmt::Debug + Send + Sync {
    /// What the log calls it.
    const NAME: &'static str;

    /// What all share: clones are the same connection.
    type Connection: Clone + fmt::Debug + Send + Sync;

    /// The span of something that it is asked.
    fn step(&self) -> Span;

    /// Connects, and makes sure that somebody answers.
    fn connect(&self) -> impl Future<Output = Result<Self::Connection, Fault>> + Send;

    /// Whether the other side has closed a connection, so that nothing need be tried on it.
    fn is_closed(connection: &Self::Connection) -> bool;
}

/// Why an exchange failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The connection is of no use any more.
    Lost(String),
    /// This one thing was refused, or cannot be understood.
    Refused(String),
}

/// What is told of an exchange that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{name}: {reason}")]
pub(crate) struct Outage {
    name: &'static str,
    reason: Arc<str>,
}

/// The way to one machine.
#[derive(Debug)]
pub(crate) struct Gate<R: Remote> {
    remote: R,
    timeout: Duration,
    way: RwLock<Way<R::Connection>>,
    /// Held by whoever connects.
    connecting: Mutex<()>,
}

struct Way<C> {
    connection: Option<C>,
    /// How many connections there have been.
    number: u64,
    /// The last failure, until a connection is made.
    failure: Option<(Instant, Outage)>,
}

impl<C> fmt::Debug for Way<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connection, number, failure } = self;
        let is_open = connection.is_some();
        f.debug_struct("Way").field("is_open", &is_open).field("number", number).field("failure", failure).finish()
    }
}

/// A connection for as long as one operation may take.
#[derive(Debug)]
pub(crate) struct Passage<'a, R: Remote> {
    gate: &'a Gate<R>,
    connection: R::Connection,
    number: u64,
    deadline: Instant,
}

impl<R: Remote> Gate<R> {
    /// An operation, connecting included, may take `timeout`.
    pub(crate) fn new(remote: R, timeout: Duration) -> Self {
        let way = Way { connection: None, number: 0, failure: None };
        Self { remote, timeout, way: RwLock::new(way), connecting: Mutex::new(()) }
    }

    /// The machine.
    pub(crate) fn remote(&self) -> &R {
        &self.remote
    }

    /// The connection that is there.
    pub(crate) fn connection(&self) -> Option<R::Connection> {
        self.read().connection.clone()
    }

    /// Lets somebody in.
    pub(crate) async fn enter(&self) -> Result<Passage<'_, R>, Outage> {
        let deadline = Instant::now() + self.timeout;
        if let Some(passage) = self.pass(deadline)? {
            return Ok(passage);
        }
        // Boxed, as it is seldom needed: every caller's future would have to hold it.
        within(self.remote.step(), Box::pin(self.connect(deadline)), |_| true).await
    }

    /// A passage on the connection that is there; nothing where there is none; an error while the gate is closed.
    fn pass(&self, deadline: Instant) -> Result<Option<Passage<'_, R>>, Outage> {
        let way = self.read();
        if let Some((at, outage)) = &way.failure
            && at.elapsed() < PAUSE
        {
            return Err(outage.clone());
        }
        let connection = way.connection.clone().filter(|connection| !R::is_closed(connection));
        Ok(connection.map(|connection| Passage { gate: self, connection, number: way.number, deadline }))
    }

    async fn connect(&self, deadline: Instant) -> Result<Passage<'_, R>, Outage> {
        let known = self.read().failure.clone();
        // Before the first failure all wait for the one that connects; after it, nobody waits.
        let one = match known {
            Some((_, outage)) => self.connecting.try_lock().map_err(|_| outage)?,
            None => timeout_at(deadline, self.connecting.lock()).await.map_err(|_| self.late())?,
        };
        if let Some(passage) = self.pass(deadline)? {
            return Ok(passage);
        }
        let connected = timeout_at(deadline, self.remote.connect()).await;
        let connection = match connected {
            Ok(Ok(connection)) => connection,
            Ok(Err(Fault::Lost(reason) | Fault::Refused(reason))) => return Err(self.close(None, Self::outage(reason))),
            Err(_) => return Err(self.close(None, self.late())),
        };
        let mut way = self.write();
        if way.failure.take().is_some() {
            tracing::info!("{} is back", R::NAME);
        }
        way.number += 1;
        way.connection = Some(connection.clone());
        let number = way.number;
        drop((way, one));
        Ok(Passage { gate: self, connection, number, deadline })
    }

    /// Closes the gate because of a failure, unless a newer connection has taken the place of the failed one.
    fn close(&self, number: Option<u64>, outage: Outage) -> Outage {
        let mut way = self.write();
        if number.is_none_or(|number| number == way.number) {
            if way.failure.is_none() {
                tracing::warn!(reason = %outage.reason, "{} is out of reach", R::NAME);
            }
            way.connection = None;
            way.failure = Some((Instant::now(), outage.clone()));
        }
        outage
    }

    fn late(&self) -> Outage {
        Self::outage(format!("no answer within {}", humantime::format_duration(self.timeout)))
    }

    fn outage(reason: String) -> Outage {
        Outage { name: R::NAME, reason: reason.into() }
    }

    fn read(&self) -> RwLockReadGuard<'_, Way<R::Connection>> {
        self.way.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Way<R::Connection>> {
        self.way.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Remote> Passage<'_, R> {
    pub(crate) fn connection(&self) -> &R::Connection {
        &self.connection
    }

    /// Gives the connection up without closing the gate: whoever comes next connects anew.
    pub(crate) fn give_up(&self) {
        let mut way = self.gate.write();
        if way.number == self.number {
            way.connection = None;
        }
    }

    /// Gives what follows the whole time again.
    pub(crate) fn prolong(&mut self) {
        self.deadline = Instant::now() + self.gate.timeout;
    }

    /// Does something on the connection, in the time that is left. A connection that has failed or has not answered in
    /// time is given up.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Outage> {
        let work = async {
            match timeout_at(self.deadline, work).await {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(Fault::Refused(reason))) => Err(Gate::<R>::outage(reason)),
                Ok(Err(Fault::Lost(reason))) => Err(self.gate.close(Some(self.number), Gate::<R>::outage(reason))),
                Err(_) => Err(self.gate.close(Some(self.number), self.gate.late())),
            }
        };
        within(self.gate.remote.step(), work, |_| true).await
    }
}

#[cfg(test)]
mod tests;
