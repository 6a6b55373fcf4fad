//! The span of a request: what happens while it is worked on is told with its names.

use rocket::http::Method;
use rocket::{Request, Response};
use tracing::field::Empty;
use tracing::{Level, Span};

use crate::request_id;
use crate::trace::TraceId;
use crate::traffic::{self, NO_ROUTE};

pub(crate) const TARGET: &str = "userstore_server::request";

/// Whether somebody listens to spans. Where nobody does, none is made, and nothing is spent.
pub(crate) fn is_wanted() -> bool {
    tracing::span_enabled!(target: TARGET, Level::INFO)
}

/// The span of a request that begins.
pub(crate) fn of(request: &Request<'_>, method: Method, trace: Option<TraceId>) -> Span {
    tracing::info_span!(
        target: TARGET,
        "request",
        request_id = request_id::of(request),
        trace_id = trace.map(tracing::field::display),
        method = traffic::name(method),
        route = Empty,
        status = Empty,
    )
}

/// Tells the span in which this is called how its request was answered.
pub(crate) fn answered(request: &Request<'_>, response: &Response<'_>) {
    if !is_wanted() {
        return;
    }
    let span = Span::current();
    span.record("route", request.route().map_or(NO_ROUTE, |route| route.uri.as_str()));
    span.record("status", response.status().code);
}
