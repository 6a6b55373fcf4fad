//! What pages of other origins may ask for: the CORS protocol (<https://fetch.spec.whatwg.org/#http-cors-protocol>).
//!
//! A token is sent by a page on purpose, in a header; nothing that a browser sends by itself means anything here. So
//! credentials in the protocol's sense are never allowed.

use rocket::http::{Header, Method};
use rocket::{Request, Response};
use userstore_core::config::Origins;

/// What a page may send.
const TAKEN: &str = "authorization, content-type, if-match, if-none-match, x-request-id, traceparent";

/// What a page may read, besides what it always may.
const SHOWN: &str = "etag, link, location, retry-after, ratelimit, ratelimit-policy, x-request-id, www-authenticate";

/// How long a browser may remember what is allowed, in seconds.
const REMEMBERED: &str = "600";

/// Puts into an answer what its page may do with it, where there are pages that may do something.
pub(crate) fn complete(origins: &Origins, request: &Request<'_>, response: &mut Response<'_>) {
    if origins.is_empty() {
        return;
    }
    vary(response);
    let Some(origin) = origin(request).filter(|origin| origins.contain(origin)) else { return };
    response.set_header(Header::new("access-control-allow-origin", origin.to_owned()));
    let asks = request.method() == Method::Options && request.headers().contains("access-control-request-method");
    if asks && let Some(methods) = response.headers().get_one("allow").map(str::to_owned) {
        response.set_header(Header::new("access-control-allow-methods", methods));
        response.set_header(Header::new("access-control-allow-headers", TAKEN));
        response.set_header(Header::new("access-control-max-age", REMEMBERED));
    } else {
        response.set_header(Header::new("access-control-expose-headers", SHOWN));
    }
}

/// The one origin that a request names.
fn origin<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let mut origins = request.headers().get("origin");
    origins.next().filter(|_| origins.next().is_none())
}

/// Tells caches that the answer to another origin is another.
fn vary(response: &mut Response<'_>) {
    let mut names: Vec<String> = response.headers().get("vary").map(str::to_owned).collect();
    if !names.iter().any(|name| name.contains("Origin")) {
        names.push("Origin".to_owned());
        response.set_header(Header::new("vary", names.join(", ")));
    }
}
