//! A URL that names the wrong database of a server: nothing is changed there.

use tests::{Backend, Cli, DatabaseKind, Footing};

use super::Ran;

/// What the command line says on this footing.
fn told(footing: &Footing, arguments: &[&str]) -> Ran {
    Ran::of(&mut Cli::on(footing).command(arguments))
}

fn tables(footing: &Footing, schema: &str) -> String {
    footing
        .sql(&format!("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = {schema}"))
        .trim()
        .to_owned()
}

fn leaves_others_alone(database: DatabaseKind, schema: &str) {
    let footing = Footing::new(Backend::plain(database));
    // An empty database is no store, to whoever wants what is in one.
    told(&footing, &["list-users"]).refused(8, "migrate");
    assert_eq!(tables(&footing, schema), "0");
    // Another program's is none to anybody.
    let _none = footing
        .sql("CREATE TABLE users (id INT PRIMARY KEY, username VARCHAR(64), role VARCHAR(9), status VARCHAR(9))");
    for command in [&["list-users"][..], &["migrate"], &["doctor"]] {
        told(&footing, command).exits(2);
    }
    assert_eq!(tables(&footing, schema), "1");
    let _none = footing.sql("INSERT INTO users (id, username) VALUES (1, 'a')");
    let _none = footing.sql("INSERT INTO users (id, username) VALUES (2, 'a')");
    let _none = footing.sql("DROP TABLE users");
    told(&footing, &["migrate"]).exits(0);
    told(&footing, &["list-users"]).exits(0);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn of_postgres() {
    leaves_others_alone(DatabaseKind::Postgres, "current_schema()");
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn of_mariadb() {
    leaves_others_alone(DatabaseKind::MariaDb, "DATABASE()");
}
