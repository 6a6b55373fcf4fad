//! Making of tokens (RFC 9068).

use jsonwebtoken::Header;
use serde::Serialize;
use uuid::Uuid;

use super::claims::SERVICE;
use super::key::{KeyError, SigningKey};
use super::time;
use super::token::AccessToken;
use crate::model::id::UserId;
use crate::model::role::Role;
use crate::model::scope::Scopes;
use crate::model::timestamp::Timestamp;

/// The `typ` of an access token (RFC 9068, section 2.1).
pub(super) const TYPE: &str = "at+jwt";

/// The private claim that ties a token to what its user was issued: see [`Subject::User`](super::Subject::User).
pub(super) const EPOCH: &str = "epoch";

/// What a token is to say. Times are cut to whole seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewToken<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) subject: NewSubject<'a>,
    /// Names the token: never given twice.
    pub(crate) id: Uuid,
    pub(crate) client_id: &'a str,
    pub(crate) scopes: Scopes,
    pub(crate) issued_at: Timestamp,
    pub(crate) not_before: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Whom a token is to speak for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NewSubject<'a> {
    User { id: UserId, username: &'a str, role: Role, epoch: i64 },
    Service(&'a str),
}

#[derive(Serialize)]
struct Payload<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    nbf: i64,
    jti: Uuid,
    client_id: &'a str,
    scope: Scopes,
    #[serde(flatten)]
    user: Option<OfUser<'a>>,
}

#[derive(Serialize)]
struct OfUser<'a> {
    username: &'a str,
    role: Role,
    epoch: i64,
}

impl NewToken<'_> {
    /// Signs the token, whatever its times are. The caller has seen to it that the key
    /// [outlives](super::key::Keyring::outlived_by) it.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] where the library refuses to sign with the key.
    pub(crate) fn sign(&self, key: &SigningKey) -> Result<AccessToken, KeyError> {
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(key.kid().to_owned()),
            ..Header::new(key.algorithm().of_library())
        };
        let (subject, user) = match self.subject {
            NewSubject::User { id, username, role, epoch } => (id.to_string(), Some(OfUser { username, role, epoch })),
            NewSubject::Service(name) => (format!("{SERVICE}{name}"), None),
        };
        let payload = Payload {
            iss: self.issuer,
            sub: &subject,
            aud: self.audience,
            exp: time::seconds(self.expires_at),
            iat: time::seconds(self.issued_at),
            nbf: time::seconds(self.not_before),
            jti: self.id,
            client_id: self.client_id,
            scope: self.scopes,
            user,
        };
        let token = jsonwebtoken::encode(&header, &payload, key.encoding()).map_err(|_| KeyError::Unusable)?;
        Ok(AccessToken::new(token))
    }
}
