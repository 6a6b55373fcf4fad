//! The shapes of what comes in, for the OpenAPI document. What reads them is in `form` and `query`, and the rules are
//! the
//! core's. That no member is missing here, and that no other is taken, the tests show.

#![expect(dead_code, reason = "only the shapes are of interest")]

use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::output::shape::{Role, Status};

/// What signing up asks for.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUp {
    /// One name in every spelling (RFC 8265): 1 to 128 letters, marks and digits of one script, and `.` `_` `-` `+`
    /// `@`. Not
    /// `.`, `..` or `me`; and names such as `admin` are for administrators to give.
    #[schema(format = "username", min_length = 1, max_length = 128, example = "alice")]
    username: String,
    /// At least 8 characters, at most 1,024 bytes; neither common nor the username.
    #[schema(format = "password", min_length = 8, max_length = 1024, example = "correct horse battery")]
    password: String,
    /// Any JSON object up to 16 KiB and 32 levels, for the user to keep.
    #[schema(nullable = false, example = json!({"city": "London"}))]
    data: Option<Map<String, Value>>,
}

/// What signing in asks for.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// In any spelling.
    #[schema(example = "alice")]
    username: String,
    /// At most 1,024 bytes.
    #[schema(format = "password", max_length = 1024, example = "correct horse battery")]
    password: String,
}

/// What an access token asks for.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    /// In any spelling.
    #[schema(example = "alice")]
    username: String,
    /// At most 1,024 bytes.
    #[schema(format = "password", max_length = 1024, example = "correct horse battery")]
    password: String,
    /// The scopes that the token is to have, with a space between, of those that the role gives; all of them by
    /// default.
    #[schema(
        nullable = false,
        pattern = "^((members:(read|write|delete))( members:(read|write|delete))*)?$",
        example = "members:read"
    )]
    scope: Option<String>,
}

/// What a user's data is to be, the whole of it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewData {
    /// Any JSON object up to 16 KiB and 32 levels.
    #[schema(example = json!({"city": "London"}))]
    data: Map<String, Value>,
}

/// What is to change in a user's data: a JSON merge patch (RFC 7396), in which null removes a member.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DataPatch {
    /// What comes of it has to be an object up to 16 KiB and 32 levels.
    #[schema(nullable = false, example = json!({"city": null, "colour": "green"}))]
    data: Option<Map<String, Value>>,
}

/// A new password.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password as it is. Everyone needs it for the own account, and administrators for no other.
    #[schema(nullable = false, format = "password", max_length = 1024, example = "correct horse battery")]
    current_password: Option<String>,
    /// At least 8 characters, at most 1,024 bytes; neither common nor the username.
    #[schema(format = "password", min_length = 8, max_length = 1024, example = "staple battery horse")]
    new_password: String,
}

/// A new role.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    role: Role,
}

/// Whether an account can be used.
#[derive(ToSchema)]
#[serde(untagged)]
pub(crate) enum NewStatus {
    Active(StatusActive),
    Blocked(StatusBlocked),
}

/// It can.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusActive {
    /// That it can.
    status: ActiveWord,
}

/// That it can.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActiveWord {
    Active,
}

/// It cannot: every sign-in, session and access token of it is refused.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusBlocked {
    /// That it cannot.
    status: BlockedWord,
    /// Why: administrators alone see it.
    #[schema(nullable = false, max_length = 500, example = "asked for by the owner")]
    reason: Option<String>,
}

/// That it cannot.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BlockedWord {
    Blocked,
}

/// What a member is to be: all of it, but for its id.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    /// Unique to the byte, once it is in Unicode's NFC.
    #[schema(min_length = 1, max_length = 255, example = "Ada Lovelace")]
    name: String,
    /// An e-mail address.
    #[schema(format = "email", min_length = 1, max_length = 255, example = "ada@example.org")]
    email: Option<String>,
    /// A telephone number.
    #[schema(min_length = 1, max_length = 255, example = "+44 20 7946 0000")]
    phone: Option<String>,
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The most items of the page.
    #[param(nullable = false, minimum = 1, maximum = 1000, default = 50, example = 50)]
    limit: Option<u16>,
    /// The `next` of the page before.
    #[param(nullable = false, format = "cursor")]
    after: Option<String>,
}

/// The state that a change is meant for.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct Conditions {
    /// Changes the record only in one of these states: `*`, or the `ETag`s of answers.
    #[param(
        rename = "If-Match",
        nullable = false,
        pattern = "^(\\*|\"[!#-~]*\"( ?, ?\"[!#-~]*\")*)$",
        example = "\"83c7f05ba1d2e946.3\""
    )]
    if_match: Option<String>,
    /// Changes the record only in none of these states. With `*` there must be no record yet.
    #[param(
        rename = "If-None-Match",
        nullable = false,
        pattern = "^(\\*|\"[!#-~]*\"( ?, ?\"[!#-~]*\")*)$",
        example = "\"83c7f05ba1d2e946.3\""
    )]
    if_none_match: Option<String>,
}

/// The states that the client has already.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub(crate) struct Known {
    /// Answers 304 while the record is in one of these states: the `ETag`s of answers.
    #[param(rename = "If-None-Match", nullable = false, example = "\"83c7f05ba1d2e946.3\"")]
    if_none_match: Option<String>,
}

/// Which users.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UserQuery {
    /// Those with this role.
    #[param(nullable = false, inline)]
    role: Option<Role>,
    /// Those with this status.
    #[param(nullable = false, inline)]
    status: Option<Status>,
    /// Those whose username starts so, in any spelling.
    #[param(nullable = false, example = "al")]
    prefix: Option<String>,
}

/// Which members.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberQuery {
    /// The one with this name.
    #[param(nullable = false, example = "Ada Lovelace")]
    name: Option<String>,
    /// Those whose name starts so, in this case.
    #[param(nullable = false, example = "Ada")]
    prefix: Option<String>,
}
