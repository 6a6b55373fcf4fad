//! The origins of web pages, as settings list them.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Origins of web pages, such as `https://app.example.org`, as browsers write them (RFC 6454, section 6.2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Reads each of these texts as an origin.
    ///
    /// # Errors
    /// What a text has to be, for the first that is none.
    pub fn parse<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, String> {
        texts.into_iter().map(|text| check(text).map(|()| text.to_owned())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an `Origin` header names one of them, to the letter.
    #[must_use]
    pub fn contain(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Checks that a text is what a browser would send: anything else would match nothing, and nobody would be told.
fn check(text: &str) -> Result<(), String> {
    let refuse = |what: &str| Err(what.to_owned());
    if text == "*" {
        return refuse("must name every origin; `*`, which is anybody's page, is not taken");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return refuse("must be an origin: a scheme, a host and maybe a port, such as https://app.example.org");
    };
    let is_scheme = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
    };
    if !is_scheme(scheme) {
        return refuse("must begin with a scheme in small letters, such as https://");
    }
    if rest.contains(['/', '?', '#']) {
        return refuse("must have no path, not even a slash at its end, such as https://app.example.org");
    }
    if rest.contains('@') {
        return refuse("must have no user, such as https://app.example.org");
    }
    let host_ends = if rest.starts_with('[') { rest.find(']').map_or(rest.len(), |at| at + 1) } else { 0 };
    let (host, port) = match rest[host_ends..].find(':') {
        Some(at) => (&rest[..host_ends + at], Some(&rest[host_ends + at + 1..])),
        None => (rest, None),
    };
    if !is_host(host) {
        return refuse("must have a host in small letters, in ASCII (xn--…), such as https://app.example.org");
    }
    let default = match scheme {
        "https" => Some("443"),
        "http" => Some("80"),
        _ => None,
    };
    match port {
        Some(port) if default == Some(port) => refuse("must leave out the port that its scheme has anyway"),
        Some(port)
            if port.starts_with('0') || !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().is_err() =>
        {
            refuse("must have a port from 1 to 65535, such as https://app.example.org:8443")
        }
        _ => Ok(()),
    }
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok_and(|parsed| parsed.to_string() == address);
    }
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b))
}

impl<'de> Deserialize<'de> for Origins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Origins;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Origins, A::Error> {
                let mut origins = Vec::new();
                while let Some(text) = entries.next_element::<String>()? {
                    check(&text).map_err(A::Error::custom)?;
                    origins.push(text);
                }
                Ok(Origins(origins))
            }
        }

        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_as_browsers_write_it() {
        for good in [
            "https://app.example.org",
            "http://localhost",
            "http://localhost:3000",
            "https://127.0.0.1:8443",
            "https://[::1]:8443",
            "https://xn--bcher-kva.example",
            "https://app.example.org:80",
            "capacitor://localhost",
        ] {
            let origins = Origins::parse([good]).unwrap_or_else(|fault| panic!("{good} {fault}"));
            assert!(origins.contain(good) && !origins.contain("https://other.example.org"), "{good}");
        }
        let one = Origins::parse(["https://app.example.org"]).unwrap();
        for other in
            ["https://app.example.org.evil.example", "https://APP.example.org", "http://app.example.org", "null", ""]
        {
            assert!(!one.contain(other), "{other}");
        }
    }

    #[test]
    fn what_no_browser_would_send_is_refused() {
        for (text, told) in [
            ("*", "`*`"),
            ("", "must be an origin"),
            ("null", "must be an origin"),
            ("app.example.org", "must be an origin"),
            ("HTTPS://app.example.org", "small letters"),
            ("://app.example.org", "scheme"),
            ("https://app.example.org/", "no path"),
            ("https://app.example.org/app", "no path"),
            ("https://app.example.org?a", "no path"),
            ("https://me@app.example.org", "no user"),
            ("https://", "host"),
            ("https://App.example.org", "small letters"),
            ("https://*.example.org", "host"),
            ("https://bücher.example", "ASCII"),
            ("https://[::01]", "host"),
            ("https://app.example.org:443", "leave out"),
            ("http://app.example.org:80", "leave out"),
            ("https://app.example.org:", "port"),
            ("https://app.example.org:0", "port"),
            ("https://app.example.org:65536", "port"),
            ("https://app.example.org:+1", "port"),
        ] {
            let fault = Origins::parse([text]).unwrap_err();
            assert!(fault.starts_with("must ") && fault.contains(told), "{text}: {fault}");
        }
    }
}
