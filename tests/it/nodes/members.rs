//! Members that are replaced through two servers at once, while they are read through both: no read is stale.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::json;
use tests::{Backend, DatabaseKind, Persona};
use userstore_core::Role;
use userstore_core::config::{CacheKind, SessionStoreKind};

use super::order::{Event, stale};
use super::{ADVISED, Nodes};

/// How many reads are checked.
const CHECKS: usize = 10_000;

const MEMBERS: usize = 3;

const READERS: usize = 4;

/// Those of one member, in no order.
type Events = BTreeMap<usize, Vec<Event>>;

struct Play<'a> {
    nodes: &'a Nodes,
    ada: Persona,
    value: AtomicU64,
    reads: AtomicUsize,
    over: AtomicBool,
}

impl Play<'_> {
    fn write(&self, node: usize, member: usize) -> Event {
        let value = self.value.fetch_add(1, Ordering::SeqCst);
        let asked = Instant::now();
        let ada = self.ada.at(self.nodes.clients(node).0);
        let body = json!({"name": format!("member {member}"), "phone": value.to_string()});
        let answer = ada.put(&format!("/members/{}", member + 1), body);
        let answered = Instant::now();
        assert!(matches!(answer.status(), 200 | 201), "{answer:?}");
        Event { asked, answered, value }
    }

    fn read(&self, node: usize, member: usize) -> Event {
        let ada = self.ada.at(self.nodes.clients(node).0);
        let asked = Instant::now();
        let answer = ada.get(&format!("/members/{}", member + 1)).is(200);
        let answered = Instant::now();
        Event { asked, answered, value: answer.str_at("/phone").parse().unwrap() }
    }

    /// Does this again and again until it is over, with another member each time.
    fn repeat(&self, first: usize, act: impl Fn(usize) -> Event) -> Events {
        let mut events = Events::new();
        let mut member = first;
        while !self.over.load(Ordering::SeqCst) {
            member = (member + 1) % MEMBERS;
            events.entry(member).or_default().push(act(member));
        }
        events
    }
}

fn merged(all: Vec<Events>) -> Events {
    let mut events = Events::new();
    for (member, more) in all.into_iter().flatten() {
        events.entry(member).or_default().extend(more);
    }
    events
}

fn no_read_is_stale(backend: Backend) {
    let nodes = Nodes::new(backend);
    let ada = nodes.persona("ada", Role::Admin);
    let play =
        Play { nodes: &nodes, ada, value: AtomicU64::new(1), reads: AtomicUsize::new(0), over: AtomicBool::new(false) };
    let first: Events = (0..MEMBERS).map(|member| (member, vec![play.write(0, member)])).collect();
    let (mut writes, reads) = std::thread::scope(|scope| {
        let play = &play;
        let writers: Vec<_> =
            (0..2).map(|node| scope.spawn(move || play.repeat(node, |member| play.write(node, member)))).collect();
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                scope.spawn(move || {
                    play.repeat(reader, |member| {
                        if play.reads.fetch_add(1, Ordering::SeqCst) + 1 >= CHECKS {
                            play.over.store(true, Ordering::SeqCst);
                        }
                        play.read(reader, member)
                    })
                })
            })
            .collect();
        let reads = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
        let writes = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
        (merged(writes), merged(reads))
    });
    for (member, first) in first {
        writes.entry(member).or_default().extend(first);
    }
    let checked: usize = reads.values().map(Vec::len).sum();
    let written: usize = writes.values().map(Vec::len).sum();
    assert!(checked >= CHECKS && written >= CHECKS / 50, "{checked} checked against {written}");
    for (member, reads) in reads {
        let old = stale(&writes[&member], &reads);
        assert!(old.is_empty(), "{} of {checked} were stale, while {written} were written: {:?}", old.len(), old[0]);
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn on_postgres_and_redis_no_read_is_stale() {
    no_read_is_stale(ADVISED);
}

#[test]
#[cfg_attr(not(all(has_mariadb, has_memcached)), ignore = "needs MariaDB's programs and memcached")]
fn on_mariadb_and_memcached_no_read_is_stale() {
    no_read_is_stale(Backend {
        database: DatabaseKind::MariaDb,
        sessions: SessionStoreKind::Database,
        cache: CacheKind::Memcached,
    });
}
