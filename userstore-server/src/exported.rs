//! The span of a request as OpenTelemetry's semantic conventions for HTTP servers have it: for those who collect traces,
//! while [`span`](crate::span) is for those who read the log.

use rocket::http::Method;
use rocket::{Request, Response};
use tracing::field::Empty;
use tracing::{Level, Span};

use crate::begun::Begun;
use crate::trace::TraceId;
use crate::{client, otlp, request_id, traffic};

pub(crate) const TARGET: &str = "userstore_server::exported";

/// What stands for a method that no route knows.
const UNKNOWN: &str = "_OTHER";

/// The span of a request that begins, and the trace that it is in. There is neither where nobody collects traces.
pub(crate) fn of(request: &Request<'_>) -> (Span, Option<TraceId>) {
    if !tracing::span_enabled!(target: TARGET, Level::INFO) {
        return (Span::none(), None);
    }
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.kind = "server",
        http.request.method = method(request.method()),
        http.route = Empty,
        http.response.status_code = Empty,
        error.r#type = Empty,
        client.address = client::address(request).map(tracing::field::display),
        request_id = request_id::of(request),
    );
    let trace = otlp::join(&span, request);
    (span, trace)
}

fn method(method: Method) -> &'static str {
    match traffic::name(method) {
        traffic::OTHER => UNKNOWN,
        name => name,
    }
}

/// Tells the span of the request under way how it was answered.
pub(crate) fn answered(request: &Request<'_>, response: &Response<'_>) {
    let span = Begun::exported();
    if span.is_disabled() {
        return;
    }
    let status = response.status().code;
    let mut name = match method(Begun::of(request).method) {
        UNKNOWN => "HTTP".to_owned(),
        name => name.to_owned(),
    };
    if let Some(route) = request.route() {
        name = format!("{name} {}", route.uri);
        span.record("http.route", route.uri.as_str());
    }
    span.record("http.response.status_code", i64::from(status));
    if status >= 500 {
        span.record("error.type", status.to_string());
    }
    otlp::complete(&span, name, status >= 500);
}
