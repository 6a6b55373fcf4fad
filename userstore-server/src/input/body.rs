//! The body of a request: one JSON object of at most 64 KiB.

use rocket::data::{Data, FromData, Outcome, ToByteUnit as _};
use rocket::http::Method;
use rocket::{Request, http};
use tokio::io::AsyncReadExt as _;
use zeroize::Zeroizing;

use super::members::{Input, Members};
use crate::front;
use crate::problem::Problem;

/// The most bytes of a body.
pub(crate) const LIMIT: usize = 64 * 1024;

/// A body that came in whole, with the content type it has to have.
///
/// It is looked into with [`read`](Self::read) alone, after it is known that the caller may do what it asks for.
pub(crate) struct Body(Zeroizing<Vec<u8>>);

impl Body {
    /// The input that the body holds.
    ///
    /// # Errors
    /// `malformed_json`, or `validation_failed` with everything that is wrong.
    pub(crate) fn read<T: Input>(self) -> Result<T, Problem> {
        let mut members = Members::parse(&self.0)?;
        let input = T::take(&mut members);
        members.end().map(|()| input)
    }
}

#[rocket::async_trait]
impl<'r> FromData<'r> for Body {
    type Error = Problem;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let bytes = receive(request, data).await;
        match check_content_type(request).and(bytes) {
            Ok(bytes) => Outcome::Success(Self(bytes)),
            Err(problem) => Outcome::Error((problem.status(), problem)),
        }
    }
}

/// What the front has received, if it is not too long.
async fn receive(request: &Request<'_>, data: Data<'_>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if let Some(problem) = front::missing_body(request) {
        return Err(problem);
    }
    let announced = request.headers().get_one("content-length").and_then(|length| length.parse().ok());
    if announced.is_some_and(|length: usize| length > LIMIT) {
        return Err(Problem::of(http::Status::PayloadTooLarge));
    }
    // With room for all of it, and for one byte too many, it is never moved.
    let mut bytes = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(LIMIT) + 1));
    let mut stream = data.open((LIMIT + 1).bytes());
    stream.read_to_end(&mut bytes).await.map_err(|_| Problem::malformed_request("the body broke off"))?;
    if bytes.len() > LIMIT { Err(Problem::of(http::Status::PayloadTooLarge)) } else { Ok(bytes) }
}

/// `application/json`, with any parameters and without compression; for PATCH also `application/merge-patch+json`
/// (RFC 7396, section 4).
fn check_content_type(request: &Request<'_>) -> Result<(), Problem> {
    let mut types = request.headers().get("content-type");
    let patch = request.method() == Method::Patch;
    let known = match (types.next(), types.next()) {
        (Some(value), None) => {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/json")
                || (patch && essence.eq_ignore_ascii_case("application/merge-patch+json"))
        }
        _ => false,
    };
    let plain = request.headers().get("content-encoding").all(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    if known && plain { Ok(()) } else { Err(Problem::of(http::Status::UnsupportedMediaType)) }
}
