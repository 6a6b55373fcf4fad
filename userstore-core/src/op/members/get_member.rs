//! One member.

use std::sync::Arc;

use crate::UserStore;
use crate::cache::{Local, member_key};
use crate::error::{Error, Result};
use crate::model::member::{Member, MemberId};
use crate::op::row::members;

pub(super) async fn get_member(store: &UserStore, id: MemberId) -> Result<Arc<Member>> {
    match store.cache().here().and_then(|cache| cache.member(id)) {
        Some(member) => Ok(member),
        // Boxed, as it is seldom needed.
        None => Box::pin(load(store, id)).await,
    }
}

async fn load(store: &UserStore, id: MemberId) -> Result<Arc<Member>> {
    if let Some(shared) = store.cache().shared() {
        let load = || async { Ok(members::find(store.reads(), id).await?) };
        return shared.record(shared.name(&member_key(id)), None, load).await?.ok_or(Error::NotFound("member"));
    }
    let ticket = store.cache().here().map(Local::ticket);
    let member = Arc::new(members::find(store.reads(), id).await?.ok_or(Error::NotFound("member"))?);
    if let (Some(cache), Some(ticket)) = (store.cache().here(), ticket) {
        cache.remember_member(ticket, &member);
    }
    Ok(member)
}
