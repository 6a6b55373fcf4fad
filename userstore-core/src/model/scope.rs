//! What a token may do to the member directory.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::role::Role;

/// One thing that may be done to the member directory: a scope-token of RFC 6749, section 3.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read members: `members:read`.
    ReadMembers,
    /// Create and replace members: `members:write`.
    WriteMembers,
    /// Delete members: `members:delete`.
    DeleteMembers,
}

impl Scope {
    /// Every scope, in the order they are written.
    pub const ALL: &'static [Self] = &[Self::ReadMembers, Self::WriteMembers, Self::DeleteMembers];

    /// The word that stands for it in a token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadMembers => "members:read",
            Self::WriteMembers => "members:write",
            Self::DeleteMembers => "members:delete",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of scopes. As text, and in JSON: the words of its scopes, in one order, with a space between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Scopes(u8);

impl Scopes {
    /// No scope.
    pub const NONE: Self = Self(0);
    /// Every scope.
    pub const ALL: Self = Self(Scope::ReadMembers.bit() | Scope::WriteMembers.bit() | Scope::DeleteMembers.bit());

    /// What a role gives at most.
    #[must_use]
    pub const fn of_role(role: Role) -> Self {
        match role {
            Role::User => Self::NONE,
            Role::Reader => Self(Scope::ReadMembers.bit()),
            Role::Editor => Self(Scope::ReadMembers.bit() | Scope::WriteMembers.bit()),
            Role::Admin => Self::ALL,
        }
    }

    /// The scopes among these words; others, which mean something elsewhere, are left out.
    pub fn known<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let known = |word| Scope::ALL.iter().find(|scope| scope.as_str() == word);
        Self(words.into_iter().filter_map(known).fold(0, |bits, scope| bits | scope.bit()))
    }

    /// Whether this scope is one of them.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether all of them are in the other set too.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> =
            Scope::ALL.iter().filter(|scope| self.contains(**scope)).map(|scope| scope.as_str()).collect();
        f.pad(&words.join(" "))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text with a word that is no scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownScope;

impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be scopes with a space between, of members:read, members:write, members:delete")
    }
}

impl std::error::Error for UnknownScope {}

impl FromStr for Scopes {
    type Err = UnknownScope;

    /// Reads words with spaces between. No words are no scopes; the order and repetition do not matter.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let words = || text.split(' ').filter(|word| !word.is_empty());
        if words().all(|word| Scope::ALL.iter().any(|scope| scope.as_str() == word)) {
            Ok(Self::known(words()))
        } else {
            Err(UnknownScope)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_any_order_and_written_in_one() {
        for (text, written) in [
            ("", ""),
            ("members:read", "members:read"),
            ("members:delete members:read", "members:read members:delete"),
            ("members:write  members:write ", "members:write"),
        ] {
            assert_eq!(text.parse::<Scopes>().unwrap().to_string(), written, "{text:?}");
        }
        for text in ["members", "members:read,members:write", "MEMBERS:READ", "members:read openid", "members:read\t"] {
            assert_eq!(text.parse::<Scopes>(), Err(UnknownScope), "{text:?}");
        }
        assert_eq!(Scopes::known(["openid", "members:read", ""]).to_string(), "members:read");
    }

    #[test]
    fn each_role_gives_what_the_one_before_it_gives() {
        let given: Vec<String> = Role::ALL.iter().map(|role| Scopes::of_role(*role).to_string()).collect();
        assert_eq!(
            given,
            ["", "members:read", "members:read members:write", "members:read members:write members:delete"]
        );
        for pair in Role::ALL.windows(2) {
            assert!(Scopes::of_role(pair[0]).is_within(Scopes::of_role(pair[1])));
            assert!(!Scopes::of_role(pair[1]).is_within(Scopes::of_role(pair[0])));
        }
        let editor = Scopes::of_role(Role::Editor);
        assert_eq!(editor.and("members:read members:delete".parse().unwrap()), Scopes::of_role(Role::Reader));
    }
}
