//! Files of this repository that tests hold against what the code says.

use std::collections::BTreeSet;
use std::path::Path;

/// Holds a text against a file, whose path begins at the top of the repository. `UPDATE_GOLDEN=1` writes it anew, to be
/// looked over line by line.
///
/// # Panics
/// When they differ.
#[track_caller]
pub fn golden(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{file} is no longer true (UPDATE_GOLDEN=1 writes it):\n{}", difference(&there, text));
}

fn difference(old: &str, new: &str) -> String {
    let (old_lines, new_lines): (BTreeSet<&str>, BTreeSet<&str>) = (old.lines().collect(), new.lines().collect());
    let gone = old.lines().filter(|line| !new_lines.contains(line)).map(|line| format!("- {line}"));
    let came = new.lines().filter(|line| !old_lines.contains(line)).map(|line| format!("+ {line}"));
    gone.chain(came).collect::<Vec<_>>().join("\n")
}
