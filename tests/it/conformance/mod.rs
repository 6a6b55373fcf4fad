//! One suite for every backend: each operation of the contract with every answer it can give, and each command, on
//! SQLite, PostgreSQL and MariaDB, with sessions in the database and in Redis, and with every kind of cache.
//!
//! A module holds what is checked of one subject, as functions of a [`Scene`]; [`all`] calls them one after the other on
//! one server. What was asked there, and how it was answered, has to be all of `golden/conformance.txt`, which in turn
//! has to name every route: an operation or a refusal that nothing here leads to is missing there.
//! `UPDATE_GOLDEN=1 cargo test -p tests --test it conformance::` writes it anew, to be looked over line by line.

mod accounts;
mod administration;
mod commands;
mod directory;
mod engines;
mod golden;
mod lists;
mod refusals;
mod script;
mod sessions;
mod tokens;

use std::cell::RefCell;
use std::collections::BTreeSet;

use tests::{Backend, Cli, DatabaseKind, Footing, Persona, TestServer};
use userstore_core::config::{CacheKind, SessionStoreKind};
use userstore_core::{Clock, Role, Settings};

use crate::cli::ran::Ran;

/// Everything that is checked, in order. Each function has accounts and members of its own.
const ALL: &[fn(&Scene)] = &[
    accounts::sign_up,
    accounts::data,
    accounts::preconditions,
    accounts::passwords,
    accounts::deletion,
    administration::roles,
    administration::blocks,
    administration::the_last_admin,
    sessions::signing_in_and_out,
    sessions::of_one_user,
    sessions::how_many,
    tokens::logging_in,
    tokens::what_ends_them,
    tokens::keys,
    directory::members,
    directory::names,
    directory::preconditions,
    directory::rights,
    lists::users,
    lists::members,
    lists::what_is_no_page,
    refusals::of_tokens,
    refusals::of_bodies,
    refusals::of_paths_and_methods,
    commands::accounts,
    commands::sessions,
    commands::members,
    commands::keys,
    commands::operations,
    // A server that is a day ahead clears away what is over by its clock.
    sessions::their_time,
];

/// A server on the engines in question, an administrator with a session there, and the command line on the same ones.
struct Scene {
    server: TestServer,
    root: Persona,
    cli: Cli,
    /// The commands that were run.
    run: RefCell<BTreeSet<String>>,
}

impl Scene {
    fn new(backend: Backend) -> Self {
        // The command line goes by the machine's clock, and so does the server.
        let server = TestServer::at(&Footing::new(backend), Clock::system(), |_| ());
        let (root, cli) = (server.admin("the.root"), server.cli());
        Self { server, root, cli, run: RefCell::default() }
    }

    /// Another server on the same engines, with other settings.
    fn beside(&self, tune: impl FnOnce(&mut Settings)) -> TestServer {
        self.server.beside(tune)
    }

    fn nobody(&self) -> Persona {
        self.server.anonymous()
    }

    /// Creates an account, and signs in.
    fn user(&self, name: &str) -> Persona {
        self.server.user(name)
    }

    /// Creates an account with this role, and signs in.
    fn persona(&self, name: &str, role: Role) -> Persona {
        self.server.persona(name, role)
    }

    /// Runs a command.
    #[track_caller]
    fn command(&self, arguments: &[&str]) -> Ran {
        self.fed(arguments, "")
    }

    /// Runs a command with this on standard input.
    #[track_caller]
    fn fed(&self, arguments: &[&str], input: &str) -> Ran {
        self.run.borrow_mut().insert(arguments[0].to_owned());
        Ran::of(self.cli.command(arguments).write_stdin(input))
    }
}

/// Runs the whole suite on this backend.
fn all(backend: Backend) {
    let scene = Scene::new(backend);
    for check in ALL {
        check(&scene);
    }
    engines::are_used(&scene);
    golden::is_all(&scene);
}

/// One test for each backend: its name, the backend, the `cfg` that says its programs are there, and what else is said.
macro_rules! on {
    ($($name:ident: $database:ident, $sessions:ident, $cache:ident, $programs:meta, $reason:literal;)*) => {
        $(
            #[test]
            #[cfg_attr(not($programs), ignore = $reason)]
            fn $name() {
                all(Backend {
                    database: DatabaseKind::$database,
                    sessions: SessionStoreKind::$sessions,
                    cache: CacheKind::$cache,
                });
            }
        )*
    };
}

on! {
    sqlite_alone: Sqlite, Database, Off, all(), "needs nothing";
    sqlite_local: Sqlite, Database, Local, all(), "needs nothing";
    sqlite_redis: Sqlite, Database, Redis, has_redis, "needs redis-server";
    sqlite_memcached: Sqlite, Database, Memcached, has_memcached, "needs memcached";
    sqlite_with_redis_sessions_local: Sqlite, Redis, Local, has_redis, "needs redis-server";
    sqlite_with_redis_sessions_redis: Sqlite, Redis, Redis, has_redis, "needs redis-server";
    sqlite_with_redis_sessions_memcached:
        Sqlite, Redis, Memcached, all(has_redis, has_memcached), "needs redis-server and memcached";
    postgres_alone: Postgres, Database, Off, has_postgres, "needs PostgreSQL's programs";
    postgres_local: Postgres, Database, Local, has_postgres, "needs PostgreSQL's programs";
    postgres_redis: Postgres, Database, Redis, all(has_postgres, has_redis), "needs PostgreSQL's programs and redis-server";
    postgres_memcached:
        Postgres, Database, Memcached, all(has_postgres, has_memcached), "needs PostgreSQL's programs and memcached";
    postgres_with_redis_sessions_local:
        Postgres, Redis, Local, all(has_postgres, has_redis), "needs PostgreSQL's programs and redis-server";
    postgres_with_redis_sessions_redis:
        Postgres, Redis, Redis, all(has_postgres, has_redis), "needs PostgreSQL's programs and redis-server";
    postgres_with_redis_sessions_memcached:
        Postgres, Redis, Memcached, all(has_postgres, has_redis, has_memcached),
        "needs PostgreSQL's programs, redis-server and memcached";
    mariadb_alone: MariaDb, Database, Off, has_mariadb, "needs MariaDB's programs";
    mariadb_local: MariaDb, Database, Local, has_mariadb, "needs MariaDB's programs";
    mariadb_redis: MariaDb, Database, Redis, all(has_mariadb, has_redis), "needs MariaDB's programs and redis-server";
    mariadb_memcached:
        MariaDb, Database, Memcached, all(has_mariadb, has_memcached), "needs MariaDB's programs and memcached";
    mariadb_with_redis_sessions_local:
        MariaDb, Redis, Local, all(has_mariadb, has_redis), "needs MariaDB's programs and redis-server";
    mariadb_with_redis_sessions_redis:
        MariaDb, Redis, Redis, all(has_mariadb, has_redis), "needs MariaDB's programs and redis-server";
    mariadb_with_redis_sessions_memcached:
        MariaDb, Redis, Memcached, all(has_mariadb, has_redis, has_memcached),
        "needs MariaDB's programs, redis-server and memcached";
}
