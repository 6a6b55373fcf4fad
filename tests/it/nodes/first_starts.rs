//! Two servers that are started for the first time at the same moment: both come up, on one schema and one key set.

use std::sync::Barrier;

use tests::{Backend, DatabaseKind, Footing, Persona, ServerProcess};

const ROUNDS: usize = 20;

/// What a schema is, for each engine.
fn schema(footing: &Footing) -> String {
    footing.sql(match footing.backend().database {
        DatabaseKind::Sqlite => "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
        DatabaseKind::Postgres => {
            "SELECT table_name, ordinal_position, column_name, data_type, collation_name, is_nullable, column_default
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2;
             SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"
        }
        DatabaseKind::MariaDb => {
            "SELECT table_name, ordinal_position, column_name, column_type, collation_name, is_nullable, column_default
             FROM information_schema.columns WHERE table_schema = database() ORDER BY 1, 2;
             SELECT table_name, index_name, seq_in_index, column_name, non_unique
             FROM information_schema.statistics WHERE table_schema = database() ORDER BY 1, 2, 3"
        }
    })
}

fn at_once(database: DatabaseKind) {
    let backend = Backend::plain(database);
    let wanted = Footing::new(backend);
    drop(ServerProcess::on(&wanted));
    let (wanted, migrations) = (schema(&wanted), wanted.sql("SELECT version FROM seaql_migrations ORDER BY version"));
    assert!(wanted.contains("uq_users_username") && migrations.lines().count() >= 5, "{wanted}{migrations}");
    for round in 0..ROUNDS {
        let footing = Footing::new(backend);
        let start = Barrier::new(2);
        let servers = std::thread::scope(|scope| {
            let servers = [0, 1].map(|_| {
                scope.spawn(|| {
                    start.wait();
                    ServerProcess::on(&footing)
                })
            });
            servers.map(|server| server.join().unwrap())
        });
        let keys = servers.each_ref().map(|server| {
            server.client().request("GET", "/.well-known/jwks.json").send().is(200).json()["keys"].clone()
        });
        assert_eq!(keys[0].as_array().unwrap().len(), 1, "round {round}");
        assert_eq!(keys[0], keys[1], "round {round}");
        let alice = Persona::named(servers[0].client(), "alice");
        alice.sign_up().is(201);
        assert!(alice.at(servers[1].client()).signed_in().at(servers[0].client()).is_in());
        for server in servers {
            let (status, log) = server.stop();
            assert_eq!(status.code(), Some(0), "{log}");
            assert!(!log.contains("canary"), "a password of the database is in the log: {log}");
        }
        assert_eq!(schema(&footing), wanted, "round {round}");
        assert_eq!(footing.sql("SELECT version FROM seaql_migrations ORDER BY version"), migrations, "round {round}");
        let counts = "SELECT (SELECT count(*) FROM store_state) + 10 * (SELECT count(*) FROM signing_keys)";
        assert_eq!(footing.sql(counts), "11\n", "round {round}: one state of the store and one key");
    }
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn on_sqlite() {
    at_once(DatabaseKind::Sqlite);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn on_postgres() {
    at_once(DatabaseKind::Postgres);
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn on_mariadb() {
    at_once(DatabaseKind::MariaDb);
}
