//! Finds out which programs are there, so that a test that needs a missing one is reported as ignored, with the reason.
//! `USERSTORE_TEST_REQUIRE=all` ignores none: what is missing then fails.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs that tests need, and the name of the `cfg` that says one is there.
const PROGRAMS: &[(&str, &str)] = &[
    ("bash", "has_bash"),
    ("curl", "has_curl"),
    ("prlimit", "has_prlimit"),
    ("setpriv", "has_setpriv"),
    ("sqlite3", "has_sqlite3"),
];

fn main() {
    let required = env::var("USERSTORE_TEST_REQUIRE").is_ok_and(|value| value == "all");
    let folders: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    println!("cargo::rerun-if-env-changed=USERSTORE_TEST_REQUIRE");
    println!("cargo::rerun-if-env-changed=PATH");
    for (program, name) in PROGRAMS {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if required || folders.iter().any(|folder| folder.join(program).is_file()) {
            println!("cargo::rustc-cfg={name}");
        }
    }
    println!("cargo::rustc-check-cfg=cfg(has_pyjwt)");
    let python = folders.iter().map(|folder| folder.join("python3")).find(|python| has_pyjwt(python));
    if required || python.is_some() {
        println!("cargo::rustc-cfg=has_pyjwt");
    }
    if let Some(python) = python {
        println!("cargo::rustc-env=PYTHON_WITH_PYJWT={}", python.display());
    }
}

/// Whether this Python has the libraries that verify tokens.
fn has_pyjwt(python: &Path) -> bool {
    let mut command = Command::new(python);
    command
        .args(["-c", "import cryptography; from jwt import PyJWKClient"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    python.is_file() && command.status().is_ok_and(|status| status.success())
}
