//! Changing the keys, in a transaction; and seeing to it that there is one.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::known::{key_encryption_key, known, unavailable};
use super::list_keys::KeyInfo;
use super::rotate_keys::next;
use crate::UserStore;
use crate::config::Tokens;
use crate::database::Written;
use crate::error::{Error, Result};
use crate::jwt::SigningAlgorithm;
use crate::jwt::key::{Change, KeyError, KeyState, Keyring, SigningKey, Step, StoredKey, is_sealed, open, seal};
use crate::model::audit::{Action, ActorKind};
use crate::model::timestamp::Timestamp;
use crate::op::audit::{Note, Who};
use crate::op::row::{signing_keys, store_state};

/// How long the record of a key that is gone is kept.
const RECORD: Duration = Duration::from_hours(30 * 24);

/// Reads the keys, works out a change, makes it with a note of it, and tells of the key that `tell` sees afterwards.
pub(super) async fn change<C, R>(store: &UserStore, note: Note, work_out: C, tell: R) -> Result<KeyInfo>
where
    C: FnOnce(&Keyring, Timestamp) -> Result<Change, KeyError> + Clone + Send + Sync + 'static,
    R: FnOnce(&Keyring, Timestamp) -> Option<KeyInfo> + Clone + Send + Sync + 'static,
{
    let (tokens, now) = (store.settings().tokens.clone(), store.clock().now());
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            store_state::lock(tx).await?;
            let ring = Keyring::new(signing_keys::all(tx).await?);
            let change = work_out(&ring, now).map_err(refusal)?;
            let is_change = !change.is_empty();
            // A new key lies as the others do: whoever has no key for them could not open a sealed one among them.
            let seals = ring.keys().iter().any(|key| is_sealed(&key.private));
            make(tx, &tokens, seals, change).await?;
            let ring = Keyring::new(signing_keys::all(tx).await?);
            let told = tell(&ring, now).ok_or(Error::NotFound("signing key"))?;
            if is_change {
                let note = note.about_key(&told.kid).with("signs_at", told.signs_at.to_string());
                note.write(tx).await?;
            }
            Ok(Written::of_keys(told))
        })
    });
    write.await
}

fn refusal(error: KeyError) -> Error {
    match error {
        KeyError::NotFound => Error::NotFound("signing key"),
        KeyError::Waiting => Error::KeyWaiting,
        other => unavailable(other),
    }
}

async fn make(tx: &impl ConnectionTrait, tokens: &Tokens, seals: bool, change: Change) -> Result<()> {
    for step in change {
        match step {
            Step::Make { created_at, signs_at } => {
                let key = new_key(tokens.algorithm).await?;
                let with = key_encryption_key(tokens).map_err(unavailable)?.filter(|_| seals);
                let private = key.seal(with.as_ref()).map_err(unavailable)?;
                let (kid, algorithm) = (key.kid().to_owned(), key.algorithm());
                let key =
                    StoredKey { kid, algorithm, private, created_at, signs_at, signed_until: None, revoked_at: None };
                signing_keys::insert(tx, key).await?;
            }
            Step::SignsAt { kid, at } => signing_keys::set_signs_at(tx, &kid, at).await?,
            Step::RevokedAt { kid, at } => signing_keys::set_revoked_at(tx, &kid, at).await?,
            Step::SignedUntil { kid, at } => signing_keys::set_signed_until(tx, &kid, at).await?,
        }
    }
    Ok(())
}

/// Makes a key, away from the threads that serve: RSA takes its time.
pub(super) async fn new_key(algorithm: SigningAlgorithm) -> Result<SigningKey> {
    let made = tokio::task::spawn_blocking(move || SigningKey::generate(algorithm));
    made.await.map_err(|error| Error::unavailable("set of signing keys", error))?.map_err(unavailable)
}

/// Sees to it that a fresh store has a key, and, where it is asked for, that keys which lie open are encrypted if the
/// settings have a key for that.
pub(crate) async fn begin(store: &UserStore, seals: bool) -> Result<()> {
    let keys = signing_keys::all(store.reads()).await?;
    let tokens = store.settings().tokens.clone();
    let now = store.clock().now();
    let note = Note::new(store, Who::of(ActorKind::System, None), Action::EncryptKeys);
    let are_open = |keys: &[StoredKey]| keys.iter().any(|key| !is_sealed(&key.private));
    let seals = seals && tokens.key_encryption_key.is_some() && are_open(&keys);
    if !seals && Keyring::new(keys).active(now).is_some() {
        return Ok(());
    }
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            // Another process may have been here meanwhile.
            store_state::lock(tx).await?;
            let ring = Keyring::new(signing_keys::all(tx).await?);
            if let Some(with) = key_encryption_key(&tokens).map_err(unavailable)?.filter(|_| seals) {
                // With another key than the others were sealed with, nothing would open them all.
                for key in ring.keys().iter().filter(|key| key.revoked_at.is_none()) {
                    open(&key.private, &key.kid, Some(&with)).map_err(unavailable)?;
                }
                let is_any_open = are_open(ring.keys());
                for key in ring.keys().iter().filter(|key| !is_sealed(&key.private)) {
                    let private = open(&key.private, &key.kid, None).map_err(unavailable)?;
                    let sealed = seal(&private, &key.kid, Some(&with)).map_err(unavailable)?;
                    signing_keys::set_private(tx, &key.kid, sealed).await?;
                }
                if is_any_open {
                    note.write(tx).await?;
                }
            }
            make(tx, &tokens, true, ring.begin(now)).await?;
            Ok(Written::of_keys(()))
        })
    });
    write.await?;
    if !seals {
        return Ok(());
    }
    tracing::warn!(
        "the signing keys are encrypted from now on: every server and the command line need tokens.key_encryption_key"
    );
    if !store.database().empty_log().await? {
        tracing::warn!(
            "the signing keys are encrypted now, but the database's log holds them as they were before until the last \
             process that uses it has stopped"
        );
    }
    Ok(())
}

/// Makes the next key where the settings want one by now, and removes the records of keys long gone.
pub(crate) async fn keep_up(store: &UserStore) -> Result<()> {
    let now = store.clock().now();
    let (ring, every) = (Keyring::new(signing_keys::all(store.reads()).await?), store.settings().tokens.rotate_every);
    let is_due = move |ring: &Keyring| every.is_some_and(|every| ring.is_rotation_due(every, now));
    if is_due(&ring) {
        known(store).await?;
        let rotate = move |ring: &Keyring, now| if is_due(ring) { ring.rotate(now) } else { Ok(Change::new()) };
        let note = Note::new(store, Who::of(ActorKind::System, None), Action::RotateKeys);
        change(store, note, rotate, next).await?;
        tracing::info!("the next signing key was made");
    }
    let is_old = |key: &&StoredKey| {
        ring.state(&key.kid, now) == Some(KeyState::Gone)
            && ring.gone_at(&key.kid, now).is_some_and(|gone| now.since(gone) > RECORD)
    };
    let old: Vec<String> = ring.keys().iter().filter(is_old).map(|key| key.kid.clone()).collect();
    if old.is_empty() {
        return Ok(());
    }
    let write = store.writes().run(move |tx| {
        Box::pin(async move {
            for kid in old {
                signing_keys::delete(tx, &kid).await?;
            }
            Ok(Written::of_keys(()))
        })
    });
    write.await
}
