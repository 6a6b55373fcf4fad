//! Signing in: a username and a password become a session.

use std::sync::Arc;
use std::time::Duration;

use super::audit::{Note, Who};
use super::row::users::{self, PasswordHash};
use super::try_password::{Tried, try_password};
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::model::audit::{Action, ActorKind};
use crate::model::client::Client;
use crate::model::id::SessionId;
use crate::model::password::Password;
use crate::model::role::Status;
use crate::model::session::{Session, SessionToken, TokenHash};
use crate::model::user::User;
use crate::model::username::Username;
use crate::password::{Prepared, Verified};

/// A session just opened.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignIn {
    /// Opens the session; this is the only time it is seen.
    pub token: SessionToken,
    /// The session.
    pub session: Session,
    /// Its user.
    pub user: Arc<User>,
    /// How long the session lasts.
    pub expires_in: Duration,
}

pub(super) async fn sign_in(store: &UserStore, username: &str, password: Password) -> Result<SignIn> {
    let result = open(store, username, password).await;
    store.counts().sign_ins.count(&result);
    result
}

async fn open(store: &UserStore, username: &str, password: Password) -> Result<SignIn> {
    let user = verify(store, Action::SignIn, username, password).await?;
    let now = store.clock().now();
    let secret = zeroize::Zeroizing::new(store.random().bytes::<32>());
    let token = SessionToken::new(&secret);
    let hash = TokenHash::of(token.reveal()).ok_or(Error::Unauthenticated)?;
    let settings = &store.settings().sessions;
    let client = store.client();
    let session = Session {
        id: SessionId::new(store.random().uuid(now)),
        created_at: now,
        expires_at: now.plus(settings.ttl),
        current: true,
        user_agent: client.and_then(Client::its_user_agent).map(str::to_owned),
        ip: client.and_then(Client::its_ip).map(|ip| ip.to_string()),
        user_id: user.id,
        epoch: user.epoch,
    };
    let note = note(store, Action::SignIn, Some(&user)).with("session", session.id.to_string());
    let created = store.sessions().create(&user, hash, &session, settings.max_per_user, note).await?;
    if let Some(note) = created.unwritten {
        note.write_or_keep(store).await;
    }
    store.counts().sessions_ended.add(created.removed);
    store.counts().sessions_opened.one();
    Ok(SignIn { token, session, user: Arc::new(user), expires_in: settings.ttl })
}

/// What is noted of an attempt. Of a name that nobody has nothing is told: it may be a password in the wrong place.
pub(super) fn note(store: &UserStore, action: Action, user: Option<&User>) -> Note {
    let note = Note::new(store, Who::of(ActorKind::Anyone, None), action);
    match user {
        Some(user) => note.about_user(user),
        None => note,
    }
}

/// The user whose name and password these are.
pub(super) async fn verify(store: &UserStore, action: Action, username: &str, password: Password) -> Result<User> {
    // A name that nobody can have is looked up like any other: the work tells nothing.
    let name = Username::parse(username).map(|name| name.as_str().to_owned()).unwrap_or_default();
    let find = async { Ok(users::find_named(store.reads(), &name).await?) };
    let refused = |user, error| note(store, action, user).refused(store, error);
    let tried = try_password(store, username, &password, "/password", find).await;
    let Tried { found, verified } = tried.map_err(|error| refused(None, error))?;
    let (Some(verified), Some((user, hash))) = (verified, &found) else {
        return Err(refused(found.as_ref().map(|(user, _)| user), Error::InvalidCredentials));
    };
    if user.status == Status::Blocked {
        return Err(refused(Some(user), Error::AccountBlocked));
    }
    if verified == Verified::Outdated {
        rehash(store, user, hash.clone(), &password).await;
    }
    found.map(|(user, _)| user).ok_or(Error::InvalidCredentials)
}

/// Hashes the password anew, at the cost and with the pepper of today. Failing that, the next sign-in tries again.
async fn rehash(store: &UserStore, user: &User, before: PasswordHash, password: &Password) {
    let id = user.id;
    let renewed = async {
        let Some(prepared) = Prepared::of(password) else { return Ok(()) };
        let after = store.passwords().hash(prepared).await?;
        let write = store.writes().run(move |tx| {
            Box::pin(async move { Ok(Written::new(users::replace_hash(tx, id, before, after).await?)) })
        });
        write.await.map(drop)
    };
    if let Err(error) = renewed.await {
        tracing::warn!(user = %id, error = &error as &dyn std::error::Error, "a password was not hashed anew");
    }
}
