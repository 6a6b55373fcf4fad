//! One attempt at a password, within the limits.

use super::row::users::PasswordHash;
use crate::UserStore;
use crate::error::{Error, Result, Violation};
use crate::model::client::Client;
use crate::model::password::{Password, PasswordError};
use crate::model::user::User;
use crate::password::Verified;

/// What came of an attempt.
pub(super) struct Tried {
    /// The user, with the hash that the password was tested against, where there is one.
    pub(super) found: Option<(User, PasswordHash)>,
    /// How it was right, if it was.
    pub(super) verified: Option<Verified>,
}

/// Tests the password of the account with this name, in any spelling, against what `find` finds. It is counted before it
/// is tested, and before anything is looked up; a right one is not counted in the end.
pub(super) async fn try_password(
    store: &UserStore,
    name: &str,
    password: &Password,
    pointer: &str,
    find: impl Future<Output = Result<Option<(User, PasswordHash)>>>,
) -> Result<Tried> {
    if password.is_too_long() {
        return Err(Error::invalid(Violation::at(pointer, PasswordError::TooLong.to_string())));
    }
    let attempt = store.limits().sign_in(name, store.client().and_then(Client::its_ip)).await?;
    let tried = test(store, password, pointer, find).await;
    match &tried {
        Ok(Tried { verified: Some(_), .. }) => attempt.succeed().await,
        // It stays counted.
        Ok(_) => drop(attempt),
        Err(_) => attempt.give_back().await,
    }
    tried
}

async fn test(
    store: &UserStore,
    password: &Password,
    pointer: &str,
    find: impl Future<Output = Result<Option<(User, PasswordHash)>>>,
) -> Result<Tried> {
    store.passwords().check_room().await?;
    let found = find.await?;
    let stored = found.as_ref().map(|(_, hash)| hash);
    let verified = store.passwords().verify(password, stored, pointer).await?;
    Ok(Tried { found, verified })
}
