//! What a collector of OpenTelemetry's is sent: by OTLP over HTTP, from the program as it is run.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use assert_cmd::Command;
use serde_json::Value;
use tests::{Persona, ServerProcess, program};

use crate::canary::process::Server;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// What was posted: the content type, and the body.
type Posted = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Takes whatever is posted to `/v1/traces`.
struct Collector {
    address: SocketAddr,
    posted: Posted,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, posted) = (listener.local_addr().unwrap(), Posted::default());
        let into = Arc::clone(&posted);
        thread::spawn(move || listener.incoming().for_each(|stream| take(stream.unwrap(), &into)));
        Self { address, posted }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans that have come as JSON, each with what is said of the program.
    fn spans(&self) -> Vec<(Value, Value)> {
        let mut spans = Vec::new();
        for (kind, body) in self.posted.lock().unwrap().iter() {
            assert_eq!(kind, "application/json");
            let body: Value = serde_json::from_slice(body).unwrap();
            for program in list(&body["resourceSpans"]) {
                for scope in list(&program["scopeSpans"]) {
                    spans.extend(list(&scope["spans"]).iter().map(|span| (program["resource"].clone(), span.clone())));
                }
            }
        }
        spans
    }
}

/// Takes a request.
fn take(mut stream: TcpStream, into: &Posted) {
    into.lock().unwrap().push(read(&stream));
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").unwrap();
}

/// The content type and the body of a request.
fn read(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    while let line = line(&mut reader)
        && !line.is_empty()
    {
        lines.push(line.to_ascii_lowercase());
    }
    let header = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert!(lines[0].starts_with("post /v1/traces "), "{lines:?}");
    let mut body = vec![0; header("content-length:").parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    (header("content-type:"), body)
}

fn line(reader: &mut impl std::io::BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value}"))
}

/// One of the attributes of a span or a program, as text.
fn attribute(of: &Value, name: &str) -> Option<String> {
    let value = &list(&of["attributes"]).iter().find(|attribute| attribute["key"] == name)?["value"];
    let text = |kind: &str| value.get(kind).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
    Some(text("stringValue").or_else(|| text("intValue")).unwrap_or_else(|| panic!("{value}")))
}

fn server(folder: &tempfile::TempDir, settings: &[(&str, &str)]) -> ServerProcess {
    ServerProcess::with(&folder.path().join("users.db"), settings.iter().copied())
}

#[test]
fn a_collector_is_sent_each_request_with_its_steps_in_the_callers_trace() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start());
    let endpoint = collector.endpoint();
    // Traces are not of the log: its level is none of their business.
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("USERSTORE_LOG_LEVEL", "error"),
    ];
    let server = Server::start(folder.path(), &folder.path().join("users.db"), &settings);
    let alice = Persona::named(server.client(), "alice");
    alice.sign_up().is(201);
    let alice = alice.signed_in();
    let parent = |flags: &str| format!("00-{TRACE}-{SPAN}-{flags}");
    let ask = |id: &str| alice.request("GET", "/user/alice?canary=1").header("X-Request-Id", id);
    ask("kept").header("traceparent", &parent("01")).send().is(200);
    ask("left").header("traceparent", &parent("00").replace("0af7", "1af7")).send().is(200);
    alice.get("/canary").refused(404, "not_found");
    alice.request("BREW", "/user/alice").send().refused(405, "method_not_allowed");
    assert_eq!(server.stop(), "");

    let spans = collector.spans();
    let named = |name: &str| -> Vec<&Value> {
        let named: Vec<_> = spans.iter().map(|(_, span)| span).filter(|span| span["name"] == name).collect();
        assert!(!named.is_empty(), "{name}: {spans:#?}");
        named
    };
    let [read] = named("GET /user/<username>")[..] else { panic!("one is not to be kept: {spans:#?}") };
    assert_eq!((&read["traceId"], &read["parentSpanId"]), (&TRACE.into(), &SPAN.into()), "{read}");
    let says = |name: &str| attribute(read, name).unwrap_or_else(|| panic!("{name}: {read}"));
    assert_eq!(says("http.request.method"), "GET");
    assert_eq!(says("http.route"), "/user/<username>");
    assert_eq!(says("http.response.status_code"), "200");
    assert_eq!(says("client.address"), "127.0.0.1");
    assert_eq!(says("request_id"), "kept");
    assert_eq!(read["kind"], 2, "a server's: {read}");
    assert_eq!(attribute(named("GET")[0], "http.response.status_code").as_deref(), Some("404"));

    assert_eq!(attribute(named("HTTP")[0], "http.request.method").as_deref(), Some("_OTHER"));

    // What a sign-in waits for: who it is, whether it is the password, and that the session is written.
    let sign_in = named("POST /auth")[0];
    let steps = spans.iter().map(|(_, span)| span).filter(|span| span["parentSpanId"] == sign_in["spanId"]);
    let names: Vec<_> = steps.clone().map(|span| span["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["read", "hash", "write"], "{spans:#?}");
    assert!(steps.clone().all(|span| span["traceId"] == sign_in["traceId"]));
    let system = |step: &Value| attribute(step, "db.system.name");
    assert!(steps.filter(|span| span["name"] != "hash").all(|span| system(span).as_deref() == Some("sqlite")));

    for (program, _) in &spans {
        assert_eq!(attribute(program, "service.name").as_deref(), Some("userstore"));
    }
    let text = format!("{spans:?}");
    for secret in ["canary", alice.token(), alice.password()] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn the_log_names_the_trace_that_is_sent() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start());
    let endpoint = format!("{}/v1/traces", collector.endpoint());
    let settings = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*endpoint),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_SERVICE_NAME", "accounts"),
        ("USERSTORE_LOG_FORMAT", "json"),
    ];
    let server = server(&folder, &settings);
    server.client().request("GET", "/").send().is(200);
    let (_, log) = server.stop();
    let line = log.lines().find(|line| line.contains("userstore_server::access")).unwrap_or_else(|| panic!("{log}"));
    let line: Value = serde_json::from_str(line).unwrap();
    let spans = collector.spans();
    let [(program, span)] = &spans[..] else { panic!("{spans:#?}") };
    assert_eq!((&span["name"], &span["traceId"]), (&"GET /".into(), &line["trace_id"]));
    assert_eq!(attribute(program, "service.name").as_deref(), Some("accounts"));
}

/// Binary, unless it is said otherwise; and a collector that is not there is no reason not to serve.
#[test]
fn spans_go_as_protobuf_and_a_collector_that_is_away_is_in_nobodys_way() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start());
    let there = collector.endpoint();
    let running = server(&folder, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &there)]);
    running.client().request("GET", "/healthz").send().is(200);
    assert_eq!(running.stop().0.code(), Some(0));
    let posted = collector.posted.lock().unwrap();
    let [(kind, body)] = &posted[..] else { panic!("{posted:?}") };
    assert_eq!(kind, "application/x-protobuf");
    assert!(body.windows(12).any(|bytes| bytes == b"GET /healthz"));

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = format!("http://{nobody}");
    let running = server(&folder, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &away)]);
    running.client().request("GET", "/healthz").send().is(200);
    let (status, log) = running.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("WARN") || log.contains("ERROR"), "{log}");
}

/// The key to a collector is for no other machine.
#[test]
fn nothing_is_sent_on_to_where_a_collector_points() {
    let (folder, other) = (tempfile::tempdir().unwrap(), Collector::start());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (endpoint, elsewhere) = (format!("http://{}", listener.local_addr().unwrap()), other.endpoint());
    let points = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _asked = read(&stream);
        let head = "HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nConnection: close";
        write!(stream, "{head}\r\nLocation: {elsewhere}/v1/traces\r\n\r\n").unwrap();
    });
    let running = server(&folder, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    running.client().request("GET", "/healthz").send().is(200);
    let (_, log) = running.stop();
    points.join().unwrap();
    assert!(other.posted.lock().unwrap().is_empty());
    assert!(log.contains("WARN") || log.contains("ERROR"), "{log}");
}

/// What has failed says so, and what was waiting for it.
#[test]
fn a_step_that_fails_is_an_error() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start());
    let endpoint = collector.endpoint();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let redis = format!("redis://{nobody}");
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("REDIS_URL", &redis),
    ];
    let running = server(&folder, &settings);
    running.client().request("GET", "/readyz").send().is(503);
    let (_, log) = running.stop();
    let spans = collector.spans();
    let of = |name: &str| spans.iter().map(|(_, span)| span).find(|span| span["name"] == name);
    let request = of("GET /readyz").unwrap_or_else(|| panic!("{log}"));
    let step = of("redis").unwrap_or_else(|| panic!("{spans:#?}"));
    assert_eq!((&request["status"]["code"], &step["status"]["code"]), (&2.into(), &2.into()));
    assert_eq!(attribute(request, "error.type").as_deref(), Some("503"));
    assert_eq!(step["parentSpanId"], request["spanId"]);
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for_and_what_is_asked_wrongly_is_named() {
    let (folder, collector) = (tempfile::tempdir().unwrap(), Collector::start());
    let endpoint = collector.endpoint();
    for off in [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")] {
        let running = server(&folder, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), off]);
        running.client().request("GET", "/healthz").send().is(200);
        assert_eq!(running.stop().0.code(), Some(0));
    }
    assert!(collector.posted.lock().unwrap().is_empty());

    // What the library beneath takes for a mistake is told, and goes as if it had not been said.
    for (name, value) in [("OTEL_TRACES_SAMPLER", "nonsense"), ("OTEL_EXPORTER_OTLP_COMPRESSION", "nonsense")] {
        let running = server(&folder, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), (name, value)]);
        let (status, log) = running.stop();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(log.lines().any(|line| line.contains("WARN") && line.contains(name)), "{log}");
    }
    let wrong = [
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "grpc://"),
    ];
    for (name, value) in wrong {
        let mut command = Command::new(program("userstore-server"));
        let command = command.current_dir(folder.path()).env_clear().env("PORT", "0");
        let asked = command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint).env(name, value).assert().code(2);
        let told = String::from_utf8(asked.get_output().stderr.clone()).unwrap();
        assert!(told.contains(name), "{told}");
    }
}
