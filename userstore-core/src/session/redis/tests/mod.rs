//! Sessions in a Redis of the test's own.

mod foreign;
mod life;
mod limit;
mod loss;
mod outage;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::cache::{Cache, Closed, Slot};
use crate::config;
use crate::model::data::Data;
use crate::model::role::{Role, Status};
use crate::model::username::Username;
use crate::servers::RedisServer;

const NOW: Timestamp = Timestamp::from_millis(1_763_645_897_000);
const TTL: Duration = Duration::from_hours(24);
/// How many sessions a user may have where a test says nothing.
const MANY: u16 = 100;

/// Redis, a database, and sessions in them.
struct Fixture {
    server: RedisServer,
    database: Arc<Database>,
    sessions: RedisSessions,
    made: AtomicU64,
    _folder: TempDir,
}

/// A session that was made, and the hash of the token that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    hash: TokenHash,
    session: Session,
}

fn user(number: u128, epoch: i64, kept: Option<SessionId>) -> User {
    User {
        id: UserId::new(Uuid::from_u128(number)),
        username: Username::parse("alice").unwrap(),
        role: Role::User,
        status: Status::Active,
        blocked_reason: None,
        data: Data::default(),
        created_at: NOW,
        updated_at: NOW,
        version: 1,
        epoch,
        kept_session: kept,
    }
}

fn alice() -> User {
    user(1, 0, None)
}

fn hash(number: u64) -> TokenHash {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    TokenHash::from_bytes(&bytes).unwrap()
}

impl Fixture {
    async fn new() -> Self {
        Self::with(RedisServer::start(), Duration::from_secs(1)).await
    }

    async fn with(server: RedisServer, timeout: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("users.db").display());
        let settings = config::Database { url: config::Secret::new(url), ..config::Database::default() };
        let database = Arc::new(Database::open(&settings, false).await.unwrap().with(Cache::Off(Closed::default())));
        let sessions = RedisSessions::new(Arc::new(server.link_within(timeout)), Arc::clone(&database), "store");
        Self { server, database, sessions, made: AtomicU64::new(0), _folder: folder }
    }

    /// The next session of a user, which nobody knows yet; each is a millisecond later than the one before.
    fn next(&self, user: &User) -> Made {
        let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
        let created_at = NOW.plus(Duration::from_millis(number));
        let session = Session {
            id: crate::random::Random.uuid(created_at).to_string().parse().unwrap(),
            created_at,
            expires_at: created_at.plus(TTL),
            current: false,
            user_agent: Some("a browser".to_owned()),
            ip: Some("192.0.2.1".to_owned()),
            user_id: user.id,
            epoch: user.epoch,
        };
        Made { hash: hash(number), session }
    }

    async fn create_within(&self, user: &User, most: u16) -> Result<Made> {
        let made = self.next(user);
        self.sessions.create(user, made.hash, &made.session, most, Note::sample()).await.map(|_| made)
    }

    async fn create(&self, user: &User) -> Made {
        self.create_within(user, MANY).await.unwrap()
    }

    async fn is_open(&self, made: &Made) -> bool {
        let found = self.sessions.find(made.hash).await.unwrap();
        assert!(found.is_none() || found.as_ref() == Some(&made.session));
        found.is_some()
    }

    async fn list(&self, user: &User) -> Vec<Session> {
        self.sessions.list(user, None, 1000, NOW).await.unwrap()
    }

    async fn end(&self, user: &User, made: &Made) -> Result<bool> {
        self.sessions.end(user, made.session.id, None, NOW, Note::sample()).await
    }

    async fn sign_out(&self, user: &User, made: &Made) -> Result<bool> {
        self.sessions.end(user, made.session.id, Some(made.hash), NOW, Note::sample()).await
    }

    async fn is_noted(&self, made: &Made) -> bool {
        !ended_sessions::among(self.database.reads(), &[made.hash]).await.unwrap().is_empty()
    }

    fn record_key(&self, made: &Made) -> String {
        self.sessions.record_key(made.hash)
    }

    fn index_key(&self, user: &User) -> String {
        self.sessions.index_key(user.id)
    }

    async fn ask<T: deadpool_redis::redis::FromRedisValue>(&self, command: &[&str]) -> T {
        self.server.ask(command).await
    }

    /// Waits until Redis is used again; says how long that took.
    async fn heal(&self) -> Duration {
        let started = Instant::now();
        while self.sessions.find(hash(0)).await.is_err() {
            assert!(started.elapsed() < Duration::from_secs(5), "it does not heal");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        started.elapsed()
    }
}

fn of(made: &[&Made]) -> Vec<Session> {
    made.iter().map(|made| made.session.clone()).collect()
}
