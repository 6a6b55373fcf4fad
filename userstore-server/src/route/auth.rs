//! The session itself: signing in, looking, signing out.

use rocket::{Build, Rocket, delete, get, post, routes};
use userstore_core::Session;
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::caller::Caller;
use crate::client::Store;
use crate::input::{self, Body, Credentials};
use crate::output::{Done, Json, SignedIn, SignedInBody, shape};
use crate::problem::Problem;

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(sign_in, show, sign_out))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![sign_in, show, sign_out])
}

/// Sign in
///
/// Opens a session. A wrong password and an unknown username are answered alike.
#[utoipa::path(
    operation_id = "signIn",
    tag = "sessions",
    security(()),
    request_body(content = input::shape::Credentials, description = "Who signs in."),
    responses((status = 200, description = "The new session, with its token.", body = SignedInBody<'_>)),
)]
#[post("/auth", data = "<body>")]
async fn sign_in(store: Guard<Store>, body: Guard<Body>) -> Answer<SignedIn> {
    let Credentials { username, password } = body?.read()?;
    Ok(SignedIn(store?.anyone().sign_in(&username, password).await?))
}

/// Read the session
///
/// The session whose token is shown.
#[utoipa::path(
    operation_id = "getSession",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 200, description = "The session.", body = shape::Session)),
)]
#[get("/auth")]
fn show(caller: Guard<Caller>) -> Answer<Json<Session>> {
    Ok(Json(presented(caller)?.session().clone()))
}

/// Sign out
///
/// Ends the session whose token is shown.
#[utoipa::path(
    operation_id = "signOut",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 204, description = "The session is over.")),
)]
#[delete("/auth")]
async fn sign_out(caller: Guard<Caller>) -> Answer<Done> {
    presented(caller)?.sign_out().await?;
    Ok(Done)
}

/// The session itself is asked for: an access token, good or not, is none.
fn presented(caller: Guard<Caller>) -> Answer<Caller> {
    caller.map_err(Problem::or_unauthenticated)
}
