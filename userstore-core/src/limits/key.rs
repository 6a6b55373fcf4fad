//! Whom an attempt is counted for: without the name, which nobody is to find where attempts are counted.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::model::username::Username;

/// Stands for a name or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id(u128);

impl Id {
    pub(super) fn part(self, parts: usize) -> usize {
        usize::try_from(self.0 % parts as u128).unwrap_or(0)
    }

    pub(super) fn name(self) -> String {
        format!("{:032x}", self.0)
    }

    /// Enough of it to tell the addresses of one account apart.
    fn short(self) -> u64 {
        u64::try_from(self.0 >> 64).unwrap_or(0)
    }
}

/// Whom an attempt is counted for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Who {
    /// The account; none where one is to be created.
    pub(super) account: Option<Id>,
    /// The address, where it is known.
    pub(super) place: Option<Id>,
}

impl Who {
    /// The address as the account knows it. All that are not known are one.
    pub(super) fn address(self) -> u64 {
        self.place.map_or(0, Id::short)
    }
}

/// Makes ids, which are not the same in another store.
#[derive(Clone)]
pub(super) struct Ids(Vec<u8>);

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids(…)")
    }
}

impl Ids {
    pub(super) fn new(key: &[u8]) -> Self {
        Self(key.to_vec())
    }

    /// Of an account, whose name is one in every spelling. A text that is nobody's name counts for itself.
    pub(super) fn of_account(&self, name: &str) -> Id {
        match Username::parse(name) {
            Ok(name) => self.of(b"account", name.as_str().as_bytes()),
            Err(_) => self.of(b"text", name.as_bytes()),
        }
    }

    /// Of an address; of IPv6, the network of 64 bits, all of which one client usually has.
    pub(super) fn of_address(&self, address: IpAddr) -> Id {
        match address.to_canonical() {
            IpAddr::V4(address) => self.of(b"v4", &address.octets()),
            IpAddr::V6(address) => self.of(b"v6", &address.octets()[..8]),
        }
    }

    fn of(&self, kind: &[u8], value: &[u8]) -> Id {
        let mut hash = Sha256::new();
        for part in [&self.0, kind, value] {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        Id(digest[..16].iter().fold(0, |id, byte| id << 8 | u128::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_in_every_spelling_and_other_texts_are_others() {
        let ids = Ids::new(b"store");
        let alice = ids.of_account("alice");
        for same in ["ALICE", "Alice", "\u{ff41}lice"] {
            assert_eq!(ids.of_account(same), alice, "{same}");
        }
        for other in ["", "alice ", "bob", "al ice", "alicе"] {
            assert_ne!(ids.of_account(other), alice, "{other:?}");
        }
        assert_ne!(Ids::new(b"other").of_account("alice"), alice);
        assert_eq!(alice.name().len(), 32);
    }

    #[test]
    fn an_address_is_one_of_ipv4_or_a_network_of_ipv6() {
        let ids = Ids::new(b"store");
        let id = |text: &str| ids.of_address(text.parse().unwrap());
        assert_eq!(id("192.0.2.1"), id("::ffff:192.0.2.1"));
        assert_ne!(id("192.0.2.1"), id("192.0.2.2"));
        assert_eq!(id("2001:db8::1"), id("2001:db8::ffff:ffff:ffff:ffff"));
        assert_ne!(id("2001:db8::1"), id("2001:db8:0:1::1"));
    }
}
