//! A problem as an answer.

use std::borrow::Cow;
use std::error::Error as _;
use std::io::Cursor;

use rocket::Request;
use rocket::http::Header;
use rocket::response::{self, Responder, Response};
use serde::Serialize;
use userstore_core::Error;
use utoipa::ToSchema;

use super::{Details, Fault, Problem, STOPPING, TokenFault, kind};
use crate::{edge, request_id};

/// What went wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body<'p> {
    /// Where the code is explained.
    #[schema(format = "uri-reference")]
    r#type: String,
    /// What the code stands for, in a few words.
    title: &'static str,
    /// The status code of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What went wrong this time, and what to do about it. It never repeats the input.
    detail: &'p str,
    /// Stable: what a program should look at.
    code: &'static str,
    /// Names the request in the log of the server: what X-Request-Id says.
    request_id: &'p str,
    /// Everything that is wrong with the input, with `validation_failed`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false, min_items = 1)]
    errors: &'p [Fault],
    /// The parts that do not work, where it was asked whether the server is ready.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false, value_type = Vec<String>, min_items = 1)]
    failing: &'p [&'static str],
}

impl<'r> Responder<'r, 'static> for Problem {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let id = request_id::of(request);
        self.0.log(id);
        let mut answer = self.0.answer(id);
        // Rocket asks no fairing about a request that it could not read.
        edge::complete(request, &mut answer);
        Ok(answer)
    }
}

impl Problem {
    /// The body of the answer.
    pub(crate) fn to_json(&self, request_id: &str) -> Vec<u8> {
        self.0.to_json(request_id)
    }
}

impl Details {
    fn to_json(&self, request_id: &str) -> Vec<u8> {
        let body = Body {
            r#type: super::address(self.kind.code),
            title: self.kind.title,
            status: self.kind.status.code,
            detail: &self.detail,
            code: self.kind.code,
            request_id,
            errors: &self.faults,
            failing: &self.failing,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }

    fn answer(&self, request_id: &str) -> Response<'static> {
        let body = self.to_json(request_id);
        let mut answer = Response::build();
        answer
            .status(self.kind.status)
            .header(Header::new("content-type", "application/problem+json"))
            .header(Header::new("cache-control", "no-store"));
        if self.kind.status.code == 401 || self.token.is_some() {
            answer.header(Header::new("www-authenticate", self.challenge()));
        }
        if matches!(self.kind.status.code, 429 | 503) {
            let seconds = self.retry_after.unwrap_or(kind::RETRY_AFTER);
            answer.header(Header::new("retry-after", seconds.to_string()));
            if let Some(limit) = &self.limit {
                // draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4.
                let (name, quota, window) = (limit.name, limit.quota, limit.window.as_secs());
                answer.header(Header::new("ratelimit-policy", format!(r#""{name}";q={quota};w={window}"#)));
                answer.header(Header::new("ratelimit", format!(r#""{name}";r=0;t={seconds}"#)));
            }
        }
        if let Some(methods) = &self.allow {
            answer.header(Header::new("allow", methods.clone()));
        }
        answer.sized_body(body.len(), Cursor::new(body)).finalize()
    }

    /// RFC 6750, section 3.
    fn challenge(&self) -> Cow<'static, str> {
        match self.token {
            None => r#"Bearer realm="userstore""#.into(),
            Some(TokenFault::Invalid) => r#"Bearer realm="userstore", error="invalid_token""#.into(),
            Some(TokenFault::Scope(None)) => r#"Bearer realm="userstore", error="insufficient_scope""#.into(),
            Some(TokenFault::Scope(Some(scope))) => {
                format!(r#"Bearer realm="userstore", error="insufficient_scope", scope="{scope}""#).into()
            }
        }
    }

    /// What is the server's fault is for its operator to know. That it is busy is no fault, and that it stops was asked for.
    fn log(&self, request_id: &str) {
        let status = self.kind.status.code;
        if let Some(Error::Busy { .. }) = self.cause {
            tracing::warn!(request_id, status, "{}", self.detail);
        } else if self.is_stop() {
            tracing::debug!(request_id, status, "{}", self.detail);
        } else if status >= 500 {
            tracing::error!(request_id, status, cause = self.cause.as_ref().and_then(beneath), "{}", self.detail);
        }
    }

    /// Whether nothing else is wrong than that the server stops.
    fn is_stop(&self) -> bool {
        self.failing == [STOPPING]
    }
}

/// What lies beneath an error, and what beneath that, as far as it has not been said by the one above.
fn beneath(error: &Error) -> Option<String> {
    let mut next = error.source()?;
    let mut text = next.to_string();
    while let Some(cause) = next.source() {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_fails_while_the_server_stops_is_a_fault() {
        let is_stop = |failing: &[&'static str]| Problem::not_ready(failing.to_vec()).0.is_stop();
        assert!(is_stop(&["server"]));
        assert!(!is_stop(&["database", "server"]) && !is_stop(&["database"]));
        let source = "the file is locked".into();
        assert!(!Problem::from(Error::Unavailable { part: "database", source }).0.is_stop());
    }
}
