//! What is wrong with a request that no route shall see as it is.

use rocket::Request;

use crate::problem::Problem;

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its target is no path.
    Target,
    /// It does not name one host.
    Host,
    /// A header that matters is not text.
    Header,
    /// The body took too long to come in.
    LateBody,
    /// The body broke off.
    BrokenBody,
}

impl Fault {
    /// What was found wrong with this request.
    fn of(request: &Request<'_>) -> Option<Self> {
        *request.local_cache(|| None)
    }

    /// Notes that this is wrong with a request.
    pub(super) fn note(self, request: &Request<'_>) {
        request.local_cache(|| Some(self));
    }

    /// Whether it is the head that is wrong.
    fn is_of_head(self) -> bool {
        matches!(self, Self::Target | Self::Host | Self::Header)
    }

    fn problem(self) -> Problem {
        let detail = match self {
            Self::Target => "the address has to start with /, or with http:// and a host",
            Self::Host => "send one Host header, with a host and no more than its port",
            Self::Header => "a header holds bytes that are not UTF-8; send visible ASCII",
            Self::LateBody => "the body took too long; send it without a break",
            Self::BrokenBody => "the body broke off",
        };
        Problem::malformed_request(detail)
    }
}

/// Why a request goes to no route, if it does not.
pub(crate) fn refusal(request: &Request<'_>) -> Option<Problem> {
    Fault::of(request).filter(|fault| fault.is_of_head()).map(Fault::problem)
}

/// Why there is no body, if there should be one.
pub(crate) fn missing_body(request: &Request<'_>) -> Option<Problem> {
    Fault::of(request).filter(|fault| !fault.is_of_head()).map(Fault::problem)
}
