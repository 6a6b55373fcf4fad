//! The program: flags and settings in, an exit code out.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use rocket::config::{Config, Ident, LogLevel, Shutdown, Sig};
use userstore_core::config::{self, Settings, Sources};
use userstore_core::{Error, UserStore};

use crate::notify::Supervisor;
use crate::otlp::Export;
use crate::signals::Signals;
use crate::{Server, check_health, log};

/// How long what runs besides requests may take to end, once the last request has.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Serves the user store over HTTP.
///
/// Settings come from userstore.toml in the working directory, then from the environment (`DATABASE_URL`, `HOST`, `PORT`,
/// `USERSTORE_<SECTION>_<KEY>`), then from the flags; the later wins.
#[derive(Debug, Parser)]
#[command(name = "userstore-server", version)]
struct Flags {
    /// Read the settings from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Listen on this address
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Listen on this port; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Do not serve: ask the server that runs with these settings on this machine whether it can, by one GET /readyz,
    /// and exit with 0 or 1
    #[arg(long)]
    check_health: bool,
}

/// Why the server did not start, or stopped by itself.
enum Failure {
    Settings(String),
    Other(String),
}

/// Runs the server until it is told to stop: the whole of the binary `userstore-server`.
///
/// The exit code is 0 after a stop that was asked for, 2 for flags and settings that make no sense, and 1 for all else.
/// What is wrong is said in one line on standard error.
#[must_use]
pub fn main() -> ExitCode {
    let (code, message) = match start(&Flags::parse()) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Settings(message)) => (2, message),
        Err(Failure::Other(message)) => (1, message),
    };
    // Nothing is left to be done where standard error is closed.
    let _ = writeln!(std::io::stderr(), "userstore-server: {message}");
    ExitCode::from(code)
}

fn start(flags: &Flags) -> Result<(), Failure> {
    let settings = config::load(&flags.sources()).map_err(Failure::from)?;
    if flags.check_health {
        return check_health::run(&settings.server).map_err(Failure::Other);
    }
    let traces = log::beforehand(&settings.log, Export::from_environment).map_err(Failure::Settings)?;
    log::start(&settings.log, traces.layers());
    traces.tell();
    let workers = settings.server.workers.map_or_else(cores, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("userstore-worker")
        .worker_threads(workers)
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("no threads to serve with: {error}")))?;
    let served = runtime.block_on(serve(settings));
    runtime.shutdown_timeout(LAST_WORDS);
    traces.finish();
    served
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    let (host, tls) = (settings.server.host, settings.server.tls_cert.is_some());
    raise_file_limit();
    let store = UserStore::builder().settings(settings).connect().await.map_err(Failure::from)?;
    // Without the keys no token could be issued or read: better told now than to everyone.
    store.anyone().published_keys().await.map_err(Failure::from)?;
    let server = Server::bind(crate::rocket(store.clone())).await.map_err(|error| Failure::Other(error.to_string()))?;
    let signals = Signals::new().map_err(|error| Failure::Other(format!("no signals to stop by: {error}")))?;
    let (address, scheme) = (server.address(), if tls { "https" } else { "http" });
    tracing::info!(%address, "listening on {scheme}://{address}");
    if !tls && !host.is_loopback() {
        tracing::warn!(
            "passwords and tokens come in clear text, as whoever is on the way can read: set server.tls_cert and \
             server.tls_key, or let nobody but a proxy that speaks TLS reach this address"
        );
    }
    let supervisor = Supervisor::of_process();
    supervisor.tell("READY=1");
    let stop = server.stop();
    let stopper = tokio::spawn(async move {
        signals.wait().await;
        supervisor.tell("STOPPING=1");
        stop.now();
    });
    let served = server.serve().await;
    stopper.abort();
    store.close().await;
    if served.cut_off > 0 {
        tracing::warn!(requests = served.cut_off, "requests were cut off: they took longer than server.shutdown_grace");
    }
    Ok(())
}

/// Lets the process have as many files and connections open as it is allowed to: by default it is a fraction of that.
fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // Less will do, too.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}

/// What Rocket is to do, and above all what it is to leave alone.
pub(crate) fn config(settings: &Settings) -> Config {
    let grace = settings.server.shutdown_grace;
    let grace = grace.as_secs() + u64::from(grace.subsec_nanos() > 0);
    Config {
        address: settings.server.host,
        port: settings.server.port,
        workers: settings.server.workers.map_or_else(cores, usize::from),
        ident: Ident::none(),
        // A peer could put any address in a header.
        ip_header: None,
        log_level: LogLevel::Off,
        cli_colors: false,
        shutdown: Shutdown {
            ctrlc: true,
            signals: [Sig::Term].into(),
            grace: u32::try_from(grace).unwrap_or(u32::MAX),
            mercy: 1,
            ..Shutdown::default()
        },
        ..Config::release_default()
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Flags {
    fn sources(&self) -> Sources {
        Sources::from_process().file(self.config.clone()).flag("--host", "server.host", self.host.clone()).flag(
            "--port",
            "server.port",
            self.port.clone(),
        )
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if let Error::Settings(message) = error {
            return Self::Settings(message);
        }
        Self::Other(error.with_causes())
    }
}
