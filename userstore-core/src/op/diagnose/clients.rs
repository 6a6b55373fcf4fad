//! Whether clients are told apart, and limited.

use super::Finding;
use crate::config::{Network, Settings};

/// Whether passwords can be tried without end.
pub(super) fn limits(settings: &Settings) -> Finding {
    let check = "limits";
    let limits = &settings.limits;
    if !limits.enabled {
        let detail = "there are none: passwords can be tried as often as the server computes hashes";
        return Finding::warning(check, detail, "set limits.enabled to true");
    }
    let (account, ip) = (limits.sign_in_per_account, limits.sign_in_per_ip);
    Finding::good(check, format!("wrong passwords: {account} on one account, {ip} from one address"))
}

/// Whose word is taken for where a request comes from.
pub(super) fn proxies(settings: &Settings) -> Finding {
    let check = "proxies";
    let server = &settings.server;
    let trusted: Vec<String> = server.trusted_proxies.iter().map(ToString::to_string).collect();
    let all = trusted.join(", ");
    if server.trusted_proxies.iter().any(Network::is_nearly_everything) {
        let detail = format!("{all} are trusted, so that nearly anyone can pick the address he is known by");
        return Finding::warning(check, detail, "name your proxies alone in server.trusted_proxies");
    }
    if !trusted.is_empty() {
        return Finding::good(check, format!("what {all} say of a client's address is believed"));
    }
    let detail = "none is trusted: a client is known by where its connection comes from";
    if server.host.is_loopback() || server.tls_cert.is_some() {
        return Finding::good(check, detail);
    }
    let advice = "if a proxy is in front of the server, name it in server.trusted_proxies, or all of its clients share \
                  the limits of one address";
    Finding::warning(check, detail, advice)
}
