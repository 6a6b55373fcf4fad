//! In the place of what sends traces to an OpenTelemetry collector, where the feature `otlp` is off.

use rocket::Request;
use tracing::Span;

use crate::log::BoxedLayer;
use crate::trace::TraceId;

/// No way to a collector.
pub(crate) struct Export;

#[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as where the feature is on")]
impl Export {
    pub(crate) fn from_environment() -> Result<Self, String> {
        Ok(Self)
    }

    pub(crate) fn layers(&self) -> Vec<BoxedLayer> {
        Vec::new()
    }

    /// Says in the log that traces are not sent, where somebody may wait for them.
    pub(crate) fn tell(&self) {
        let asked = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
        if asked.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
            tracing::warn!("no traces are sent: this program was built without the feature `otlp`");
        }
    }

    pub(crate) fn finish(&self) {}
}

pub(crate) fn join(_span: &Span, _request: &Request<'_>) -> Option<TraceId> {
    None
}

pub(crate) fn complete(_span: &Span, _name: String, _has_failed: bool) {}
