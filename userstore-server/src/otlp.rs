//! Traces, sent to an OpenTelemetry collector by OTLP over HTTP, as the variables say that OpenTelemetry's specification
//! names: `OTEL_EXPORTER_OTLP_ENDPOINT` and the others.

use std::env;
use std::time::Duration;

use opentelemetry::trace::{
    SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId as OtelTraceId, TraceState,
    TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use rocket::Request;
use tracing::{Level, Metadata, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::dynamic_filter_fn;

use crate::log::BoxedLayer;
use crate::trace::{Parent, TraceId};
use crate::{access_log, exported};

/// How long the last spans may take to reach the collector when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long the collector may take to answer, and to go on with its answer: the specification's default.
const PATIENCE: Duration = Duration::from_secs(10);

/// The way to the collector, where there is one.
pub(crate) struct Export(Option<SdkTracerProvider>);

impl Export {
    /// What the environment asks for: nothing unless it names an endpoint.
    ///
    /// # Errors
    /// What is wrong with the variables, for whoever has set them.
    pub(crate) fn from_environment() -> Result<Self, String> {
        let said = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let of = |what: &str| {
            let names = ["TRACES_", ""].map(|signal| format!("OTEL_EXPORTER_OTLP_{signal}{what}"));
            names.into_iter().find_map(|name| said(&name).map(|value| (name, value)))
        };
        let is_off = said("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || said("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
        let Some((name, endpoint)) = of("ENDPOINT").filter(|_| !is_off) else { return Ok(Self(None)) };
        if !["http://", "https://"].iter().any(|scheme| endpoint.starts_with(scheme)) {
            return Err(format!("{name} must start with http:// or https://, as http://127.0.0.1:4318 does"));
        }
        if let Some(exporter) = said("OTEL_TRACES_EXPORTER")
            && exporter != "otlp"
        {
            return Err(format!("OTEL_TRACES_EXPORTER is {exporter:?}, but traces go by otlp, or not at all (none)"));
        }
        let protocol = match of("PROTOCOL").as_ref().map(|(name, value)| (name, value.as_str())) {
            None | Some((_, "http/protobuf")) => Protocol::HttpBinary,
            Some((_, "http/json")) => Protocol::HttpJson,
            Some((name, other)) => {
                let advice = "collectors take http/protobuf and http/json at port 4318";
                return Err(format!("{name} is {other:?}, which is not spoken; {advice}"));
            }
        };
        // For an endpoint over TLS. Whoever has chosen another one for this process is not overruled.
        let _chosen = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        // What is wrong may be a header, and so a secret: it is not shown.
        let exporter = SpanExporter::builder().with_http().with_http_client(client()?).with_protocol(protocol).build();
        let exporter = exporter.map_err(|_| format!("{name} is no URL to send traces to"))?;
        let mut resource = Resource::builder();
        let is_named = |attributes: String| {
            let mut names = attributes.split(',').filter_map(|attribute| attribute.split_once('='));
            names.any(|(name, _)| name.trim() == "service.name")
        };
        if said("OTEL_SERVICE_NAME").is_none() && !said("OTEL_RESOURCE_ATTRIBUTES").is_some_and(is_named) {
            resource = resource.with_service_name("userstore");
        }
        let resource = resource.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build();
        let provider = SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
        Ok(Self(Some(provider)))
    }

    /// Takes the spans that are for collectors, and what is logged within them.
    pub(crate) fn layers(&self) -> Vec<BoxedLayer> {
        let of = |provider: &SdkTracerProvider| {
            let layer = tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("userstore"))
                .with_target(false)
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_context_activation(false);
            let wanted =
                dynamic_filter_fn(|about, context| is_for_collectors(about, || context.lookup_current().is_some()));
            layer.with_filter(wanted.with_max_level_hint(Level::DEBUG)).boxed()
        };
        self.0.iter().map(of).collect()
    }

    /// Says in the log that traces are sent.
    pub(crate) fn tell(&self) {
        if self.0.is_some() {
            tracing::info!("traces are sent to an OpenTelemetry collector");
        }
    }

    /// Sends what was not sent yet.
    pub(crate) fn finish(&self) {
        if let Some(Err(error)) = self.0.as_ref().map(|provider| provider.shutdown_with_timeout(LAST_WORDS)) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Goes to the endpoint and nowhere else: another machine is not sent the key to this one.
fn client() -> Result<Client, String> {
    let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build();
    client.map_err(|error| format!("there is no way to send traces by: {error}"))
}

/// Requests, with what is waited for and what is logged within one; what happens without a request is in no trace.
fn is_for_collectors(about: &Metadata<'_>, is_within: impl FnOnce() -> bool) -> bool {
    let target = about.target();
    if about.is_span() {
        return target == exported::TARGET || target == userstore_core::figures::STEPS && is_within();
    }
    let is_wanted = target.starts_with("userstore") && target != access_log::TARGET;
    is_wanted && *about.level() <= Level::INFO && is_within()
}

/// Puts the span of a request into the trace that the request says, or a new one. The trace is known by the same id in the
/// log.
pub(crate) fn join(span: &Span, request: &Request<'_>) -> Option<TraceId> {
    if let Some(Parent { trace, span: parent, flags }) = Parent::of(request) {
        let state: Vec<&str> = request.headers().get("tracestate").collect();
        let state = state.join(",").parse::<TraceState>().unwrap_or_default();
        let ids = (OtelTraceId::from_bytes(trace.0.to_be_bytes()), SpanId::from_bytes(parent.to_be_bytes()));
        let parent = SpanContext::new(ids.0, ids.1, TraceFlags::new(flags) & TraceFlags::SAMPLED, true, state);
        // It fails where nobody collects traces.
        let _joined = span.set_parent(Context::new().with_remote_span_context(parent));
    }
    let context = span.context();
    let trace = context.span().span_context().trace_id();
    (trace != OtelTraceId::INVALID).then(|| TraceId(u128::from_be_bytes(trace.to_bytes())))
}

/// Tells a span that has begun what the request turned out to be, and whether it failed through a fault of this server.
pub(crate) fn complete(span: &Span, name: String, has_failed: bool) {
    let context = span.context();
    context.span().update_name(name);
    if has_failed {
        context.span().set_status(Status::error(""));
    }
}
