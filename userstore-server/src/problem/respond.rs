//! A problem as an answer.

use std::borrow::Cow;
use std::error::Error as _;
use std::io::Cursor;

use rocket::Request;
use rocket::http::Header;
use rocket::response::{self, Responder, Response};
use serde::Serialize;
use userstore_core::Error;

use super::{Details, Fault, Problem, TokenFault, kind};
use crate::{edge, request_id};

/// The members of RFC 9457, section 3.1, and ours.
#[derive(Serialize)]
struct Body<'p> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'p str,
    code: &'static str,
    request_id: &'p str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'p [Fault],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
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

impl Details {
    fn answer(&self, request_id: &str) -> Response<'static> {
        let body = Body {
            r#type: format!("/problems/{}", self.kind.code),
            title: self.kind.title,
            status: self.kind.status.code,
            detail: &self.detail,
            code: self.kind.code,
            request_id,
            errors: &self.faults,
            failing: &self.failing,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut answer = Response::build();
        answer
            .status(self.kind.status)
            .header(Header::new("content-type", "application/problem+json"))
            .header(Header::new("cache-control", "no-store"));
        if self.kind.status.code == 401 || self.token.is_some() {
            answer.header(Header::new("www-authenticate", self.challenge()));
        }
        if self.kind.status.code == 503 {
            let seconds = self.retry_after.unwrap_or(kind::RETRY_AFTER);
            answer.header(Header::new("retry-after", seconds.to_string()));
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

    /// What is the server's fault is for its operator to know. That it is busy is no fault.
    fn log(&self, request_id: &str) {
        let status = self.kind.status.code;
        if let Some(Error::Busy { .. }) = self.cause {
            tracing::warn!(request_id, status, "{}", self.detail);
        } else if status >= 500 {
            tracing::error!(request_id, status, cause = self.cause.as_ref().and_then(beneath), "{}", self.detail);
        }
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
