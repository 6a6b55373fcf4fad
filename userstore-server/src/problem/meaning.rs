//! What each code of a problem means: THE table that `/problems/{code}`, the OpenAPI document and docs/errors.md show.

use serde::Serialize;
use utoipa::ToSchema;

use super::kind::ALL;

/// What a code means, and what to do about it.
struct Entry {
    code: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

macro_rules! entries {
    ($($code:literal $meaning:literal $remedy:literal;)+) => {
        /// In the order in which they are listed.
        static ENTRIES: &[Entry] = &[$(Entry { code: $code, meaning: $meaning, remedy: $remedy }),+];
    };
}

entries! {
    "malformed_json" "The body is not one JSON object: it is empty, breaks off, gives a key twice, goes on after the object, is nested beyond 127 levels or holds a number beyond a 64-bit float." "Send one JSON object, in UTF-8.";
    "malformed_request" "The request is not as HTTP has it: its address, its method or a header cannot be read, there is not one Host header, there are two Authorization headers, or the body broke off." "Correct what the detail names, and send the request again.";
    "unauthenticated" "There is no token, or the one that came is not valid, or not any more: it has expired, its session was ended, or its user was blocked or deleted or has a new password." "Sign in, and send the token as Authorization: Bearer.";
    "invalid_credentials" "The username or the password is wrong; which of the two is not told. With 403, it is the current password that is wrong, asked for before it is changed." "Correct the username or the password.";
    "forbidden" "The caller is known, and may not do this: it is for the account's owner or an administrator, needs a scope that the token or the role does not have, or needs a session where an access token was sent. To all but administrators an account of somebody else looks the same whether or not it exists." "Use another account, or ask an administrator for the role. Where WWW-Authenticate names a scope, use a token that has it.";
    "account_blocked" "The password is right, but an administrator has blocked the account." "Ask an administrator.";
    "signup_closed" "Here, only administrators create accounts." "Ask an administrator for an account.";
    "not_found" "There is no such record, or nothing at all at this address." "Correct the address, or read the list that the record should be in.";
    "method_not_allowed" "The address knows other methods." "Use one of those that the Allow header names.";
    "username_taken" "Another account has this username, in this or another spelling." "Choose another username.";
    "name_taken" "Another member has this name." "Choose another name, or change the member that has it.";
    "last_admin" "The change would leave no active administrator." "Make another administrator first.";
    "precondition_failed" "If-Match or If-None-Match does not hold: the record has changed since it was read, is not there, or is there already." "Read the record again, and decide anew.";
    "payload_too_large" "The body has more than 64 KiB." "Send less.";
    "unsupported_media_type" "The body has no content type or another one than JSON, or it is compressed." "Send it as Content-Type: application/json, without Content-Encoding.";
    "validation_failed" "The input breaks rules. Each is listed in errors, with a JSON pointer into the body or the name of a query parameter." "Correct every place that errors lists.";
    "too_many_requests" "There were too many attempts from this address or for this account. Nothing was tried." "Wait for the seconds that Retry-After names.";
    "internal_error" "The server has failed. Nothing is wrong with the request." "Tell the operator the request_id: the log of the server knows it.";
    "unavailable" "The server is busy, stopping, or cannot reach what it stands on. A change that was under way may or may not have been made." "Try again after the seconds that Retry-After names.";
}

/// What a code of a problem means.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemMeaning)]
#[expect(clippy::struct_field_names, reason = "the members are named as they are shown")]
pub(crate) struct Meaning {
    /// What problems have as their `type`.
    #[schema(format = "uri-reference", example = "/problems/username_taken")]
    r#type: String,
    /// The code itself.
    #[schema(example = "username_taken")]
    pub(crate) code: &'static str,
    /// In a few words.
    #[schema(example = "The username is taken")]
    pub(crate) title: &'static str,
    /// The status codes that it comes with.
    #[schema(example = json!([409]))]
    pub(crate) statuses: Vec<u16>,
    /// What has happened.
    #[schema(example = "Another account has this username, in this or another spelling.")]
    pub(crate) meaning: &'static str,
    /// What to do about it.
    #[schema(example = "Choose another username.")]
    pub(crate) remedy: &'static str,
}

impl Meaning {
    /// Of this code.
    pub(crate) fn of(code: &str) -> Option<Self> {
        ENTRIES.iter().find(|entry| entry.code == code).map(Self::read)
    }

    /// Of every code.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(Self::read)
    }

    fn read(&Entry { code, meaning, remedy }: &Entry) -> Self {
        let kinds = || ALL.iter().filter(|kind| kind.code == code);
        let mut statuses: Vec<u16> = kinds().map(|kind| kind.status.code).collect();
        statuses.dedup();
        let title = kinds().next().map_or("", |kind| kind.title);
        Self { r#type: super::address(code), code, title, statuses, meaning, remedy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_meaning_and_every_meaning_a_kind() {
        for kind in ALL {
            let meaning = Meaning::of(kind.code).unwrap();
            assert_eq!(meaning.title, kind.title, "one title for each code: {}", kind.code);
        }
        for meaning in Meaning::all() {
            assert!(!meaning.statuses.is_empty(), "{} occurs nowhere", meaning.code);
            assert_eq!(Meaning::all().filter(|other| other.code == meaning.code).count(), 1, "{}", meaning.code);
        }
        assert_eq!(Meaning::of("invalid_credentials").unwrap().statuses, [401, 403]);
        assert!(Meaning::of("").is_none() && Meaning::of("Forbidden").is_none());
    }
}
