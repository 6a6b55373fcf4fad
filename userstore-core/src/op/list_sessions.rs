//! A user's sessions, a page at a time.

use super::actor::Actor;
use crate::UserStore;
use crate::error::Result;
use crate::model::page::{Cursor, Page, PageRequest};
use crate::model::session::Session;
use crate::model::user::User;

const KIND: &str = "session";

pub(super) async fn list_sessions(
    store: &UserStore,
    actor: &Actor,
    user: &User,
    page: &PageRequest,
) -> Result<Page<Session>> {
    let after = page.start(KIND)?.map(|id| id.parse().map_err(|_| Cursor::bad())).transpose()?;
    let mut sessions = store.sessions().list(user, after, page.size() + 1, store.clock().now()).await?;
    let own = actor.session().map(|session| session.id);
    for session in &mut sessions {
        session.current = own == Some(session.id);
    }
    Ok(Page::cut(sessions, page.size(), |session| Cursor::new(KIND, &session.id.to_string())))
}
