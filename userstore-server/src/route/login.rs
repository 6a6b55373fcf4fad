//! Access tokens: issuing them, and the keys that verify them.

use rocket::{Build, Rocket, get, post, routes};
use userstore_core::jwt::PublishedKeys;
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::client::Store;
use crate::input::shape::LogIn;
use crate::input::{Body, LogInBody};
use crate::output::{Json, LoggedIn, LoggedInBody, Public, shape};

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(log_in, keys))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![log_in, keys])
}

/// Get an access token
///
/// A signed JWT (RFC 9068) for the member directory, with the scopes that the user's role gives, or fewer.
#[utoipa::path(
    operation_id = "logIn",
    tag = "access tokens",
    security(()),
    request_body(content = LogIn, description = "Who asks, and for which scopes."),
    responses((status = 200, description = "The access token.", body = LoggedInBody<'_>)),
)]
#[post("/login", data = "<body>")]
async fn log_in(store: Guard<Store>, body: Guard<Body>) -> Answer<LoggedIn> {
    let LogInBody { credentials, scopes } = body?.read()?;
    Ok(LoggedIn(store?.anyone().log_in(&credentials.username, credentials.password, scopes).await?))
}

/// Read the public keys
///
/// The keys that verify access tokens (RFC 7517).
#[utoipa::path(
    operation_id = "getKeys",
    tag = "access tokens",
    security(()),
    responses((status = 200, description = "The keys.", body = shape::KeySet)),
)]
#[get("/.well-known/jwks.json")]
async fn keys(store: Guard<Store>) -> Answer<Public<Json<PublishedKeys>>> {
    Ok(Public(Json(store?.anyone().published_keys().await?)))
}
