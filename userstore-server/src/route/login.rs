//! Access tokens: issuing them, and the keys that verify them.

use rocket::{Build, Rocket, State, get, post, routes};
use userstore_core::UserStore;
use userstore_core::jwt::PublishedKeys;

use super::{Answer, Guard};
use crate::input::{Body, LogInBody};
use crate::output::{LoggedIn, Public};

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![log_in, keys])
}

#[post("/login", data = "<body>")]
async fn log_in(store: &State<UserStore>, body: Guard<Body>) -> Answer<LoggedIn> {
    let LogInBody { credentials, scopes } = body?.read()?;
    Ok(LoggedIn(store.anyone().log_in(&credentials.username, credentials.password, scopes).await?))
}

#[get("/.well-known/jwks.json")]
async fn keys(store: &State<UserStore>) -> Answer<Public<PublishedKeys>> {
    Ok(Public(store.anyone().published_keys().await?))
}
