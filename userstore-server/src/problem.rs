//! What went wrong, as problem details (RFC 9457): every answer of 400 or more is one.

mod catch;
pub(crate) mod kind;
mod meaning;
mod respond;

use std::borrow::Cow;
use std::time::Duration;

use rocket::http::Status;
use serde::Serialize;
use userstore_core::{Error, Limit, Place, Scope, Violation};
use utoipa::ToSchema;

pub(crate) use self::catch::catchers;
pub(crate) use self::kind::Kind;
pub(crate) use self::meaning::Meaning;
pub(crate) use self::respond::Body;

/// What fails while a server stops.
pub(crate) const STOPPING: &str = "server";

/// A request that was not carried out, and all there is to say about it.
#[derive(Debug)]
pub(crate) struct Problem(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: &'static Kind,
    detail: Cow<'static, str>,
    faults: Vec<Fault>,
    /// The parts that do not work, where that is what was asked.
    failing: Vec<&'static str>,
    /// What was wrong with the token that was sent.
    token: Option<TokenFault>,
    /// In seconds, where it is known.
    retry_after: Option<u64>,
    /// The limit that was reached.
    limit: Option<Limit>,
    /// The methods that the path knows.
    allow: Option<String>,
    /// For the log, not for the caller.
    cause: Option<Error>,
}

/// Why a token does not do (RFC 6750, section 3.1).
#[derive(Debug, Clone, Copy)]
enum TokenFault {
    Invalid,
    /// This scope is missing; or one that no access token has.
    Scope(Option<Scope>),
}

/// One thing that is wrong with the input: at a pointer into the body, or of a parameter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// A JSON pointer (RFC 6901) into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "json-pointer", example = "/password")]
    pointer: Option<String>,
    /// The name of a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = String, required = false)]
    parameter: Option<Cow<'static, str>>,
    /// What to do about it.
    #[schema(value_type = String, example = "must have at least 8 characters")]
    detail: Cow<'static, str>,
}

impl Fault {
    /// About a parameter of a list.
    pub(crate) fn parameter(name: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: None, parameter: Some(name.into()), detail: detail.into() }
    }
}

impl From<Violation> for Fault {
    fn from(Violation { place, detail }: Violation) -> Self {
        match place {
            Place::Pointer(pointer) => Self { pointer: Some(pointer), parameter: None, detail },
            Place::Parameter(name) => Self::parameter(name, detail),
        }
    }
}

/// Whole seconds, one at least, after which a time is over.
fn seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

/// Where a code is explained.
fn address(code: &str) -> String {
    format!("/problems/{code}")
}

impl Problem {
    fn new(kind: &'static Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Details {
            kind,
            detail: detail.into(),
            faults: Vec::new(),
            failing: Vec::new(),
            token: None,
            retry_after: None,
            limit: None,
            allow: None,
            cause: None,
        }))
    }

    /// The problem that a bare status stands for.
    pub(crate) fn of(status: Status) -> Self {
        let kind = kind::of_status(status);
        Self::new(kind, kind.advice)
    }

    /// No token came.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(&kind::UNAUTHENTICATED, "send a token as Authorization: Bearer")
    }

    /// The same, where another token than a session's counts as refused.
    pub(crate) fn or_unauthenticated(self) -> Self {
        if let Some(Error::SessionNeeded) = self.0.cause { Error::Unauthenticated.into() } else { self }
    }

    /// The body is not one JSON object.
    pub(crate) fn malformed_json(detail: String) -> Self {
        Self::new(&kind::MALFORMED_JSON, detail)
    }

    /// The request is not as HTTP has it.
    pub(crate) fn malformed_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(&kind::MALFORMED_REQUEST, detail)
    }

    /// Rules that the input breaks.
    pub(crate) fn invalid(violations: impl IntoIterator<Item = Violation>) -> Self {
        Self::with_faults(violations.into_iter().map(Fault::from).collect())
    }

    /// Things that are wrong with the input.
    pub(crate) fn with_faults(faults: Vec<Fault>) -> Self {
        let mut problem = Self::new(&kind::VALIDATION_FAILED, kind::VALIDATION_FAILED.advice);
        problem.0.faults = faults;
        problem
    }

    /// This is for others.
    pub(crate) fn forbidden(detail: &'static str) -> Self {
        Self::new(&kind::FORBIDDEN, detail)
    }

    /// There is no such record.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Error::NotFound(what).into()
    }

    /// The path knows other methods.
    pub(crate) fn method_not_allowed(allow: String) -> Self {
        let mut problem = Self::of(Status::MethodNotAllowed);
        problem.0.allow = Some(allow);
        problem
    }

    /// These parts do not work.
    pub(crate) fn not_ready(failing: Vec<&'static str>) -> Self {
        let mut problem = Self::new(&kind::UNAVAILABLE, format!("not working: {}", failing.join(", ")));
        problem.0.failing = failing;
        problem
    }

    /// The status that it is answered with.
    pub(crate) fn status(&self) -> Status {
        self.0.kind.status
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let mut problem = match kind::of_error(&error) {
            // Whatever it is, it was not meant for callers.
            kind if kind.status.code == 500 => Self::new(kind, kind.advice),
            kind => Self::new(kind, error.to_string()),
        };
        match error {
            Error::Invalid(violations) => return Self::invalid(violations),
            Error::Unauthenticated => problem.0.token = Some(TokenFault::Invalid),
            Error::InsufficientScope(scope) => problem.0.token = Some(TokenFault::Scope(Some(scope))),
            Error::SessionNeeded => problem.0.token = Some(TokenFault::Scope(None)),
            Error::Busy { retry_after } => problem.0.retry_after = Some(seconds(retry_after)),
            Error::TooManyRequests { retry_after, limit } => {
                problem.0.retry_after = Some(seconds(retry_after));
                problem.0.limit = Some(limit);
            }
            _ => {}
        }
        problem.0.cause = Some(error);
        problem
    }
}
