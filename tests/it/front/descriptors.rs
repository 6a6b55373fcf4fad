//! A process that has no file descriptor left.

use std::process::{Command, Stdio};

use tests::{ServerProcess, program};

use super::Kept;

/// It serves whoever comes with those it has, and everybody when there are some again.
#[test]
fn running_out_of_file_descriptors_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("prlimit");
    command.arg("--nofile=64:64").arg(program("userstore-server")).current_dir(folder.path());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("PORT", "0");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let server = ServerProcess::spawn(&mut command);
    let kept: Vec<_> = (0..200).map(|_| Kept::open(server.client())).collect();
    for _ in 0..10 {
        let _home = server.client().request("GET", "/").send().is(200);
    }
    drop(kept);
    let _home = server.client().request("GET", "/").send().is(200);
    let (status, log) = server.stop();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("file descriptors"), "{log}");
}
