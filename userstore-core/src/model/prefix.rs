//! Starts of texts, in the order of UTF-8 bytes.

/// The first text that comes after all texts with this prefix: a text `t` starts with `p` exactly when `p <= t <
/// upper_bound(p)`. `None` where every text from `p` on starts with it.
pub(crate) fn upper_bound(prefix: &str) -> Option<String> {
    // In UTF-8, the order of bytes is the order of scalar values.
    let mut bound = prefix.to_owned();
    while let Some(last) = bound.pop() {
        // The step of a range leaves out the surrogates.
        if let Some(next) = (last..=char::MAX).nth(1) {
            bound.push(next);
            return Some(bound);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_the_next_text_without_the_prefix() {
        for (prefix, bound) in [
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("a\u{7f}", Some("a\u{80}")),
            ("\u{7ff}", Some("\u{800}")),
            ("\u{ffff}", Some("\u{10000}")),
            ("\u{10ffff}\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(upper_bound(prefix).as_deref(), bound, "{prefix:?}");
        }
    }
}
