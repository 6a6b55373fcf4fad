//! What is no JSON that was made for one request: pages, and the files that belong to them.

use std::borrow::Cow;
use std::io::Cursor;

use rocket::Request;
use rocket::http::Header;
use rocket::response::{self, Responder, Response};

/// What a page may do that needs nothing besides itself: nothing.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A file of this type, with what a browser may do that shows it.
pub(crate) struct File {
    content_type: Cow<'static, str>,
    bytes: Cow<'static, [u8]>,
    policy: &'static str,
    gzipped: bool,
}

impl File {
    /// A file that needs nothing besides itself.
    pub(crate) fn new(content_type: impl Into<Cow<'static, str>>, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { content_type: content_type.into(), bytes: bytes.into(), policy: NOTHING, gzipped: false }
    }

    /// A page.
    pub(crate) fn html(text: impl Into<Cow<'static, [u8]>>) -> Self {
        Self::new("text/html; charset=utf-8", text)
    }

    /// May do what this Content-Security-Policy says.
    pub(crate) fn policy(self, policy: &'static str) -> Self {
        Self { policy, ..self }
    }

    /// The bytes are compressed, or not.
    pub(crate) fn gzipped(self, gzipped: bool) -> Self {
        Self { gzipped, ..self }
    }
}

impl<'r> Responder<'r, 'static> for File {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = Response::build();
        answer
            .header(Header::new("content-type", self.content_type))
            .header(Header::new("content-security-policy", self.policy));
        if self.gzipped {
            // There is no other form of it: every browser takes this one.
            answer.header(Header::new("content-encoding", "gzip"));
        }
        answer.sized_body(self.bytes.len(), Cursor::new(self.bytes)).ok()
    }
}
