//! Names that speak for the service.

/// Sorted by byte. Roles and mailboxes of the service (RFC 2142), the names that operating systems give to power, and
/// words that read as an absence.
const RESERVED: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "administrators",
    "admins",
    "anonymous",
    "api",
    "auth",
    "billing",
    "contact",
    "daemon",
    "everyone",
    "help",
    "helpdesk",
    "hostmaster",
    "localhost",
    "mailer-daemon",
    "moderator",
    "moderators",
    "no-reply",
    "nobody",
    "noc",
    "noreply",
    "null",
    "official",
    "operator",
    "postmaster",
    "root",
    "security",
    "self",
    "staff",
    "superadmin",
    "superuser",
    "support",
    "sysadmin",
    "sysop",
    "system",
    "undefined",
    "userstore",
    "userstore-cli",
    "webmaster",
    "www",
];

pub(super) fn contains(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::Username;
    use super::*;

    #[test]
    fn the_list_is_sorted_and_spelt_as_names_are() {
        assert!(RESERVED.is_sorted_by(|a, b| a < b));
        for name in RESERVED {
            assert_eq!(Username::parse(name).unwrap().as_str(), *name);
        }
    }

    #[test]
    fn every_spelling_is_reserved() {
        for raw in ["admin", "ADMIN", "Ａdmin", "root", "System", "support"] {
            assert!(Username::parse(raw).unwrap().is_reserved(), "{raw}");
        }
        for raw in ["alice", "admin1", "admin@example.org", "test", "user", "guest"] {
            assert!(!Username::parse(raw).unwrap().is_reserved(), "{raw}");
        }
    }
}
