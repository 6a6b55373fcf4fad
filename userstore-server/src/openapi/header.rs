//! The headers of answers.

use serde_json::{Map, Value, json};

/// An id of a request, for examples.
pub(super) const REQUEST_ID: &str = "9f86d081884c7d65-00000000002a";

/// A header as a component: its name there, the header's own, what it says, an example, and whether it is always there.
type Header = (&'static str, &'static str, &'static str, &'static str, bool);

const HEADERS: &[Header] = &[
    ("Cache-Control", "Cache-Control", "Whether the answer may be kept, and how long.", "no-store", true),
    (
        "Content-Security-Policy",
        "Content-Security-Policy",
        "What a browser that shows the answer may do.",
        "default-src 'none'; frame-ancestors 'none'",
        true,
    ),
    ("Content-Type-Options", "X-Content-Type-Options", "The content is what its type says.", "nosniff", true),
    (
        "Cross-Origin-Resource-Policy",
        "Cross-Origin-Resource-Policy",
        "No page of another site may embed the answer.",
        "same-origin",
        true,
    ),
    ("Frame-Options", "X-Frame-Options", "No page may frame the answer.", "DENY", true),
    ("Referrer-Policy", "Referrer-Policy", "What leads elsewhere tells not from where.", "no-referrer", true),
    (
        "Strict-Transport-Security",
        "Strict-Transport-Security",
        "Over TLS: for how long it is to be used.",
        "max-age=31536000",
        false,
    ),
    (
        "Challenge",
        "WWW-Authenticate",
        "That a token is needed, and what was wrong with the one that came (RFC 6750).",
        r#"Bearer realm="userstore", error="invalid_token""#,
        true,
    ),
    (
        "Scope-Challenge",
        "WWW-Authenticate",
        "Where a scope or a session is missing: which (RFC 6750).",
        r#"Bearer realm="userstore", error="insufficient_scope", scope="members:write""#,
        false,
    ),
    (
        "Limit",
        "RateLimit",
        "That nothing is left of the limit, and for how many seconds (draft-ietf-httpapi-ratelimit-headers-11).",
        r#""account";r=0;t=30"#,
        true,
    ),
    (
        "Limit-Policy",
        "RateLimit-Policy",
        "The limit that was reached, which is on an `account`, on an `address` or on every `sign_up` from it: how often, \
         in how many seconds.",
        r#""account";q=10;w=60"#,
        true,
    ),
    ("Location", "Location", "The address of the new record.", "/members/7", true),
    (
        "Next",
        "Link",
        "Where the next page is, where there is one (RFC 8288).",
        r#"</members?after=bWVtYmVyOjc>; rel="next""#,
        false,
    ),
    ("Own-Tag", "ETag", "The state of the user, where it is one that is shown.", r#""83c7f05ba1d2e946.3""#, false),
    (
        "Request-Id",
        "X-Request-Id",
        "Names the request in the log of the server: as the client has chosen, or as it was made.",
        REQUEST_ID,
        true,
    ),
    ("Retry-After", "Retry-After", "After how many seconds trying again makes sense.", "2", true),
    (
        "Tag",
        "ETag",
        "The state of the record: it changes when, and only when, something shown changes.",
        r#""83c7f05ba1d2e946.3""#,
        true,
    ),
    // Where an answer has the other, that one is told of in the place of this.
    (
        "Origin-Vary",
        "Vary",
        "Where pages of other origins may use the API: that it depends on theirs.",
        "Origin",
        false,
    ),
    ("Vary", "Vary", "What the form of the answer depends on.", "Accept", true),
];

/// Every header, as components have it.
pub(super) fn components() -> Value {
    let component = |(name, _, description, example, required): &Header| {
        let (schema, example) = match example.parse::<u64>() {
            Ok(number) => (json!({"type": "integer", "minimum": 1}), json!(number)),
            Err(_) => (json!({"type": "string", "minLength": 1}), json!(example)),
        };
        let header = json!({"description": description, "required": required, "schema": schema, "example": example});
        ((*name).to_owned(), header)
    };
    Value::Object(HEADERS.iter().map(component).collect())
}

/// References to these components.
fn references(names: &[&str]) -> Value {
    let wanted = HEADERS.iter().filter(|(name, ..)| names.contains(name));
    let reference =
        |(name, header, ..): &Header| ((*header).to_owned(), json!({"$ref": format!("#/components/headers/{name}")}));
    Value::Object(wanted.map(reference).collect::<Map<_, _>>())
}

/// What every answer has.
const EVERYWHERE: &[&str] = &[
    "Request-Id",
    "Content-Security-Policy",
    "Content-Type-Options",
    "Cross-Origin-Resource-Policy",
    "Frame-Options",
    "Origin-Vary",
    "Referrer-Policy",
    "Strict-Transport-Security",
];

/// What every answer has, and besides it these.
fn with(more: &[&str]) -> Value {
    references(&[EVERYWHERE, more].concat())
}

/// Those of a problem with this status.
pub(super) fn of_refusal(status: u16) -> Value {
    match status {
        401 => with(&["Cache-Control", "Challenge"]),
        403 => with(&["Cache-Control", "Scope-Challenge"]),
        429 => with(&["Cache-Control", "Retry-After", "Limit", "Limit-Policy"]),
        503 => with(&["Cache-Control", "Retry-After"]),
        _ => with(&["Cache-Control"]),
    }
}

/// Those of an answer that is no problem: with this status, and of this shape.
pub(super) fn of_answer(status: &str, shape: &str) -> Value {
    match (status, shape) {
        ("201", _) => with(&["Cache-Control", "Tag", "Location"]),
        ("204", _) => with(&[]),
        (_, "User" | "Member") => with(&["Cache-Control", "Tag"]),
        (_, "Home") => with(&["Cache-Control", "Own-Tag"]),
        (_, "UserPage" | "SessionPage" | "MemberPage") => with(&["Cache-Control", "Next"]),
        (_, "ProblemMeaning") => with(&["Cache-Control", "Vary"]),
        _ => with(&["Cache-Control"]),
    }
}
