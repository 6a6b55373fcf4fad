//! One line a request: what was asked, and how it went. Never a path, a query, a body or a token.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::{Build, Request, Response, Rocket};
use tracing::Level;
use userstore_core::UserId;
use userstore_core::config::{Log, LogLevel};

use crate::begun::Begun;
use crate::traffic::{self, NO_ROUTE};
use crate::{client, request_id};

pub(crate) const TARGET: &str = "userstore_server::access";

/// Logs every request, where the log shows it; else nothing is attached, and nothing spent.
pub(crate) fn attach(rocket: Rocket<Build>, settings: &Log) -> Rocket<Build> {
    match settings.level {
        LogLevel::Off | LogLevel::Error | LogLevel::Warn => rocket,
        LogLevel::Info | LogLevel::Debug | LogLevel::Trace => rocket.attach(AccessLog),
    }
}

struct AccessLog;

/// Who asked, where that is known.
struct Who(Option<UserId>);

/// Remembers who asked, for the line that is to come.
pub(crate) fn note_user(request: &Request<'_>, id: UserId) {
    if tracing::enabled!(target: TARGET, Level::INFO) {
        request.local_cache(|| Who(Some(id)));
    }
}

#[rocket::async_trait]
impl Fairing for AccessLog {
    fn info(&self) -> Info {
        Info { name: "access log", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        write(request, response);
    }
}

/// Writes the line of a request that is answered.
pub(crate) fn write(request: &Request<'_>, response: &Response<'_>) {
    if !tracing::enabled!(target: TARGET, Level::INFO) {
        return;
    }
    let begun = Begun::of(request);
    let who = &request.local_cache(|| Who(None)).0;
    // Outside the line, for it may have a warning to write.
    let ip = client::address(request);
    tracing::info!(
        target: TARGET,
        method = traffic::name(begun.method),
        route = request.route().map_or(NO_ROUTE, |route| route.uri.as_str()),
        status = response.status().code,
        duration_us = u64::try_from(begun.at.elapsed().as_micros()).unwrap_or(u64::MAX),
        request_id = response.headers().get_one(request_id::HEADER),
        ip = ip.map(display),
        user = who.map(display),
        trace_id = begun.trace.map(display),
        "request"
    );
}

/// Writes the line of a request that could not be read.
pub(crate) fn write_unread(status: u16, request_id: &str) {
    tracing::info!(target: TARGET, method = NO_ROUTE, route = NO_ROUTE, status, request_id, "request");
}
