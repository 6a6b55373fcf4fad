//! `audit`: reading the log, and following it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tests::{Persona, ServerProcess, is_timestamp, is_uuid_v7};
use userstore_core::AuditFilter;

use super::{Desk, PASSWORD};

/// The columns of an entry.
const ENTRY: &str = "id,at,action,outcome,times,actor_kind,actor_id,actor_name,target_kind,target_id,target_name,ip,\
                     user_agent,request_id,detail";

/// How long an entry may take to be printed.
const PATIENCE: Duration = Duration::from_secs(30);

fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["alice", "bob", "carol"] {
        desk.create(name, &[]);
    }
    desk.run(&["grant-role", "bob", "reader"]).done();
    desk
}

fn told(desk: &Desk, more: &[&str]) -> Vec<String> {
    let list = desk.run(&[&["audit", "-o", "json"], more].concat()).json();
    let text = |entry: &Value| format!("{} {}", entry["action"], entry["target_name"]).replace('"', "");
    list.as_array().unwrap().iter().map(text).collect()
}

#[test]
fn entries_are_listed_oldest_first() {
    let desk = desk();
    let list = desk.run(&["audit", "--output", "json"]).json();
    for entry in list.as_array().unwrap() {
        let names: Vec<&String> = entry.as_object().unwrap().keys().collect();
        assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(","), ENTRY);
        assert!(is_uuid_v7(entry["id"].as_str().unwrap()) && is_timestamp(entry["at"].as_str().unwrap()), "{entry}");
    }
    let all = ["create_user alice", "create_user bob", "create_user carol", "grant_role bob"];
    assert_eq!(told(&desk, &[]), all);
    assert_eq!(told(&desk, &["--limit", "2"]), all[2..], "the last ones");
    assert_eq!(told(&desk, &["--user", "BOB"]), [all[1], all[3]]);
    assert_eq!(told(&desk, &["--user", "nobody"]), [""; 0]);
    assert_eq!(told(&desk, &["--action", "grant_role", "--since", "1h"]), all[3..]);
    assert_eq!(told(&desk, &["--since", list[3]["at"].as_str().unwrap()]), all[3..]);
    assert_eq!(told(&desk, &["--outcome", "refused"]), [""; 0]);
    assert_eq!(told(&desk, &["--outcome", "done"]), all);
    let today = &list[0]["at"].as_str().unwrap()[..10];
    assert_eq!(told(&desk, &["--since", today]), all);
    assert_eq!(told(&desk, &["--since", "9999-12-31"]), [""; 0]);

    let csv = desk.run(&["audit", "--output", "csv"]).done();
    assert_eq!((csv.lines().next(), csv.lines().count()), (Some(ENTRY), 5));
    assert!(csv.lines().last().unwrap().ends_with(r#","{""role"":{""from"":""user"",""to"":""reader""}}""#), "{csv}");
    let table = desk.run(&["audit"]).done();
    assert!(["at", "actor_kind", "outcome", "ip", "grant_role"].iter().all(|word| table.contains(word)), "{table}");
}

/// It would be an empty list for ever.
#[test]
fn an_outcome_that_nothing_has_is_refused_with_those_that_there_are() {
    let desk = desk();
    for outcome in AuditFilter::OUTCOMES {
        desk.run(&["audit", "--outcome", outcome]).done();
    }
    for outcome in ["canary", "not_found", "Done", ""] {
        desk.run(&["audit", "--outcome", outcome]).refused(2, &AuditFilter::OUTCOMES.join(", "));
        desk.run(&["audit", "--follow", "--outcome", outcome]).refused(2, "--outcome");
    }
}

/// A command that runs, and the lines that it prints.
struct Following(Child, Receiver<String>);

impl Following {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let mut command = desk.bare_command(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (told, lines) = channel();
        let stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| told.send(line))
        });
        Self(child, lines)
    }

    #[track_caller]
    fn line(&self) -> String {
        self.1.recv_timeout(PATIENCE).expect("a line")
    }

    #[track_caller]
    fn entry(&self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Sends a signal, and asserts that it ends without a word.
    #[track_caller]
    fn ends_by(self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = self.0.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
        assert_eq!(self.1.iter().collect::<Vec<_>>(), [""; 0], "each is printed once");
    }
}

#[cfg(unix)]
#[test]
fn what_comes_is_printed_as_it_comes() {
    let desk = desk();
    let server = ServerProcess::start(&desk.database());
    let following = Following::start(&desk, &["audit", "--follow", "--limit", "1", "-o", "json"]);
    assert_eq!(following.entry()["action"], "grant_role");
    let alice = Persona::named(server.client(), "alice").with_password(PASSWORD).signed_in();
    let entry = following.entry();
    assert_eq!((&entry["action"], &entry["ip"]), (&"sign_in".into(), &"127.0.0.1".into()));
    let _refused = alice.with_password("not this one").sign_in().is(401);
    assert_eq!(following.entry()["outcome"], "invalid_credentials");
    desk.run(&["block-user", "alice"]).done();
    assert_eq!(following.entry()["action"], "block_user");
    following.ends_by("-INT");

    let following = Following::start(&desk, &["audit", "--follow", "--user", "carol"]);
    let line = following.line();
    assert!(line.ends_with("operator  -  create_user  user  carol  done  1  -"), "{line}");
    following.ends_by("-TERM");
    let following = Following::start(&desk, &["audit", "-f", "--since", "0s", "-o", "csv"]);
    assert_eq!(following.line(), ENTRY);
    desk.run(&["unblock-user", "alice"]).done();
    assert!(following.line().contains(",unblock_user,done,1,operator,"));
    following.ends_by("-INT");
}

#[test]
fn following_ends_where_nobody_reads() {
    let desk = desk();
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = desk.bare_command(&["audit", "--follow", "-o", "json"]);
    let child = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).unwrap();
    assert!(line.contains("create_user"), "{line}");
    desk.run(&["block-user", "alice"]).done();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
