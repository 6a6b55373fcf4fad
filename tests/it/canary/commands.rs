//! The command line, given secrets where they belong and where they do not.

use std::fs;
use std::path::Path;

use tests::Cli;

use super::{CANARY, PEPPER, Secrets};

/// Creates an administrator.
pub(crate) fn create(database: &Path, name: &str, password: &str) {
    let arguments = ["create-user", name, "--role", "admin", "--password-stdin"];
    Cli::new(database).run(&arguments, password).success();
}

#[test]
fn the_command_line_shows_no_secret() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cli = Cli::new(&data.path().join("users.db"));
    let secrets = Secrets::new();
    let write = |name: &str, text: String| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (next, broken) =
        (write("next", format!("{CANARY}, next\nmore")), write("broken", format!("{{\"a\": {CANARY}}}")));
    let long = CANARY.repeat(60);
    let (nul, same) = (format!("{CANARY}\0"), "canary7f3e9d41c0ffee");
    let (assigned, short) = (format!("--password={CANARY}"), format!("-p{CANARY}"));
    let (unfinished, text) = (format!("{{\"a\": \"{CANARY}"), format!("\"{CANARY}\""));
    let (twice, from_file) = (format!("{{\"a\": \"{CANARY}\", \"a\": 1}}"), format!("@{broken}"));
    let runs: &[(i32, &[&str], &str)] = &[
        (0, &["create-user", "carol", "--password-stdin"], CANARY),
        (5, &["create-user", "carol", "--password-stdin"], CANARY),
        (0, &["set-password", "carol", "--password-file", &next], ""),
        (3, &["set-password", "nobody", "--password-stdin"], CANARY),
        (6, &["create-user", "dave", "--password-stdin"], &long),
        (6, &["create-user", "dave", "--password-stdin"], &nul),
        (6, &["create-user", same, "--password-stdin"], same),
        (6, &["create-user", CANARY, "--password-stdin"], CANARY),
        (2, &["create-user", "dave", "--password", CANARY], ""),
        (2, &["create-user", "dave", &assigned], ""),
        (2, &["create-user", "dave", &short], ""),
        (2, &["create-user", "dave", CANARY], ""),
        (2, &["set-password", "carol", CANARY], ""),
        (2, &["set-password", "carol", "--password-stdin", CANARY], ""),
        (3, &["show-user", CANARY], ""),
        (6, &["update-user", "carol", "--data", &unfinished], ""),
        (6, &["update-user", "carol", "--data", &text], ""),
        (6, &["update-user", "carol", "--data", &twice], ""),
        (6, &["update-user", "carol", "--data", &from_file], ""),
        (6, &["update-user", "carol", "--data", "-"], &unfinished),
        (0, &["list-users", "--output", "json"], ""),
        (0, &["list-sessions", "carol"], ""),
        (0, &["doctor"], ""),
    ];
    for (code, arguments, input) in runs {
        let mut command = cli.command(arguments);
        command.env("USERSTORE_PASSWORDS_PEPPER", PEPPER).env("USERSTORE_LOG_LEVEL", "trace");
        let output = command.write_stdin(*input).output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        secrets.assert_none(&format!("what {arguments:?} says"), &told);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {}", String::from_utf8_lossy(&told));
    }
    secrets.assert_none_in_files(data.path());
}
