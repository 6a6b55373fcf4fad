//! Asks the server that runs with the same settings whether it can serve: for containers, which have no other program
//! that could.

use std::io::{self, Read as _, Write as _};
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
    let answer = ask(address).map_err(|error| format!("no answer from http://{address}/readyz: {error}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)) {
        Some("200") => Ok(()),
        status => {
            let detail = serde_json::from_str(body).map_or_else(|_| String::new(), |Problem { detail }| detail);
            Err(format!("http://{address}/readyz answers {}: {detail}", status.unwrap_or("no HTTP")))
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

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer)
}
