//! What is wrong with a request that no route shall see as it is.

use rocket::Request;

use crate::problem::Problem;

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// A header that matters is not text.
    Header,
    /// The body took too long to come in.
    LateBody,
    /// The body broke off.
    BrokenBody,
}

impl Fault {
    /// What was found wrong with this request.
    pub(super) fn of(request: &Request<'_>) -> Self {
        *request.local_cache(|| Self::None)
    }

    fn problem(self) -> Option<Problem> {
        let detail = match self {
            Self::None => return None,
            Self::Header => "a header holds bytes that are not UTF-8; send visible ASCII",
            Self::LateBody => "the body took too long; send it without a break",
            Self::BrokenBody => "the body broke off",
        };
        Some(Problem::malformed_request(detail))
    }
}

/// Why a request goes to no route, if it does not.
pub(crate) fn refusal(request: &Request<'_>) -> Option<Problem> {
    let fault = Fault::of(request);
    (fault == Fault::Header).then(|| fault.problem()).flatten()
}

/// Why there is no body, if there should be one.
pub(crate) fn missing_body(request: &Request<'_>) -> Option<Problem> {
    let fault = Fault::of(request);
    matches!(fault, Fault::LateBody | Fault::BrokenBody).then(|| fault.problem()).flatten()
}
