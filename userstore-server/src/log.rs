//! The log: one event a line on standard error, as text for people or JSON for machines.
//!
//! Only our own events, and what the libraries beneath find wrong, are written. Rocket itself stays silent: its warnings
//! show paths and queries, where a client may have put what it should not.

use std::io::{IsTerminal as _, stderr};

use tracing::level_filters::LevelFilter;
use tracing::subscriber::{set_global_default, with_default};
use tracing::{Metadata, Subscriber};
use tracing_log::LogTracer;
use tracing_log::log::LevelFilter as LogLevelFilter;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry, fmt};
use userstore_core::config::{Log, LogFormat, LogLevel};

use crate::{access_log, span};

/// What takes events and spans, of any kind.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Does what has to be done before the log can be started. What is logged meanwhile is seen.
pub(crate) fn beforehand<T>(settings: &Log, work: impl FnOnce() -> T) -> T {
    with_default(Registry::default().with(all_lines(settings)), work)
}

/// Starts the log of this process, unless it has one already. Beside it, `more` takes what it takes.
pub(crate) fn start(settings: &Log, more: Vec<BoxedLayer>) {
    let mut layers = all_lines(settings);
    layers.extend(more);
    if set_global_default(Registry::default().with(layers)).is_ok() {
        // The libraries' chatter is cut off before it costs anything.
        let _ = LogTracer::builder().with_max_level(LogLevelFilter::Warn).init();
        std::panic::set_hook(Box::new(|panic| {
            // What a panic says may hold input; where it happened does not.
            let place = panic.location().map(ToString::to_string);
            tracing::error!(place, "a bug: the code at this place panicked");
        }));
    }
}

/// What writes the lines of the log.
fn all_lines(settings: &Log) -> Vec<BoxedLayer> {
    let terminal = stderr().is_terminal();
    let format = settings.format.unwrap_or(if terminal { LogFormat::Text } else { LogFormat::Json });
    let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    // The line of a request says by itself what its span says of all that happens meanwhile.
    let is_access = |event: &Metadata<'_>| event.target() == access_log::TARGET;
    // Of the spans, only that of the request is told of.
    let is_other =
        move |about: &Metadata<'_>| !is_access(about) && (!about.is_span() || about.target() == span::TARGET);
    vec![
        lines(format, colours, false).with_filter(targets(settings.level)).with_filter(filter_fn(is_access)).boxed(),
        lines(format, colours, true).with_filter(targets(settings.level)).with_filter(filter_fn(is_other)).boxed(),
    ]
}

/// Writes events, with what their span says or without.
fn lines<S>(format: LogFormat, colours: bool, with_span: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let lines = fmt::layer().with_writer(stderr);
    match format {
        LogFormat::Text => lines.with_ansi(colours).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(with_span).with_span_list(false).boxed(),
    }
}

fn targets(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let ours = ["userstore", "migration"].map(|target| (target, level));
    let beneath =
        ["rocket_http", "sqlx", "sea_orm", "opentelemetry"].map(|target| (target, level.min(LevelFilter::WARN)));
    // A statement that is slow is logged in full by sqlx.
    Targets::new().with_targets(ours).with_targets(beneath).with_target("sqlx::query", LevelFilter::OFF)
}
