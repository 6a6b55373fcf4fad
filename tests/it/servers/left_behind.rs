//! Nothing is left behind: no process and no folder, however the tests end.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tests::servers::{Daemon, MariaDb, Memcached, Postgres, Redis};

/// Says to a process of these tests that it shall start servers and wait to be killed.
const WAIT: &str = "USERSTORE_TEST_WAIT";

/// How long may pass until everything is cleared away.
const PATIENCE: Duration = Duration::from_secs(20);

/// One of each. Of PostgreSQL, there are several processes.
fn start() -> (Postgres, MariaDb, Redis, Memcached) {
    (Postgres::start(), MariaDb::start(), Redis::start(), Memcached::start())
}

/// Where a server listens and what folder it works in.
fn place(daemon: &Daemon) -> (SocketAddr, String) {
    (daemon.address(), daemon.folder().display().to_string())
}

/// Whether any process works in this folder.
fn is_worked_in(folder: &str) -> bool {
    let mut processes = Path::new("/proc").read_dir().unwrap().flatten();
    processes.any(|it| std::fs::read_link(it.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder)))
}

#[track_caller]
fn is_cleared_away(address: SocketAddr, folder: &str) {
    let deadline = Instant::now() + PATIENCE;
    while Path::new(folder).exists() || is_worked_in(folder) || TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "{folder} or its server on {address} is still there");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[cfg_attr(
    not(all(has_postgres, has_mariadb, has_redis, has_memcached)),
    ignore = "needs the programs of PostgreSQL, MariaDB, Redis and Memcached"
)]
fn by_a_server_that_is_dropped() {
    let (postgres, mariadb, redis, memcached) = start();
    let places = [place(&postgres), place(&mariadb), place(&redis), place(&memcached)];
    assert!(places.iter().all(|(_, folder)| is_worked_in(folder)));
    postgres.freeze();
    redis.kill();
    drop((postgres, mariadb, redis, memcached));
    for (address, folder) in places {
        assert!(!Path::new(&folder).exists() && !is_worked_in(&folder), "{folder}");
        TcpStream::connect(address).expect_err("it is dropped");
    }
}

/// The process that is killed is this test once more, told so by its environment.
#[test]
#[cfg_attr(
    not(all(has_postgres, has_mariadb, has_redis, has_memcached)),
    ignore = "needs the programs of PostgreSQL, MariaDB, Redis and Memcached"
)]
fn by_tests_that_are_killed() {
    if std::env::var_os(WAIT).is_some() {
        let (postgres, mariadb, redis, memcached) = start();
        for daemon in [&*postgres, &*mariadb, &*redis, &*memcached] {
            let (address, folder) = place(daemon);
            writeln!(std::io::stderr(), "{address} {folder}").unwrap();
        }
        postgres.freeze();
        writeln!(std::io::stderr(), "waiting").unwrap();
        loop {
            std::thread::park();
        }
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "servers::left_behind::by_tests_that_are_killed", "--nocapture"]).env(WAIT, "1");
    let mut tests = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(tests.stderr.take().unwrap()).lines().map(Result::unwrap);
    let places: Vec<String> = lines.take_while(|line| line != "waiting").collect();
    tests.kill().unwrap();
    tests.wait().unwrap();
    assert_eq!(places.len(), 4, "{places:?}");
    for place in places {
        let (address, folder) = place.split_once(' ').unwrap();
        is_cleared_away(address.parse().unwrap(), folder);
    }
}
