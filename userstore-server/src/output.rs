//! What goes out: JSON, with the headers that belong to it.

mod file;
pub(crate) mod shape;

use std::io::Cursor;
use std::sync::Arc;

use rocket::Request;
use rocket::http::{Header, Method, Status};
use rocket::response::{self, Responder, Response};
use serde::Serialize;
use userstore_core::{LogIn, Member, Scopes, SignIn, Tag, Timestamp, User};
use utoipa::ToSchema;

pub(crate) use self::file::File;
use crate::{input, metrics};

/// Any value, with 200.
pub(crate) struct Json<T>(pub(crate) T);

impl<'r, T: Serialize> Responder<'r, 'static> for Json<T> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        json(Status::Ok, &self.0)
    }
}

/// A record with a tag and an address.
pub(crate) trait Record: Serialize {
    fn tag(&self) -> Tag;
    fn address(&self) -> String;
}

impl Record for User {
    fn tag(&self) -> Tag {
        self.tag()
    }

    fn address(&self) -> String {
        format!("/user/{}", encode(self.username.as_str(), "@+"))
    }
}

impl Record for Member {
    fn tag(&self) -> Tag {
        self.tag()
    }

    fn address(&self) -> String {
        format!("/members/{}", self.member_id)
    }
}

/// A record, with its tag; 304 to a client that reads and has this state already.
pub(crate) struct Representation<R>(pub(crate) Arc<R>);

impl<'r, R: Record> Responder<'r, 'static> for Representation<R> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let tag = self.0.tag();
        let mut answer = if request.method() == Method::Get && input::none_match(request, &tag) {
            Response::build().status(Status::NotModified).header(no_store()).finalize()
        } else {
            json(Status::Ok, &*self.0)?
        };
        answer.set_header(etag(&tag));
        Ok(answer)
    }
}

/// A new record, with its tag and its address.
pub(crate) struct Created<R>(pub(crate) Arc<R>);

impl<'r, R: Record> Responder<'r, 'static> for Created<R> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = json(Status::Created, &*self.0)?;
        answer.set_header(etag(&self.0.tag()));
        answer.set_header(Header::new("location", self.0.address()));
        Ok(answer)
    }
}

/// A page of a list, and the address of the next one.
pub(crate) struct Listing<T> {
    pub(crate) page: userstore_core::Page<T>,
    /// The address of the list.
    pub(crate) path: String,
    /// What its query holds besides the cursor.
    pub(crate) query: String,
}

impl<'r, T: Serialize> Responder<'r, 'static> for Listing<T> {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = json(Status::Ok, &self.page)?;
        if let Some(next) = &self.page.next {
            let (path, query, next) = (&self.path, &self.query, encode(next.as_str(), ""));
            answer.set_header(Header::new("link", format!(r#"<{path}?{query}after={next}>; rel="next""#)));
        }
        Ok(answer)
    }
}

/// A session just opened.
pub(crate) struct SignedIn(pub(crate) SignIn);

/// A session just opened (as RFC 6749, section 5.1, and what else a client likes to know).
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub(crate) struct SignedInBody<'s> {
    /// Opens the account: send it as `Authorization: Bearer`. It is shown this once.
    #[schema(pattern = "^ust_[0-9A-Za-z]{49}$", example = "ust_4rTq1vWm8yKc0ZpXb2LdNf6HsJgUe9RaQi3oYw7BtCk5MxVA8")]
    token: &'s str,
    /// How to send it.
    #[schema(pattern = "^Bearer$", example = "Bearer")]
    token_type: &'static str,
    /// The seconds until the session ends by itself, however much it is used.
    #[schema(minimum = 1, example = 86400)]
    expires_in: u64,
    /// When that is.
    #[schema(value_type = shape::Time)]
    expires_at: Timestamp,
    /// Who signed in.
    #[schema(value_type = shape::User)]
    user: &'s User,
}

impl<'r> Responder<'r, 'static> for SignedIn {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let SignIn { token, session, user, expires_in, .. } = &self.0;
        let body = SignedInBody {
            token: token.reveal(),
            token_type: "Bearer",
            expires_in: expires_in.as_secs(),
            expires_at: session.expires_at,
            user,
        };
        json(Status::Ok, &body)
    }
}

/// An access token just issued.
pub(crate) struct LoggedIn(pub(crate) LogIn);

/// An access token just issued (RFC 6749, section 5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = LoggedIn)]
pub(crate) struct LoggedInBody<'l> {
    /// A signed JWT (RFC 9068): send it as `Authorization: Bearer`.
    #[schema(
        example = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6IuKApiJ9.eyJpc3MiOiJ1c2Vyc3RvcmUifQ.c2lnbmF0dXJl"
    )]
    access_token: &'l str,
    /// How to send it.
    #[schema(pattern = "^Bearer$", example = "Bearer")]
    token_type: &'static str,
    /// The seconds that it is good for, at most: a block, a deletion or a new password ends it at once.
    #[schema(minimum = 1, example = 900)]
    expires_in: u64,
    /// Its scopes, with a space between; it may be empty.
    #[schema(value_type = String, example = "members:read members:write")]
    scope: Scopes,
}

impl<'r> Responder<'r, 'static> for LoggedIn {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let LogIn { token, expires_in, scopes, .. } = &self.0;
        let (access_token, expires_in) = (token.reveal(), expires_in.as_secs());
        json(Status::Ok, &LoggedInBody { access_token, token_type: "Bearer", expires_in, scope: *scopes })
    }
}

/// What anyone may have, and keep for 300 seconds.
pub(crate) struct Public<A>(pub(crate) A);

impl<'r, A: Responder<'r, 'static>> Responder<'r, 'static> for Public<A> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut answer = self.0.respond_to(request)?;
        answer.set_header(Header::new("cache-control", "public, max-age=300"));
        Ok(answer)
    }
}

/// The metrics as a text.
pub(crate) struct Exposition(pub(crate) String);

impl<'r> Responder<'r, 'static> for Exposition {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build()
            .header(Header::new("content-type", metrics::CONTENT_TYPE))
            .header(no_store())
            .sized_body(self.0.len(), Cursor::new(self.0))
            .ok()
    }
}

/// Done, and nothing to say.
pub(crate) struct Done;

impl<'r> Responder<'r, 'static> for Done {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build().status(Status::NoContent).ok()
    }
}

fn json(status: Status, value: &impl Serialize) -> response::Result<'static> {
    let mut body = Vec::with_capacity(USUAL);
    serde_json::to_writer(&mut body, value).map_err(|_| Status::InternalServerError)?;
    Response::build()
        .status(status)
        .header(Header::new("content-type", "application/json"))
        .header(no_store())
        .max_chunk_size(body.len().clamp(1, CHUNK))
        .sized_body(body.len(), Cursor::new(body))
        .ok()
}

/// The bytes of most answers.
const USUAL: usize = 512;

/// The most bytes that are handed to the wire at once.
const CHUNK: usize = 64 * 1024;

/// Whatever is answered may be somebody's alone.
fn no_store() -> Header<'static> {
    Header::new("cache-control", "no-store")
}

fn etag(tag: &Tag) -> Header<'static> {
    Header::new("etag", ["\"", tag.as_str(), "\""].concat())
}

/// Percent-encodes a text for a path or a query (RFC 3986, section 2.1): all but the unreserved characters, and those
/// of `kept`.
pub(crate) fn encode(text: &str, kept: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn what_has_a_meaning_is_encoded() {
        assert_eq!(encode("a+b@c.d_e-f~", "@+"), "a+b@c.d_e-f~");
        assert_eq!(encode("a+b&c=d é", ""), "a%2Bb%26c%3Dd%20%C3%A9");
    }
}
