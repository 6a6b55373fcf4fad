//! A new member, under an id that the store chooses.

use std::sync::Arc;

use sea_orm::ConnectionTrait;

use super::Right;
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::model::audit::Action;
use crate::model::member::{Member, MemberId, NewMember};
use crate::model::scope::Scope;
use crate::op::row::{member_ids, members};

/// How far from the last id the next one may be: 2 to the power of this.
const FARTHEST: u32 = 30;

pub(super) async fn create_member(store: &UserStore, right: &Right, new: NewMember) -> Result<Arc<Member>> {
    let content = new.check()?;
    let note = right.note(store, Action::CreateMember);
    let refused = note.clone();
    let (right, now) = (right.clone(), store.clock().now());
    let incarnation = store.random().uuid(now);
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            right.still_holds(tx, Scope::WriteMembers, now).await?;
            let id = next(tx).await?;
            let member = content.into_member(id, incarnation, now);
            members::insert(tx, &member).await?;
            note.about_member(id).write(tx).await?;
            // That there was none under this id may be remembered.
            Ok(Written::of_member(id, Arc::new(member)))
        })
    });
    write.await.map_err(|error| refused.refused(store, error))
}

/// Chooses an id: one more than the last, or, where somebody has put a member there, a little more, twice as much more,
/// and so on, which soon leaves the longest run of members behind. It never goes far: whoever puts a member at the
/// greatest id, or at any others, does not use up what lies between.
async fn next(tx: &impl ConnectionTrait) -> Result<MemberId> {
    let mut last = member_ids::lock(tx).await?;
    loop {
        for step in (0..=FARTHEST).map(|power| 1 << power) {
            let Some(id) = last.checked_add(step).and_then(|number| MemberId::try_from(number).ok()) else { break };
            if !members::is_taken(tx, id).await? {
                member_ids::set(tx, id.get()).await?;
                return Ok(id);
            }
        }
        // All of these are taken: on from the first of them.
        last =
            last.checked_add(1).ok_or_else(|| Error::unavailable("database", "every id of a member was given out"))?;
    }
}
