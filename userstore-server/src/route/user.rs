//! One account: its data, its password, its role, its status.

use rocket::{Build, Rocket, delete, get, patch, put, routes};
use userstore_core::User;
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::caller::Caller;
use crate::input::{self, Body, Conditions, DataPatch, NewData, NewPassword, NewRole, NewStatus};
use crate::output::{Done, Representation, shape};

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(read, replace, merge, remove, change_password, grant_role, set_status))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![read, replace, merge, remove, change_password, grant_role, set_status])
}

/// Read a user
///
/// For the user and for administrators. `me` is the caller's own account.
#[utoipa::path(
    operation_id = "getUser",
    tag = "accounts",
    security(("session" = [])),
    params(input::shape::Known),
    responses((status = 200, description = "The user.", body = shape::User)),
)]
#[get("/user/<username>")]
async fn read(username: &str, caller: Guard<Caller>) -> Answer<Representation<User>> {
    Ok(Representation(caller?.account_of(username)?.get().await?))
}

/// Replace a user's data
///
/// For the user and for administrators. The whole of `data` is replaced.
#[utoipa::path(
    operation_id = "replaceUserData",
    tag = "accounts",
    security(("session" = [])),
    request_body(content = input::shape::NewData, description = "The new data."),
    params(input::shape::Conditions),
    responses((status = 200, description = "The user as it is now.", body = shape::User)),
)]
#[put("/user/<username>", data = "<body>")]
async fn replace(
    username: &str,
    caller: Guard<Caller>,
    conditions: Guard<Conditions>,
    body: Guard<Body>,
) -> Answer<Representation<User>> {
    let account = caller?.account_of(username)?;
    let (NewData(data), Conditions(precondition)) = (body?.read()?, conditions?);
    Ok(Representation(account.replace_data(data, &precondition).await?))
}

/// Change a user's data
///
/// For the user and for administrators. The body is a JSON merge patch (RFC 7396): what it does not name stays.
#[utoipa::path(
    operation_id = "mergeUserData",
    tag = "accounts",
    security(("session" = [])),
    request_body(
        description = "What changes.",
        content(
            (input::shape::DataPatch = "application/merge-patch+json"),
            (input::shape::DataPatch = "application/json"),
        ),
    ),
    params(input::shape::Conditions),
    responses((status = 200, description = "The user as it is now.", body = shape::User)),
)]
#[patch("/user/<username>", data = "<body>")]
async fn merge(
    username: &str,
    caller: Guard<Caller>,
    conditions: Guard<Conditions>,
    body: Guard<Body>,
) -> Answer<Representation<User>> {
    let account = caller?.account_of(username)?;
    let (DataPatch(patch), Conditions(precondition)) = (body?.read()?, conditions?);
    Ok(Representation(account.merge_data(&patch, &precondition).await?))
}

/// Delete a user
///
/// For the user and for administrators. Everything of the user is gone at once, and every session and access token is
/// dead.
#[utoipa::path(
    operation_id = "deleteUser",
    tag = "accounts",
    security(("session" = [])),
    params(input::shape::Conditions),
    responses((status = 204, description = "The user is gone.")),
)]
#[delete("/user/<username>")]
async fn remove(username: &str, caller: Guard<Caller>, conditions: Guard<Conditions>) -> Answer<Done> {
    let account = caller?.account_of(username)?;
    account.delete(&conditions?.0).await?;
    Ok(Done)
}

/// Change a password
///
/// For the user, with the current password, and for administrators, who need none for others. Every other session and
/// every access token of the user ends.
#[utoipa::path(
    operation_id = "changePassword",
    tag = "accounts",
    security(("session" = [])),
    request_body(content = input::shape::NewPassword, description = "The new password."),
    responses((status = 204, description = "The password is changed.")),
)]
#[put("/user/<username>/password", data = "<body>")]
async fn change_password(username: &str, caller: Guard<Caller>, body: Guard<Body>) -> Answer<Done> {
    let account = caller?.account_of(username)?;
    let NewPassword { current, new } = body?.read()?;
    account.change_password(current, new).await?;
    Ok(Done)
}

/// Grant a role
///
/// For administrators. It holds from the next request on, for sessions and access tokens alike.
#[utoipa::path(
    operation_id = "grantRole",
    tag = "administration",
    security(("session" = [])),
    request_body(content = input::shape::NewRole, description = "The new role."),
    params(input::shape::Conditions),
    responses((status = 200, description = "The user as it is now.", body = shape::User)),
)]
#[put("/user/<username>/role", data = "<body>")]
async fn grant_role(
    username: &str,
    caller: Guard<Caller>,
    conditions: Guard<Conditions>,
    body: Guard<Body>,
) -> Answer<Representation<User>> {
    let admin = caller?.admin()?;
    let (NewRole(role), Conditions(precondition)) = (body?.read()?, conditions?);
    Ok(Representation(admin.grant_role(username, role, &precondition).await?))
}

/// Block or unblock a user
///
/// For administrators. Blocking ends every session and access token of the user for good.
#[utoipa::path(
    operation_id = "setStatus",
    tag = "administration",
    security(("session" = [])),
    request_body(content = input::shape::NewStatus, description = "The new status."),
    params(input::shape::Conditions),
    responses((status = 200, description = "The user as it is now.", body = shape::User)),
)]
#[put("/user/<username>/status", data = "<body>")]
async fn set_status(
    username: &str,
    caller: Guard<Caller>,
    conditions: Guard<Conditions>,
    body: Guard<Body>,
) -> Answer<Representation<User>> {
    let admin = caller?.admin()?;
    let (NewStatus { status, reason }, Conditions(precondition)) = (body?.read()?, conditions?);
    Ok(Representation(admin.set_status(username, status, reason, &precondition).await?))
}
