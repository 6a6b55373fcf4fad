//! What every answer bears, whoever writes it: the routes, the front of them, or the HTTP library.

use hyper::HeaderMap;
use hyper::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use rocket::Response;
use rocket::http::Header;

/// Unless an answer has one of its own, which a page has: nothing in it is for a browser to show or to run, and nobody
/// else's page may embed it, or tell by a request from where it was made.
static HEADERS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// Whoever was here over TLS comes back over nothing else, for a year.
static OVER_TLS: (HeaderName, HeaderValue) = (STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));

/// What every answer of this server bears.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EveryAnswer {
    pub(crate) over_tls: bool,
    /// Whether pages of other origins are answered otherwise.
    pub(crate) by_origin: bool,
}

impl EveryAnswer {
    fn headers(self) -> impl Iterator<Item = &'static (HeaderName, HeaderValue)> {
        HEADERS.iter().chain(self.over_tls.then_some(&OVER_TLS))
    }

    /// Completes the headers of an answer of the routes.
    pub(crate) fn complete(self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }

    /// The headers of an answer that is written by hand.
    pub(crate) fn written(self) -> String {
        let mut text = String::new();
        for (name, value) in self.headers() {
            text.extend([name.as_str(), ": ", value.to_str().unwrap_or_default(), "\r\n"]);
        }
        if self.by_origin {
            text.push_str("vary: Origin\r\n");
        }
        text
    }
}

/// Completes an answer of the routes where Rocket sends it by itself.
pub(crate) fn complete(response: &mut Response<'_>) {
    for (name, value) in &HEADERS {
        if !response.headers().contains(name.as_str()) {
            response.set_header(Header::new(name.as_str(), value.to_str().unwrap_or_default()));
        }
    }
}
