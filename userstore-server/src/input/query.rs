//! The parameters of lists. Other routes ignore queries.

use std::borrow::Cow;
use std::str::FromStr;

use rocket::Request;
use rocket::http::RawStr;
use rocket::request::{FromRequest, Outcome};
use userstore_core::{Cursor, Error, MemberFilter, PageRequest, UnknownWord, UserFilter, Violation};

use crate::caller::outcome;
use crate::edge::is_escaped;
use crate::output::encode;
use crate::problem::{Fault, Problem};

/// The most unknown parameters that are told.
const FAULTS: usize = 32;

/// The parameters of the list of users.
pub(crate) struct UserList {
    pub(crate) filter: UserFilter,
    pub(crate) page: PageRequest,
    /// The query of the next page, but for its cursor.
    pub(crate) next: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for UserList {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        let mut parameters = Parameters::of(request);
        let filter = UserFilter {
            role: parameters.word("role"),
            status: parameters.word("status"),
            prefix: parameters.text("prefix"),
        };
        let page = parameters.page();
        outcome(parameters.end().map(|next| Self { filter, page, next }))
    }
}

/// The parameters of a list of sessions.
pub(crate) struct SessionList {
    pub(crate) page: PageRequest,
    /// The query of the next page, but for its cursor.
    pub(crate) next: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SessionList {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        let mut parameters = Parameters::of(request);
        let page = parameters.page();
        outcome(parameters.end().map(|next| Self { page, next }))
    }
}

/// The parameters of the list of members.
pub(crate) struct MemberList {
    pub(crate) filter: MemberFilter,
    pub(crate) page: PageRequest,
    /// The query of the next page, but for its cursor.
    pub(crate) next: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for MemberList {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        let mut parameters = Parameters::of(request);
        let filter = MemberFilter { name: parameters.text("name"), prefix: parameters.text("prefix") };
        let page = parameters.page();
        outcome(parameters.end().map(|next| Self { filter, page, next }))
    }
}

/// The parameters that nobody has asked for yet, and what was found wrong so far.
struct Parameters<'r> {
    left: Vec<(&'r RawStr, &'r RawStr)>,
    faults: Vec<Fault>,
    /// The query, as it is given back in the address of the next page.
    kept: String,
}

impl<'r> Parameters<'r> {
    fn of(request: &'r Request<'_>) -> Self {
        let query = request.uri().query().map_or_else(|| RawStr::new(""), |query| query.raw());
        let left = query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_at_byte(b'=')).collect();
        Self { left, faults: Vec::new(), kept: String::new() }
    }

    /// A parameter that may be left out, but not given twice.
    fn text(&mut self, name: &'static str) -> Option<String> {
        let mut values =
            self.left.extract_if(.., |(key, _)| decode(key).as_deref() == Some(name)).map(|(_, value)| value);
        let first = values.next();
        let repeated = values.count() > 0;
        if repeated {
            return self.note(name, "must be given once");
        }
        match decode(first?) {
            Some(value) => {
                if name != "after" {
                    self.kept.extend([name, "=", &encode(&value, ""), "&"]);
                }
                Some(value.into_owned())
            }
            None => self.note(name, "must be percent-encoded UTF-8"),
        }
    }

    fn word<T: FromStr<Err = UnknownWord>>(&mut self, name: &'static str) -> Option<T> {
        self.text(name)?.parse().map_or_else(|unknown: UnknownWord| self.note(name, unknown.to_string()), Some)
    }

    fn page(&mut self) -> PageRequest {
        let mut page = PageRequest::first();
        if let Some(limit) = self.text("limit") {
            // What is no number is out of any range.
            let digits = limit.bytes().all(|byte| byte.is_ascii_digit());
            let limit = if digits { limit.parse().unwrap_or(0) } else { 0 };
            match page.clone().limit(limit) {
                Ok(limited) => page = limited,
                Err(Error::Invalid(faults)) => self.faults.extend(faults.into_iter().map(Fault::from)),
                Err(error) => {
                    self.note::<()>("limit", error.to_string());
                }
            }
        }
        match self.text("after") {
            Some(cursor) => page.after(Cursor::from(cursor)),
            None => page,
        }
    }

    /// The query of the next page, unless something was noted, or a parameter is left that nobody asked for.
    fn end(mut self) -> Result<String, Problem> {
        let unknown =
            self.left.iter().take(FAULTS).map(|(name, _)| Fault::parameter(name.to_string(), "is not known here"));
        self.faults.extend(unknown);
        if self.faults.is_empty() { Ok(self.kept) } else { Err(Problem::with_faults(self.faults)) }
    }

    fn note<T>(&mut self, name: &'static str, detail: impl Into<Cow<'static, str>>) -> Option<T> {
        self.faults.push(Violation::parameter(name, detail).into());
        None
    }
}

/// Decodes `+` and percent escapes; `None` where an escape is none, or what it gives is not UTF-8.
fn decode(text: &RawStr) -> Option<Cow<'_, str>> {
    if is_escaped(text.as_str()) { text.url_decode().ok() } else { None }
}
