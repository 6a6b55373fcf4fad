//! What comes in, counted: requests by route, and connections.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rocket::http::Method;
use rocket::{Orbit, Request, Response, Rocket};
use userstore_core::figures::{Distribution, Histogram};

use crate::begun::Begun;

/// What stands for a request that no route has answered, whatever its path was.
pub(crate) const NO_ROUTE: &str = "-";

/// What stands for a method that no route knows: of those that HTTP has not heard of, Rocket keeps no name.
pub(crate) const OTHER: &str = "other";

/// Every status that is told from the others. The last stands for those that are not listed.
const STATUSES: &[u16] =
    &[200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503, OTHER_STATUS];
const OTHER_STATUS: u16 = 0;

/// From what is remembered to what waits for a hash.
const TIMES: &[Duration] = &[
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(25),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

/// What has come in since the start.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    rows: OnceLock<Rows>,
    accepted: AtomicU64,
    closed: AtomicU64,
}

/// A row for each route and method.
#[derive(Debug)]
pub(crate) struct Rows {
    routes: HashMap<String, Vec<(&'static str, Row)>>,
    /// Of requests that have no route, by method.
    no_route: Vec<(&'static str, Row)>,
}

#[derive(Debug)]
struct Row {
    /// In the order of `STATUSES`.
    answers: Vec<AtomicU64>,
    times: Histogram,
}

/// What has come of the requests of one route with one method.
#[derive(Debug)]
pub(crate) struct Requests<'t> {
    pub(crate) route: &'t str,
    pub(crate) method: &'static str,
    /// How many there were, by status.
    pub(crate) answers: Vec<(String, u64)>,
    pub(crate) times: Distribution,
}

/// Every method by its name.
const METHODS: &[&str] = &["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", OTHER];

/// What a method is called.
pub(crate) fn name(method: Method) -> &'static str {
    METHODS.iter().find(|name| **name == method.as_str()).copied().unwrap_or(OTHER)
}

impl Row {
    fn new() -> Self {
        Self { answers: STATUSES.iter().map(|_| AtomicU64::new(0)).collect(), times: Histogram::new(TIMES) }
    }

    fn answered(&self, status: u16) {
        let known = STATUSES.iter().position(|known| *known == status);
        if let Some(count) = self.answers.get(known.unwrap_or(STATUSES.len() - 1)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many there were of each status that there was.
    fn read(&self) -> Vec<(String, u64)> {
        let counts = STATUSES.iter().zip(&self.answers).map(|(status, count)| (*status, count.load(Ordering::Relaxed)));
        let shown = |status: u16| if status == OTHER_STATUS { OTHER.to_owned() } else { status.to_string() };
        counts.filter(|(_, count)| *count > 0).map(|(status, count)| (shown(status), count)).collect()
    }
}

impl Rows {
    fn of(rocket: &Rocket<Orbit>) -> Self {
        let mut routes = HashMap::<String, Vec<(&'static str, Row)>>::new();
        for route in rocket.routes() {
            let rows = routes.entry(route.uri.as_str().to_owned()).or_default();
            let head = (route.method == Method::Get).then_some(Method::Head);
            for method in [Some(route.method), head].into_iter().flatten().map(name) {
                if !rows.iter().any(|(known, _)| *known == method) {
                    rows.push((method, Row::new()));
                }
            }
        }
        Self { routes, no_route: METHODS.iter().map(|method| (*method, Row::new())).collect() }
    }

    fn find(&self, route: Option<&str>, method: &str) -> Option<&Row> {
        let of = |rows: &'_ Vec<(&'static str, Row)>| rows.iter().position(|(known, _)| *known == method);
        let rows = route.and_then(|route| self.routes.get(route));
        let row = rows.and_then(|rows| rows.get(of(rows)?));
        row.or_else(|| self.no_route.get(of(&self.no_route)?)).map(|(_, row)| row)
    }
}

impl Traffic {
    /// Makes a row for each route, if that was not done.
    pub(crate) fn rows(&self, rocket: &Rocket<Orbit>) -> &Rows {
        self.rows.get_or_init(|| Rows::of(rocket))
    }

    /// Counts a request that is answered.
    pub(crate) fn answered(&self, request: &Request<'_>, response: &Response<'_>) {
        let begun = Begun::of(request);
        let route = request.route().map(|route| route.uri.as_str());
        if let Some(row) = self.rows(request.rocket()).find(route, name(begun.method)) {
            row.answered(response.status().code);
            row.times.record(begun.at.elapsed());
        }
    }

    /// Counts a request that could not be read, and so was refused without its time being taken.
    pub(crate) fn refused(&self, status: u16) {
        if let Some(row) = self.rows.get().and_then(|rows| rows.find(None, OTHER)) {
            row.answered(status);
        }
    }

    /// Counts a connection that was taken.
    pub(crate) fn accepted(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that is gone.
    pub(crate) fn closed(&self) {
        self.closed.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections were taken, and how many of them are open.
    pub(crate) fn connections(&self) -> (u64, u64) {
        let closed = self.closed.load(Ordering::Relaxed);
        let accepted = self.accepted.load(Ordering::Relaxed);
        (accepted, accepted.saturating_sub(closed))
    }

    /// What has come of the requests, where there were any.
    pub(crate) fn requests(&self) -> Vec<Requests<'_>> {
        let Some(Rows { routes, no_route }) = self.rows.get() else { return Vec::new() };
        let mut routes: Vec<_> = routes.iter().map(|(route, rows)| (route.as_str(), rows)).collect();
        routes.push((NO_ROUTE, no_route));
        routes.sort_by_key(|(route, _)| *route);
        let rows = routes.into_iter().flat_map(|(route, rows)| rows.iter().map(move |row| (route, row)));
        let read =
            rows.map(|(route, (method, row))| Requests { route, method, answers: row.read(), times: row.times.read() });
        read.filter(|requests| !requests.answers.is_empty()).collect()
    }
}
