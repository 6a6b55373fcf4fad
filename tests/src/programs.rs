//! The real programs, built once for each run of the tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The file of a program of this workspace, such as `userstore-server`.
///
/// Cargo names binaries only to the tests of their own package. So they are built here, the whole workspace at once and
/// in the profile that the tests were built in: with the same features, so that nothing is compiled anew.
#[must_use]
pub fn program(name: &str) -> &'static Path {
    static PROGRAMS: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(build);
    programs.get(name).unwrap_or_else(|| panic!("there is no program {name}, only {:?}", programs.keys()))
}

/// How the names of the variables begin that cargo sets for one package alone.
const OWN: &[&str] = &["OUT_DIR", "CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];

fn build() -> BTreeMap<String, PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // Beside the tests, so that they share what both stand on: it is built already.
    command.args(["build", "--workspace", "--bins", "--tests", "--message-format=json", "--quiet"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // What cargo told this test of its own package is not for the build scripts of others: some are run again, and all
    // that stands on them is built again, where it changes.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| OWN.iter().any(|own| name.starts_with(own))) {
            command.env_remove(name);
        }
    }
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "cargo build failed: {}", String::from_utf8_lossy(&output.stdout));
    let messages = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    messages.filter_map(|message: Value| executable(&message)).collect()
}

fn executable(message: &Value) -> Option<(String, PathBuf)> {
    if message["profile"]["test"].as_bool()? {
        return None;
    }
    Some((message["target"]["name"].as_str()?.to_owned(), message["executable"].as_str()?.into()))
}
