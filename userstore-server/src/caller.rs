//! Who is asking: resolved once, in a request guard, to a value of the core.

use std::ops::Deref;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use userstore_core::{Admin, Error};

use crate::problem::Problem;
use crate::{access_log, client};

/// Somebody with a live session, whose token came as `Authorization: Bearer` (RFC 6750, section 2.1). Tokens anywhere
/// else are not seen.
pub(crate) struct Caller(userstore_core::Caller);

impl Deref for Caller {
    type Target = userstore_core::Caller;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Caller {
    async fn find(request: &Request<'_>) -> Result<Self, Problem> {
        let token = bearer(request)?.ok_or_else(Problem::unauthenticated)?;
        let caller = client::store(request)?.authenticate(token).await?;
        access_log::note_user(request, caller.user().id);
        Ok(Self(caller))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Caller {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(Self::find(request).await)
    }
}

/// Somebody with a token that opens the member directory.
pub(crate) struct Bearer(userstore_core::Bearer);

impl Deref for Bearer {
    type Target = userstore_core::Bearer;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Bearer {
    async fn find(request: &Request<'_>) -> Result<Self, Problem> {
        let token = bearer(request)?.ok_or_else(Problem::unauthenticated)?;
        let bearer = client::store(request)?.bearer(token).await?;
        if let Some(id) = bearer.user_id() {
            access_log::note_user(request, id);
        }
        Ok(Self(bearer))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Bearer {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(Self::find(request).await)
    }
}

/// An administrator, or anybody else: for a route where every other token counts as none.
pub(crate) struct MaybeAdmin(pub(crate) Option<Admin>);

impl MaybeAdmin {
    async fn find(request: &Request<'_>) -> Result<Self, Problem> {
        let Some(token) = bearer(request)? else { return Ok(Self(None)) };
        match client::store(request)?.authenticate(token).await {
            Ok(caller) => {
                access_log::note_user(request, caller.user().id);
                // Whoever is none has not asked to be one.
                let admin = if caller.user().is_active_admin() { caller.admin().ok() } else { None };
                Ok(Self(admin))
            }
            Err(Error::Unauthenticated | Error::SessionNeeded) => Ok(Self(None)),
            Err(error) => Err(error.into()),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for MaybeAdmin {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(Self::find(request).await)
    }
}

pub(crate) fn outcome<T>(result: Result<T, Problem>) -> Outcome<T, Problem> {
    result.map_or_else(|problem| Outcome::Error((problem.status(), problem)), Outcome::Success)
}

/// The token that a request brings. Another scheme than `Bearer` brings none.
fn bearer<'r>(request: &'r Request<'_>) -> Result<Option<&'r str>, Problem> {
    let mut values = request.headers().get("authorization");
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(Problem::malformed_request("send one Authorization header")),
        (value, None) => Ok(value.and_then(token)),
    }
}

fn token(value: &str) -> Option<&str> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let token = rest.trim_start_matches(' ');
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        for value in ["Bearer abc", "bearer abc", "BEARER   abc ", "bEaReR abc"] {
            assert_eq!(token(value), Some("abc"), "{value:?}");
        }
        for value in ["", "abc", "Bearer", "Bearer ", "Basic abc", "Bearer:abc", "Bearer\tabc"] {
            assert_eq!(token(value), None, "{value:?}");
        }
    }
}
