//! Where the head of a request says it goes to (RFC 9112, section 3.2).

use hyper::http::request::Parts;
use hyper::{Method, Version, header};

use super::fault::Fault;

/// Looks whether its target and its host are as HTTP has them.
pub(super) fn check(parts: &Parts) -> Result<(), Fault> {
    let has_target = match parts.uri.path() {
        "*" => parts.method == Method::OPTIONS,
        // A host alone is what a tunnel would go to.
        path => path.starts_with('/') || parts.method == Method::CONNECT,
    };
    if !has_target {
        return Err(Fault::Target);
    }
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let has_host = match (hosts.next(), hosts.next()) {
        (None, _) => parts.version < Version::HTTP_11,
        (Some(host), None) => host.as_bytes().iter().all(|&byte| is_of_host(byte)),
        (Some(_), Some(_)) => false,
    };
    if has_host { Ok(()) } else { Err(Fault::Host) }
}

/// Whether a host, with or without a port, may have this byte (RFC 3986, section 3.2.2).
fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}
