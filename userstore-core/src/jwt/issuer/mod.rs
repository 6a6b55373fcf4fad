//! Outside issuers whose tokens are accepted, each with keys of its own.

mod fetch;
mod keys;
mod outside;
mod settings;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use self::keys::IssuerKeys;
use self::outside::Trust;
use super::claims::Claims;
use super::compact::Compact;
use super::error::TokenError;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::figures::IssuerFigures;
use crate::model::timestamp::Timestamp;

pub use self::settings::IssuerSettings;

/// How often the keys of every issuer are looked at in the background.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The outside issuers that are trusted (`[[issuers]]`). Clones share their keys.
///
/// A token is verified with the keys of the issuer that it names and with no others, and its subject is never a user of
/// the store.
#[derive(Debug, Clone, Default)]
pub struct Issuers(Arc<HashMap<String, Issuer>>);

#[derive(Debug)]
struct Issuer {
    trust: Trust,
    keys: Arc<IssuerKeys>,
}

impl Issuers {
    /// Trusts these issuers. Nothing is read or fetched yet.
    ///
    /// # Errors
    /// [`Error::Settings`] for settings that are not [valid](IssuerSettings::validate), for two with the same issuer,
    /// and where the machine has no certificates to check `https` with.
    pub fn new(settings: Vec<IssuerSettings>) -> Result<Self> {
        let mut issuers = HashMap::new();
        for settings in settings {
            settings.validate()?;
            let IssuerSettings { issuer, audience, max_ttl, .. } = &settings;
            let trust = Trust { issuer: issuer.clone(), audience: audience.clone(), max_ttl: *max_ttl };
            let keys = Arc::new(IssuerKeys::new(fetch::Source::of(&settings)?));
            if issuers.insert(issuer.clone(), Issuer { trust, keys }).is_some() {
                return Err(Error::Settings(format!("issuers has the issuer {issuer:?} twice; keep one of them")));
            }
        }
        Ok(Self(Arc::new(issuers)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether tokens of this issuer (`iss`) are accepted.
    #[must_use]
    pub fn know(&self, issuer: &str) -> bool {
        self.0.contains_key(issuer)
    }

    /// Verifies a token of one of the issuers as it stands at `now`. Where it names a key that is not known, the keys
    /// are fetched again, at most twice a minute for each issuer, however many tokens come.
    ///
    /// # Errors
    /// [`TokenError`] says the first thing that is wrong with it.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        self.verify_compact(&Compact::parse(token)?, now).await
    }

    /// Verifies a token that was taken apart.
    pub(crate) async fn verify_compact(&self, token: &Compact<'_>, now: Timestamp) -> Result<Claims, TokenError> {
        let issuer = self.0.get(token.issuer()?).ok_or(TokenError::WrongIssuer)?;
        let named = outside::check_header(token)?;
        let (keys, seen) = issuer.keys.current(now);
        let is_unknown = match &keys {
            Some(keys) => matches!(outside::key_for(token, keys, named), Err(TokenError::UnknownKey)),
            None => true,
        };
        let keys = if is_unknown {
            // A token that would be refused whatever its key is fetches nothing.
            issuer.trust.read(token, now)?;
            IssuerKeys::fetch_for_token(&issuer.keys, seen, now).await;
            issuer.keys.current(now).0
        } else {
            keys
        };
        let keys = keys.ok_or(TokenError::KeysUnavailable)?;
        issuer.trust.verify(token, &keys, named, now)
    }

    /// Fetches, once, the keys that are missing or older than 5 minutes.
    pub async fn refresh(&self, now: Timestamp) {
        for issuer in self.0.values() {
            IssuerKeys::fetch_if_old(&issuer.keys, now).await;
        }
    }

    /// How often the keys of each issuer were fetched, by the issuers' names.
    #[must_use]
    pub fn figures(&self) -> Vec<IssuerFigures> {
        let of = |(issuer, it): (&String, &Issuer)| {
            let (refreshed, failed) = it.keys.counts();
            IssuerFigures { issuer: issuer.clone(), refreshed, failed }
        };
        let mut figures: Vec<_> = self.0.iter().map(of).collect();
        figures.sort_by(|one, other| one.issuer.cmp(&other.issuer));
        figures
    }

    /// Keeps the keys fresh until it is dropped: to be spawned beside the server.
    pub async fn keep_fresh(&self, clock: Clock) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            self.refresh(clock.now()).await;
        }
    }
}
