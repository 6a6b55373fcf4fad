//! A member in the place of the one with its id, or of none.

use std::sync::Arc;

use super::Right;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::model::audit::Action;
use crate::model::member::{Content, Member, MemberId, NewMember, Put};
use crate::model::precondition::Precondition;
use crate::model::scope::Scope;
use crate::op::row::{member_ids, members};

/// Replaces or creates. What shows nothing new writes nothing, so that the member's tag stays as it was.
pub(super) async fn put_member(
    store: &UserStore,
    right: &Right,
    id: MemberId,
    new: NewMember,
    precondition: &Precondition,
) -> Result<Put> {
    let content = new.check()?;
    let note = right.note(store, Action::PutMember).about_member(id);
    let refused = note.clone();
    let (right, precondition, now) = (right.clone(), precondition.clone(), store.clock().now());
    let incarnation = store.random().uuid(now);
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            right.still_holds(tx, Scope::WriteMembers, now).await?;
            let mut before = members::lock(tx, id).await?;
            if before.is_none() {
                // The store chooses no id meanwhile, lest it is this one, and nobody else puts a member there.
                member_ids::lock(tx).await?;
                before = members::lock(tx, id).await?;
            }
            precondition.check(before.as_ref().map(Member::tag).as_ref())?;
            let Some(before) = before else {
                let member = content.into_member(id, incarnation, now);
                members::insert(tx, &member).await?;
                note.with("created", true).write(tx).await?;
                return Ok(Written::of_member(id, Put::Created(Arc::new(member))));
            };
            if before.has(&content) {
                return Ok(Written::of_member(id, Put::Replaced(Arc::new(before))));
            }
            let Content { name, email, phone } = content;
            let (version, updated_at) = (before.version + 1, now.max(before.updated_at));
            let after = Member { name, email, phone, updated_at, version, ..before.clone() };
            if !members::update(tx, &before, &after).await? {
                return Err(Error::unavailable("database", "the row was changed by another transaction"));
            }
            note.with("created", false).write(tx).await?;
            Ok(Written::of_member(id, Put::Replaced(Arc::new(after))))
        })
    });
    write.await.map_err(|error| refused.refused(store, error))
}
