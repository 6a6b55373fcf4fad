//! What Rocket refuses by itself becomes a problem too; and what it does not know: 405 and OPTIONS.

use std::sync::Arc;

use rocket::http::uri::Segments;
use rocket::http::uri::fmt::Path;
use rocket::http::{Header, Method, Status};
use rocket::response::{self, Responder, Response};
use rocket::{Catcher, Request, Route, catch, catchers};

use super::Problem;
use crate::access_log;
use crate::edge::{is_alias, is_refused_form};
use crate::front;
use crate::traffic::Traffic;

/// The catchers for every status.
pub(crate) fn catchers() -> Vec<Catcher> {
    catchers![every]
}

/// The answer to OPTIONS.
struct Methods(String);

impl<'r> Responder<'r, 'static> for Methods {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build().status(Status::NoContent).header(Header::new("allow", self.0)).ok()
    }
}

/// A problem with a request that no fairing sees the end of.
struct Unseen(Problem);

impl<'r> Responder<'r, 'static> for Unseen {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let answer = self.0.respond_to(request)?;
        if let Some(traffic) = request.rocket().state::<Arc<Traffic>>() {
            traffic.answered(request, &answer);
        }
        access_log::write(request, &answer);
        Ok(answer)
    }
}

#[derive(Responder)]
enum Caught {
    Methods(Methods),
    Problem(Problem),
    Unseen(Unseen),
}

#[catch(default)]
fn every(status: Status, request: &Request<'_>) -> Caught {
    if request.route().is_some() {
        return Caught::Problem(Problem::of(status));
    }
    if let Some(refusal) = front::refusal(request) {
        return Caught::Problem(refusal);
    }
    match status.code {
        404 if is_refused_form(request) => Caught::Problem(Problem::of(Status::UnsupportedMediaType)),
        404 => match (allowed(request), request.method()) {
            (Some(methods), Method::Options) => Caught::Methods(Methods(methods)),
            (methods, _) => Caught::Problem(misdirected(methods)),
        },
        // Only what Rocket could not read gets here without a route: a method it has never heard of, shown as GET, or an
        // address that is none, shown as `/`. A GET of such an address looks like a new method at `/`, and is taken for
        // it: it is refused either way.
        400 if request.method() == Method::Get => Caught::Unseen(Unseen(misdirected(allowed(request)))),
        400 => Caught::Unseen(Unseen(Problem::of(status))),
        _ => Caught::Problem(Problem::of(status)),
    }
}

fn misdirected(allowed: Option<String>) -> Problem {
    allowed.map_or_else(|| Problem::of(Status::NotFound), Problem::method_not_allowed)
}

/// The methods that the path knows; `None` for an unknown path.
fn allowed(request: &Request<'_>) -> Option<String> {
    if is_alias(request.uri().path().as_str()) {
        return None;
    }
    let known = |method: Method| {
        let mut routes = request.rocket().routes();
        routes.any(|route| route.method == method && leads_to(route, request.uri().path().segments()))
    };
    let mut methods: Vec<&str> = Vec::new();
    for method in [Method::Get, Method::Put, Method::Post, Method::Patch, Method::Delete] {
        if known(method) {
            methods.push(method.as_str());
            methods.extend((method == Method::Get).then_some("HEAD"));
        }
    }
    if methods.is_empty() {
        return None;
    }
    methods.push("OPTIONS");
    Some(methods.join(", "))
}

fn leads_to(route: &Route, path: Segments<'_, Path>) -> bool {
    let pattern = route.uri.path().split('/').filter(|segment| !segment.is_empty());
    pattern.clone().count() == path.len()
        && pattern.zip(path).all(|(wanted, given)| wanted.starts_with('<') || wanted == given)
}
