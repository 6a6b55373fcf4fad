//! How often passwords may be tried, and accounts created.

use serde::Deserialize;

use super::rate::Rate;

/// How often passwords may be tried, and accounts created. Each limit allows its number at once, and as many again in its
/// unit of time.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Whether there are limits at all.
    pub enabled: bool,
    /// Passwords that are tried on one account: at sign-in, for access tokens, and as the current password. A right one
    /// does not count.
    pub sign_in_per_account: Rate,
    /// Passwords that are tried from one address, of IPv6 from one network of 64 bits. A right one does not count.
    pub sign_in_per_ip: Rate,
    /// Accounts that are created from one address.
    pub sign_up_per_ip: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enabled: true,
            sign_in_per_account: Rate::per_minute(10),
            sign_in_per_ip: Rate::per_minute(60),
            sign_up_per_ip: Rate::per_hour(30),
        }
    }
}
