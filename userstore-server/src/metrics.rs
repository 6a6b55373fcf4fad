//! The numbers of the store and of what comes in, as Prometheus reads them: THE table of metrics.

mod text;

use userstore_core::figures::{CacheFigures, Figures, Hashing, SignIns};

use self::text::Kind::{Counter, Gauge, Histogram};
use self::text::{Metric, Text};
use crate::traffic::Traffic;

pub(crate) use self::text::CONTENT_TYPE;

/// All of them, as a text.
pub(crate) fn render(figures: &Figures, traffic: &Traffic) -> String {
    let mut text = Text::default();
    requests(&mut text, traffic);
    hashing(&mut text, &figures.hashing);
    sessions(&mut text, figures);
    cache(&mut text, &figures.cache);
    database(&mut text, figures);
    keys(&mut text, figures);
    text.metric("userstore_start_time_seconds", Gauge, "When the store was opened, in seconds since 1970.")
        .sample(&[], seconds(figures.opened_at.as_millis()));
    text.metric("userstore_build_info", Gauge, "The version that runs.")
        .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    text.into_string()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of our era have 41 bits, of which a number here takes 53")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

fn requests(text: &mut Text, traffic: &Traffic) {
    let all = traffic.requests();
    let mut metric = text.metric("userstore_http_requests_total", Counter, "Requests that were answered.");
    for requests in &all {
        for (status, count) in &requests.answers {
            metric.sample(&[("method", requests.method), ("route", requests.route), ("status", status)], count);
        }
    }
    let help = "From when a request was received whole to its answer.";
    let mut metric = text.metric("userstore_http_request_duration_seconds", Histogram, help);
    for requests in &all {
        metric.histogram(&[("method", requests.method), ("route", requests.route)], &requests.times);
    }
    let (accepted, open) = traffic.connections();
    text.metric("userstore_http_connections_total", Counter, "Connections that were taken.").sample(&[], accepted);
    text.metric("userstore_http_connections_open", Gauge, "Connections that are open.").sample(&[], open);
}

fn hashing(text: &mut Text, hashing: &Hashing) {
    text.metric("userstore_password_hashes_total", Counter, "Hashes of passwords that were computed.")
        .sample(&[], hashing.computed);
    text.metric("userstore_password_hash_refusals_total", Counter, "Passwords that were refused, as too many waited.")
        .sample(&[], hashing.refused);
    text.metric("userstore_password_hash_waiting", Gauge, "Passwords that wait to be hashed.")
        .sample(&[], hashing.waiting);
    text.metric("userstore_password_hash_running", Gauge, "Passwords that are being hashed.")
        .sample(&[], hashing.running);
    text.metric("userstore_password_hash_wait_seconds", Histogram, "How long passwords waited to be hashed.")
        .histogram(&[], &hashing.wait);
    text.metric("userstore_password_hash_duration_seconds", Histogram, "How long hashing them took.")
        .histogram(&[], &hashing.work);
}

fn sessions(text: &mut Text, figures: &Figures) {
    let help = "Names and passwords that were shown, for a session or an access token, by what came of them.";
    let mut metric = text.metric("userstore_sign_ins_total", Counter, help);
    sign_ins(&mut metric, "session", &figures.sign_ins);
    sign_ins(&mut metric, "access_token", &figures.log_ins);
    text.metric("userstore_sessions_opened_total", Counter, "Sessions that were opened.")
        .sample(&[], figures.sessions_opened);
    let help = "Sessions that were removed: ended, displaced or, unless they are in Redis, expired.";
    text.metric("userstore_sessions_ended_total", Counter, help).sample(&[], figures.sessions_ended);
}

fn sign_ins(metric: &mut Metric<'_>, credential: &str, counts: &SignIns) {
    for (outcome, count) in [
        ("succeeded", counts.succeeded),
        ("invalid_credentials", counts.invalid_credentials),
        ("account_blocked", counts.account_blocked),
        ("too_many_requests", counts.too_many_requests),
        ("refused", counts.refused),
        ("unavailable", counts.unavailable),
    ] {
        metric.sample(&[("credential", credential), ("outcome", outcome)], count);
    }
}

fn cache(text: &mut Text, cache: &[CacheFigures]) {
    let mut hits = text.metric("userstore_cache_hits_total", Counter, "Records that were in the cache.");
    for of in cache {
        hits.sample(&[("record", of.record)], of.hits);
    }
    let mut misses = text.metric("userstore_cache_misses_total", Counter, "Records that were not in the cache.");
    for of in cache {
        misses.sample(&[("record", of.record)], of.misses);
    }
}

fn database(text: &mut Text, figures: &Figures) {
    let connections = figures.database;
    let mut gauge = |name, help, value: Option<u32>| {
        let mut metric = text.metric(name, Gauge, help);
        metric.sample(&[], value.unwrap_or_default());
    };
    gauge("userstore_database_connections", "Connections to the database.", connections.map(|it| it.open));
    let help = "Connections to the database that are at work.";
    gauge("userstore_database_connections_in_use", help, connections.map(|it| it.in_use));
    let help = "Connections to the database that there may be; 0 while it is out of reach.";
    gauge("userstore_database_connections_max", help, connections.map(|it| it.most));
}

fn keys(text: &mut Text, figures: &Figures) {
    let help = "The time since a signing key was made.";
    let mut metric = text.metric("userstore_signing_key_age_seconds", Gauge, help);
    for key in &figures.signing_keys {
        let labels = [("algorithm", key.algorithm.as_str()), ("kid", &key.kid), ("state", key.state.as_str())];
        metric.sample(&labels, key.age.as_secs_f64());
    }
    let help = "Fetches of the keys of an outside issuer, by what came of them.";
    let mut metric = text.metric("userstore_jwks_refreshes_total", Counter, help);
    for of in &figures.issuers {
        let issuer = ("issuer", of.issuer.as_str());
        metric.sample(&[issuer, ("outcome", "succeeded")], of.refreshed);
        metric.sample(&[issuer, ("outcome", "failed")], of.failed);
    }
}
