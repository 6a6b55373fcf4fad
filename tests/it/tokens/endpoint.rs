//! An outside issuer's keys from its endpoint: fetched when they are needed, not whenever somebody sends a token.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Persona, START, TestServer};
use userstore_core::Role;
use userstore_core::jwt::IssuerSettings;

use super::forge::{Signer, with};
use super::outside::{AUDIENCE, ISSUER, claims};
use super::{ALL, is_refused_after, opens, reads, refused_token};

/// What the endpoint does with a request.
#[derive(Clone)]
enum Does {
    /// Answers this key set.
    Keys(Value),
    /// Answers these bytes.
    Says(String),
    /// Answers nothing, and keeps the connection.
    Nothing,
}

/// A server on a port of the loopback, which counts its requests.
struct Endpoint {
    address: SocketAddr,
    hits: Arc<AtomicUsize>,
    does: Arc<Mutex<Does>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    fn new(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (hits, does, over) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(does)), Arc::new(AtomicBool::new(false)));
        let (counted, doing, ended) = (Arc::clone(&hits), Arc::clone(&does), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming().map(Result::unwrap) {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let doing = doing.lock().unwrap().clone();
                counted.fetch_add(1, Ordering::SeqCst);
                kept.extend(answer(stream, &doing));
            }
        });
        Self { address, hits, does, over, thread: Some(thread) }
    }

    fn of(keys: &[&Signer]) -> Self {
        Self::new(key_set(keys))
    }

    /// From now on it does this.
    fn becomes(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    /// A server that trusts the issuer whose keys are here, once it has asked for them.
    fn server(&self) -> TestServer {
        let mut issuer = IssuerSettings::new(ISSUER, AUDIENCE);
        issuer.jwks_url = Some(format!("http://{}/keys", self.address));
        let server = TestServer::with(|settings| settings.issuers = vec![issuer]);
        let start = Instant::now();
        while self.hits() == 0 {
            assert!(start.elapsed() < Duration::from_secs(20), "the keys are not fetched at the start");
            std::thread::yield_now();
        }
        server
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _wakes = TcpStream::connect(self.address);
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

/// Does as it is told, and gives a connection that is to be kept.
fn answer(mut stream: TcpStream, does: &Does) -> Option<TcpStream> {
    // Whatever becomes of the request, its sender sees.
    let _asked = stream.read(&mut [0; 4096]);
    let text = match does {
        Does::Nothing => return Some(stream),
        Does::Says(text) => text.clone(),
        Does::Keys(keys) => {
            let body = keys.to_string();
            format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
    };
    let _sent = stream.write_all(text.as_bytes());
    None
}

fn key_set(keys: &[&Signer]) -> Does {
    Does::Keys(json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}))
}

fn shows(server: &TestServer, token: &str) -> Persona {
    server.anonymous().with_token(token)
}

/// The claims of a good token that ends an hour from now, and was never seen before.
fn claims_now(server: &TestServer) -> Value {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let now = server.store().clock().now().as_millis() / 1000;
    let claims = with(&with(&claims(), "exp", now + 3600), "iat", now);
    with(&claims, "jti", MADE.fetch_add(1, Ordering::SeqCst).to_string())
}

fn token(server: &TestServer, key: &Signer) -> Persona {
    shows(server, &key.sign(&claims_now(server)))
}

/// Tokens with a `kid` that nobody knows, from several at once.
fn storm(server: &TestServer, key: &Signer, count: usize) {
    std::thread::scope(|scope| {
        for part in 0..4 {
            scope.spawn(move || {
                for number in (part..count).step_by(4) {
                    let header = with(&key.header(), "kid", format!("unknown-{number}"));
                    let token = shows(server, &key.sign_with(&header, &claims_now(server)));
                    refused_token(&token.get("/members"));
                }
            });
        }
    });
}

#[test]
fn however_many_tokens_name_an_unknown_key_the_keys_are_fetched_twice_a_minute() {
    let key = Signer::ed();
    let endpoint = Endpoint::of(&[&key]);
    let server = endpoint.server();
    let good = token(&server, &key);
    assert_eq!(opens(&good), ALL);
    let mut before = endpoint.hits();
    for minute in 0..3 {
        storm(&server, &key, 100);
        let fetched = endpoint.hits() - before;
        assert!((1..=2).contains(&fetched), "{fetched} fetches in minute {minute}");
        storm(&server, &key, 100);
        assert!(endpoint.hits() - before <= 2, "{} fetches in minute {minute}", endpoint.hits() - before);
        assert_eq!(opens(&good), ALL);
        server.advance(Duration::from_mins(1));
        before = endpoint.hits();
    }
    // Failures count as well.
    endpoint.becomes(Does::Says("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_owned()));
    storm(&server, &key, 100);
    assert!(endpoint.hits() - before <= 2, "{} fetches that failed", endpoint.hits() - before);
    assert_eq!(opens(&good), ALL);
}

#[test]
fn a_token_that_is_refused_anyway_fetches_nothing() {
    let key = Signer::ed();
    let endpoint = Endpoint::of(&[&key]);
    let server = endpoint.server();
    assert_eq!(opens(&token(&server, &key)), ALL);
    let before = endpoint.hits();
    let unknown = with(&key.header(), "kid", "unknown");
    for (what, token) in [
        ("another audience", key.sign_with(&unknown, &with(&claims(), "aud", "elsewhere"))),
        ("an end that has come", key.sign_with(&unknown, &with(&claims(), "exp", START.as_millis() / 1000 - 60))),
        ("alg none", key.sign_with(&with(&unknown, "alg", "none"), &claims())),
        ("an extension", key.sign_with(&with(&unknown, "crit", json!(["exp"])), &claims())),
        ("another issuer", key.sign_with(&unknown, &with(&claims(), "iss", "https://c.example/"))),
        ("the store's own name", key.sign_with(&unknown, &with(&claims(), "iss", "userstore"))),
        ("an address of keys", {
            let address = format!("http://{}/keys", endpoint.address);
            key.sign_with(&with(&unknown, "jku", address), &with(&claims(), "iss", "userstore"))
        }),
        ("a wrong signature", Signer::ed().named(&key.kid).sign(&claims())),
    ] {
        is_refused_after(what, &shows(&server, &token));
        assert_eq!(endpoint.hits(), before, "{what}");
    }
}

#[test]
fn a_key_that_the_issuer_has_made_since_is_found_and_one_that_it_dropped_is_not() {
    let (old, new) = (Signer::ed(), Signer::es());
    let endpoint = Endpoint::of(&[&old]);
    let server = endpoint.server();
    let before = token(&server, &old);
    reads(&before);
    endpoint.becomes(key_set(&[&new]));
    reads(&token(&server, &new));
    refused_token(&token(&server, &old).get("/members"));
    // What was verified before is remembered for a minute at most.
    server.advance(Duration::from_mins(1));
    is_refused_after("a minute", &before);
    reads(&token(&server, &new));
}

#[test]
fn an_endpoint_that_is_down_leaves_the_last_good_keys_for_a_day() {
    let key = Signer::ed();
    let endpoint = Endpoint::of(&[&key]);
    let server = endpoint.server();
    reads(&token(&server, &key));
    let answers = |status: &str, body: &str| {
        Does::Says(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    };
    for does in [
        answers("503 Service Unavailable", ""),
        answers("200 OK", "{\"keys\": []}"),
        answers("200 OK", "no JSON"),
        Does::Says("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{".to_owned()),
        Does::Says(String::new()),
    ] {
        endpoint.becomes(does);
        server.advance(Duration::from_hours(4));
        let before = endpoint.hits();
        storm(&server, &key, 4);
        assert!(endpoint.hits() > before, "it was asked");
        reads(&token(&server, &key));
    }
    server.advance(Duration::from_millis(4 * 3_600_000 - 1));
    reads(&token(&server, &key));
    server.advance(Duration::from_millis(1));
    is_refused_after("24 hours", &token(&server, &key));
    server.advance(Duration::from_mins(1));
    endpoint.becomes(key_set(&[&key]));
    reads(&token(&server, &key));
}

#[test]
fn a_redirect_is_not_followed() {
    let key = Signer::ed();
    let elsewhere = Endpoint::of(&[&key]);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("http://{}/keys", elsewhere.address);
        let says = format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let endpoint = Endpoint::new(Does::Says(says));
        let server = endpoint.server();
        is_refused_after(status, &token(&server, &key));
        assert_eq!(elsewhere.hits(), 0, "{status}");
    }
}

#[test]
fn an_endpoint_that_never_answers_holds_up_nobody_else() {
    let key = Signer::ed();
    let endpoint = Endpoint::new(Does::Nothing);
    let server = endpoint.server();
    let rita = server.account("rita", Role::Reader, "{}");
    let access = rita.logged_in();
    let waited = std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let start = Instant::now();
                    refused_token(&token(&server, &key).get("/members"));
                    start.elapsed()
                })
            })
            .collect();
        let mut answered = 0_u32;
        while !waiting.iter().any(std::thread::ScopedJoinHandle::is_finished) {
            let start = Instant::now();
            let _home = server.get("/").is(200);
            reads(&access);
            let _keys = server.get("/.well-known/jwks.json").is(200);
            assert!(start.elapsed() < Duration::from_secs(2), "the others wait: {:?}", start.elapsed());
            answered += 1;
        }
        assert!(answered >= 10, "{answered} others were answered");
        waiting.into_iter().map(|thread| thread.join().unwrap()).max().unwrap()
    });
    assert!(waited < Duration::from_secs(15), "a fetch ends after 5 s: {waited:?}");
    assert!(endpoint.hits() <= 3, "{} fetches", endpoint.hits());
    reads(&rita.logged_in());
}
