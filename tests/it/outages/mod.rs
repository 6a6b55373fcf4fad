//! While a part is away, slow, or has forgotten: what is answered, that nothing waits for long, that all is well again by
//! itself, and that no denial is lost.
//!
//! The cells of the table "When a part is down" of docs/consistency.md are in [`redis`], [`cache`], [`slow`], [`frozen`],
//! [`database`], [`fail_over`]; what the rest of that page says is in [`forgotten`], [`cut_off`], [`half_way`].

mod cache;
mod cut_off;
mod database;
mod denial;
mod fail_over;
mod forgotten;
mod frozen;
mod redis;
mod slow;
mod starting;

use std::net::SocketAddr;
use std::ops::Deref;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::servers::{Daemon, Memcached, Redis};
use tests::{Answer, Backend, Client, DatabaseKind, Footing, Network, Persona, Proxy, TestServer};
use userstore_core::config::{CacheKind, SessionStoreKind};
use userstore_core::{Clock, Role};

/// How long an operation on Redis or Memcached may take: the default.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How long one on the database may take.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// What is answered "at once" may take this long on a machine that is busy with other tests.
const AT_ONCE: Duration = Duration::from_millis(700);

/// What a request may take beyond a time-out on such a machine.
const MARGIN: Duration = Duration::from_secs(1);

/// How long a server that cannot tell the shared cache of a change waits until all others know.
const WAIT: Duration = Duration::from_secs(1);

/// Within which time everything is as it was before.
const HEALED: Duration = Duration::from_secs(5);

/// How often is looked whether it is.
const PAUSE: Duration = Duration::from_millis(20);

const SESSIONS_IN_REDIS: Backend =
    Backend { database: DatabaseKind::Postgres, sessions: SessionStoreKind::Redis, cache: CacheKind::Redis };

const CACHE_IN_REDIS: Backend = Backend { sessions: SessionStoreKind::Database, ..SESSIONS_IN_REDIS };

const CACHE_IN_MEMCACHED: Backend = Backend { cache: CacheKind::Memcached, ..CACHE_IN_REDIS };

/// A Redis or Memcached of the test's own.
trait Engine: Deref<Target = Daemon> {
    fn launch() -> Self;

    /// The same footing, with this engine behind a proxy.
    fn under(&self, footing: Footing, proxy: &Proxy) -> Footing;
}

impl Engine for Redis {
    fn launch() -> Self {
        Self::start()
    }

    fn under(&self, footing: Footing, proxy: &Proxy) -> Footing {
        footing.with_redis(proxy.instead(&self.url()))
    }
}

impl Engine for Memcached {
    fn launch() -> Self {
        Self::start()
    }

    fn under(&self, footing: Footing, proxy: &Proxy) -> Footing {
        footing.with_memcached(proxy.instead(&self.url()))
    }
}

/// A server, and the networks between it and what it stands on.
struct Node {
    server: TestServer,
    to_engine: Proxy,
    to_database: Proxy,
}

impl Node {
    fn new(footing: &Footing, engine: &impl Engine, database_timeout: Duration) -> Self {
        let (to_engine, to_database) = (Proxy::to(engine.address()), Proxy::to(footing.database_address()));
        let footing = footing.clone().with_database(to_database.instead(footing.database_url()));
        let server = serve_for(&engine.under(footing, &to_engine), database_timeout);
        Self { server, to_engine, to_database }
    }

    fn client(&self) -> Client {
        self.server.client()
    }

    /// Somebody who turns to this server.
    fn to(&self, persona: &Persona) -> Persona {
        persona.at(self.client())
    }
}

/// A server with the time-outs of these tests.
fn serve(footing: &Footing) -> TestServer {
    serve_for(footing, DATABASE_TIMEOUT)
}

fn serve_for(footing: &Footing, database_timeout: Duration) -> TestServer {
    TestServer::at(footing, Clock::system(), |settings| {
        settings.redis.timeout = TIMEOUT;
        settings.database.timeout = database_timeout;
        settings.passwords.max_queue = 200;
    })
}

/// Servers on PostgreSQL, and on an engine of their own.
struct Ground<E> {
    engine: E,
    nodes: Vec<Node>,
    /// What they stand on, without a network between.
    footing: Footing,
}

impl<E: Engine> Ground<E> {
    fn new(backend: Backend, nodes: usize) -> Self {
        Self::with(backend, nodes, E::launch(), DATABASE_TIMEOUT)
    }

    fn with(backend: Backend, nodes: usize, engine: E, database_timeout: Duration) -> Self {
        let footing = Footing::new(backend);
        let nodes = (0..nodes).map(|_| Node::new(&footing, &engine, database_timeout)).collect();
        Self { engine, nodes, footing }
    }

    fn node(&self) -> &Node {
        &self.nodes[0]
    }

    /// Creates an account, and signs in.
    fn persona(&self, name: &str, role: Role) -> Persona {
        self.node().server.persona(name, role)
    }

    /// How every server sees the engine from now on.
    fn network(&self, network: Network) {
        for node in &self.nodes {
            node.to_engine.set(network);
        }
    }

    /// Waits until everything works on every server, sign-ins and changes too, as `ada` finds, an editor.
    #[track_caller]
    fn heals(&self, ada: &Persona) {
        for node in &self.nodes {
            let ada = node.to(ada);
            until(|| ada.sign_in().fits(&[200, 503]) == 200);
            let ada = ada.signed_in();
            until(|| ada.get("/user/me").fits(&[200, 503]) == 200 && is_ready(node));
            until(|| ada.put("/members/1", json!({"name": "Ada Lovelace"})).fits(&[200, 201, 503]) != 503);
        }
    }
}

/// What is looked at in every answer here.
trait Fits {
    /// The status, which has to be one of these; and nothing of what is beneath is told.
    #[track_caller]
    fn fits(&self, statuses: &[u16]) -> u16;
}

impl Fits for Answer {
    fn fits(&self, statuses: &[u16]) -> u16 {
        assert!(statuses.contains(&self.status()), "{self:?}");
        if self.status() >= 500 {
            let body = self.body().to_lowercase();
            for word in ["select", "update", "postgres", "mysql", "mariadb", "canary", "127.0.0.1", "sqlx", "os error"]
            {
                assert!(!body.contains(word), "it tells of {word}: {self:?}");
            }
        }
        self.status()
    }
}

/// Asks this, and says how long the answer took.
fn timed<T>(ask: impl FnOnce() -> T) -> (T, Duration) {
    let asked = Instant::now();
    (ask(), asked.elapsed())
}

/// Asserts that this is answered within a time.
#[track_caller]
fn within<T>(time: Duration, ask: impl FnOnce() -> T) -> T {
    let (answer, took) = timed(ask);
    assert!(took < time, "it took {took:?}");
    answer
}

/// Does these side by side, as they wait for most of their time.
fn side_by_side(acts: impl IntoIterator<Item = fn()>) {
    crate::at_once::at_once(acts.into_iter().map(|act| Box::new(act) as Box<dyn FnOnce() + Send>).collect());
}

/// Waits until this is so, as it has to be when everything has healed.
#[track_caller]
fn until(is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < HEALED, "it does not heal");
        std::thread::sleep(PAUSE);
    }
}

/// The parts that `/readyz` finds fault with.
#[track_caller]
fn failing(client: Client) -> Vec<String> {
    let answer = client.request("GET", "/readyz").send();
    if answer.fits(&[200, 503]) == 200 {
        return Vec::new();
    }
    answer.json()["failing"].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect()
}

fn is_ready(node: &Node) -> bool {
    failing(node.client()).is_empty()
}

/// What nobody has to be known for is answered as always.
#[track_caller]
fn public_routes_work(client: Client, alice: &Persona) {
    within(AT_ONCE, || client.request("GET", "/healthz").send().is(200));
    within(AT_ONCE, || client.request("GET", "/").send().is(200));
    // With a session, too, this never refuses.
    within(TIMEOUT + MARGIN, || alice.at(client).get("/").is(200));
}

/// An address of the loopback on which nobody listens.
fn nowhere() -> SocketAddr {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
