//! What stands before the routes: clients that are slow, many, or not quite right, and a server that stops.

mod descriptors;
mod heads;
mod many;
mod slow;
mod stopping;
mod transport;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tests::{Answer, Client};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// A connection that is kept.
struct Kept(TcpStream);

impl Kept {
    fn open(client: Client) -> Self {
        Self::on(TcpStream::connect(client.address()).unwrap())
    }

    fn on(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Asks for a page, and gives the answer; nothing where the connection is closed before the first byte of it. An
    /// answer that is cut off fails the test.
    fn get(&mut self, target: &str) -> Option<Answer> {
        self.0.write_all(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).ok()?;
        self.answer(target)
    }

    fn answer(&mut self, target: &str) -> Option<Answer> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => {}
                Ok(more) => bytes.extend_from_slice(&buffer[..more]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => assert!(bytes.is_empty(), "cut off by {error}: {}", String::from_utf8_lossy(&bytes)),
            }
            if is_whole(&bytes) {
                return Some(Answer::read("GET", target, &bytes));
            }
            let open = self.0.peek(&mut [0]).is_ok_and(|more| more > 0);
            assert!(open || bytes.is_empty(), "cut off: {}", String::from_utf8_lossy(&bytes));
            if !open {
                return None;
            }
        }
    }

    /// Waits until the server closes, and gives what it said before.
    fn rest(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            match self.0.read(&mut buffer) {
                Ok(0) => return bytes,
                Ok(more) => bytes.extend_from_slice(&buffer[..more]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return bytes,
                Err(error) => panic!("the connection stays open: {error}"),
            }
        }
    }
}

/// Whether these bytes are an answer with all of its body.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    bytes.len() >= end + 4 + length.unwrap_or(0)
}
