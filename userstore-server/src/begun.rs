//! A request as it came in, for what is told of it once it is answered.

use std::future::Future;
use std::time::Instant;

use rocket::Request;
use rocket::http::Method;
use tracing::{Instrument as _, Span};

use crate::span;
use crate::trace::TraceId;

tokio::task_local! {
    /// With the span that is exported.
    static BEGUN: (Begun, Span);
}

/// A request as it came in: Rocket makes a GET of a HEAD later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) at: Instant,
    pub(crate) method: Method,
    /// The trace that it belongs to, where anybody is told.
    pub(crate) trace: Option<TraceId>,
}

impl Begun {
    /// This request begins now, in this trace where it has one already.
    pub(crate) fn now(request: &Request<'_>, trace: Option<TraceId>) -> Self {
        let trace = trace.or_else(|| span::is_wanted().then(|| TraceId::of(request)));
        Self { at: Instant::now(), method: request.method(), trace }
    }

    /// The span of the request.
    pub(crate) fn span(self, request: &Request<'_>) -> Span {
        if span::is_wanted() { span::of(request, self.method, self.trace) } else { Span::none() }
    }

    /// Works on the request, within its spans: the one that the log tells of, and the one that is exported. It costs less
    /// to remember it so than in the request itself.
    pub(crate) async fn during<T>(self, span: Span, exported: Span, work: impl Future<Output = T>) -> T {
        BEGUN.scope((self, exported.clone()), work.instrument(span)).instrument(exported).await
    }

    /// The span of the request under way that is exported.
    pub(crate) fn exported() -> Span {
        BEGUN.try_with(|(_, exported)| exported.clone()).unwrap_or_else(|_| Span::none())
    }

    /// Whether it is known that this request began, because it came through the front.
    pub(crate) fn is_known() -> bool {
        BEGUN.try_with(|_| ()).is_ok()
    }

    /// What is known of this request. Where Rocket listens by itself, it begins when this is asked first.
    pub(crate) fn of(request: &Request<'_>) -> Self {
        BEGUN.try_with(|(begun, _)| *begun).unwrap_or_else(|_| *request.local_cache(|| Self::now(request, None)))
    }
}
