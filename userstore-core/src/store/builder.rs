//! How a store is opened.

use std::sync::{Arc, RwLock};

use super::background::Background;
use super::{Inner, UserStore, parts};
use crate::clock::Clock;
use crate::config::{Secret, Settings};
use crate::database::Database;
use crate::error::Result;
use crate::figures::Counts;
use crate::jwt::Issuers;
use crate::op::Audit;
use crate::password::Passwords;
use crate::random::Random;
use crate::redis::Link;

/// How to open a [`UserStore`]; made by [`UserStore::builder`].
#[derive(Debug, Clone, Default)]
pub struct Builder {
    settings: Settings,
    clock: Clock,
    existing_only: bool,
    for_one_task: bool,
}

impl Builder {
    /// Takes these settings instead of the defaults.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Opens the database at this URL, such as `sqlite://users.db?mode=rwc`.
    #[must_use]
    pub fn database_url(mut self, url: &str) -> Self {
        self.settings.database.url = Secret::new(url);
        self
    }

    /// Takes the time from this clock instead of the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Opens a database that is there, and makes none although its URL says so.
    #[must_use]
    pub fn existing_only(mut self) -> Self {
        self.existing_only = true;
        self
    }

    /// Opens the store for one task, as a command line does, and not to serve: nothing is done ahead of need. Signing keys
    /// are left as they lie and are not rotated, no key set of an issuer is fetched before a token needs it.
    #[must_use]
    pub fn for_one_task(mut self) -> Self {
        self.for_one_task = true;
        self
    }

    /// Opens the store, and brings its tables up to date. It has to be called, and the store used, on a tokio runtime.
    ///
    /// # Errors
    /// [`Error::Settings`](crate::Error::Settings) when the settings do not make sense;
    /// [`Error::Unavailable`](crate::Error::Unavailable) when the database cannot be opened.
    pub async fn connect(self) -> Result<UserStore> {
        // Boxed, lest every future that awaits it has to hold it.
        Box::pin(self.open()).await
    }

    async fn open(self) -> Result<UserStore> {
        let Self { settings, clock, existing_only, for_one_task } = self;
        settings.validate()?;
        let passwords = Passwords::new(&settings.passwords, Random)?;
        let redis = Link::new(&settings.redis)?.map(Arc::new);
        let opened = Database::open(&settings.database, existing_only).await?;
        let cache = parts::cache(&settings, redis.as_ref(), opened.reads()).await?;
        let database = Arc::new(opened.with(cache.clone()));
        let sessions = parts::sessions(&settings, redis.as_ref(), &database).await?;
        let issuers = Issuers::new(settings.issuers.clone())?;
        let limits = parts::limits(&settings, redis.as_ref(), &database, &clock).await?;
        let background = if for_one_task { Background::nothing() } else { Background::keep_fresh(&issuers, &clock) };
        let inner = Inner {
            opened_at: clock.now(),
            counts: Counts::default(),
            settings,
            clock,
            random: Random,
            database,
            sessions,
            cache,
            redis,
            passwords,
            limits,
            last_keys: RwLock::new(None),
            issuers,
            audit: Audit::default(),
            background,
        };
        let store = UserStore::from_inner(Arc::new(inner));
        crate::op::begin_keys(&store, !for_one_task).await?;
        if !for_one_task {
            tokio::spawn(crate::op::sweep_until_dropped(Arc::downgrade(&store.inner)));
            tokio::spawn(crate::op::keep_audit_written(Arc::downgrade(&store.inner)));
        }
        Ok(store)
    }
}
