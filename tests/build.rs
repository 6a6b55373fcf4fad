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
    ("promtool", "has_promtool"),
    ("setpriv", "has_setpriv"),
    ("sqlite3", "has_sqlite3"),
    ("systemd-analyze", "has_systemd_analyze"),
];

/// The `cfg` of each kind of server that tests start, and the programs that this takes. Where each was found is in a
/// variable of the build, such as `PROGRAM_REDIS_SERVER`.
const SERVERS: &[(&str, &[&str])] = &[
    ("has_postgres", &["initdb", "postgres", "psql"]),
    ("has_mariadb", &["mariadbd", "mariadb"]),
    ("has_redis", &["redis-server"]),
    ("has_memcached", &["memcached"]),
    ("has_nginx", &["nginx"]),
    ("has_caddy", &["caddy"]),
    ("has_haproxy", &["haproxy"]),
];

fn main() {
    println!("cargo::rustc-env=TARGET={}", env::var("TARGET").unwrap_or_default());
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
    find_servers(required, &folders);
    println!("cargo::rustc-check-cfg=cfg(has_pyjwt)");
    let python = folders.iter().map(|folder| folder.join("python3")).find(|python| has_pyjwt(python));
    if required || python.is_some() {
        println!("cargo::rustc-cfg=has_pyjwt");
    }
    if let Some(python) = python {
        println!("cargo::rustc-env=PYTHON_WITH_PYJWT={}", python.display());
    }
    println!("cargo::rustc-check-cfg=cfg(has_pyyaml)");
    let python = folders.iter().map(|folder| folder.join("python3")).find(|python| runs(python, "import yaml"));
    if required || python.is_some() {
        println!("cargo::rustc-cfg=has_pyyaml");
    }
    if let Some(python) = python {
        println!("cargo::rustc-env=PYTHON_WITH_PYYAML={}", python.display());
    }
}

/// Looks where Debian has the programs of servers, too: of PostgreSQL, only some are in the path, by other names.
fn find_servers(required: bool, path: &[PathBuf]) {
    let mut folders = postgres();
    folders.extend_from_slice(path);
    folders.extend(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    for (name, programs) in SERVERS {
        println!("cargo::rustc-check-cfg=cfg({name})");
        let found: Vec<Option<PathBuf>> = programs
            .iter()
            .map(|program| folders.iter().map(|folder| folder.join(program)).find(|file| file.is_file()))
            .collect();
        if required || found.iter().all(Option::is_some) {
            println!("cargo::rustc-cfg={name}");
        }
        for (program, file) in programs.iter().zip(&found) {
            if let Some(file) = file {
                let variable = program.to_uppercase().replace('-', "_");
                println!("cargo::rustc-env=PROGRAM_{variable}={}", file.display());
            }
        }
    }
}

/// Where Debian has PostgreSQL's own programs, the newest version first.
fn postgres() -> Vec<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let number = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(number(folder)));
    folders.into_iter().map(|folder| folder.join("bin")).collect()
}

/// Whether this Python has the libraries that verify tokens.
fn has_pyjwt(python: &Path) -> bool {
    runs(python, "import cryptography; from jwt import PyJWKClient")
}

/// Whether this is a Python, and runs this line.
fn runs(python: &Path, line: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", line]).stdout(Stdio::null()).stderr(Stdio::null());
    python.is_file() && command.status().is_ok_and(|status| status.success())
}
