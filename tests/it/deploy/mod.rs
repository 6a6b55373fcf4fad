//! What `deploy/` and `docs/growing.md` say, held against the real programs.

mod compose;
mod image;
mod load_balancer;
mod names;
mod unit;
mod watching;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tests::program;

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file of the repository.
fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The files that tell people and machines how it is run, and what is in them.
fn files() -> Vec<(String, String)> {
    let entries = root().join("deploy").read_dir().unwrap().map(Result::unwrap);
    let names = entries.filter(|entry| entry.file_type().unwrap().is_file()).map(|entry| entry.file_name());
    let mut names: Vec<String> = names.map(|name| format!("deploy/{}", name.into_string().unwrap())).collect();
    names.sort();
    names.push("docs/growing.md".to_owned());
    names.into_iter().map(|name| (read(&name), name)).map(|(text, name)| (name, text)).collect()
}

/// The blocks of this language in a page.
fn blocks<'t>(page: &'t str, language: &str) -> Vec<&'t str> {
    let mut parts = page.split("```").skip(1).step_by(2);
    parts.by_ref().filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// Has the server load settings, and ask for its health at a port where nobody listens: it exits with 2 if the settings
/// are wrong, and with 1 if they are not.
fn load_settings(folder: &Path, environment: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(program("userstore-server"));
    command.env_clear().current_dir(folder).args(["--host", "127.0.0.1", "--port", "1", "--check-health"]);
    let Output { status, stderr, .. } = command.envs(environment.iter().copied()).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}
