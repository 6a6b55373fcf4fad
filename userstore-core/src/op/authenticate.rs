//! Who is asking: a token becomes a caller.

use std::sync::Arc;

use super::access;
use super::account::Account;
use super::actor::{Actor, Target};
use super::admin::Admin;
use super::audit::{Note, Who};
use super::row::users;
use crate::UserStore;
use crate::cache::{Local, Owner, Shared, user_key};
use crate::error::{Error, Result};
use crate::model::audit::Action;
use crate::model::id::UserId;
use crate::model::session::{Session, TokenHash};
use crate::model::user::User;
use crate::model::username::Username;

/// Somebody who has shown the token of a live session. What a caller may do, its doors say: [`Caller::account`] is
/// open to everyone, [`Caller::admin`] to administrators.
#[derive(Debug, Clone)]
pub struct Caller {
    store: UserStore,
    session: Arc<Session>,
    user: Arc<User>,
    hash: TokenHash,
}

pub(crate) async fn authenticate(store: &UserStore, token: &str) -> Result<Caller> {
    let Some(hash) = TokenHash::of(token) else { return Err(refuse(store, token).await) };
    let known = store.cache().here().and_then(|cache| cache.session(&hash));
    let (user, session) = match known {
        Some(known) => known,
        // Boxed, as it is seldom needed: every caller's future would have to hold it, and be moved with it.
        None => match store.cache().shared() {
            Some(shared) => Box::pin(load_shared(store, shared, hash)).await?,
            None => Box::pin(load(store, hash)).await?,
        },
    };
    if session.is_live(&user, store.clock().now()) {
        Ok(Caller { store: store.clone(), session, user, hash })
    } else {
        Err(Error::Unauthenticated)
    }
}

/// What is said of a text that is no session's token.
async fn refuse(store: &UserStore, token: &str) -> Error {
    if TokenHash::is_for(token) {
        return Error::Unauthenticated;
    }
    match Box::pin(access::check(store, token)).await {
        Ok(_) => Error::SessionNeeded,
        Err(refusal) => refusal.into(),
    }
}

async fn load(store: &UserStore, hash: TokenHash) -> Result<(Arc<User>, Arc<Session>)> {
    let ticket = store.cache().here().map(Local::ticket);
    let session = store.sessions().find(hash).await?.ok_or(Error::Unauthenticated)?;
    if !store.sessions().may_be_remembered() {
        let user = access::live_user(store, session.user_id, session.epoch).await?;
        return Ok((user, Arc::new(Session { current: true, ..session })));
    }
    let (user, _) = users::find(store.reads(), session.user_id).await?.ok_or(Error::Unauthenticated)?;
    let (user, session) = (Arc::new(user), Arc::new(Session { current: true, ..session }));
    if let (Some(cache), Some(ticket)) = (store.cache().here(), ticket) {
        cache.remember(ticket, hash, &session, &user);
    }
    Ok((user, session))
}

/// Where both are in Redis, and it is known whose session it is, one round trip tells all.
async fn load_shared(store: &UserStore, shared: &Shared, hash: TokenHash) -> Result<(Arc<User>, Arc<Session>)> {
    let owner = shared.owner_of(&hash);
    let beside = owner.as_deref().map(Owner::name).filter(|_| shared.is_redis());
    let (session, slot) = store.sessions().find_with(hash, beside).await?;
    let session = session.ok_or(Error::Unauthenticated)?;
    let id = session.user_id;
    let (owner, slot) = match owner.filter(|owner| owner.user() == id) {
        Some(owner) => (Some(owner), slot),
        None => (shared.remember_owner_of(hash, id), None),
    };
    let name = owner.as_deref().map(Owner::name);
    if let (Some(name), Some(slot)) = (name, &slot)
        && let Some(user) = shared.read_before(name, slot)
    {
        shared.lookups().user.hits.one();
        return Ok((user, session));
    }
    let name = name.map(str::to_owned);
    let load = || load_user(store, id);
    let user = Box::pin(shared.record(name, slot, load)).await?.ok_or(Error::Unauthenticated)?;
    Ok((user, session))
}

async fn load_user(store: &UserStore, id: UserId) -> Result<Option<User>> {
    Ok(users::find(store.reads(), id).await?.map(|(user, _)| user))
}

/// A user by way of the shared cache.
pub(super) async fn find_user(store: &UserStore, shared: &Shared, id: UserId) -> Result<Option<Arc<User>>> {
    shared.record(shared.name(&user_key(id)), None, || load_user(store, id)).await
}

impl Caller {
    /// The caller's account, as it was when the token was checked.
    #[must_use]
    pub fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// The session whose token was shown.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The door to the caller's own account.
    #[must_use]
    pub fn account(&self) -> Account {
        Account::new(self.store.clone(), Actor::Caller(self.clone()), Target::Own(self.user.id))
    }

    /// The door to the account that `name` means: `me`, the caller's own name in any spelling, or, for an
    /// administrator, anybody's.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another's account, alike whether or not there is one, unless the caller is an
    /// administrator.
    pub fn account_of(&self, name: &str) -> Result<Account> {
        if self.is_named(name) { Ok(self.account()) } else { Ok(self.admin()?.account_of(name)) }
    }

    /// The door to everybody's accounts.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless the caller is an administrator.
    pub fn admin(&self) -> Result<Admin> {
        if self.user.is_active_admin() {
            Ok(Admin::new(self.store.clone(), Actor::Caller(self.clone())))
        } else {
            let note = Note::new(&self.store, Who::user(&self.user), Action::Administer);
            Err(note.refused(&self.store, Error::Forbidden))
        }
    }

    /// Ends the session whose token was shown.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it had ended meanwhile; [`Error::Unavailable`].
    pub async fn sign_out(&self) -> Result<()> {
        let now = self.store.clock().now();
        let note = Note::new(&self.store, Who::user(&self.user), Action::SignOut).about_user(&self.user);
        let note = note.with("session", self.session.id.to_string());
        let ended = self.store.sessions().end(&self.user, self.session.id, Some(self.hash), now, note).await?;
        if !ended {
            return Err(Error::Unauthenticated);
        }
        self.store.counts().sessions_ended.one();
        Ok(())
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        name == "me"
            || name == self.user.username.as_str()
            || Username::parse(name).is_ok_and(|name| name == self.user.username)
    }
}
