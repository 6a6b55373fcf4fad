//! What the suite has to lead to, so that nothing is left out: every operation with every answer, and every command.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use tests::golden;

use super::Scene;
use crate::cli::COMMANDS;
use crate::routes::routes;

/// What was asked that no route answers.
const NO_ROUTE: &str = "-";

const GOLDEN: &str = "tests/it/golden/conformance.txt";

/// Asserts that the scene's server was asked everything, and gave every answer, and that every command was run.
pub(super) fn is_all(scene: &Scene) {
    golden(GOLDEN, &shown(&scene.server.record().all()));

    // It prints a script, and opens no store.
    let wanted = COMMANDS.iter().filter(|command| **command != "completions").map(|command| (*command).to_owned());
    assert_eq!(*scene.run.borrow(), wanted.collect());
}

/// A line for each answer of each operation.
fn shown(record: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut text = String::new();
    for (operation, answers) in record {
        for answer in answers {
            writeln!(text, "{operation:<38} {answer}").unwrap();
        }
    }
    text
}

#[test]
fn names_every_route_and_no_other() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(GOLDEN);
    let text = std::fs::read_to_string(file).unwrap();
    let named: BTreeSet<String> = text.lines().map(|line| line[..38].trim_end().to_owned()).collect();
    let mut wanted: BTreeSet<String> = routes()
        .into_iter()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    wanted.insert(NO_ROUTE.to_owned());
    assert_eq!(named, wanted);
}
