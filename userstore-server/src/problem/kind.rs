//! THE status table: which error is answered with which status and code.

use rocket::http::Status;
use userstore_core::Error;

/// A kind of problem. What it means is the same wherever it occurs.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) status: Status,
    /// Stable; also the end of the problem's `type`.
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    /// What to do, where the occasion does not tell more.
    pub(crate) advice: &'static str,
}

/// After how many seconds trying again makes sense, where nobody knows better.
pub(super) const RETRY_AFTER: u64 = 2;

macro_rules! kinds {
    ($($name:ident = $status:ident $code:literal $title:literal, $advice:literal;)+) => {
        $(pub(crate) static $name: Kind =
            Kind { status: Status::$status, code: $code, title: $title, advice: $advice };)+

        /// Every kind.
        pub(super) static ALL: &[&Kind] = &[$(&$name),+];
    };
}

kinds! {
    MALFORMED_JSON = BadRequest "malformed_json" "The body is not one JSON object", "send one JSON object";
    MALFORMED_REQUEST = BadRequest "malformed_request" "The request is malformed", "the request could not be read; correct its method, address or headers";
    UNAUTHENTICATED = Unauthorized "unauthenticated" "A valid token is needed", "sign in, and send the token as Authorization: Bearer";
    INVALID_CREDENTIALS = Unauthorized "invalid_credentials" "The credentials are wrong", "correct the username or the password";
    WRONG_PASSWORD = Forbidden "invalid_credentials" "The credentials are wrong", "correct the current password";
    FORBIDDEN = Forbidden "forbidden" "This is not allowed", "ask an administrator";
    INSUFFICIENT_SCOPE = Forbidden "forbidden" "This is not allowed", "use a token with the scope that is needed";
    SESSION_NEEDED = Forbidden "forbidden" "This is not allowed", "sign in, and send the token of the session";
    ACCOUNT_BLOCKED = Forbidden "account_blocked" "The account is blocked", "ask an administrator";
    SIGNUP_CLOSED = Forbidden "signup_closed" "Sign-up is closed", "ask an administrator for an account";
    NOT_FOUND = NotFound "not_found" "There is no such thing", "there is nothing at this address";
    METHOD_NOT_ALLOWED = MethodNotAllowed "method_not_allowed" "The method is not known here", "use one of the methods in the Allow header";
    USERNAME_TAKEN = Conflict "username_taken" "The username is taken", "choose another username";
    NAME_TAKEN = Conflict "name_taken" "The name is taken", "choose another name, or change the member that has it";
    LAST_ADMIN = Conflict "last_admin" "The last admin stays", "make another admin first";
    PRECONDITION_FAILED = PreconditionFailed "precondition_failed" "The record is in another state", "read the record again";
    PAYLOAD_TOO_LARGE = PayloadTooLarge "payload_too_large" "The body is too large", "send 64 KiB at most";
    UNSUPPORTED_MEDIA_TYPE = UnsupportedMediaType "unsupported_media_type" "The content type is not known here", "send the body as Content-Type: application/json, without compression";
    VALIDATION_FAILED = UnprocessableEntity "validation_failed" "The input is not valid", "correct what `errors` lists";
    TOO_MANY_REQUESTS = TooManyRequests "too_many_requests" "Tried too often", "wait for as long as Retry-After says";
    INTERNAL_ERROR = InternalServerError "internal_error" "The server failed", "this is a fault of the server; its log knows the request_id";
    UNAVAILABLE = ServiceUnavailable "unavailable" "The server cannot do this now", "try again later";
}

pub(super) fn of_error(error: &Error) -> &'static Kind {
    match error {
        Error::Unauthenticated => &UNAUTHENTICATED,
        Error::InvalidCredentials => &INVALID_CREDENTIALS,
        Error::WrongPassword => &WRONG_PASSWORD,
        Error::Forbidden => &FORBIDDEN,
        Error::InsufficientScope(_) => &INSUFFICIENT_SCOPE,
        Error::SessionNeeded => &SESSION_NEEDED,
        Error::AccountBlocked => &ACCOUNT_BLOCKED,
        Error::SignupClosed => &SIGNUP_CLOSED,
        Error::NotFound(_) => &NOT_FOUND,
        Error::UsernameTaken => &USERNAME_TAKEN,
        Error::NameTaken => &NAME_TAKEN,
        Error::LastAdmin => &LAST_ADMIN,
        Error::PreconditionFailed => &PRECONDITION_FAILED,
        Error::Invalid(_) => &VALIDATION_FAILED,
        Error::TooManyRequests { .. } => &TOO_MANY_REQUESTS,
        Error::Busy { .. } | Error::Unavailable { .. } => &UNAVAILABLE,
        _ => &INTERNAL_ERROR,
    }
}

/// What Rocket, or a guard, says with a status alone.
pub(super) fn of_status(status: Status) -> &'static Kind {
    match status.code {
        401 => &UNAUTHENTICATED,
        403 => &FORBIDDEN,
        404 => &NOT_FOUND,
        405 => &METHOD_NOT_ALLOWED,
        412 => &PRECONDITION_FAILED,
        413 => &PAYLOAD_TOO_LARGE,
        415 => &UNSUPPORTED_MEDIA_TYPE,
        422 => &VALIDATION_FAILED,
        429 => &TOO_MANY_REQUESTS,
        503 => &UNAVAILABLE,
        400..=499 => &MALFORMED_REQUEST,
        _ => &INTERNAL_ERROR,
    }
}
