//! The member directory.

use std::sync::Arc;

use rocket::{Build, Rocket, delete, get, post, put, routes};
use userstore_core::{Member, MemberId, Put};
use utoipa::OpenApi;

use super::{Answer, Guard};
use crate::caller::Bearer;
use crate::input::shape::{Known, MemberQuery, NewMember, PageQuery};
use crate::input::{self, Body, Conditions, MemberList};
use crate::output::{Created, Done, Listing, Representation, shape};
use crate::problem::Problem;

/// What the OpenAPI document says of them.
#[derive(OpenApi)]
#[openapi(paths(list, create, read, replace, remove))]
pub(super) struct Docs;

pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    rocket.mount("/", routes![list, create, read, replace, remove])
}

/// List members
///
/// Needs the scope `members:read`. By `member_id`.
#[utoipa::path(
    operation_id = "listMembers",
    tag = "members",
    security(("session" = ["members:read"]), ("access_token" = ["members:read"])),
    params(MemberQuery, PageQuery),
    responses((status = 200, description = "A page of members.", body = shape::MemberPage)),
)]
#[get("/members")]
async fn list(bearer: Guard<Bearer>, list: Guard<MemberList>) -> Answer<Listing<Arc<Member>>> {
    let (members, MemberList { filter, page, next }) = (bearer?.read_members()?, list?);
    Ok(Listing { page: members.list_members(&filter, page).await?, path: "/members".to_owned(), query: next })
}

/// Create a member
///
/// Needs the scope `members:write`. The store chooses the id.
#[utoipa::path(
    operation_id = "createMember",
    tag = "members",
    security(("session" = ["members:write"]), ("access_token" = ["members:write"])),
    request_body(content = NewMember, description = "The new member."),
    responses((status = 201, description = "The new member.", body = shape::Member)),
)]
#[post("/members", data = "<body>")]
async fn create(bearer: Guard<Bearer>, body: Guard<Body>) -> Answer<Created<Member>> {
    let members = bearer?.write_members()?;
    Ok(Created(members.create_member(body?.read()?).await?))
}

/// Read a member
///
/// Needs the scope `members:read`.
#[utoipa::path(
    operation_id = "getMember",
    tag = "members",
    security(("session" = ["members:read"]), ("access_token" = ["members:read"])),
    params(Known),
    responses((status = 200, description = "The member.", body = shape::Member)),
)]
#[get("/members/<member_id>")]
async fn read(member_id: &str, bearer: Guard<Bearer>) -> Answer<Representation<Member>> {
    let members = bearer?.read_members()?;
    Ok(Representation(members.get_member(id(member_id)?).await?))
}

/// Create or replace a member
///
/// Needs the scope `members:write`. With `If-None-Match: *` it creates, and replaces none.
#[utoipa::path(
    operation_id = "putMember",
    tag = "members",
    security(("session" = ["members:write"]), ("access_token" = ["members:write"])),
    request_body(content = NewMember, description = "The whole of the member."),
    params(input::shape::Conditions),
    responses(
        (status = 200, description = "The member was replaced.", body = shape::Member),
        (status = 201, description = "The member is new.", body = shape::Member),
    ),
)]
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

/// Delete a member
///
/// Needs the scope `members:delete`.
#[utoipa::path(
    operation_id = "deleteMember",
    tag = "members",
    security(("session" = ["members:delete"]), ("access_token" = ["members:delete"])),
    params(input::shape::Conditions),
    responses((status = 204, description = "The member is gone.")),
)]
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
