//! Whether files that hold secrets are for their owner alone.

use std::path::{Path, PathBuf};

use super::Finding;
use crate::config::Settings;

/// The files of the database, which hold password hashes.
pub(super) fn database(database: &Path) -> Finding {
    let companion = |suffix: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let files = [database.to_owned(), companion("-wal"), companion("-shm")];
    let open: Vec<String> =
        files.iter().filter(|file| is_open_to_others(file)).map(|f| f.display().to_string()).collect();
    if open.is_empty() {
        Finding::good("file modes", "the database is for its owner alone")
    } else {
        let files = open.join(" ");
        Finding::warning("file modes", format!("others can open {files}"), format!("chmod 600 {files}"))
    }
}

/// The private key of the certificate, where there is one: whoever has it can pass for the server.
pub(super) fn tls_key(settings: &Settings) -> Option<Finding> {
    let check = "TLS key";
    let file = settings.server.tls_key.as_deref()?;
    let name = file.display();
    Some(match file.metadata() {
        Err(error) => {
            let advice = "see that server.tls_key is the path of a file, as seen from the server's directory";
            Finding::warning(check, format!("{name} cannot be looked at: {error}"), advice)
        }
        Ok(_) if is_open_to_others(file) => {
            Finding::warning(check, format!("others can open {name}"), format!("chmod 600 {name}"))
        }
        Ok(_) => Finding::good(check, "it is for its owner alone"),
    })
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
