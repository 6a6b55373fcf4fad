//! A server in this process, on a runtime of its own, so that its threads can be told from others.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rocket::fairing::AdHoc;
use rocket::{Build, Rocket, Shutdown};
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
    shutdown: Shutdown,
    thread: JoinHandle<Result<()>>,
}

impl Server {
    /// Starts the server of a user store in this file, with default settings but for a silent log.
    pub(crate) fn of_store(file: &Path, workers: u16) -> Result<Self> {
        Self::of_store_with(file, workers, Settings::default())
    }

    /// Starts one with other settings.
    pub(crate) fn of_store_with(file: &Path, workers: u16, mut settings: Settings) -> Result<Self> {
        settings.server.port = 0;
        settings.server.workers = Some(workers);
        settings.log.level = LogLevel::Off;
        settings.database.url = userstore_core::config::Secret::new(format!("sqlite://{}?mode=rwc", file.display()));
        Self::start("store", workers, async move {
            let store = UserStore::builder().settings(settings).connect().await?;
            Ok(userstore_server::rocket(store))
        })
    }

    /// Starts a server on threads whose names start with `name`.
    pub(crate) fn start<F>(name: &'static str, workers: u16, rocket: F) -> Result<Self>
    where
        F: Future<Output = Result<Rocket<Build>>> + Send + 'static,
    {
        let (ready, started) = mpsc::channel();
        let thread = thread::Builder::new().name(format!("{name}-main")).spawn(move || -> Result<()> {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(workers.into())
                .thread_name(format!("{name}-worker"))
                .enable_all()
                .build()?;
            runtime.block_on(async move {
                let tell = AdHoc::on_liftoff("address", |rocket| {
                    Box::pin(async move {
                        let config = rocket.config();
                        // Whoever wanted to know is gone: then the server is stopped, too.
                        let _ = ready.send((SocketAddr::new(config.address, config.port), rocket.shutdown()));
                    })
                });
                rocket.await?.attach(tell).launch().await.map_err(|error| error.to_string())?;
                Ok(())
            })
        })?;
        match started.recv() {
            Ok((address, shutdown)) => Ok(Self { address, shutdown, thread }),
            Err(_) => Err(end(thread).err().unwrap_or_else(|| "a server did not start".into())),
        }
    }

    pub(crate) fn stop(self) -> Result<()> {
        self.shutdown.notify();
        end(self.thread)
    }
}
