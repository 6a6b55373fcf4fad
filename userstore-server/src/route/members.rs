//! The member directory.

use std::sync::Arc;

use rocket::{Build, Rocket, delete, get, post, put, routes};
use userstore_core::{Member, MemberId, Put};

use super::{Answer, Guard};
use crate::caller::Bearer;
use crate::input::{Body, Conditions, MemberList};
use crate::output::{Created, Done, Listing, Representation};
use crate::problem::Problem;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![list, create, read, replace, remove])
}

#[get("/members")]
async fn list(bearer: Guard<Bearer>, list: Guard<MemberList>) -> Answer<Listing<Arc<Member>>> {
    let (members, MemberList { filter, page, next }) = (bearer?.read_members()?, list?);
    Ok(Listing { page: members.list_members(&filter, page).await?, path: "/members".to_owned(), query: next })
}

#[post("/members", data = "<body>")]
async fn create(bearer: Guard<Bearer>, body: Guard<Body>) -> Answer<Created<Member>> {
    let members = bearer?.write_members()?;
    Ok(Created(members.create_member(body?.read()?).await?))
}

#[get("/members/<member_id>")]
async fn read(member_id: &str, bearer: Guard<Bearer>) -> Answer<Representation<Member>> {
    let members = bearer?.read_members()?;
    Ok(Representation(members.get_member(id(member_id)?).await?))
}

#[put("/members/<member_id>", data = "<body>")]
async fn replace(
    member_id: &str,
    bearer: Guard<Bearer>,
    conditions: Guard<Conditions>,
    body: Guard<Body>,
) -> Answer<PutMember> {
    let (members, id) = (bearer?.write_members()?, id(member_id)?);
    let (new, Conditions(precondition)) = (body?.read()?, conditions?);
    Ok(match members.put_member(id, new, &precondition).await? {
        Put::Created(member) => PutMember::Created(Created(member)),
        Put::Replaced(member) => PutMember::Replaced(Representation(member)),
    })
}

#[delete("/members/<member_id>")]
async fn remove(member_id: &str, bearer: Guard<Bearer>, conditions: Guard<Conditions>) -> Answer<Done> {
    let (members, id) = (bearer?.delete_members()?, id(member_id)?);
    members.delete_member(id, &conditions?.0).await?;
    Ok(Done)
}

#[derive(rocket::Responder)]
enum PutMember {
    Created(Created<Member>),
    Replaced(Representation<Member>),
}

/// A text that is no id in its one spelling names nothing.
fn id(text: &str) -> Answer<MemberId> {
    text.parse().map_err(|_| Problem::not_found("member"))
}
