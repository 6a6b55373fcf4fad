//! The bodies that routes take, member by member.

use userstore_core::json::Object;
use userstore_core::{Data, NewMember, Password, Role, Scopes, Signup, Status};

use super::members::{Input, Members};

/// `{"username", "password", "data"?}`
impl Input for Signup {
    fn take(members: &mut Members) -> Self {
        Self {
            username: members.text("username"),
            password: Password::new(members.text("password")),
            data: members.optional_data().unwrap_or_default(),
        }
    }
}

/// `{"username", "password"}`
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: Password,
}

impl Input for Credentials {
    fn take(members: &mut Members) -> Self {
        Self { username: members.text("username"), password: Password::new(members.text("password")) }
    }
}

/// `{"username", "password", "scope"?}`
pub(crate) struct LogInBody {
    pub(crate) credentials: Credentials,
    pub(crate) scopes: Option<Scopes>,
}

impl Input for LogInBody {
    fn take(members: &mut Members) -> Self {
        Self { credentials: Credentials::take(members), scopes: members.optional_parsed("scope") }
    }
}

/// `{"data"}`, to be put in the place of what is there.
pub(crate) struct NewData(pub(crate) Data);

impl Input for NewData {
    fn take(members: &mut Members) -> Self {
        Self(members.data())
    }
}

/// `{"data"?}`, a JSON merge patch (RFC 7396). The object itself cannot be removed, only what is in it.
pub(crate) struct DataPatch(pub(crate) Object);

impl Input for DataPatch {
    fn take(members: &mut Members) -> Self {
        Self(members.optional_object("data").unwrap_or_default())
    }
}

/// `{"current_password"?, "new_password"}`
pub(crate) struct NewPassword {
    pub(crate) current: Option<Password>,
    pub(crate) new: Password,
}

impl Input for NewPassword {
    fn take(members: &mut Members) -> Self {
        Self {
            current: members.optional_text("current_password").map(Password::new),
            new: Password::new(members.text("new_password")),
        }
    }
}

/// `{"role"}`
pub(crate) struct NewRole(pub(crate) Role);

impl Input for NewRole {
    fn take(members: &mut Members) -> Self {
        Self(members.word("role"))
    }
}

/// `{"status", "reason"?}`
pub(crate) struct NewStatus {
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
}

impl Input for NewStatus {
    fn take(members: &mut Members) -> Self {
        Self { status: members.word("status"), reason: members.optional_text("reason") }
    }
}

/// `{"name", "email"?, "phone"?}`
impl Input for NewMember {
    fn take(members: &mut Members) -> Self {
        let new = Self {
            name: members.text("name"),
            email: members.nullable_text("email"),
            phone: members.nullable_text("phone"),
        };
        members.note_all(new.violations());
        new
    }
}
