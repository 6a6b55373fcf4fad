//! Requests to a server that may be killed before it answers.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

/// A request, and who makes it.
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) token: Option<String>,
    pub(crate) body: Option<Value>,
}

/// The status and the JSON of an answer; `None` unless all of it came.
pub(crate) fn ask(server: SocketAddr, call: &Call) -> Option<(u16, Value)> {
    let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
    let token = call.token.as_ref().map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let head = format!(
        "{} {} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n{token}Content-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        call.method,
        call.target,
        body.len()
    );
    let mut stream = TcpStream::connect(server).ok()?;
    stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
    let mut answer = Vec::new();
    // The whole answer may be there although the connection was cut after it.
    let _cut = stream.read_to_end(&mut answer);
    parse(&answer)
}

fn parse(answer: &[u8]) -> Option<(u16, Value)> {
    let (head, body) = std::str::from_utf8(answer).ok()?.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    if status == 204 {
        return Some((status, Value::Null));
    }
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    };
    let length = head.lines().find_map(header).expect("an answer with a length");
    (body.len() == length).then(|| (status, serde_json::from_str(body).expect("an answer in JSON")))
}
