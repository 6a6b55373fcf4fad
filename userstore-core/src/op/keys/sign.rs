//! Signing a token with the key whose turn it is.

use super::known::{known, unavailable};
use crate::UserStore;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::jwt::AccessToken;
use crate::jwt::key::Step;
use crate::jwt::sign::NewToken;
use crate::op::row::{signing_keys, store_state};

/// How often another key may take over between the look at the keys and the signature.
const TRIES: usize = 4;

/// Signs a token, once it is on record that its key has to be published until the token has expired.
pub(crate) async fn sign(store: &UserStore, token: &NewToken<'_>) -> Result<AccessToken> {
    for _ in 0..TRIES {
        let keys = known(store).await?;
        let key = keys.active();
        let Some(Step::SignedUntil { kid, at }) = keys.ring().outlived_by(key.kid(), token.expires_at) else {
            return token.sign(key).map_err(unavailable);
        };
        let write = store.writes().run(move |tx| {
            Box::pin(async move {
                store_state::lock(tx).await?;
                let known = signing_keys::all(tx).await?.into_iter().find(|key| key.kid == kid);
                if known.is_some_and(|key| key.signed_until.is_none_or(|until| until < at)) {
                    signing_keys::set_signed_until(tx, &kid, at).await?;
                }
                Ok(Written::of_keys(()))
            })
        });
        write.await?;
    }
    Err(Error::unavailable("set of signing keys", "the keys change all the time"))
}
