//! The sessions of one account.

use rocket::{Build, Rocket, delete, get, routes};
use userstore_core::Session;
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::caller::Caller;
use crate::input::SessionList;
use crate::input::shape::PageQuery;
use crate::output::{Done, Listing, encode, shape};
use crate::problem::Problem;

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(list, end_all, end))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![list, end_all, end])
}

/// List a user's sessions
///
/// For the user and for administrators. There is no token in it.
#[utoipa::path(
    operation_id = "listSessions",
    tag = "sessions",
    security(("session" = [])),
    params(PageQuery),
    responses((status = 200, description = "A page of sessions.", body = shape::SessionPage)),
)]
#[get("/user/<username>/sessions")]
async fn list(username: &str, caller: Guard<Caller>, list: Guard<SessionList>) -> Answer<Listing<Session>> {
    let (account, SessionList { page, next }) = (caller?.account_of(username)?, list?);
    let path = format!("/user/{}/sessions", encode(username, "@+"));
    Ok(Listing { page: account.list_sessions(page).await?, path, query: next })
}

/// End all sessions of a user
///
/// For the user and for administrators. Every session ends, the caller's own included where it is one of them, and
/// every access token.
#[utoipa::path(
    operation_id = "endSessions",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 204, description = "The sessions are over.")),
)]
#[delete("/user/<username>/sessions")]
async fn end_all(username: &str, caller: Guard<Caller>) -> Answer<Done> {
    caller?.account_of(username)?.end_sessions().await?;
    Ok(Done)
}

/// End a session
///
/// For the user and for administrators.
#[utoipa::path(
    operation_id = "endSession",
    tag = "sessions",
    security(("session" = [])),
    responses((status = 204, description = "The session is over.")),
)]
#[delete("/user/<username>/sessions/<id>")]
async fn end(username: &str, id: &str, caller: Guard<Caller>) -> Answer<Done> {
    let account = caller?.account_of(username)?;
    let id = id.parse().map_err(|_| Problem::not_found("session"))?;
    account.end_session(id).await?;
    Ok(Done)
}
