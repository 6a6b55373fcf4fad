//! The session itself: signing in, looking, signing out.

use rocket::{Build, Rocket, State, delete, get, post, routes};
use userstore_core::{Session, UserStore};

use super::{Answer, Guard};
use crate::caller::{Caller, Peer};
use crate::input::{Body, Credentials};
use crate::output::{Done, Json, SignedIn};
use crate::problem::Problem;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![sign_in, show, sign_out])
}

#[post("/auth", data = "<body>")]
async fn sign_in(store: &State<UserStore>, peer: Peer, body: Guard<Body>) -> Answer<SignedIn> {
    let Credentials { username, password } = body?.read()?;
    Ok(SignedIn(store.anyone().sign_in(&username, password, peer.0).await?))
}

#[get("/auth")]
fn show(caller: Guard<Caller>) -> Answer<Json<Session>> {
    Ok(Json(presented(caller)?.session().clone()))
}

#[delete("/auth")]
async fn sign_out(caller: Guard<Caller>) -> Answer<Done> {
    presented(caller)?.sign_out().await?;
    Ok(Done)
}

/// The session itself is asked for: an access token, good or not, is none.
fn presented(caller: Guard<Caller>) -> Answer<Caller> {
    caller.map_err(Problem::or_unauthenticated)
}
