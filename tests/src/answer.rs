//! An answer, and what is promised of every one.

use std::fmt;

use serde_json::Value;

use crate::contract;
use crate::shape::{is_visible_ascii, redact};

/// An answer of the server.
#[derive(Clone)]
pub struct Answer {
    request: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// Reads an answer, strictly, from all that the server sent.
    #[track_caller]
    #[must_use]
    pub fn read(method: &str, target: &str, bytes: &[u8]) -> Self {
        let shown = || format!("{method} {target}: {}", String::from_utf8_lossy(bytes));
        let end =
            bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("no head: {}", shown()));
        let head = std::str::from_utf8(&bytes[..end]).expect("a head of an answer should be text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")).and_then(|line| line.get(..3));
        let status = status.and_then(|code| code.parse().ok()).unwrap_or_else(|| panic!("no status: {}", shown()));
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap_or_else(|| panic!("no header {line:?}: {}", shown())))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let mut answer = Self { request: format!("{method} {target}"), status, headers, body: Vec::new() };
        let sent = &bytes[end + 4..];
        answer.body = if method == "HEAD" || status == 204 || status == 304 {
            sent.to_vec()
        } else if answer.header("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
            unchunked(sent).unwrap_or_else(|| panic!("bad chunks: {}", shown()))
        } else {
            let length = answer.header("Content-Length").and_then(|length| length.parse().ok());
            assert_eq!(length, Some(sent.len()), "Content-Length should be that of the body: {}", shown());
            sent.to_vec()
        };
        answer
    }

    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The header of this name, which may be there once.
    #[track_caller]
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        let first = found.next();
        assert!(found.next().is_none(), "{name} is there twice: {self:?}");
        first.map(|(_, value)| value.as_str())
    }

    /// Every header but those that differ from one moment to the next, in the order of their names.
    #[must_use]
    pub fn lasting_headers(&self) -> Vec<(String, String)> {
        let lasting = |(name, _): &&(String, String)| !["date", "x-request-id"].contains(&name.to_lowercase().as_str());
        let mut headers: Vec<_> =
            self.headers.iter().filter(lasting).map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        headers.sort();
        headers
    }

    /// The bytes of the body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    #[track_caller]
    #[must_use]
    pub fn body(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body should be UTF-8")
    }

    /// The body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("no JSON, {error}: {self:?}"))
    }

    /// The text at this pointer into the body.
    #[track_caller]
    #[must_use]
    pub fn str_at(&self, pointer: &str) -> String {
        let json = self.json();
        let text = json.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text at {pointer}: {self:?}")).to_owned()
    }

    /// The `ETag`, which has to be a strong one (RFC 9110, section 8.8.3).
    #[track_caller]
    #[must_use]
    pub fn etag(&self) -> String {
        let tag = self.header("ETag").unwrap_or_else(|| panic!("no ETag: {self:?}"));
        let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        assert!(
            inner.is_some_and(|inner| is_visible_ascii(inner) && !inner.contains('"')),
            "not a strong tag: {self:?}"
        );
        tag.to_owned()
    }

    /// Asserts the status.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "an assertion, to be chained or not"
    )]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Asserts a refusal: its status and its code.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "an assertion, to be chained or not"
    )]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.str_at("/code").as_str()), (status, code), "{self:?}");
        self
    }

    /// Asserts a refusal of input, for what is at these pointers, or of these parameters, and nothing else.
    #[track_caller]
    #[expect(
        clippy::must_use_candidate,
        clippy::return_self_not_must_use,
        reason = "an assertion, to be chained or not"
    )]
    pub fn invalid(self, places: &[&str]) -> Self {
        let answer = self.refused(422, "validation_failed");
        assert_eq!(answer.places(), places, "{answer:?}");
        answer
    }

    /// What a validation problem is about: pointers and parameters, in order.
    #[track_caller]
    #[must_use]
    pub fn places(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().unwrap_or_else(|| panic!("no errors: {self:?}"));
        let place =
            |error: &Value| error.get("pointer").or(error.get("parameter")).and_then(Value::as_str).map(str::to_owned);
        let mut places: Vec<String> = errors.iter().filter_map(place).collect();
        places.sort();
        places
    }

    /// Status and body for a snapshot, the values that differ from run to run replaced, once their shape is asserted.
    #[track_caller]
    #[must_use]
    pub fn shown(&self) -> String {
        if self.body.is_empty() {
            return self.status.to_string();
        }
        let mut json = self.json();
        redact(&mut json);
        format!("{} {}", self.status, serde_json::to_string_pretty(&json).unwrap())
    }

    /// Asserts what is promised of every answer.
    #[track_caller]
    pub fn check(&self) {
        self.check_security();
        assert_eq!(self.header("Server"), None, "{self:?}");
        assert!(self.header("X-Request-Id").is_some_and(is_visible_ascii), "{self:?}");
        let cors = self.headers.iter().any(|(name, _)| name.to_lowercase().starts_with("access-control-"));
        assert!(!cors, "{self:?}");
        let empty = self.request.starts_with("HEAD ") || self.status == 204 || self.status == 304;
        if empty {
            assert!(self.body.is_empty(), "a body where none may be: {self:?}");
        }
        let (method, target) = self.request.split_once(' ').unwrap_or_default();
        contract::check(method, target, self);
        if self.status >= 400 {
            self.check_refusal();
            if !empty {
                self.check_problem();
            }
        } else if !empty && !self.is_page() {
            assert_eq!(self.header("Content-Type"), Some("application/json"), "{self:?}");
            let text = self.body();
            let tells = ["\"username\"", "\"token\"", "\"member_id\""].iter().any(|word| text.contains(word));
            if tells && self.request != "GET /openapi.json" {
                assert_eq!(self.header("Cache-Control"), Some("no-store"), "{self:?}");
            }
        }
    }

    /// What keeps browsers from doing with an answer what it is not for.
    #[track_caller]
    pub fn check_security(&self) {
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("X-Frame-Options", "DENY"),
        ] {
            assert_eq!(self.header(name), Some(value), "{self:?}");
        }
        let policy = self.header("Content-Security-Policy").unwrap_or_default();
        let rules: Vec<&str> = policy.split(';').map(str::trim).collect();
        assert!(rules.contains(&"default-src 'none'") && rules.contains(&"frame-ancestors 'none'"), "{self:?}");
    }

    /// Whether it is a page, or belongs to one, or the metrics: those alone are no JSON. A browser runs nothing in them from elsewhere.
    #[track_caller]
    fn is_page(&self) -> bool {
        let kind = self.header("Content-Type").unwrap_or_default();
        if self.request == "GET /metrics" {
            assert!(kind.starts_with("text/plain; version=0.0.4"), "{self:?}");
            return true;
        }
        let target = self.request.split(['?', '#']).next().unwrap_or_default();
        let is_page =
            ["GET /docs", "GET /problems/"].iter().any(|start| target.starts_with(start)) && !kind.contains("json");
        if is_page {
            let policy = self.header("Content-Security-Policy").unwrap_or_default();
            assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{self:?}");
        }
        is_page
    }

    #[track_caller]
    fn check_refusal(&self) {
        assert_eq!(self.header("Content-Type"), Some("application/problem+json"), "{self:?}");
        let challenge = self.header("WWW-Authenticate");
        match self.status {
            401 => assert!(challenge.is_some_and(|it| it.starts_with("Bearer realm=\"userstore\"")), "{self:?}"),
            403 => assert!(challenge.is_none_or(|it| it.contains("error=\"insufficient_scope\"")), "{self:?}"),
            _ => assert_eq!(challenge, None, "{self:?}"),
        }
        assert_eq!(self.status == 405, self.header("Allow").is_some(), "{self:?}");
        let seconds = self.header("Retry-After").map(|seconds| seconds.parse::<u32>().expect("seconds"));
        match self.status {
            429 | 503 => assert!(seconds.is_some_and(|seconds| seconds >= 1), "{self:?}"),
            _ => assert_eq!(seconds, None, "{self:?}"),
        }
    }

    /// RFC 9457, section 3, and the members that are added to it.
    #[track_caller]
    fn check_problem(&self) {
        let json = self.json();
        let mut members: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        members.sort_unstable();
        let code = json["code"].as_str().unwrap_or_default();
        let mut wanted = vec!["code", "detail", "request_id", "status", "title", "type"];
        if code == "validation_failed" {
            wanted.insert(2, "errors");
            let errors = json["errors"].as_array().expect("a list of errors");
            assert!(!errors.is_empty(), "{self:?}");
            for error in errors {
                let error = error.as_object().expect("an object");
                let place = error.get("pointer").or(error.get("parameter")).and_then(Value::as_str);
                assert!(place.is_some() && error.len() == 2, "{self:?}");
                assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{self:?}");
            }
        }
        if code == "unavailable" && json.get("failing").is_some() {
            wanted.insert(2, "failing");
        }
        assert_eq!(members, wanted, "{self:?}");
        assert_eq!(json["type"], format!("/problems/{code}"), "{self:?}");
        assert_eq!(json["status"], self.status, "{self:?}");
        assert!(json["title"].as_str().is_some_and(|title| !title.is_empty()), "{self:?}");
        assert!(json["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{self:?}");
        assert_eq!(json["request_id"].as_str(), self.header("X-Request-Id"), "{self:?}");
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}", self.request, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "{}", String::from_utf8_lossy(&self.body))
    }
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        let chunk = rest.get(line + 2..line + 2 + size)?;
        body.extend_from_slice(chunk);
        rest = rest[line + 2 + size..].strip_prefix(b"\r\n")?;
        if size == 0 {
            return rest.is_empty().then_some(body);
        }
    }
}
