//! Redis.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;

use super::daemon::{Daemon, Ready};
use super::folder::Folder;
use super::program;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A private Redis. It writes nothing to the disk by itself, unless it is told to.
#[derive(Debug)]
pub struct Redis(Daemon);

impl Redis {
    /// Starts one.
    #[must_use]
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts one with more options, such as `--maxmemory 2mb` or `--save "1 1"`, each word by itself.
    ///
    /// A `SAVE` [told](Self::tell) to it leaves a snapshot in its folder, with which it comes up when it is
    /// [killed](Daemon::kill) and [started again](Daemon::restart): that is how a test rolls it back.
    #[must_use]
    pub fn with(options: &[&str]) -> Self {
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let start = move |folder: &Folder, address: std::net::SocketAddr| {
            let mut redis = folder.command(program(option_env!("PROGRAM_REDIS_SERVER"), "redis-server"));
            redis.args(["--bind", "127.0.0.1", "--port", &address.port().to_string()]);
            redis.args(["--save", "", "--appendonly", "no", "--daemonize", "no"]).args(&options);
            redis
        };
        Self(Daemon::new(Folder::new(), Ready::Says("Ready to accept connections"), Signal::TERM, start))
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address())
    }

    /// The file of its snapshot, which need not be there.
    #[must_use]
    pub fn snapshot(&self) -> PathBuf {
        self.folder().join("dump.rdb")
    }

    /// Tells it something, word by word, and gives what it answers: a text for each part of the answer.
    #[track_caller]
    pub fn tell(&self, words: &[&str]) -> Vec<String> {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            write!(request, "${}\r\n{word}\r\n", word.len()).unwrap();
        }
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        read(&mut BufReader::new(stream), &mut answer);
        answer
    }
}

/// Reads one part of an answer, and the parts within it.
#[track_caller]
fn read(stream: &mut BufReader<TcpStream>, answer: &mut Vec<String>) {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let line = line.trim_end();
    let (kind, rest) = line.split_at_checked(1).unwrap_or_else(|| panic!("no answer, only {answer:?}"));
    match kind {
        "+" | ":" => answer.push(rest.to_owned()),
        "$" | "*" if rest == "-1" => {}
        "$" => {
            let mut text = vec![0; rest.parse::<usize>().unwrap() + 2];
            stream.read_exact(&mut text).unwrap();
            answer.push(String::from_utf8_lossy(&text[..text.len() - 2]).into_owned());
        }
        "*" => (0..rest.parse::<usize>().unwrap()).for_each(|_| read(stream, answer)),
        _ => panic!("Redis says {line}"),
    }
}

impl Deref for Redis {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.0
    }
}
