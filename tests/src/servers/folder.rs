//! The temporary folder that a server works in, and the guardian who clears it away.

use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// What the guardian does: it waits until nobody holds its standard input any more, which is so when the folder is
/// dropped and also when the tests' process dies in whatever way; then it kills every process that works in the folder
/// and removes it.
const GUARDIAN: &str = r#"
cd / && cat >/dev/null
workers() { find /proc/[0-9]*/cwd -maxdepth 0 '(' -lname "$0" -o -lname "$0/*" ')' 2>/dev/null | cut -d/ -f3; }
found=$(workers)
while [ -n "$found" ]; do kill -KILL $found 2>/dev/null; sleep 0.02; found=$(workers); done
rm -rf "$0"
"#;

/// A temporary folder. When it is dropped, or the tests' process dies, the processes that work in it are killed and it is
/// removed.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    guardian: Child,
    /// Whose it is, where the tests run as root and the server may not.
    owner: Option<u32>,
}

impl Folder {
    /// A folder of whoever runs the tests.
    pub(super) fn new() -> Self {
        let path =
            tempfile::Builder::new().prefix("userstore-server-").tempdir().unwrap().keep().canonicalize().unwrap();
        let mut guardian = Command::new("sh");
        guardian.args(["-c", GUARDIAN]).arg(&path).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A signal from the terminal is not for the guardian.
        let guardian = guardian.process_group(0).spawn().unwrap();
        Self { path, guardian, owner: None }
    }

    /// The folder of this user, for a server that refuses to run as root, where the tests do; else as [`new`](Self::new).
    pub(super) fn of(user: &str) -> Self {
        let mut folder = Self::new();
        if folder.path.metadata().unwrap().uid() == 0 {
            let uid = id(&["-u", user]);
            chown(&folder.path, Some(uid), Some(id(&["-g", user]))).unwrap();
            folder.owner = Some(uid);
        }
        folder
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A command in the folder, by its owner, with nothing in its environment but the path to other programs.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(uid) = self.owner {
            let gid = self.path.metadata().unwrap().gid();
            command = Command::new("setpriv");
            command
                .args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()])
                .arg(program);
        }
        command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.current_dir(&self.path).process_group(0).stdin(Stdio::null());
        command
    }

    /// Runs a command that prepares the folder.
    #[track_caller]
    pub(super) fn run(command: &mut Command) {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {output:?}");
    }

    /// Sends a signal to every process that works in the folder, again until no new one is found.
    pub(super) fn signal(&self, signal: Signal) {
        let mut told = Vec::new();
        loop {
            let found: Vec<Pid> = self.processes().into_iter().filter(|process| !told.contains(process)).collect();
            if found.is_empty() {
                return;
            }
            for process in found {
                // It may have ended by itself.
                let _gone = kill_process(process, signal);
                told.push(process);
            }
        }
    }

    fn processes(&self) -> Vec<Pid> {
        let all = Path::new("/proc").read_dir().unwrap().flatten();
        let works_here = |entry: &std::fs::DirEntry| {
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|folder| folder.starts_with(&self.path))
        };
        all.filter(works_here).filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)).collect()
    }

    /// What a server has written into its log.
    pub(super) fn log(&self) -> String {
        let mut text = Vec::new();
        if let Ok(mut file) = std::fs::File::open(self.path.join("log")) {
            file.read_to_end(&mut text).unwrap();
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.guardian.stdin.take());
        let _cleared = self.guardian.wait();
    }
}

/// The number of a user or of his group.
fn id(arguments: &[&str]) -> u32 {
    let output = Command::new("id").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().parse().unwrap_or_else(|_| panic!("id {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
