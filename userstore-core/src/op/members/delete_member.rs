//! Deleting a member.

use super::Right;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::model::audit::Action;
use crate::model::member::{Member, MemberId};
use crate::model::precondition::Precondition;
use crate::model::scope::Scope;
use crate::op::row::members;

pub(super) async fn delete_member(
    store: &UserStore,
    right: &Right,
    id: MemberId,
    precondition: &Precondition,
) -> Result<()> {
    let note = right.note(store, Action::DeleteMember).about_member(id);
    let refused = note.clone();
    let (right, precondition, now) = (right.clone(), precondition.clone(), store.clock().now());
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            right.still_holds(tx, Scope::DeleteMembers, now).await?;
            let member = members::lock(tx, id).await?;
            precondition.check(member.as_ref().map(Member::tag).as_ref())?;
            if member.is_none() {
                return Err(Error::NotFound("member"));
            }
            members::delete(tx, id).await?;
            note.write(tx).await?;
            Ok(Written::of_member(id, ()))
        })
    });
    write.await.map_err(|error| refused.refused(store, error))
}
