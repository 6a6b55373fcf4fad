//! All users, a page at a time.

use std::sync::Arc;

use super::row::users;
use crate::UserStore;
use crate::error::Result;
use crate::model::page::{Cursor, Page, PageRequest};
use crate::model::user::{User, UserFilter};
use crate::model::username::UsernamePrefix;

const KIND: &str = "user";

pub(super) async fn list_users(store: &UserStore, filter: &UserFilter, page: &PageRequest) -> Result<Page<Arc<User>>> {
    let after = page.start(KIND)?;
    let prefix = filter.prefix.as_deref().map(UsernamePrefix::map);
    if matches!(prefix, Some(None)) {
        return Ok(Page { items: Vec::new(), next: None });
    }
    let prefix = prefix.flatten();
    let most = page.size() + 1;
    let found = users::list(store.reads(), filter.role, filter.status, prefix.as_ref(), after, most).await?;
    let found = found.into_iter().map(Arc::new).collect();
    Ok(Page::cut(found, page.size(), |user| Cursor::new(KIND, user.username.as_str())))
}
