//! The passwords that are guessed first.

/// One a line, in lower case, sorted by byte; before them a header, which ends with an empty line.
const LIST: &str = include_str!("common.txt");

/// Whether a password, in lower case, is on the list of common passwords (NIST SP 800-63B, section 3.1.1.2).
///
/// The lines are searched where they lie: no table is built, and nothing is allocated.
pub(super) fn contains(folded: &str) -> bool {
    let wanted = folded.as_bytes();
    let mut lines = entries().as_bytes();
    while !lines.is_empty() {
        let middle = lines.len() / 2;
        let start = lines[..middle].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let end = lines[start..].iter().position(|&byte| byte == b'\n').map_or(lines.len(), |at| start + at);
        match wanted.cmp(&lines[start..end]) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => lines = &lines[..start],
            std::cmp::Ordering::Greater => lines = lines.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

fn entries() -> &'static str {
    LIST.split_once("\n\n").map_or(LIST, |(_header, entries)| entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_long_sorted_and_folded() {
        let all: Vec<_> = entries().lines().collect();
        assert_eq!(all.len(), 30_000);
        assert!(all.iter().filter(|entry| entry.len() >= 8).count() >= 10_000);
        assert!(all.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes()));
        assert!(all.iter().all(|entry| !entry.is_empty() && !entry.bytes().any(|byte| byte.is_ascii_uppercase())));
    }

    #[test]
    fn every_entry_is_found_and_nothing_else() {
        for entry in entries().lines() {
            assert!(contains(entry), "{entry}");
        }
        for other in ["", "\n", " ", "password ", "correct horse battery staple", "~~~~", "!", "пароль", "# source"]
        {
            assert!(!contains(other), "{other:?}");
        }
    }
}
