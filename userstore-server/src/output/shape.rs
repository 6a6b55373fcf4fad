//! The shapes of what the core shows, for the OpenAPI document. What serialises them is in the core, which knows no
//! HTTP;
//! every answer in the tests is held against these.

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A point in time (RFC 3339), in UTC and to the millisecond.
#[derive(ToSchema)]
#[schema(value_type = String, format = "date-time", example = "2026-01-02T03:04:05.678Z")]
pub(crate) struct Time(#[expect(dead_code, reason = "only its shape is of interest")] String);

/// The ladder of roles: each may do all that the one before it may.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "user")]
#[expect(dead_code, reason = "only its shape is of interest")]
pub(crate) enum Role {
    User,
    Reader,
    Editor,
    Admin,
}

/// Whether the account can be used.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(example = "active")]
#[expect(dead_code, reason = "only its shape is of interest")]
pub(crate) enum Status {
    Active,
    Blocked,
}

/// An account.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is of interest")]
pub(crate) struct User {
    /// Names the user for ever.
    #[schema(format = "uuid", example = "0198d2f0-0000-7000-8000-00000000abcd")]
    id: String,
    /// The name it signs in with, in its one spelling.
    #[schema(min_length = 1, max_length = 128, example = "alice")]
    username: String,
    role: Role,
    status: Status,
    /// Why it was blocked, where a reason was given: administrators alone see it.
    #[schema(nullable = false, min_length = 1, max_length = 500, example = "asked for by the owner")]
    blocked_reason: Option<String>,
    /// Any JSON object.
    #[schema(example = json!({"city": "London"}))]
    data: Map<String, Value>,
    /// When it signed up.
    created_at: Time,
    /// When something shown of it last changed.
    updated_at: Time,
}

/// A session: nothing in it opens anything.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is of interest")]
pub(crate) struct Session {
    /// Names the session.
    #[schema(format = "uuid", example = "0198d2f0-0000-7000-8000-00000000abcd")]
    id: String,
    /// When its user signed in.
    created_at: Time,
    /// When it ends by itself, however much it is used.
    expires_at: Time,
    /// Whether it is the one that asks.
    current: bool,
    /// What the client called itself at sign-in.
    #[schema(required = true, example = "curl/8.14.1")]
    user_agent: Option<String>,
    /// The address it was opened from.
    #[schema(required = true, example = "192.0.2.1")]
    ip: Option<String>,
}

/// A record of the member directory.
#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "only its shape is of interest, and that is so")]
pub(crate) struct Member {
    /// Names the member.
    #[schema(minimum = 1, example = 7)]
    member_id: i64,
    /// Unique to the byte, in Unicode's NFC.
    #[schema(min_length = 1, max_length = 255, example = "Ada Lovelace")]
    name: String,
    /// An e-mail address, as it was written.
    #[schema(required = true, min_length = 1, max_length = 255, example = "ada@example.org")]
    email: Option<String>,
    /// A telephone number, as it was written.
    #[schema(required = true, min_length = 1, max_length = 255, example = "+44 20 7946 0000")]
    phone: Option<String>,
    /// When it was created.
    created_at: Time,
    /// When something shown of it last changed.
    updated_at: Time,
}

macro_rules! pages {
    ($($(#[$docs:meta])* $name:ident of $item:ident;)+) => {
        $(
            $(#[$docs])*
            #[derive(ToSchema)]
            #[expect(dead_code, reason = "only its shape is of interest")]
            pub(crate) struct $name {
                /// The records, in the order of the list.
                items: Vec<$item>,
                /// Where the next page starts: send it as `after`. Null on the last page.
                #[schema(required = true)]
                next: Option<String>,
            }
        )+
    };
}

pages! {
    /// A page of users, by username.
    UserPage of User;
    /// A page of sessions.
    SessionPage of Session;
    /// A page of members, by `member_id`.
    MemberPage of Member;
}

/// The public keys that verify access tokens (RFC 7517, section 5).
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is of interest")]
pub(crate) struct KeySet {
    /// The keys that sign, will sign, and have signed tokens that still live.
    keys: Vec<Key>,
}

/// A public key. Which of the members after `kty` it has depends on its type.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is of interest")]
pub(crate) struct Key {
    /// Its thumbprint (RFC 7638).
    #[schema(example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    kid: String,
    /// What it is for.
    #[schema(pattern = "^sig$", example = "sig")]
    r#use: String,
    /// What it verifies.
    #[schema(pattern = "^(EdDSA|ES256|RS256)$", example = "EdDSA")]
    alg: String,
    /// Its type.
    #[schema(pattern = "^(OKP|EC|RSA)$", example = "OKP")]
    kty: String,
    /// The curve of an elliptic key.
    #[schema(nullable = false, example = "Ed25519")]
    crv: Option<String>,
    /// The point of an elliptic key, or its first coordinate.
    #[schema(nullable = false, example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    x: Option<String>,
    /// The second coordinate.
    #[schema(nullable = false)]
    y: Option<String>,
    /// The modulus of an RSA key.
    #[schema(nullable = false)]
    n: Option<String>,
    /// The exponent of an RSA key.
    #[schema(nullable = false)]
    e: Option<String>,
}
