//! A script of 600 steps that dice have written, and always write alike: every database has to give the same answers to
//! it, to the byte. What cannot be the same (ids, tokens, tags, cursors) is replaced by its number.

mod dice;
mod mask;
mod play;
mod words;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use tests::{Backend, DatabaseKind, TestServer};
use userstore_core::config::{CacheKind, SessionStoreKind};

use self::play::Play;

const STEPS: usize = 600;

const SEED: u64 = 20_260_102;

/// What is asked and answered on this backend, a text for each step.
fn transcript(backend: Backend) -> Vec<String> {
    let server = TestServer::on(backend);
    let mut play = Play::new(&server, SEED);
    (0..STEPS).map(|_| play.step()).collect()
}

/// What SQLite answers.
fn sqlite() -> &'static [String] {
    static TRANSCRIPT: OnceLock<Vec<String>> = OnceLock::new();
    TRANSCRIPT.get_or_init(|| transcript(Backend::SQLITE))
}

/// Asserts that this backend answers what SQLite does.
fn answers_alike(database: DatabaseKind, sessions: SessionStoreKind, cache: CacheKind) {
    let transcript = transcript(Backend { database, sessions, cache });
    for (index, (wanted, got)) in sqlite().iter().zip(&transcript).enumerate() {
        assert!(wanted == got, "step {index}\n--- SQLite\n{wanted}\n--- {database:?}\n{got}");
    }
    assert_eq!(transcript.len(), STEPS);
}

/// Else little would be shown by the others.
#[test]
fn leads_to_answers_of_every_kind() {
    let first_lines: Vec<&str> = sqlite().iter().filter_map(|text| text.lines().nth(1)).collect();
    let statuses: BTreeSet<&str> = first_lines.iter().map(|line| &line[..3]).collect();
    assert_eq!(
        statuses.into_iter().collect::<Vec<_>>(),
        ["200", "201", "204", "304", "400", "401", "403", "404", "409", "412", "422"]
    );
    let refused = first_lines.iter().filter(|line| line[..3] >= *"400").count();
    assert!((STEPS / 6..STEPS * 2 / 3).contains(&refused), "{refused} of {STEPS} are refused");
    let all = sqlite().concat();
    for code in ["username_taken", "name_taken", "last_admin", "account_blocked", "invalid_credentials", "forbidden"] {
        assert!(all.contains(code), "nothing leads to {code}");
    }
    assert!(all.contains("rel=\"next\"") && all.contains("after=[cursor "), "no list has a second page");
}

#[test]
fn sqlite_answers_the_same_twice() {
    let again = transcript(Backend { cache: CacheKind::Off, ..Backend::SQLITE });
    assert!(again == sqlite(), "the script depends on more than its seed");
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn postgres_answers_as_sqlite_does() {
    answers_alike(DatabaseKind::Postgres, SessionStoreKind::Database, CacheKind::Off);
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn mariadb_answers_as_sqlite_does() {
    answers_alike(DatabaseKind::MariaDb, SessionStoreKind::Database, CacheKind::Off);
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn postgres_with_redis_answers_as_sqlite_does() {
    answers_alike(DatabaseKind::Postgres, SessionStoreKind::Redis, CacheKind::Redis);
}

#[test]
#[cfg_attr(
    not(all(has_mariadb, has_redis, has_memcached)),
    ignore = "needs MariaDB's programs, redis-server and memcached"
)]
fn mariadb_with_redis_and_memcached_answers_as_sqlite_does() {
    answers_alike(DatabaseKind::MariaDb, SessionStoreKind::Redis, CacheKind::Memcached);
}
