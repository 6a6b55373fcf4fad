//! What holds for every request and every answer, whatever the route.

use std::sync::Arc;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::form::Form;
use rocket::http::uri::Origin;
use rocket::http::{Header, Method};
use rocket::uri;
use rocket::{Data, Request, Response};
use userstore_core::config::Origins;

use crate::begun::Begun;
use crate::traffic::Traffic;
use crate::{cors, every_answer, exported, request_id, span};

/// An address that leads to no route.
pub(crate) fn nowhere() -> Origin<'static> {
    uri!("/-")
}

/// Keeps out what must not reach a route, and completes every answer.
pub(crate) struct Edge {
    traffic: Arc<Traffic>,
    origins: Origins,
}

impl Edge {
    /// What is answered is counted there, and is for pages of these origins, too.
    pub(crate) fn new(traffic: Arc<Traffic>, origins: Origins) -> Self {
        Self { traffic, origins }
    }
}

#[rocket::async_trait]
impl Fairing for Edge {
    fn info(&self) -> Info {
        Info { name: "edge", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        if !Begun::is_known() {
            Begun::of(request);
        }
        let form = overrides(request, data).await;
        if form {
            // Forms are posted, whatever the method is by now.
            request.set_method(Method::Post);
        }
        if form || is_alias(request.uri().path().as_str()) {
            // There is nothing at this path, so that no route sees the request.
            request.set_uri(nowhere());
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        complete(request, response);
        cors::complete(&self.origins, request, response);
        self.traffic.answered(request, response);
        span::answered(request, response);
        exported::answered(request, response);
    }
}

/// Puts into an answer what every answer has.
pub(crate) fn complete(request: &Request<'_>, response: &mut Response<'_>) {
    // The front does it for less.
    if !Begun::is_known() {
        every_answer::complete(response);
    }
    let id = if let Some(id) = request_id::brought(request) {
        id.to_owned()
    } else if response.status().code >= 400 || request_id::is_kept(request) || span::is_wanted() {
        request_id::of(request).to_owned()
    } else {
        request_id::fresh()
    };
    response.set_header(Header::new(request_id::HEADER, id));
}

/// Whether a path is another spelling of one that Rocket would take for the same: with an empty segment, or a `%` that
/// escapes nothing. A record has one address.
pub(crate) fn is_alias(path: &str) -> bool {
    path.len() > 1 && (path.ends_with('/') || path.contains("//") || (path.contains('%') && !is_escaped(path)))
}

/// Whether every `%` starts an escape (RFC 3986, section 2.1).
pub(crate) fn is_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

/// Whether a form has named a method. Rocket has by now put it in the place of the request's own, which was `POST`:
/// whatever it would do now, it was not asked to. What is looked at is what Rocket looks at.
async fn overrides(request: &Request<'_>, data: &mut Data<'_>) -> bool {
    if !says_form(request) || request.method() == Method::Post {
        return false;
    }
    let start = data.peek("_method=delete".len()).await;
    std::str::from_utf8(start)
        .is_ok_and(|start| Form::values(start).next().is_some_and(|field| field.name == "_method"))
}

/// Whether this is a form that was kept out.
pub(crate) fn is_refused_form(request: &Request<'_>) -> bool {
    says_form(request) && *request.uri() == nowhere()
}

/// Whether a request calls its body a form, as Rocket reads it.
fn says_form(request: &Request<'_>) -> bool {
    request.content_type().is_some_and(|kind| kind.is_form())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_one_address() {
        for path in ["/", "/user/alice", "/user/a%2Fb", "/user/%C3%A9", "/user/..", "/user/a%25"] {
            assert!(!is_alias(path), "{path}");
        }
        for path in ["//", "//user/alice", "/user//alice", "/user/alice/", "/user/%", "/user/%4", "/user/%zz/sessions"]
        {
            assert!(is_alias(path), "{path}");
        }
    }
}
