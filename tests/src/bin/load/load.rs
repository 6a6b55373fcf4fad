//! Load: a thread with connections that each send the same request again and again.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep_until, timeout};

use crate::Result;
use crate::http::Connection;

/// How long the last answers may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// When a connection sends its next request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// As soon as the last one is answered.
    Unbroken,
    /// At fixed times, this far apart. One that is late because the last one was answered late counts from the time at
    /// which it was due.
    Every(Duration),
}

/// Load under way.
pub(crate) struct Load {
    shared: Arc<Shared>,
    thread: JoinHandle<Result<Tally>>,
}

#[derive(Default)]
struct Shared {
    answered: AtomicU64,
    /// Whether latencies are kept.
    is_recording: AtomicBool,
    is_over: AtomicBool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// How many answers there were of each status.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// How long each answer took while they were recorded; in ascending order.
    pub(crate) latencies: Vec<Duration>,
}

impl Load {
    /// Starts a thread of this name with a connection for each request; all are open when this returns. Any answer of
    /// another status than these ends the load with an error.
    pub(crate) fn start(
        name: &str,
        address: SocketAddr,
        requests: Vec<Vec<u8>>,
        pace: Pace,
        expected: &'static [u16],
    ) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (ready, connected) = mpsc::channel();
        let load = Arc::clone(&shared);
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || -> Result<Tally> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async move {
                let mut connections = Vec::with_capacity(requests.len());
                for request in requests {
                    connections.push((Connection::open(address).await?, request));
                }
                ready.send(())?;
                let mut tasks = JoinSet::new();
                for (number, (connection, request)) in (0..).zip(connections) {
                    tasks.spawn(repeat(connection, request, pace, number, expected, Arc::clone(&load)));
                }
                gather(tasks, &load).await
            })
        })?;
        match connected.recv() {
            Ok(()) => Ok(Self { shared, thread }),
            Err(_) => Err(end(thread).err().unwrap_or_else(|| "a load did not start".into())),
        }
    }

    /// From now on, latencies are kept.
    pub(crate) fn record(&self) {
        self.shared.is_recording.store(true, Ordering::Relaxed);
    }

    /// How many answers there were until now.
    pub(crate) fn answered(&self) -> u64 {
        self.shared.answered.load(Ordering::Relaxed)
    }

    /// Waits for the answers that are due, and sends nothing more.
    pub(crate) fn stop(self) -> Result<Tally> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        end(self.thread)
    }
}

/// What all connections together have to say.
async fn gather(mut tasks: JoinSet<Result<Tally>>, shared: &Shared) -> Result<Tally> {
    let mut total = Tally::default();
    loop {
        match timeout(PATIENCE, tasks.join_next()).await {
            Ok(Some(tally)) => total.add(tally??),
            Ok(None) => break,
            Err(_) if shared.is_over.load(Ordering::Relaxed) => return Err("an answer never came".into()),
            Err(_) => {}
        }
    }
    total.latencies.sort_unstable();
    Ok(total)
}

/// The life of one connection.
async fn repeat(
    mut connection: Connection,
    request: Vec<u8>,
    pace: Pace,
    number: u32,
    expected: &'static [u16],
    shared: Arc<Shared>,
) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut due = match pace {
        Pace::Unbroken => Instant::now(),
        // Not all at the same moment.
        Pace::Every(period) => Instant::now() + period * (number % 8) / 8,
    };
    while !shared.is_over.load(Ordering::Relaxed) {
        match pace {
            Pace::Unbroken => due = Instant::now(),
            Pace::Every(_) => sleep_until(due.into()).await,
        }
        let status = connection.exchange(&request).await?;
        if !expected.contains(&status) {
            return Err(format!("an answer of {status}: {}", String::from_utf8_lossy(connection.body())).into());
        }
        *tally.statuses.entry(status).or_default() += 1;
        shared.answered.fetch_add(1, Ordering::Relaxed);
        if shared.is_recording.load(Ordering::Relaxed) {
            tally.latencies.push(due.elapsed());
        }
        if let Pace::Every(period) = pace {
            due += period;
        }
    }
    Ok(tally)
}

impl Tally {
    fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.latencies.extend(other.latencies);
    }
}

/// What a thread has to say.
pub(crate) fn end<T>(thread: JoinHandle<Result<T>>) -> Result<T> {
    thread.join().map_err(|_| "a thread panicked")?
}
