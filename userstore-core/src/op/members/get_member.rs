//! One member.

use std::sync::Arc;

use crate::UserStore;
use crate::error::{Error, Result};
use crate::model::member::{Member, MemberId};
use crate::op::row::members;

pub(super) async fn get_member(store: &UserStore, id: MemberId) -> Result<Arc<Member>> {
    match store.cache().member(id) {
        Some(member) => Ok(member),
        // Boxed, as it is seldom needed.
        None => Box::pin(load(store, id)).await,
    }
}

async fn load(store: &UserStore, id: MemberId) -> Result<Arc<Member>> {
    let ticket = store.cache().ticket();
    let member = Arc::new(members::find(store.reads(), id).await?.ok_or(Error::NotFound("member"))?);
    store.cache().remember_member(ticket, &member);
    Ok(member)
}
