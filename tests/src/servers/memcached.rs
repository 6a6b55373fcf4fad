//! Memcached.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::time::Duration;

use rustix::process::Signal;

use super::daemon::{Daemon, Ready};
use super::folder::Folder;
use super::program;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A private Memcached.
#[derive(Debug)]
pub struct Memcached(Daemon);

impl Memcached {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        Self::with(&["-m", "64"])
    }

    /// Starts one with these options, such as `-m 1`, each word by itself.
    #[must_use]
    pub fn with(options: &[&str]) -> Self {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        // It refuses to run as root, unless it is told to.
        let start = move |folder: &Folder, address: std::net::SocketAddr| {
            let mut memcached = folder.command(program(option_env!("PROGRAM_MEMCACHED"), "memcached"));
            memcached
                .args(["-l", "127.0.0.1", "-p", &address.port().to_string(), "-U", "0", "-u", "root"])
                .args(&options);
            memcached
        };
        Self(Daemon::new(Folder::new(), Ready::Listens, Signal::TERM, start))
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("memcache://{}", self.address())
    }

    /// The keys that it has.
    #[track_caller]
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(b"lru_crawler metadump all\r\n").unwrap();
        let lines = BufReader::new(stream).lines().map(Result::unwrap).take_while(|line| line != "END");
        lines.filter_map(|line| Some(line.strip_prefix("key=")?.split(' ').next()?.to_owned())).collect()
    }

    /// Tells it something that it answers with one line, such as `flush_all`, and gives that line.
    #[track_caller]
    pub fn tell(&self, line: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

impl Deref for Memcached {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.0
    }
}
