//! One account: its data, its password, its role, its status.

use rocket::{Build, Rocket, delete, get, patch, put, routes};
use userstore_core::User;

use super::{Answer, Guard};
use crate::caller::Caller;
use crate::input::{Body, Conditions, DataPatch, NewData, NewPassword, NewRole, NewStatus};
use crate::output::{Done, Representation};

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![read, replace, merge, remove, change_password, grant_role, set_status])
}

#[get("/user/<username>")]
async fn read(username: &str, caller: Guard<Caller>) -> Answer<Representation<User>> {
    Ok(Representation(caller?.account_of(username)?.get().await?))
}

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

#[delete("/user/<username>")]
async fn remove(username: &str, caller: Guard<Caller>, conditions: Guard<Conditions>) -> Answer<Done> {
    let account = caller?.account_of(username)?;
    account.delete(&conditions?.0).await?;
    Ok(Done)
}

#[put("/user/<username>/password", data = "<body>")]
async fn change_password(username: &str, caller: Guard<Caller>, body: Guard<Body>) -> Answer<Done> {
    let account = caller?.account_of(username)?;
    let NewPassword { current, new } = body?.read()?;
    account.change_password(current, new).await?;
    Ok(Done)
}

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
