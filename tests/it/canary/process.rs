//! A server that need not say where it listens.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tests::{Client, program, servers};

/// A server whose log goes to a file. It is killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Starts one with more in its environment, and waits until it listens.
    pub(crate) fn start(folder: &Path, database: &Path, environment: &[(&str, &str)]) -> Self {
        let address = servers::free_port();
        let log = folder.join("log");
        let file = File::create(&log).unwrap();
        let mut command = Command::new(program("userstore-server"));
        command.env_clear().current_dir(folder).stdin(Stdio::null());
        command.stdout(file.try_clone().unwrap()).stderr(file);
        command.env("DATABASE_URL", format!("sqlite://{}?mode=rwc", database.display()));
        command.env("PORT", address.port().to_string()).envs(environment.iter().copied());
        let mut server = Self { child: command.spawn().unwrap(), address, log };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = server.child.try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < Duration::from_secs(30), "{ended:?}: {}", server.log());
            std::thread::yield_now();
        }
        server
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// All that it has written.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Asks it to stop, waits until it has, and gives all that it wrote.
    pub(crate) fn stop(mut self) -> String {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success() && self.child.wait().unwrap().success(), "{}", self.log());
        self.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
