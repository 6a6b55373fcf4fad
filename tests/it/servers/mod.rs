//! The private servers of the harness: what they are told to be, they are, and none is left behind.

mod left_behind;
mod proxy;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tests::servers::{Daemon, MariaDb, Memcached, Postgres, Redis, mariadb, postgres};

/// Longer than any of them takes to answer.
const LONG: Duration = Duration::from_secs(20);

/// Short enough to wait for nothing.
const SHORT: Duration = Duration::from_millis(300);

/// A connection on which nothing is waited for longer than this.
fn connect(address: SocketAddr, patience: Duration) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    stream
}

/// Says this, and gives the line that is answered; nothing where none comes in time.
fn answer(stream: &TcpStream, said: &str) -> Option<String> {
    let mut stream = stream.try_clone().unwrap();
    stream.write_all(said.as_bytes()).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok().filter(|read| *read > 0)?;
    Some(line)
}

/// Has a server stand still, go on, be killed, and be there again; `serves` says whether it answers.
fn verbs(daemon: &Daemon, serves: impl Fn(Duration) -> bool) {
    assert!(serves(LONG));
    daemon.freeze();
    assert!(!serves(SHORT), "it is frozen");
    daemon.thaw();
    assert!(serves(LONG));
    daemon.kill();
    TcpStream::connect(daemon.address()).expect_err("it is killed");
    daemon.restart();
    assert!(serves(LONG));
    daemon.stop();
    TcpStream::connect(daemon.address()).expect_err("it is stopped");
    daemon.restart();
    assert!(serves(LONG));
    daemon.freeze();
    daemon.kill();
    TcpStream::connect(daemon.address()).expect_err("it is killed while it is frozen");
}

/// Whether PostgreSQL answers a client that asks for TLS: it says N.
fn postgres_serves(address: SocketAddr, patience: Duration) -> bool {
    let mut stream = connect(address, patience);
    stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
    stream.read_exact(&mut [0]).is_ok()
}

/// Whether MariaDB greets a client.
fn mariadb_serves(address: SocketAddr, patience: Duration) -> bool {
    connect(address, patience).read_exact(&mut [0; 5]).is_ok()
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn postgres_keeps_what_it_was_told() {
    let server = Postgres::start();
    let (one, other) = (server.create_database(), server.create_database());
    assert_ne!(one, other);
    let _made = server.sql(&one, "CREATE TABLE t (n INT); INSERT INTO t VALUES (7), (8)");
    verbs(&server, |patience| postgres_serves(server.address(), patience));
    server.restart();
    assert_eq!(server.sql(&one, "SELECT n, 'x' FROM t ORDER BY n"), "7|x\n8|x\n");
    assert_eq!(server.sql(&other, "SELECT count(*) FROM pg_tables WHERE tablename = 't'"), "0\n");
    // The rules that the store may not rely on.
    assert_eq!(server.sql(&one, "SELECT 'a' < 'B', 'B' < 'c'"), "t|t\n", "it sorts as people do");
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn mariadb_keeps_what_it_was_told() {
    let server = MariaDb::start();
    let (one, other) = (server.create_database(), server.create_database());
    let _made = server.sql(&one, "CREATE TABLE t (n INT); INSERT INTO t VALUES (7), (8)");
    verbs(&server, |patience| mariadb_serves(server.address(), patience));
    server.restart();
    assert_eq!(server.sql(&one, "SELECT n, 'x' FROM t ORDER BY n"), "7\tx\n8\tx\n");
    assert_eq!(server.sql(&other, "SHOW TABLES"), "");
    assert_eq!(server.sql(&one, "SELECT 'alice' = 'ALIC\u{c9} '"), "1\n", "it compares as its default has it");
}

#[test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
fn redis_comes_up_empty_or_as_it_was_at_the_snapshot() {
    let server = Redis::start();
    verbs(&server, |patience| answer(&connect(server.address(), patience), "PING\r\n").as_deref() == Some("+PONG\r\n"));
    server.restart();
    server.tell(&["SET", "k", "1"]);
    server.kill();
    server.restart();
    assert_eq!(server.tell(&["GET", "k"]), [""; 0], "it writes nothing to the disk by itself");
    server.tell(&["SET", "k", "2"]);
    assert_eq!(server.tell(&["SAVE"]), ["OK"]);
    server.tell(&["SET", "k", "3"]);
    assert_eq!(server.tell(&["MGET", "k", "k"]), ["3", "3"]);
    server.kill();
    assert!(server.snapshot().is_file());
    server.restart();
    assert_eq!(server.tell(&["GET", "k"]), ["2"], "it is rolled back");
}

#[test]
#[cfg_attr(not(has_redis), ignore = "needs redis-server")]
fn redis_takes_options() {
    let server = Redis::with(&["--maxmemory", "2mb", "--maxmemory-policy", "allkeys-random"]);
    assert_eq!(server.tell(&["CONFIG", "GET", "maxmemory"]), ["maxmemory", "2097152"]);
}

#[test]
#[cfg_attr(not(has_memcached), ignore = "needs memcached")]
fn memcached_comes_up_empty() {
    let server = Memcached::start();
    verbs(&server, |patience| {
        answer(&connect(server.address(), patience), "version\r\n").is_some_and(|line| line.starts_with("VERSION"))
    });
    server.restart();
    assert_eq!(server.tell("set k 0 0 1\r\n7"), "STORED");
    assert_eq!(server.tell("get k"), "VALUE k 0 1");
    server.kill();
    server.restart();
    assert_eq!(server.tell("get k"), "END");
}

#[test]
#[cfg_attr(not(all(has_postgres, has_mariadb)), ignore = "needs PostgreSQL's and MariaDB's programs")]
fn databases_on_shared_servers_are_apart() {
    let databases = [postgres().create_database(), postgres().create_database()];
    for url in &databases {
        assert_eq!(postgres().sql(url, "CREATE TABLE t (n INT); SELECT count(*) FROM t"), "0\n");
    }
    let databases = [mariadb().create_database(), mariadb().create_database()];
    for url in &databases {
        assert_eq!(mariadb().sql(url, "CREATE TABLE t (n INT); SELECT count(*) FROM t"), "0\n");
    }
}
