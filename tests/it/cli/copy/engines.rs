//! From SQLite to PostgreSQL, on to MariaDB, and back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Backend, Cli, DatabaseKind, Footing, Persona, ServerProcess};

use super::super::{PASSWORD, Ran};
use super::{DONE, arrived};

/// The order in which a store moves.
const KINDS: [DatabaseKind; 4] =
    [DatabaseKind::Sqlite, DatabaseKind::Postgres, DatabaseKind::MariaDb, DatabaseKind::Sqlite];

/// How a column is written, so that every engine writes the same.
#[derive(Clone, Copy)]
enum Column {
    /// A UUID, or text that stands for itself.
    Id(&'static str),
    Bytes(&'static str),
    Text(&'static str),
    Number(&'static str),
}
use Column::{Bytes, Id, Number, Text};

/// Every column of every table that is copied.
const COLUMNS: [(&str, &[Column]); 7] = [
    (
        "users",
        &[
            Id("id"),
            Text("username"),
            Text("password_hash"),
            Text("role"),
            Text("status"),
            Text("blocked_reason"),
            Text("data"),
            Number("version"),
            Number("epoch"),
            Id("kept_session"),
            Number("created_at"),
            Number("updated_at"),
        ],
    ),
    (
        "sessions",
        &[
            Id("id"),
            Bytes("token_hash"),
            Id("user_id"),
            Number("epoch"),
            Number("created_at"),
            Number("expires_at"),
            Text("user_agent"),
            Text("ip"),
        ],
    ),
    (
        "members",
        &[
            Number("member_id"),
            Text("name"),
            Text("email"),
            Text("phone"),
            Number("version"),
            Id("incarnation"),
            Number("created_at"),
            Number("updated_at"),
        ],
    ),
    ("ended_sessions", &[Bytes("token_hash"), Number("expires_at")]),
    (
        "audit_log",
        &[
            Id("id"),
            Number("at"),
            Text("action"),
            Text("outcome"),
            Number("times"),
            Text("actor_kind"),
            Text("actor_id"),
            Text("actor_name"),
            Text("target_kind"),
            Text("target_id"),
            Text("target_name"),
            Text("ip"),
            Text("user_agent"),
            Text("request_id"),
            Text("detail"),
        ],
    ),
    ("member_ids", &[Number("id"), Number("last")]),
    (
        "signing_keys",
        &[
            Text("kid"),
            Text("algorithm"),
            Bytes("private_key"),
            Number("created_at"),
            Number("signs_at"),
            Number("signed_until"),
            Number("revoked_at"),
        ],
    ),
];

/// The expression that writes a column.
fn written(kind: DatabaseKind, column: Column) -> String {
    let text = match (kind, column) {
        (_, Number(name)) => return format!("COALESCE({name}, -1)"),
        (DatabaseKind::Postgres, Id(name)) => format!("replace({name}::text, '-', '')"),
        (DatabaseKind::Postgres, Bytes(name)) => format!("encode({name}, 'hex')"),
        (DatabaseKind::Postgres, Text(name)) => format!("encode(convert_to({name}, 'UTF8'), 'hex')"),
        (_, Id(name) | Bytes(name) | Text(name)) => {
            return format!("CASE WHEN {name} IS NULL THEN '-' ELSE lower(hex({name})) END");
        }
    };
    format!("COALESCE({text}, '-')")
}

/// Every row of every table that is copied, byte for byte.
fn exported(footing: &Footing) -> Vec<String> {
    let kind = footing.backend().database;
    let rows = COLUMNS.iter().flat_map(|(table, columns)| {
        let columns: Vec<String> = columns.iter().map(|column| written(kind, *column)).collect();
        let rows = footing.sql(&format!("SELECT {} FROM {table}", columns.join(", "))).replace('\t', "|");
        let mut rows: Vec<String> = rows.lines().map(|row| format!("{table}|{row}")).collect();
        rows.sort();
        rows
    });
    rows.collect()
}

/// A new and empty database of this kind.
fn footing(kind: DatabaseKind) -> Footing {
    Footing::new(Backend::plain(kind))
}

#[track_caller]
fn copy(from: &Footing, to: &Footing) -> Ran {
    let arguments = ["migrate", "--to", "-", "-o", "json"];
    Ran::of(Cli::on(from).command(&arguments).write_stdin(to.database_url()))
}

/// Copies, which has to succeed, and gives how many rows of each table were copied.
#[track_caller]
fn copied(from: &Footing, to: &Footing) -> Vec<u64> {
    let ran = copy(from, to).exits(0);
    assert_eq!(ran.stderr, DONE, "{ran:?}");
    let tables: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert!(tables.iter().all(|table| table["verified"] == table["rows"]), "{tables:?}");
    assert_eq!(exported(to), exported(from), "{from:?} to {to:?}");
    tables.iter().map(|table| table["copied"].as_u64().unwrap()).collect()
}

/// Members with these ids, by a statement that every engine takes.
fn fill(footing: &Footing, ids: std::ops::RangeInclusive<usize>) {
    let incarnation = match footing.backend().database {
        DatabaseKind::Postgres => "'0123456789abcdef0123456789abcdef'",
        _ => "x'0123456789abcdef0123456789abcdef'",
    };
    let ids: Vec<usize> = ids.collect();
    for ids in ids.chunks(500) {
        let rows = ids.iter().map(|id| format!("({id}, 'member {id}', 1, {incarnation}, {id}, {id})"));
        let rows = rows.collect::<Vec<_>>().join(", ");
        let columns = "member_id, name, version, incarnation, created_at, updated_at";
        let _none = footing.sql(&format!("INSERT INTO members ({columns}) VALUES {rows}"));
    }
}

/// Names that a careless collation takes for equal.
fn people(cli: &Cli) {
    for name in ["alice", "alicé", "bob"] {
        let role = if name == "alice" { "admin" } else { "editor" };
        let arguments = ["create-user", name, "--password-stdin", "--role", role, "--data", arrived::ODD];
        Ran::of(cli.command(&arguments).write_stdin(PASSWORD)).done();
    }
    Ran::of(&mut cli.command(&["block-user", "bob", "--reason", "'late' \\ \u{1f422}"])).done();
    for (id, name) in [("1", "ada"), ("2", "Ada"), ("3", "Ada "), ("4", "\u{1f600}"), ("5", "\u{1f601}"), ("9", "é")] {
        Ran::of(&mut cli.command(&["put-member", id, "--name", name, "--phone", "\\'\"%_"])).done();
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb, has_sqlite3)), ignore = "needs PostgreSQL, MariaDB and sqlite3")]
fn everything_goes_around() {
    let [first, rest @ ..] = KINDS.map(footing);
    people(&Cli::on(&first));
    fill(&first, 1_000..=1_700);
    let _none =
        first.sql("INSERT INTO ended_sessions VALUES (randomblob(32), 7), (randomblob(32), 9223372036854775807)");
    let server = ServerProcess::on(&first);
    let alice = Persona::named(server.client(), "alice").with_password(PASSWORD).signed_in();
    let (session, jwt) = (alice.token().to_owned(), alice.logged_in().token().to_owned());
    let mut last = alice.post("/members", json!({"name": "Cy"})).is(201).json()["member_id"].as_i64().unwrap();
    let seen = |server: &ServerProcess| {
        let alice = Persona::named(server.client(), "alice").with_password(PASSWORD).with_token(&session);
        let reader = alice.with_token(&jwt);
        let own = [("/user/me", &alice), ("/user/bob", &alice), ("/members/3", &reader)];
        let own = own.map(|(target, persona)| persona.get(target).is(200));
        let own = own.map(|answer| (answer.etag(), answer.body().to_owned()));
        let lists = ["/users", "/members?limit=9", "/user/me/sessions", "/.well-known/jwks.json"];
        (own, lists.map(|target| alice.get(target).is(200).json()))
    };
    let before = seen(&server);
    drop(server);

    let mut from = first;
    for to in rest {
        let copied = copied(&from, &to);
        assert_eq!(copied[..4], [1, 1, 3, copied[3]], "{to:?}");
        let server = ServerProcess::on(&to);
        assert_eq!(seen(&server), before, "{to:?}");
        let alice = Persona::named(server.client(), "alice").with_password(PASSWORD).signed_in();
        let next = alice.post("/members", json!({"name": format!("after {last}")})).is(201);
        let next = next.json()["member_id"].as_i64().unwrap();
        assert!(next > last, "{to:?} gives out {next} again");
        let _gone = alice.delete(&format!("/members/{next}")).is(204);
        let _out = alice.delete("/auth").is(204);
        let bob = Persona::named(server.client(), "bob").with_password(PASSWORD);
        let _blocked = bob.sign_in().refused(403, "account_blocked");
        (from, last) = (to, next);
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb, has_sqlite3)), ignore = "needs PostgreSQL, MariaDB and sqlite3")]
fn every_engine_goes_on_with_a_copy_that_was_killed() {
    let from = footing(DatabaseKind::Sqlite);
    people(&Cli::on(&from));
    fill(&from, 1_000..=6_000);
    for kind in [DatabaseKind::Postgres, DatabaseKind::MariaDb] {
        let to = footing(kind);
        let whole = {
            let to = footing(kind);
            let start = Instant::now();
            copied(&from, &to);
            start.elapsed()
        };
        let mut half = 0;
        for point in [2, 4, 6, 8] {
            let mut command = std::process::Command::new(tests::program("userstore-cli"));
            command.env_clear().envs(from.environment()).args(["migrate", "--to", to.database_url()]);
            let null = std::process::Stdio::null;
            let mut child = command.stdout(null()).stderr(null()).spawn().unwrap();
            std::thread::sleep(whole * point / 10);
            child.kill().unwrap();
            let _status = child.wait().unwrap();
            let is_made = copy_is_begun(&to);
            half += u32::from(is_made);
        }
        let rows: u64 = copied(&from, &to).iter().sum();
        assert!(half > 0, "{kind:?}: none was killed after it had begun");
        assert!(rows < 5_000, "{kind:?}: {rows} rows were copied again");
        assert!(copied(&from, &to).iter().all(|copied| *copied == 0));
    }
}

/// Whether there are rows in a database that has its tables.
fn copy_is_begun(footing: &Footing) -> bool {
    let own = if footing.backend().database == DatabaseKind::Postgres { "current_schema()" } else { "database()" };
    let named = format!("table_schema = {own} AND table_name = 'users'");
    let tables = footing.sql(&format!("SELECT count(*) FROM information_schema.tables WHERE {named}"));
    tables.trim() != "0" && footing.sql("SELECT count(*) FROM users").trim() != "0"
}

#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb, has_sqlite3)), ignore = "needs PostgreSQL, MariaDB and sqlite3")]
fn every_engine_refuses_what_is_not_a_copy() {
    let from = footing(DatabaseKind::Sqlite);
    people(&Cli::on(&from));
    for kind in [DatabaseKind::Postgres, DatabaseKind::MariaDb] {
        let to = footing(kind);
        Ran::of(Cli::on(&to).command(&["create-user", "alice", "--password-stdin"]).write_stdin(PASSWORD)).done();
        let before = exported(&to);
        copy(&from, &to).refused(5, "the database to copy to has a row in users, ");
        assert_eq!(exported(&to), before);
        copy(&to, &to).refused(2, "the database to copy to is the one to copy from");

        // What is changed in the copy is found, whichever column it is.
        let to = footing(kind);
        copied(&from, &to);
        for change in ["name = 'ADA'", "phone = NULL", "email = ''", "updated_at = 7"] {
            let _none = to.sql(&format!("UPDATE members SET {change} WHERE member_id = 1"));
            copy(&from, &to).refused(5, "has a row in members, 1,");
            let _none = to.sql("DELETE FROM members WHERE member_id = 1");
            assert_eq!(copied(&from, &to), [0, 0, 0, 0, 0, 1, 0]);
        }
        // A row that is not taken is named.
        let to = footing(kind);
        Ran::of(&mut Cli::on(&to).command(&["migrate"])).done();
        let _none = to.sql("CREATE UNIQUE INDEX uq_members_phone ON members (phone)");
        copy(&from, &to).refused(5, "refuses the row 2 of members");
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb, has_sqlite3)), ignore = "needs PostgreSQL, MariaDB and sqlite3")]
fn a_server_that_is_not_there_is_told() {
    let from = footing(DatabaseKind::Sqlite);
    people(&Cli::on(&from));
    let start = Instant::now();
    for url in ["postgres://u:canary@127.0.0.1:1/x", "mysql://u:canary@127.0.0.1:1/x"] {
        let ran = Ran::of(
            Cli::on(&from).command(&["migrate", "--to", "-"]).env("USERSTORE_DATABASE_TIMEOUT", "1s").write_stdin(url),
        );
        ran.refused(8, "the database to copy to is not available");
    }
    for kind in [DatabaseKind::Postgres, DatabaseKind::MariaDb] {
        let url = footing(kind).database_url().to_owned();
        let none = from.clone().with_database(format!("{url}_none"));
        let ran = Ran::of(Cli::on(&from).command(&["migrate", "--to", "-"]).write_stdin(none.database_url()));
        ran.refused(8, "see that it runs, or correct --to");
    }
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
    for url in ["postgres://", "mysql://u:canary@127.0.0.1", "postgres://u:canary@127.0.0.1:x/y"] {
        let ran = Ran::of(Cli::on(&from).command(&["migrate", "--to", "-"]).write_stdin(url));
        ran.refused(2, "--to must");
    }
}
