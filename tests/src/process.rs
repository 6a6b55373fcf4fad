//! The real server, as a process of its own.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::backend::Footing;
use crate::{Client, program};

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// `userstore-server` on a free port, with nothing in its environment but what the test puts there. It is killed when it
/// is dropped.
pub struct ServerProcess {
    child: Child,
    client: Client,
    output: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl ServerProcess {
    /// Starts one on the database in this file, which is made if it is not there.
    #[must_use]
    pub fn start(database: &Path) -> Self {
        Self::with(database, [("USERSTORE_LOG_LEVEL", "info")])
    }

    /// Starts one with more in its environment.
    #[must_use]
    pub fn with<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        database: &Path,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let folder = database.parent().expect("a database in a folder");
        let mut command = bare("userstore-server", folder);
        command.env("DATABASE_URL", format!("sqlite://{}?mode=rwc", database.display())).env("PORT", "0");
        command.env("USERSTORE_LIMITS_ENABLED", "false");
        command.envs(environment).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::spawn(&mut command)
    }

    /// Starts one here.
    #[must_use]
    pub fn on(footing: &Footing) -> Self {
        Self::on_with(footing, [("USERSTORE_LOG_LEVEL", "info")])
    }

    /// Starts one here, with more in its environment.
    #[must_use]
    pub fn on_with<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        footing: &Footing,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let mut command = bare("userstore-server", footing.folder());
        command.envs(footing.environment()).env("PORT", "0").envs(environment);
        Self::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))
    }

    /// Starts one by this command, and waits until it listens.
    #[must_use]
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        let (told, address) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        let readers = streams.map(|stream| read(stream, Arc::clone(&output), told.clone()));
        drop(told);
        let Ok(address) = address.recv_timeout(PATIENCE) else {
            let _gone = child.kill();
            let status = child.wait().unwrap();
            panic!("the server does not listen, {status}: {}", output.lock().unwrap());
        };
        Self { child, client: Client::new(address), output, readers: readers.into() }
    }

    /// A client of the server.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written so far, to standard output and standard error.
    #[must_use]
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// Asks it to stop (SIGTERM), waits until it has, and gives its exit status and all that it wrote.
    #[must_use]
    pub fn stop(mut self) -> (ExitStatus, String) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.wait()
    }

    /// Kills it (SIGKILL), and gives all that it wrote.
    #[must_use]
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.wait().1
    }

    fn wait(&mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        (status, self.output())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A program of the workspace with an empty environment, but for the path to other programs, in this working directory.
pub(crate) fn bare(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(program(name));
    command.env_clear().current_dir(folder);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

fn read(stream: Box<dyn Read + Send>, output: Arc<Mutex<String>>, told: Sender<SocketAddr>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stream);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            if let Some(address) = listening(&text) {
                // Only the first line is waited for.
                let _heard = told.send(address);
            }
            output.lock().unwrap().push_str(&text);
            line.clear();
        }
    })
}

/// The address in a line that says `listening on http://127.0.0.1:8000`.
fn listening(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("listening on http://")?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(rest.len());
    rest[..end].parse().ok()
}
