//! All members, a page at a time.

use std::sync::Arc;

use crate::UserStore;
use crate::error::Result;
use crate::model::member::{Member, MemberFilter, MemberId, NamePrefix, name_of};
use crate::model::page::{Cursor, Page, PageRequest};
use crate::op::row::members;

const KIND: &str = "member";

/// Up to how many members are sorted to find a page of them; of more, a page is soon found along the ids.
const FEW: u64 = 2000;

pub(super) async fn list_members(
    store: &UserStore,
    filter: &MemberFilter,
    page: &PageRequest,
) -> Result<Page<Arc<Member>>> {
    let after = page.start(KIND)?.map(|id| id.parse().map_err(|_| Cursor::bad())).transpose()?;
    let prefix = match filter.prefix.as_deref().map(NamePrefix::map) {
        Some(None) => return Ok(Page { items: Vec::new(), next: None }),
        prefix => prefix.flatten().filter(|prefix| !prefix.as_str().is_empty()),
    };
    let most = page.size() + 1;
    let found = match (&filter.name, prefix) {
        (Some(name), prefix) => one(store, name, prefix.as_ref(), after).await?,
        (None, Some(prefix)) => by_prefix(store, &prefix, after, most).await?,
        (None, None) => members::list(store.reads(), after, most).await?,
    };
    let found = found.into_iter().map(Arc::new).collect();
    Ok(Page::cut(found, page.size(), |member: &Arc<Member>| Cursor::new(KIND, &member.member_id.to_string())))
}

/// The one member with this name, if it is on the page.
async fn one(
    store: &UserStore,
    name: &str,
    prefix: Option<&NamePrefix>,
    after: Option<MemberId>,
) -> Result<Vec<Member>> {
    // No member has a name with a NUL, and not every database lets it be asked for.
    if name.contains('\0') {
        return Ok(Vec::new());
    }
    let found = members::find_named(store.reads(), &name_of(name)).await?;
    let fits = |member: &Member| {
        prefix.is_none_or(|prefix| member.name.starts_with(prefix.as_str())) && Some(member.member_id) > after
    };
    Ok(found.filter(fits).into_iter().collect())
}

/// Members with this prefix, by id. No index has both: so either the names lead to them, or the ids.
async fn by_prefix(
    store: &UserStore,
    prefix: &NamePrefix,
    after: Option<MemberId>,
    most: usize,
) -> Result<Vec<Member>> {
    let reads = store.reads();
    let found = if members::has_more_than(reads, prefix, FEW).await? {
        members::list_along_ids(reads, prefix, after, most).await?
    } else {
        members::list_along_names(reads, prefix, after, most).await?
    };
    Ok(found)
}
