//! A client that never sleeps: it asks each connection in turn whether the answer has come.
//!
//! On one machine a client that sleeps is woken by the server, at the server's cost, and a slower server wakes it more
//! often. That has nothing to do with what the server does for an answer, so here there is nobody to wake. It takes a
//! core of its own.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use crate::Result;
use crate::http::Head;
use crate::load::end;

/// A client at work.
pub(crate) struct Spin {
    shared: Arc<Shared>,
    thread: JoinHandle<Result<()>>,
}

#[derive(Default)]
struct Shared {
    answered: AtomicU64,
    is_over: AtomicBool,
}

struct Connection {
    stream: TcpStream,
    buffer: Box<[u8]>,
    filled: usize,
}

impl Spin {
    /// Sends a request again and again over this many connections. Any answer but 200 ends it with an error.
    pub(crate) fn start(address: SocketAddr, request: &[u8], connections: usize) -> Result<Self> {
        let connections = (0..connections).map(|_| Connection::open(address)).collect::<Result<Vec<_>>>()?;
        let shared = Arc::new(Shared::default());
        let (state, request) = (Arc::clone(&shared), request.to_vec());
        let thread =
            thread::Builder::new().name("reader".to_owned()).spawn(move || spin(connections, &request, &state))?;
        Ok(Self { shared, thread })
    }

    /// How many answers there were until now.
    pub(crate) fn answered(&self) -> u64 {
        self.shared.answered.load(Ordering::Relaxed)
    }

    pub(crate) fn stop(self) -> Result<()> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        end(self.thread)
    }
}

fn spin(mut connections: Vec<Connection>, request: &[u8], shared: &Shared) -> Result<()> {
    for connection in &mut connections {
        connection.stream.write_all(request)?;
    }
    while !shared.is_over.load(Ordering::Relaxed) {
        for connection in &mut connections {
            if connection.is_answered()? {
                shared.answered.fetch_add(1, Ordering::Relaxed);
                connection.stream.write_all(request)?;
            }
        }
    }
    Ok(())
}

impl Connection {
    fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024].into(), filled: 0 })
    }

    /// Whether the answer is whole by now.
    fn is_answered(&mut self) -> Result<bool> {
        match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(count) => self.filled += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let Some(head) = Head::of(&self.buffer[..self.filled])? else { return Ok(false) };
        if self.filled < head.length + head.body {
            return Ok(false);
        }
        self.filled = 0;
        if head.status == 200 { Ok(true) } else { Err(format!("an answer of {}", head.status).into()) }
    }
}
