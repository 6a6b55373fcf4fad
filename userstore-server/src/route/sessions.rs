//! The sessions of one account.

use rocket::{Build, Rocket, delete, get, routes};
use userstore_core::Session;

use super::{Answer, Guard};
use crate::caller::Caller;
use crate::input::SessionList;
use crate::output::{Done, Listing, encode};
use crate::problem::Problem;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![list, end_all, end])
}

#[get("/user/<username>/sessions")]
async fn list(username: &str, caller: Guard<Caller>, list: Guard<SessionList>) -> Answer<Listing<Session>> {
    let (account, SessionList { page, next }) = (caller?.account_of(username)?, list?);
    let path = format!("/user/{}/sessions", encode(username, "@+"));
    Ok(Listing { page: account.list_sessions(page).await?, path, query: next })
}

#[delete("/user/<username>/sessions")]
async fn end_all(username: &str, caller: Guard<Caller>) -> Answer<Done> {
    caller?.account_of(username)?.end_sessions().await?;
    Ok(Done)
}

#[delete("/user/<username>/sessions/<id>")]
async fn end(username: &str, id: &str, caller: Guard<Caller>) -> Answer<Done> {
    let account = caller?.account_of(username)?;
    let id = id.parse().map_err(|_| Problem::not_found("session"))?;
    account.end_session(id).await?;
    Ok(Done)
}
