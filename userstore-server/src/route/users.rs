//! Accounts as a whole: signing up, and the list of them.

use std::sync::Arc;

use rocket::{Build, Rocket, State, get, post, routes};
use userstore_core::{Role, User, UserStore};

use super::{Answer, Guard};
use crate::caller::{Caller, MaybeAdmin};
use crate::input::{Body, UserList};
use crate::output::{Created, Listing};

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![create, list])
}

#[post("/user", data = "<body>")]
async fn create(store: &State<UserStore>, asking: Guard<MaybeAdmin>, body: Guard<Body>) -> Answer<Created<User>> {
    let (MaybeAdmin(admin), signup) = (asking?, body?.read()?);
    Ok(Created(match admin {
        Some(admin) => admin.create_user(signup, Role::User).await?,
        None => store.anyone().sign_up(signup).await?,
    }))
}

#[get("/users")]
async fn list(caller: Guard<Caller>, list: Guard<UserList>) -> Answer<Listing<Arc<User>>> {
    let (admin, UserList { filter, page, next }) = (caller?.admin()?, list?);
    Ok(Listing { page: admin.list_users(&filter, page).await?, path: "/users".to_owned(), query: next })
}
