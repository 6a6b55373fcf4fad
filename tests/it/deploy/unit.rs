//! The unit of systemd.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tests::program;

use super::{blocks, read};

/// The values of a directive.
fn values<'u>(unit: &'u str, directive: &str) -> Vec<&'u str> {
    unit.lines().filter_map(|line| line.strip_prefix(directive)?.strip_prefix('=')).collect()
}

/// What `docs/growing.md` adds to the unit.
fn addition() -> String {
    let page = read("docs/growing.md");
    let [addition] = blocks(&page, "ini")[..] else { panic!("one addition") };
    addition.to_owned()
}

#[test]
fn each_secret_is_a_credential() {
    let (unit, addition) = (read("deploy/userstore.service"), addition());
    let commented: Vec<String> = addition.lines().map(|line| format!("#     {line}\n")).collect();
    assert!(unit.contains(&commented.concat()), "the unit and the page say the same");
    for text in [unit, addition] {
        let credentials = values(&text, "LoadCredential");
        assert_eq!(credentials.len(), 1);
        for credential in credentials {
            let (name, file) = credential.split_once(':').unwrap();
            assert_eq!(file, format!("/etc/userstore/{name}"));
            let variable = format!("{}_FILE=%d/{name}", name.to_uppercase());
            assert!(values(&text, "Environment").contains(&variable.as_str()), "{variable}");
        }
    }
}

#[test]
fn there_is_time_to_stop() {
    let unit = read("deploy/userstore.service");
    let seconds = |text: &str| text.strip_suffix('s').unwrap().parse::<u64>().unwrap();
    let grace = userstore_core::Settings::default().server.shutdown_grace.as_secs();
    let [stop] = values(&unit, "TimeoutStopSec")[..] else { panic!("{unit}") };
    // Rocket's second of mercy, and what `serve` leaves to the rest and to the last traces.
    assert!(seconds(stop) > grace + 1 + 5 + 5, "{stop}");
    assert_eq!(values(&unit, "Type"), ["notify"]);
}

/// The unit, with the program where the tests have it, and with what the page adds.
fn installed() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let unit = read("deploy/userstore.service");
    let start = format!("ExecStart={}\n", program("userstore-server").display());
    assert!(unit.contains("ExecStart=/usr/local/bin/userstore-server\n"));
    let unit = unit.replace("ExecStart=/usr/local/bin/userstore-server\n", &start);
    fs::write(folder.path().join("userstore.service"), unit).unwrap();
    fs::create_dir(folder.path().join("userstore.service.d")).unwrap();
    fs::write(folder.path().join("userstore.service.d/override.conf"), addition()).unwrap();
    folder
}

/// What systemd says of the unit.
fn analyze(arguments: &[&str], folder: &Path) -> (bool, String) {
    let mut command = Command::new("systemd-analyze");
    let output = command.args(arguments).arg(folder.join("userstore.service")).output().unwrap();
    (output.status.success(), [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat())
}

#[test]
#[cfg_attr(not(has_systemd_analyze), ignore = "needs systemd-analyze")]
fn systemd_understands_the_unit() {
    let folder = installed();
    let (good, said) = analyze(&["verify", "--man=no"], folder.path());
    assert!(good && said.is_empty(), "{said}");
    let (good, said) = analyze(&["security", "--offline=true", "--threshold=15"], folder.path());
    assert!(good, "{said}");
}
