//! What the log tells of a request: one line of the access log, and its names with whatever else happens meanwhile.

use serde_json::Value;
use tests::{Persona, ServerProcess};

use crate::canary::process::Server;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// A server that logs JSON at this level.
fn server(folder: &tempfile::TempDir, level: &str) -> ServerProcess {
    let settings = [("USERSTORE_LOG_FORMAT", "json"), ("USERSTORE_LOG_LEVEL", level)];
    ServerProcess::with(&folder.path().join("users.db"), settings)
}

/// Every line that the server has written, once it is stopped.
fn lines(server: ServerProcess) -> Vec<Value> {
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The line of the access log for the request of this id.
#[track_caller]
fn of<'l>(lines: &'l [Value], request_id: &str) -> &'l Value {
    let is = |line: &&Value| line["target"] == "userstore_server::access" && line["request_id"] == request_id;
    let found: Vec<_> = lines.iter().filter(is).collect();
    assert_eq!(found.len(), 1, "{request_id}: {lines:#?}");
    found[0]
}

/// The id of a trace: 32 digits, the letters small, not all of them 0.
#[track_caller]
fn trace(line: &Value) -> &str {
    let id = line["trace_id"].as_str().unwrap_or_else(|| panic!("{line}"));
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{line}");
    assert!(id.bytes().any(|b| b != b'0'), "{line}");
    id
}

#[test]
fn a_request_has_one_line_with_its_route_and_its_trace() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder, "info");
    let client = server.client();
    let alice = Persona::named(client, "alice");
    alice.sign_up().is(201);
    let alice = alice.signed_in();
    let ask = |method: &str, target: &str, id: &str| alice.request(method, target).header("X-Request-Id", id);
    ask("GET", "/user/alice?canary=1", "own").header("traceparent", PARENT).send().is(200);
    ask("HEAD", "/user/alice", "head").send().is(200);
    ask("GET", "/canary/canary", "nowhere").send().refused(404, "not_found");
    let bad = "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01";
    ask("GET", "/", "bad").header("traceparent", bad).send().is(200);
    ask("GET", "/", "two").header("traceparent", PARENT).header("traceparent", PARENT).send().is(200);
    ask("GET", "/", "future").header("traceparent", &PARENT.replacen("00", "01", 1)).send().is(200);
    let made = alice.get("/").is(200).header("X-Request-Id").unwrap().to_owned();

    let lines = lines(server);
    let line = of(&lines, "own");
    for (field, value) in [("method", "GET"), ("route", "/user/<username>"), ("ip", "127.0.0.1")] {
        assert_eq!(line[field], value, "{line}");
    }
    assert_eq!(line["status"], 200, "{line}");
    assert_eq!(trace(line), TRACE);
    assert!(line["duration_us"].is_u64() && line["user"].is_string() && line.get("span").is_none(), "{line}");
    assert_eq!(of(&lines, "head")["method"], "HEAD");
    assert_eq!(of(&lines, "nowhere")["route"], "-");
    let mut traces: Vec<&str> =
        ["own", "head", "nowhere", "bad", "two", "future", &made].iter().map(|id| trace(of(&lines, id))).collect();
    let all = traces.len();
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), all, "each has a trace of its own");
    let text = serde_json::to_string(&lines).unwrap();
    for secret in ["canary", alice.token(), alice.password()] {
        assert!(!text.contains(secret), "{text}");
    }
}

/// What is said while a request is worked on says whose work it is.
#[test]
fn what_happens_meanwhile_is_told_with_the_names_of_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder, "debug");
    let request = server.client().request("GET", "/members").token(Some("a.b.c"));
    let request = request.header("X-Request-Id", "the-one").header("traceparent", PARENT);
    request.send().refused(401, "unauthenticated");
    let lines = lines(server);
    let line = lines.iter().find(|line| line["message"] == "an access token was refused").unwrap();
    let span = &line["span"];
    assert_eq!((&span["name"], &span["request_id"]), (&"request".into(), &"the-one".into()), "{line}");
    assert_eq!((&span["trace_id"], &span["method"]), (&TRACE.into(), &"GET".into()), "{line}");
    // What happens without a request belongs to none.
    assert!(lines.iter().any(|line| line.get("span").is_none()));
}

#[test]
fn a_higher_level_has_neither() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("USERSTORE_LOG_FORMAT", "json"), ("USERSTORE_LOG_LEVEL", "warn")];
    let server = Server::start(folder.path(), &folder.path().join("users.db"), &settings);
    for parent in [PARENT, "nonsense"] {
        server.client().request("GET", "/").header("traceparent", parent).send().is(200);
    }
    // That its passwords go in clear text is no news on the loopback.
    assert_eq!(server.stop(), "");
}
