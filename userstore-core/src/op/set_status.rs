//! Blocking an account, and letting it in again.

use std::sync::Arc;

use super::actor::{Actor, Target};
use super::audit::Note;
use super::change::change;
use super::change_password::clean_up;
use crate::UserStore;
use crate::error::{Error, Result, Violation};
use crate::model::audit::Action;
use crate::model::precondition::Precondition;
use crate::model::role::Status;
use crate::model::user::User;

/// The most characters of a reason.
const REASON_CHARS: usize = 500;

/// Sets the status. Blocking raises the epoch: what was issued before is over for good, also after unblocking.
pub(super) async fn set_status(
    store: &UserStore,
    actor: &Actor,
    target: &Target,
    status: Status,
    reason: Option<String>,
    precondition: &Precondition,
) -> Result<Arc<User>> {
    if let Some(reason) = &reason {
        let refuse = |detail| Err(Error::invalid(Violation::at("/reason", detail)));
        if status == Status::Active {
            return refuse("goes with the status blocked alone");
        }
        if reason.contains('\0') {
            return refuse("must not hold a NUL character");
        }
        if reason.chars().count() > REASON_CHARS {
            return refuse("must be 500 characters at most");
        }
    }
    let action = match status {
        Status::Blocked => Action::BlockUser,
        Status::Active => Action::UnblockUser,
    };
    let note = Note::new(store, actor, action);
    let user = change(store, actor, target, precondition, note, move |user| {
        if status == Status::Blocked && user.status == Status::Active {
            user.epoch += 1;
            user.kept_session = None;
        }
        user.status = status;
        user.blocked_reason = reason.filter(|reason| !reason.is_empty());
        Ok(())
    })
    .await?;
    if status == Status::Blocked {
        clean_up(store, &user).await;
    }
    Ok(user)
}
