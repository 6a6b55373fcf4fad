//! Asks the server that runs with the same settings whether it can serve: for containers, which have no other program
//! that could.

mod pinned;

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde::Deserialize;
use userstore_core::config::Server;

/// The longest that is waited for the connection, and for each part of the answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The longest answer that is read.
const LONGEST: u64 = 64 * 1024;

/// What is read of a problem.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// Sends one `GET /readyz`, and fails with what is wrong unless it is answered 200.
pub(crate) fn run(settings: &Server) -> Result<(), String> {
    let address = reachable(settings);
    let scheme = if settings.tls_cert.is_some() { "https" } else { "http" };
    let answer =
        ask(address, settings).map_err(|error| format!("no answer from {scheme}://{address}/readyz: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)) {
        Some("200") => Ok(()),
        status => {
            let detail = serde_json::from_str(body).map_or_else(|_| String::new(), |Problem { detail }| detail);
            Err(format!("{scheme}://{address}/readyz answers {}: {detail}", status.unwrap_or("no HTTP")))
        }
    }
}

/// Where a server that listens there is reached from the same machine.
fn reachable(settings: &Server) -> SocketAddr {
    let ip = match settings.host {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, settings.port)
}

fn ask(address: SocketAddr, settings: &Server) -> io::Result<String> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    match &settings.tls_cert {
        Some(certificate) => exchange(pinned::connect(stream, certificate)?, address),
        None => exchange(stream, address),
    }
}

fn exchange(mut stream: impl Read + Write, address: SocketAddr) -> io::Result<String> {
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    stream.flush()?;
    let mut answer = Vec::new();
    let read = stream.take(LONGEST).read_to_end(&mut answer);
    // A server may close without a word once it has answered, which TLS does not take for an end.
    if answer.is_empty() {
        read?;
    }
    String::from_utf8(answer).map_err(io::Error::other)
}
