//! An HTTP/1.1 client that sends what it is told to, well formed or not.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use serde_json::Value;

use crate::Answer;

/// How long an answer may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Speaks to one server, with a connection for each request.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    address: SocketAddr,
    source: Option<Ipv4Addr>,
}

/// A request being written.
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    client: Client,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Sized(Vec<u8>),
    Chunked(Vec<u8>),
}

impl Client {
    /// A client of the server at this address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, source: None }
    }

    /// The same server, asked from this address: every one of 127.0.0.0/8 is this machine's.
    #[must_use]
    pub fn asking_from(self, source: Ipv4Addr) -> Self {
        Self { source: Some(source), ..self }
    }

    /// The server's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A request for `target`, which is sent as it is.
    pub fn request(&self, method: &str, target: &str) -> Request {
        Request {
            client: *self,
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Body::None,
        }
    }

    fn connect(&self) -> io::Result<TcpStream> {
        match self.source {
            None => TcpStream::connect(self.address),
            Some(source) => {
                let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
                bind(&socket, &SocketAddrV4::new(source, 0))?;
                connect(&socket, &self.address)?;
                Ok(socket.into())
            }
        }
    }

    /// Sends these bytes, and gives what comes back until the server closes.
    #[must_use]
    pub fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = self.connect().expect("the server should listen");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        // A server may answer, and close, before it has read everything: the answer is what matters.
        let _early = stream.write_all(bytes);
        let mut answer = Vec::new();
        let mut buffer = [0_u8; 16 * 1024];
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return answer,
                Ok(read) => answer.extend_from_slice(&buffer[..read]),
                // So it is where the process was stopped and went on: a read with a time-out is not begun again.
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if !answer.is_empty() && error.kind() == std::io::ErrorKind::ConnectionReset => {
                    return answer;
                }
                Err(error) => panic!("no answer: {error}; so far {}", String::from_utf8_lossy(&answer)),
            }
        }
    }
}

impl Request {
    /// Adds a header; one of the same name stays.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Shows a token, where there is one.
    pub fn token(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => self.header("Authorization", &format!("Bearer {token}")),
            None => self,
        }
    }

    /// Takes this JSON for a body.
    pub fn json(self, value: &Value) -> Self {
        self.text("application/json", value.to_string())
    }

    /// Takes this for a body, of this type.
    pub fn text(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.header("Content-Type", content_type).bytes(body)
    }

    /// Takes this for a body, without saying of which type.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Body::Sized(body.into());
        self
    }

    /// Sends the body in chunks, so that its length is not told before.
    pub fn chunked(mut self) -> Self {
        if let Body::Sized(body) = self.body {
            self.body = Body::Chunked(body);
        }
        self
    }

    /// Sends it, and reads the answer, which must keep what is promised of every answer.
    #[track_caller]
    #[must_use]
    pub fn send(&self) -> Answer {
        let answer = self.send_unchecked();
        answer.check();
        answer
    }

    /// Sends it, and reads the answer.
    #[track_caller]
    #[must_use]
    pub fn send_unchecked(&self) -> Answer {
        Answer::read(&self.method, &self.target, &self.client.raw(&self.written()))
    }

    fn written(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            write!(head, "Host: {}\r\n", self.client.address).unwrap();
        }
        head.push_str("Connection: close\r\n");
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        match &self.body {
            Body::None => [head.as_bytes(), b"\r\n"].concat(),
            Body::Sized(body) => {
                write!(head, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
                [head.as_bytes(), body].concat()
            }
            Body::Chunked(body) => {
                head.push_str("Transfer-Encoding: chunked\r\n\r\n");
                let mut bytes = head.into_bytes();
                for chunk in body.chunks(10_000) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
                bytes
            }
        }
    }
}
