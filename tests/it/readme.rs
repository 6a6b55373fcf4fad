//! The tour of the README, run as printed.
//!
//! Every `sh` block of the section "Tour" is run, in one shell, in an empty directory. A line is a step: a command, or a
//! comment. Lines of the form `# → text` after it are what it prints, where `…` stands for anything; a step without them
//! may print what it likes, and every step has to succeed.
//!
//! Two things are not as printed. The port, 8000, may be in use, so that another stands in its place (`PORT` tells the
//! server); and the line that builds the programs is left out, for they are built by now and on the path.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use tests::program;

const BUILD: &str = r#"cargo build --release --workspace && export PATH="$PWD/target/release:$PATH""#;
const MARK: &str = "=== step ";

#[derive(Debug, PartialEq, Eq)]
struct Step {
    command: String,
    prints: Vec<String>,
}

/// The steps of the tour.
fn steps(readme: &str) -> Vec<Step> {
    let tour = readme.split("\n## ").find_map(|section| section.strip_prefix("Tour\n")).expect("a section Tour");
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in tour.lines() {
        if let Some(language) = line.strip_prefix("```") {
            assert!(inside || language == "sh", "a block in the tour that is not sh: {language}");
            inside = !inside;
        } else if !inside || line.is_empty() {
        } else if let Some(text) = line.strip_prefix("# → ") {
            steps.last_mut().expect("a command before what it prints").prints.push(text.to_owned());
        } else {
            assert!(!line.starts_with("# →"), "an expectation that would not be compared: {line}");
            steps.push(Step { command: line.to_owned(), prints: Vec::new() });
        }
    }
    assert!(!inside, "a block that does not end");
    steps
}

/// Whether a text is what a pattern says, in which `…` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn script(steps: &[Step], port: u16) -> String {
    let mut script = String::new();
    for (number, step) in steps.iter().enumerate() {
        let command = if step.command == BUILD { ":" } else { &step.command };
        let command = command.replace("http://127.0.0.1:8000", &format!("http://127.0.0.1:{port}"));
        writeln!(script, "{command}\nprintf '\\n{MARK}{number} %s\\n' $?").unwrap();
    }
    script
}

/// The shell and all that it has started: they are ended together.
struct Shell(Child);

impl Drop for Shell {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _gone = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _reaped = self.0.wait();
    }
}

/// Runs the steps, and gives the exit status and the output of each.
fn run(steps: &[Step], folder: &Path) -> Vec<(String, String)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::write(folder.join("tour.sh"), script(steps, port)).unwrap();
    let programs = program("userstore-server").parent().unwrap();
    assert_eq!(program("userstore-cli").parent(), Some(programs));
    let work = folder.join("work");
    std::fs::create_dir(&work).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "../tour.sh"]).current_dir(&work).env_clear().process_group(0);
    command.env("PATH", format!("{}:{path}", programs.display())).env("HOME", folder).env("PORT", port.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(std::fs::File::create(folder.join("stderr")).unwrap());
    let mut shell = Shell(command.spawn().unwrap());
    let lines = BufReader::new(shell.0.stdout.take().unwrap()).lines();
    let (sender, receiver) = channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut done = Vec::new();
    let mut printed = String::new();
    while done.len() < steps.len() {
        let Ok(line) = receiver.recv_timeout(Duration::from_mins(1)) else {
            let stderr = std::fs::read_to_string(folder.join("stderr")).unwrap();
            panic!("the tour stops at {:?}, having printed {printed}; standard error:\n{stderr}", steps[done.len()]);
        };
        if let Some(mark) = line.strip_prefix(MARK) {
            let (number, status) = mark.split_once(' ').unwrap();
            assert_eq!(number, done.len().to_string());
            done.push((status.to_owned(), std::mem::take(&mut printed).trim_end().to_owned()));
        } else {
            printed.push_str(&line);
            printed.push('\n');
        }
    }
    done
}

#[test]
fn the_tour_runs_as_printed() {
    let readme = include_str!("../../README.md");
    let steps = steps(readme);
    assert_eq!(
        steps.iter().filter(|step| step.command == BUILD).count(),
        1,
        "the line that builds is known by its text"
    );
    assert!(
        !steps.iter().any(|step| step.command.contains("cargo ") && step.command != BUILD),
        "another line with cargo"
    );
    assert!(steps.iter().map(|step| step.prints.len()).sum::<usize>() >= 8, "the steps were found: {steps:?}");
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for (step, (status, printed)) in steps.iter().zip(run(&steps, folder.path())) {
        let wanted = step.prints.join("\n");
        if status != "0" || !(step.prints.is_empty() || fits(&wanted, &printed)) {
            writeln!(wrong, "{}\n  exit status {status}, prints: {printed}\n  wanted: {wanted}", step.command).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{}", std::fs::read_to_string(folder.path().join("stderr")).unwrap());
}

#[test]
fn patterns() {
    for (pattern, text) in [
        ("a", "a"),
        ("…", ""),
        ("…", "abc"),
        ("a…c", "abc"),
        ("a…", "a"),
        ("{…\"b\":1,…}", "{\"a\":0,\"b\":1,\"c\":2}"),
        ("…a…a", "aba"),
    ] {
        assert!(fits(pattern, text), "{pattern} {text}");
    }
    for (pattern, text) in
        [("a", "ab"), ("a", ""), ("", "a"), ("a…c", "ab"), ("…b", "abc"), ("a…a", "a"), ("…a…a", "a"), ("x…", "ax")]
    {
        assert!(!fits(pattern, text), "{pattern} {text}");
    }
}

#[test]
fn the_steps_of_a_tour() {
    let readme = "# x\n\n```sh\nno\n```\n\n## Tour\n\nText\n\n```sh\none\n# → a\n# → b\n# comment\n```\n\n## More\n\n```sh\nno\n```\n";
    let step = |command: &str, prints: &[&str]| Step {
        command: command.to_owned(),
        prints: prints.iter().map(|text| (*text).to_owned()).collect(),
    };
    assert_eq!(steps(readme), [step("one", &["a", "b"]), step("# comment", &[])]);
}
