//! Accounts as a whole: signing up, and the list of them.

use std::sync::Arc;

use rocket::{Build, Rocket, get, post, routes};
use userstore_core::{Role, User};
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::caller::{Caller, MaybeAdmin};
use crate::client::Store;
use crate::input::shape::{PageQuery, SignUp, UserQuery};
use crate::input::{Body, UserList};
use crate::output::{Created, Listing, shape};

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(create, list))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![create, list])
}

/// Sign up
///
/// Anyone while sign-up is open; an administrator always, whose session token is then needed. The new account has the
/// role `user`.
#[utoipa::path(
    operation_id = "signUp",
    tag = "accounts",
    security((), ("session" = [])),
    request_body(content = SignUp, description = "Who wants to sign up."),
    responses((status = 201, description = "The new user.", body = shape::User)),
)]
#[post("/user", data = "<body>")]
async fn create(store: Guard<Store>, asking: Guard<MaybeAdmin>, body: Guard<Body>) -> Answer<Created<User>> {
    let (MaybeAdmin(admin), signup) = (asking?, body?.read()?);
    Ok(Created(match admin {
        Some(admin) => admin.create_user(signup, Role::User).await?,
        None => store?.anyone().sign_up(signup).await?,
    }))
}

/// List users
///
/// For administrators. By username.
#[utoipa::path(
    operation_id = "listUsers",
    tag = "administration",
    security(("session" = [])),
    params(UserQuery, PageQuery),
    responses((status = 200, description = "A page of users.", body = shape::UserPage)),
)]
#[get("/users")]
async fn list(caller: Guard<Caller>, list: Guard<UserList>) -> Answer<Listing<Arc<User>>> {
    let (admin, UserList { filter, page, next }) = (caller?.admin()?, list?);
    Ok(Listing { page: admin.list_users(&filter, page).await?, path: "/users".to_owned(), query: next })
}
