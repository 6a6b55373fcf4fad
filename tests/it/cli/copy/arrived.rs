//! What arrives, and how it goes on there.

use serde_json::{Value, json};
use tests::{Persona, ServerProcess};
use userstore_core::Client;

use super::super::{Desk, PASSWORD};
use super::{DONE, fill, sql};

/// What every engine has to give back as it was.
pub(super) const ODD: &str =
    r#"{"":[null,-0.5,18446744073709551615,1e300],"é":"'; \"\\ 日本 \ud83d\ude00","b":1,"a":{"a":{}}}"#;

/// One with accounts, sessions, members and keys, of which some are gone.
fn desk() -> (Desk, String) {
    let desk = Desk::new();
    desk.create("alice", &["--role", "admin", "--data", ODD]);
    desk.create("bob@example.org", &["--role", "reader"]);
    desk.create("zoë", &[]);
    desk.run(&["block-user", "zoë", "--reason", "'late' \u{1f422}"]).done();
    desk.run(&["rotate-keys", "--now"]).exits(0);
    for id in ["3", "7"] {
        desk.run(&["put-member", id, "--name", &format!("Ada {id} "), "--phone", "+44 20"]).done();
    }
    let client = Client::unknown().user_agent("Mozilla/5.0 (é'\")").ip([127, 0, 0, 1].into());
    let token = desk.sign_in("alice", PASSWORD, client).unwrap().token.reveal().to_owned();
    (desk, token)
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_server_on_the_copy_goes_on() {
    let (desk, session) = desk();
    let jwt = desk.mint(&["bob@example.org"]);
    let seen = |server: &ServerProcess| {
        let alice = Persona::named(server.client(), "alice").with_password(PASSWORD).with_token(&session);
        let bob = alice.with_token(&jwt);
        let own = [("/user/me", &alice), ("/user/zo%C3%AB", &alice), ("/members/7", &bob)];
        let own = own.map(|(target, persona)| persona.get(target).is(200));
        let own = own.map(|answer| (answer.etag(), answer.body().to_owned()));
        let lists = ["/users", "/members", "/user/me/sessions", "/.well-known/jwks.json"];
        (own, lists.map(|target| alice.get(target).is(200).json()))
    };
    let server = ServerProcess::start(&desk.database());
    // One more id is given out, and its member is gone.
    let alice = Persona::named(server.client(), "alice").with_token(&session);
    let last = alice.post("/members", json!({"name": "Cy"})).is(201).json()["member_id"].as_i64().unwrap();
    let _gone = alice.delete(&format!("/members/{last}")).is(204);
    let before = seen(&server);
    assert!(server.stop().0.success());

    let tables = desk.copied_to("new.db");
    let counts: Vec<&Value> = tables.iter().map(|table| &table["copied"]).collect();
    assert_eq!(counts, [2, 1, 3, 1, 0, 2, 11]);
    let server = ServerProcess::start(&desk.path("new.db"));
    assert_eq!(seen(&server), before);
    let alice = Persona::named(server.client(), "alice").with_password(PASSWORD).signed_in();
    let next = alice.post("/members", json!({"name": "Di"})).is(201).json()["member_id"].as_i64().unwrap();
    assert!(next > last, "{next} was given out before");
    let zoe = Persona::named(server.client(), "zoë").with_password(PASSWORD);
    let _blocked = zoe.sign_in().refused(403, "account_blocked");
    assert!(alice.with_token(&session).delete("/auth").status() == 204 && !alice.with_token(&session).is_in());
}

#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_second_run_copies_what_is_new() {
    let (desk, _) = desk();
    desk.copied_to("new.db");
    assert!(desk.copied_to("new.db").iter().all(|table| table["copied"] == 0));
    desk.create("carol", &[]);
    fill(&desk.database(), 2);
    let copied: Vec<Value> = desk.copied_to("new.db").iter().map(|table| table["copied"].clone()).collect();
    assert_eq!(copied, [0, 0, 1, 0, 0, 2, 1]);
}

#[test]
fn the_url_comes_from_a_file_or_standard_input_or_the_argument() {
    let (desk, _) = desk();
    let told = |ran: super::Ran| {
        let ran = ran.exits(0);
        assert_eq!(ran.stderr, DONE);
        ran.stdout
    };
    let table = told(desk.fed(&["migrate", "--to", "-"], &format!("{}\n", desk.url_of("1.db"))));
    let words: Vec<&str> = table.lines().nth(1).unwrap().split(['│', '┆']).map(str::trim).collect();
    assert_eq!(words[1..5], ["table", "rows", "copied", "verified"], "{table}");
    let csv = told(desk.run(&["migrate", "--to", &desk.url_of("2.db"), "-o", "csv"]));
    let wanted = "table,rows,copied,verified\nsigning_keys,2,2,2\nmember_ids,1,1,1\nusers,3,3,3\nsessions,1,1,1\nended_sessions,0,0,0\nmembers,2,2,2\naudit_log,8,8,8\n";
    assert_eq!(csv, wanted.replace("member_ids,1,1,1", "member_ids,1,0,1"), "no id was given out, as in a fresh store");
}

/// Redis is not asked, and need not be there.
#[test]
fn what_stays_behind_is_told() {
    let (desk, _) = desk();
    let redis = [("REDIS_URL", "redis://127.0.0.1:1"), ("USERSTORE_CACHE_KIND", "redis")];
    let ran = desk.with(&redis, &["migrate", "--to", &desk.url_of("new.db")]).exits(0);
    assert_eq!(ran.stderr, format!("Sessions are in Redis and were not copied: users have to sign in again.\n{DONE}"));
    let database = [redis[0], ("USERSTORE_SESSIONS_STORE", "database")];
    let ran = desk.with(&database, &["migrate", "--to", &desk.url_of("new.db")]).exits(0);
    assert_eq!(ran.stderr, DONE);
}

#[cfg(unix)]
#[test]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn a_terminal_shows_how_far_it_is() {
    use super::super::pseudo_terminal::PseudoTerminal;

    let (desk, _) = desk();
    fill(&desk.database(), 20_000);
    let command = desk.terminal_command(&["migrate", "--to", &desk.url_of("new.db")]).env("NO_COLOR", "1");
    let mut terminal = PseudoTerminal::start(command, 100);
    terminal.wait_for("copying members");
    terminal.wait_for("verifying members");
    let text = terminal.ends(0);
    assert!(text.contains(DONE.trim_end()), "{text}");
}

/// However many rows there are, a page of them is held.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
#[cfg_attr(not(has_sqlite3), ignore = "needs sqlite3")]
fn memory_is_flat() {
    let peak = |count: usize| {
        let desk = Desk::empty();
        fill(&desk.database(), count);
        sql(&desk.database(), "UPDATE members SET email = printf('%0250d', member_id), phone = printf('%0250d', 7)");
        let mut command = desk.bare_command(&["migrate", "--to", &desk.url_of("new.db"), "-o", "csv"]);
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).map(|kib| kib.parse::<u64>().unwrap());
            peak = peak.max(kib.unwrap_or_default());
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && told.contains(&format!("\nmembers,{count},{count},{count}\n")), "{told}");
        peak
    };
    // Both fill SQLite's own caches. To hold 75,000 rows more takes 50 MiB.
    let (few, many) = (peak(25_000), peak(100_000));
    assert!(many < few + 20 * 1024, "{few} KiB for 25,000 members, {many} KiB for 100,000");
}
