//! The door to the keys that sign access tokens, and to the tokens that are made by hand.

mod apply;
mod inspect_token;
mod known;
mod list_keys;
mod mint_token;
mod revoke_key;
mod rotate_keys;
mod sign;

pub(crate) use self::apply::begin;
pub(super) use self::apply::keep_up;
pub use self::inspect_token::TokenReport;
pub(crate) use self::known::{KnownKeys, known};
pub use self::list_keys::KeyInfo;
pub use self::mint_token::TokenRequest;
pub(super) use self::mint_token::issue;

use crate::UserStore;
#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::jwt::AccessToken;

/// The keys that sign access tokens, opened by whoever holds the database itself
/// ([`UserStore::keys`](crate::UserStore::keys)).
///
/// A key is `next`, `active`, `retiring`, then `gone`: published for 300 seconds and more before it signs, and until the
/// last token that it signed has expired. Exactly one is active. Every operation can fail with [`Error::Unavailable`].
#[derive(Debug, Clone)]
pub struct Keys(UserStore);

impl Keys {
    pub(crate) fn new(store: UserStore) -> Self {
        Self(store)
    }

    /// Every key, in the order they sign.
    ///
    /// # Errors
    /// See [`Keys`].
    pub async fn list_keys(&self) -> Result<Vec<KeyInfo>> {
        list_keys::list_keys(&self.0).await
    }

    /// Makes the next key, of the algorithm that the settings name, and gives it: it signs from its `signs_at` on.
    ///
    /// # Errors
    /// [`Error::KeyWaiting`] while another one waits; see [`Keys`].
    pub async fn rotate_keys(&self) -> Result<KeyInfo> {
        rotate_keys::rotate_keys(&self.0).await
    }

    /// Lets the waiting key, or else a new one, sign from now on, and gives it. Verifiers elsewhere that keep the key
    /// set may not know it for 300 seconds.
    ///
    /// # Errors
    /// See [`Keys`].
    pub async fn rotate_keys_now(&self) -> Result<KeyInfo> {
        rotate_keys::rotate_keys_now(&self.0).await
    }

    /// Ends a key, and every token that it signed, at once, and gives it. Where it was the active one, the waiting key,
    /// or a new one, signs in its place.
    ///
    /// # Errors
    /// [`Error::NotFound`]; see [`Keys`].
    pub async fn revoke_key(&self, kid: &str) -> Result<KeyInfo> {
        revoke_key::revoke_key(&self.0, kid).await
    }

    /// Does the same also where the keys cannot be opened, because the `tokens.key_encryption_key` that they were
    /// encrypted with is lost. A key that takes the place of an active one is encrypted with the one of these settings,
    /// which the servers have to have, too.
    ///
    /// # Errors
    /// As for [`Keys::revoke_key`].
    pub async fn revoke_lost_key(&self, kid: &str) -> Result<KeyInfo> {
        revoke_key::revoke_lost_key(&self.0, kid).await
    }

    /// Makes an access token for the user with this name, in any spelling.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::AccountBlocked`]; [`Error::InsufficientScope`] for a scope that the user's role
    /// does not give; [`Error::Invalid`] at `/ttl` for more than 24 hours; see [`Keys`].
    pub async fn mint_user_token(&self, name: &str, request: &TokenRequest) -> Result<AccessToken> {
        mint_token::for_user(&self.0, name, request).await
    }

    /// Makes an access token for a service, which has no account: its scopes alone say what it may do, and it lasts
    /// until it expires or its key is revoked. A name is 1 to 128 ASCII letters, digits, `.`, `_` and `-`.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/service`, at `/scope` where none is asked for, and at `/ttl` for more than 90 days; see
    /// [`Keys`].
    pub async fn mint_service_token(&self, service: &str, request: &TokenRequest) -> Result<AccessToken> {
        mint_token::for_service(&self.0, service, request).await
    }

    /// Tells what a token carries, whether it is accepted here and now, and why not.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/token` for a text that is no signed token; see [`Keys`].
    pub async fn inspect_token(&self, token: &str) -> Result<TokenReport> {
        inspect_token::inspect_token(&self.0, token).await
    }
}
