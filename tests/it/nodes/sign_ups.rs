//! One name, wanted by many at once on two servers, goes to one of them.

use std::sync::Barrier;

use tests::{Answer, Backend, DatabaseKind, Persona};
use userstore_core::{PageRequest, UserFilter};

use super::Nodes;

const TIMES: usize = 100;

fn of_one_name(database: DatabaseKind) {
    let nodes = Nodes::new(Backend::plain(database));
    let start = Barrier::new(TIMES);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..TIMES)
            .map(|number| {
                let (nodes, start) = (&nodes, &start);
                scope.spawn(move || {
                    let name = ["alice", "ALICE", "Alice", "\u{ff41}lice"][number % 4];
                    let alice = Persona::named(nodes.clients(number / 4).0, name);
                    start.wait();
                    alice.sign_up()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won = answers.iter().filter(|answer| answer.status() == 201).count();
    assert_eq!(won, 1, "of {TIMES}");
    for lost in answers.into_iter().filter(|answer| answer.status() != 201) {
        lost.refused(409, "username_taken");
    }
    let server = &nodes.0[1];
    let all = server.run(server.store().operator().list_users(&UserFilter::default(), PageRequest::first())).unwrap();
    assert_eq!(all.items.len(), 1);
}

#[test]
fn of_one_name_on_sqlite() {
    of_one_name(DatabaseKind::Sqlite);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn of_one_name_on_postgres() {
    of_one_name(DatabaseKind::Postgres);
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn of_one_name_on_mariadb() {
    of_one_name(DatabaseKind::MariaDb);
}
