//! What a verified token says.

use super::time::LEEWAY;
use crate::model::id::UserId;
use crate::model::role::Role;
use crate::model::scope::Scopes;
use crate::model::timestamp::Timestamp;
use crate::model::username::Username;

/// The content of a token whose signature, times, issuer and audience were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// Who issued it (`iss`).
    pub issuer: String,
    /// Whom it speaks for (`sub`).
    pub subject: Subject,
    /// Whom it is for (`aud`); the audience that was asked for is among them.
    pub audience: Vec<String>,
    /// When it ends (`exp`).
    pub expires_at: Timestamp,
    /// When it was issued (`iat`); the store's own tokens always say.
    pub issued_at: Option<Timestamp>,
    /// When it begins (`nbf`).
    pub not_before: Option<Timestamp>,
    /// Names the token (`jti`); the store's own tokens always have one.
    pub id: Option<String>,
    /// The client it was issued to (`client_id`); the store's own tokens always say.
    pub client_id: Option<String>,
    /// What it allows of the member directory (`scope`, or `scp` of an outside issuer); other words are left out.
    pub scopes: Scopes,
}

impl Claims {
    /// The moment from which on the token is refused as expired.
    pub(crate) fn accepted_until(&self) -> Timestamp {
        self.expires_at.plus(LEEWAY)
    }
}

/// Whom a token speaks for. An outside issuer's subject is never a user of the store, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// A user of the store, as it was when the token was issued.
    User {
        /// Which user.
        id: UserId,
        /// Its name then (`username`).
        username: Username,
        /// Its role then (`role`); the live one may be another.
        role: Role,
        /// A number that the store raises when all that was issued to the user ends: a token with a lower one is over.
        epoch: i64,
    },
    /// A service, by the name that the operator gave it; it has no account.
    Service(String),
    /// Someone whom an outside issuer knows, in that issuer's words.
    Outside(String),
}

/// What precedes the name of a service in `sub`.
pub(super) const SERVICE: &str = "service:";
