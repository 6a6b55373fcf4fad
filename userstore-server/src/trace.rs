//! Which trace a request belongs to (W3C Trace Context, level 1).

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rocket::Request;

/// The header that brings it.
const HEADER: &str = "traceparent";

/// Names a trace: 128 bits, of which at least one is set. Shown as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(pub(crate) u128);

/// The caller's part in a trace, which a request is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(crate) trace: TraceId,
    /// The span that is being worked on there; not 0.
    pub(crate) span: u64,
    /// The lowest bit says that the caller keeps what it sees of the trace.
    pub(crate) flags: u8,
}

impl Parent {
    /// What a request says; nothing where it says so in another way than it has to.
    pub(crate) fn of(request: &Request<'_>) -> Option<Self> {
        let mut values = request.headers().get(HEADER);
        values.next().filter(|_| values.next().is_none()).and_then(parse)
    }
}

impl TraceId {
    /// The trace that a request says it belongs to, or a new one where it says none.
    pub(crate) fn of(request: &Request<'_>) -> Self {
        Parent::of(request).map_or_else(Self::fresh, |parent| parent.trace)
    }

    /// One that by all odds no other trace has.
    fn fresh() -> Self {
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(|| [RandomState::new(), RandomState::new()]);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let [high, low] = [&KEYS[0], &KEYS[1]].map(|key| u128::from(key.hash_one(count)));
        Self(((high << 64) | low).max(1))
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Version 00: the ids of the trace and of the caller's part in it, neither of them zero, and flags.
fn parse(text: &str) -> Option<Parent> {
    let mut fields = text.split('-');
    let mut field = |digits| fields.next().and_then(|field| number(field, digits));
    let (version, trace, span, flags) = (field(2)?, field(32)?, field(16)?, field(2)?);
    let is_good = version == 0 && trace != 0 && span != 0 && fields.next().is_none();
    let (span, flags) = (u64::try_from(span).ok()?, u8::try_from(flags).ok()?);
    is_good.then_some(Parent { trace: TraceId(trace), span, flags })
}

/// So many digits, the letters among them small.
fn number(field: &str, digits: usize) -> Option<u128> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    let fits = field.len() == digits && field.bytes().all(is_digit);
    fits.then(|| u128::from_str_radix(field, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_read_to_the_letter() {
        let trace = |text| parse(text).map(|parent| parent.trace.to_string());
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(trace(good).as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
        let least = parse("00-00000000000000000000000000000001-0000000000000001-00");
        assert_eq!(least, Some(Parent { trace: TraceId(1), span: 1, flags: 0 }));
        for bad in [
            "",
            "00",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(trace(bad), None, "{bad}");
        }
    }

    #[test]
    fn new_ones_differ() {
        let (one, other) = (TraceId::fresh(), TraceId::fresh());
        assert_ne!(one, other);
        assert_eq!(one.to_string().len(), 32);
    }
}
