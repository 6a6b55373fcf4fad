//! A server in this process, on a runtime of its own, so that its threads can be told from others.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rocket::fairing::AdHoc;
use rocket::{Build, Rocket};
use userstore_core::config::LogLevel;
use userstore_core::{Settings, UserStore};

use crate::Result;
use crate::load::end;

/// What the names of the threads of a user store's server start with: its runtime's, its database's, those that hash.
pub(crate) const STORE_THREADS: &[&str] = &["store-", "sqlx-", "hash-"];

/// The same, but for those that hash.
pub(crate) const BESIDES: &[&str] = &["store-", "sqlx-"];

/// A server that runs.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Box<dyn FnOnce() + Send>,
    thread: JoinHandle<Result<()>>,
}

impl Server {
    /// Starts the server of a user store in this file, with default settings but for a silent log.
    pub(crate) fn of_store(file: &Path, workers: u16) -> Result<Self> {
        let mut settings = Settings::default();
        // Whoever measures comes from one address.
        settings.limits.enabled = false;
        Self::of_store_with(file, workers, settings)
    }

    /// Starts one with other settings.
    pub(crate) fn of_store_with(file: &Path, workers: u16, mut settings: Settings) -> Result<Self> {
        settings.server.port = 0;
        settings.server.workers = Some(workers);
        settings.log.level = LogLevel::Off;
        settings.database.url = userstore_core::config::Secret::new(format!("sqlite://{}?mode=rwc", file.display()));
        Self::on_threads("store", workers, |ready| async move {
            let store = UserStore::builder().settings(settings).connect().await?;
            let server = userstore_server::Server::bind(userstore_server::rocket(store)).await?;
            let stop = server.stop();
            ready.tell(server.address(), move || stop.now());
            server.serve().await;
            Ok(())
        })
    }

    /// Starts a server of Rocket's own on threads whose names start with `name`.
    pub(crate) fn of_rocket<F>(name: &'static str, workers: u16, rocket: F) -> Result<Self>
    where
        F: Future<Output = Result<Rocket<Build>>> + Send + 'static,
    {
        Self::on_threads(name, workers, |ready| async move {
            let tell = AdHoc::on_liftoff("address", |rocket| {
                Box::pin(async move {
                    let (config, shutdown) = (rocket.config(), rocket.shutdown());
                    ready.tell(SocketAddr::new(config.address, config.port), || shutdown.notify());
                })
            });
            rocket.await?.attach(tell).launch().await.map_err(|error| error.to_string())?;
            Ok(())
        })
    }

    fn on_threads<F, S>(name: &'static str, workers: u16, serve: S) -> Result<Self>
    where
        S: FnOnce(Ready) -> F + Send + 'static,
        F: Future<Output = Result<()>>,
    {
        let (ready, started) = mpsc::channel();
        let thread = thread::Builder::new().name(format!("{name}-main")).spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(workers.into())
                .thread_name(format!("{name}-worker"))
                .enable_all()
                .build()?;
            runtime.block_on(serve(Ready(ready)))
        })?;
        match started.recv() {
            Ok((address, stop)) => Ok(Self { address, stop, thread }),
            Err(_) => Err(end(thread).err().unwrap_or_else(|| "a server did not start".into())),
        }
    }

    pub(crate) fn stop(self) -> Result<()> {
        (self.stop)();
        end(self.thread)
    }
}

/// Where a server listens, and what stops it.
type Started = (SocketAddr, Box<dyn FnOnce() + Send>);

/// Told when a server listens.
struct Ready(mpsc::Sender<Started>);

impl Ready {
    fn tell(self, address: SocketAddr, stop: impl FnOnce() + Send + 'static) {
        // Whoever wanted to know is gone: then the server is not needed, either.
        let _ = self.0.send((address, Box::new(stop)));
    }
}
