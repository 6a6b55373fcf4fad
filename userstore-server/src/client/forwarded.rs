//! What proxies say of where a request comes from: `X-Forwarded-For`, or else `Forwarded` (RFC 7239).
//!
//! Each proxy adds the address that it was asked from at the end. So the list is read from its end for as long as whoever
//! has added an entry is trusted; what stands before it, the client may have made up.

use std::net::{IpAddr, SocketAddr};

use rocket::Request;
use userstore_core::config::Network;

/// Where a request comes from whose connection comes from `peer`: the first address, from the end, that is no trusted
/// proxy's. Behind an entry that is no address nothing can be told: then there is the proxy that has added it.
pub(super) fn client(request: &Request<'_>, peer: IpAddr, trusted: &[Network]) -> Result<IpAddr, IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let headers = request.headers();
    let lists: Vec<&str> = headers.get("x-forwarded-for").collect();
    let (lists, read): (_, fn(&str) -> Option<IpAddr>) =
        if lists.is_empty() { (headers.get("forwarded").collect(), of_element) } else { (lists, of_node) };
    let mut client = peer;
    // A comma is never part of an address. Where it is part of another text, neither of the halves is read.
    for entry in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        if !is_trusted(client) {
            break;
        }
        client = read(entry).ok_or(client)?;
    }
    Ok(client)
}

/// Whether a request says that it was forwarded.
pub(super) fn is_said(request: &Request<'_>) -> bool {
    request.headers().contains("x-forwarded-for") || request.headers().contains("forwarded")
}

/// The address in `for=192.0.2.1;proto=https`.
fn of_element(element: &str) -> Option<IpAddr> {
    // Half of a quoted text, such as a host that the client has chosen.
    if element.contains('\\') || element.matches('"').count() % 2 == 1 {
        return None;
    }
    let mut found = element.split(';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let (value, None) = (found.next()?, found.next()) else { return None };
    match value.strip_prefix('"') {
        Some(quoted) => of_node(quoted.strip_suffix('"')?),
        // IPv6, and an address with a port, have to be quoted.
        None => value.parse().ok().filter(IpAddr::is_ipv4),
    }
}

/// An address, with or without a port; one of IPv6 with or without brackets.
fn of_node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))?.parse().ok().filter(IpAddr::is_ipv6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(bare).or_else(with_port).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_every_form() {
        for (text, address) in [
            ("192.0.2.1", "192.0.2.1"),
            (" 192.0.2.1\t", "192.0.2.1"),
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(of_node(text), Some(address.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            " ",
            "unknown",
            "_hidden",
            "_SEVKISEK",
            "192.0.2",
            "192.0.2.1:",
            "[192.0.2.1]",
            "[2001:db8::1",
            "localhost",
        ] {
            assert_eq!(of_node(text), None, "{text}");
        }
    }

    #[test]
    fn an_element_says_for_whom() {
        for (element, address) in [
            ("for=192.0.2.1", "192.0.2.1"),
            (" For=192.0.2.1 ; proto=https;by=203.0.113.4", "192.0.2.1"),
            ("proto=http;FOR=\"192.0.2.1:4711\"", "192.0.2.1"),
            ("for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("for=\"[2001:db8::1]\"", "2001:db8::1"),
        ] {
            assert_eq!(of_element(element), Some(address.parse().unwrap()), "{element}");
        }
        for element in [
            "",
            "192.0.2.1",
            "by=192.0.2.1",
            "for=unknown",
            "for=_hidden",
            "for=\"_hidden\"",
            "for=2001:db8::1",
            "for=192.0.2.1:80",
            "for=\"192.0.2.1",
            "for=192.0.2.1;for=192.0.2.2",
            "for=",
            // Halves of a host that the client has chosen.
            "for=192.0.2.1;host=\"a",
            "for=203.0.113.66;x=y\"",
            "for=203.0.113.66;x=\\\"y\"",
        ] {
            assert_eq!(of_element(element), None, "{element}");
        }
    }
}
