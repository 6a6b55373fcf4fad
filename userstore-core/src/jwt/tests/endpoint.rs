//! A key endpoint that misbehaves, and what becomes of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::forge::{KEYS, NOW, NOW_SECONDS, header, key_set, sign};
use crate::jwt::TokenError::{KeysUnavailable, UnknownKey};
use crate::jwt::key::SigningKey;
use crate::jwt::{Claims, IssuerSettings, Issuers, TokenError};

/// What the endpoint does with a request.
#[derive(Clone)]
pub(super) enum Answer {
    /// Says this, and closes.
    Bytes(Vec<u8>),
    /// Says this, then this again and again, with a pause before each.
    Again(Vec<u8>, Vec<u8>, Duration),
    /// Says nothing, and keeps the connection.
    Silence,
}

/// A server of one address, which counts its requests.
pub(super) struct Endpoint {
    pub(super) url: String,
    hits: Arc<AtomicUsize>,
    answer: Arc<Mutex<Answer>>,
    task: JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Endpoint {
    pub(super) async fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let (hits, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(answer)));
        let (count, answers) = (Arc::clone(&hits), Arc::clone(&answer));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let answer = answers.lock().unwrap().clone();
                tokio::spawn(serve(stream, answer));
            }
        });
        Self { url, hits, answer, task }
    }

    pub(super) fn answer_with(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(super) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    /// An issuer whose keys are here.
    pub(super) fn issuers(&self) -> Issuers {
        let settings = IssuerSettings::new("https://a.example", "members");
        Issuers::new(vec![IssuerSettings { jwks_url: Some(self.url.clone()), ..settings }]).unwrap()
    }
}

async fn serve(mut stream: TcpStream, answer: Answer) {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await;
    match answer {
        Answer::Bytes(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Answer::Again(first, again, pause) => {
            let mut part = first;
            while stream.write_all(&part).await.is_ok() {
                tokio::time::sleep(pause).await;
                part.clone_from(&again);
            }
        }
        Answer::Silence => while stream.read(&mut request).await.is_ok_and(|read| read > 0) {},
    }
}

pub(super) fn answer(status: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Bytes(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes())
}

/// An answer with the public parts of these keys.
pub(super) fn keys(keys: &[&SigningKey]) -> Answer {
    answer("200 OK", "Content-Type: application/json\r\n", &key_set(keys))
}

/// A good token of the issuer, signed by this key.
pub(super) fn token(key: &SigningKey) -> String {
    let claims = json!({"iss": "https://a.example", "sub": "carol", "aud": "members", "exp": NOW_SECONDS + 4 * 3600});
    sign(&header(key), &claims, key)
}

async fn verify_at(answer: Answer) -> (Result<Claims, TokenError>, Endpoint) {
    let endpoint = Endpoint::new(answer).await;
    let verified = endpoint.issuers().verify(&token(&KEYS.ed), NOW).await;
    (verified, endpoint)
}

#[tokio::test]
async fn keys_are_fetched_when_a_token_needs_them() {
    let (verified, endpoint) = verify_at(keys(&[&KEYS.ed])).await;
    assert!(verified.is_ok(), "{verified:?}");
    assert_eq!(endpoint.hits(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_good_key_set_leaves_the_issuer_without_keys() {
    let good = key_set(&[&KEYS.ed]);
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len()).into_bytes();
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let space = " ".repeat(16 * 1024);
    let large = [chunked.as_bytes(), &chunk(&good), &chunk(&space).repeat(17), b"0\r\n\r\n"].concat();
    for (name, answer) in [
        ("a server's error", answer("500 Internal Server Error", "", &good)),
        ("not found", answer("404 Not Found", "", &good)),
        ("created", answer("201 Created", "", &good)),
        ("an empty set", answer("200 OK", "", r#"{"keys":[]}"#)),
        ("no key that can be used", answer("200 OK", "", r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#)),
        ("a page", answer("200 OK", "Content-Type: text/html\r\n", "<html>Sign in</html>")),
        ("nothing", answer("200 OK", "", "")),
        ("a body that says it is large", answer("200 OK", "", &format!("{good}{}", " ".repeat(256 * 1024)))),
        ("chunks that are large together", Answer::Bytes(large)),
        ("a body that ends early", Answer::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{".to_vec())),
        ("compressed", answer("200 OK", "Content-Encoding: gzip\r\n", "\u{1f}\u{8b}")),
        ("no HTTP", Answer::Bytes(b"SSH-2.0-OpenSSH\r\n".to_vec())),
        ("a hang-up", Answer::Bytes(Vec::new())),
    ] {
        let (verified, endpoint) = verify_at(answer).await;
        assert_eq!((verified, endpoint.hits()), (Err(KeysUnavailable), 1), "{name}");
    }
}

#[tokio::test]
async fn an_endless_body_is_read_no_further_than_a_key_set_may_be_long() {
    let first = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let started = std::time::Instant::now();
    let (verified, _endpoint) = verify_at(Answer::Again(first, vec![b' '; 8192], Duration::ZERO)).await;
    assert_eq!(verified, Err(KeysUnavailable));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}: it was ended by the clock", started.elapsed());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Endpoint::new(keys(&[&KEYS.ed])).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: {}\r\n", target.url);
        let (verified, endpoint) = verify_at(answer(status, &location, "")).await;
        assert_eq!((verified, endpoint.hits(), target.hits()), (Err(KeysUnavailable), 1, 0), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_has_5_seconds_in_all() {
    let first = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec();
    for slow in [Answer::Silence, Answer::Again(first, b" ".to_vec(), Duration::from_secs(1))] {
        let started = tokio::time::Instant::now();
        let (verified, _endpoint) = verify_at(slow).await;
        assert_eq!(verified, Err(KeysUnavailable));
        assert!((5..7).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_leaves_the_issuer_without_keys() {
    let endpoint = Endpoint::new(Answer::Silence).await;
    let issuers = endpoint.issuers();
    endpoint.task.abort();
    // The port is closed once the task has ended.
    while !endpoint.task.is_finished() {
        tokio::task::yield_now().await;
    }
    assert_eq!(issuers.verify(&token(&KEYS.ed), NOW).await, Err(KeysUnavailable));
}

#[tokio::test]
async fn a_file_is_read_if_it_is_a_regular_one_and_not_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let settings = IssuerSettings::new("https://a.example", "members");
    let settings = IssuerSettings { jwks_file: Some(path.clone()), ..settings };
    let verify = async || Issuers::new(vec![settings.clone()]).unwrap().verify(&token(&KEYS.ed), NOW).await;
    assert_eq!(verify().await, Err(KeysUnavailable), "no file");
    std::fs::create_dir(&path).unwrap();
    assert_eq!(verify().await, Err(KeysUnavailable), "a folder");
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, key_set(&[&KEYS.ed]) + &" ".repeat(256 * 1024)).unwrap();
    assert_eq!(verify().await, Err(KeysUnavailable), "too long");
    std::fs::write(&path, key_set(&[&KEYS.es])).unwrap();
    assert_eq!(verify().await, Err(UnknownKey));
    std::fs::write(&path, key_set(&[&KEYS.ed])).unwrap();
    assert!(verify().await.is_ok());
    #[cfg(unix)]
    {
        let settings = IssuerSettings { jwks_file: Some("/dev/zero".into()), ..settings.clone() };
        let verified = Issuers::new(vec![settings]).unwrap().verify(&token(&KEYS.ed), NOW).await;
        assert_eq!(verified, Err(KeysUnavailable), "a device");
    }
}
