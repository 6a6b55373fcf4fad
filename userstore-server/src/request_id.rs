//! What names a request in its answer, in problems and in the log.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rocket::Request;
use rocket::http::Method;

/// The header that brings it and takes it back.
pub(crate) const HEADER: &str = "x-request-id";

/// The most characters of one that a client brings.
const MAX_CHARS: usize = 128;

/// The one that the client has chosen: 1 to 128 visible ASCII characters. Anything else is not taken.
pub(crate) fn brought<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.headers().get_one(HEADER).filter(|id| is_fit(id))
}

fn is_fit(id: &str) -> bool {
    (1..=MAX_CHARS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The one of this request: brought, or made when it is first asked for.
pub(crate) fn of<'r>(request: &'r Request<'_>) -> &'r str {
    struct Made(String);
    brought(request).unwrap_or_else(|| &request.local_cache(|| Made(fresh())).0)
}

/// Whether the one of this request is noted elsewhere, whatever the answer: where something may change.
pub(crate) fn is_kept(request: &Request<'_>) -> bool {
    request.method() != Method::Get
}

/// A new one, which no other request of this process has, and by all odds none of another.
pub(crate) fn fresh() -> String {
    static PROCESS: LazyLock<String> =
        LazyLock::new(|| format!("{:016x}", RandomState::new().hash_one(std::process::id())));
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut digits = [b'0'; 12];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(count & 15) as usize];
        count >>= 4;
    }
    let mut id = String::with_capacity(PROCESS.len() + 1 + digits.len());
    id.push_str(&PROCESS);
    id.push('-');
    id.extend(digits.map(char::from));
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_bring_visible_ascii() {
        assert!(is_fit("a"));
        assert!(is_fit("!~"));
        assert!(is_fit(&"x".repeat(128)));
        for unfit in ["", "a b", "a\tb", "é", &"x".repeat(129)] {
            assert!(!is_fit(unfit), "{unfit:?}");
        }
    }

    #[test]
    fn those_made_are_fit_and_differ() {
        let (one, other) = (fresh(), fresh());
        assert!(is_fit(&one));
        assert_ne!(one, other);
    }
}
