//! Who may read the metrics.

use std::net::IpAddr;

use serde::Deserialize;

use super::Network;

/// Who may read the metrics.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Metrics {
    /// The networks from which `GET /metrics` is answered, besides this machine itself.
    pub allow: Vec<Network>,
}

impl Metrics {
    /// Whether they are for the client of this address.
    #[must_use]
    pub fn are_for(&self, client: IpAddr) -> bool {
        client.to_canonical().is_loopback() || self.allow.iter().any(|network| network.contains(client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_for_this_machine_and_the_networks_listed() {
        let is_for = |allow: &[&str], peer: &str| {
            let allow = allow.iter().map(|network| network.parse().unwrap()).collect();
            Metrics { allow }.are_for(peer.parse().unwrap())
        };
        for peer in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(is_for(&[], peer), "{peer}");
        }
        for peer in ["10.0.0.1", "0.0.0.0", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(!is_for(&[], peer), "{peer}");
        }
        assert!(is_for(&["10.0.0.0/8"], "10.0.0.1") && is_for(&["10.0.0.0/8"], "::ffff:10.0.0.1"));
        assert!(!is_for(&["10.0.0.0/8"], "11.0.0.1") && is_for(&["10.0.0.0/8"], "127.0.0.1"));
    }
}
