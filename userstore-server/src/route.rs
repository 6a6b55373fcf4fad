//! The routes: each parses, calls one operation of the core, and shows what came of it.

mod auth;
mod docs;
mod health;
mod home;
mod login;
mod members;
mod metrics;
mod problems;
mod sessions;
mod user;
mod users;

use rocket::{Build, Rocket};
use utoipa::OpenApi;

use crate::problem::Problem;

/// What a route answers.
type Answer<T> = Result<T, Problem>;

/// What a guard found, or why the request is refused. A route asks its guards in the order that refusals are told in:
/// who asks, whether he may, what is wrong with the input.
type Guard<T> = Result<T, Problem>;

/// Adds the routes of one module.
type Mount = fn(Rocket<Build>) -> Rocket<Build>;

/// Every module of routes, by the function that mounts it.
pub(crate) const ALL: &[Mount] = &[
    home::mount,
    users::mount,
    user::mount,
    sessions::mount,
    auth::mount,
    login::mount,
    members::mount,
    health::mount,
    metrics::mount,
    problems::mount,
    docs::mount,
];

/// What the OpenAPI document says of each module of routes.
pub(crate) const DOCUMENTED: &[fn() -> utoipa::openapi::OpenApi] = &[
    home::Docs::openapi,
    users::Docs::openapi,
    user::Docs::openapi,
    sessions::Docs::openapi,
    auth::Docs::openapi,
    login::Docs::openapi,
    members::Docs::openapi,
    health::Docs::openapi,
    metrics::Docs::openapi,
    problems::Docs::openapi,
];
