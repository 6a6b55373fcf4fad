//! `doctor`

use serde_json::{Value, json};

use super::{Desk, PASSWORD, Ran};

const CHECKS: [&str; 9] =
    ["settings", "database", "file modes", "administrators", "hashing", "pepper", "signing keys", "limits", "proxies"];

fn examined(ran: &Ran) -> Vec<Value> {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("no JSON, {error}: {ran:?}"))
}

#[track_caller]
fn finding(findings: &[Value], check: &str) -> Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("no {check}: {findings:?}")).clone()
}

fn doctor(desk: &Desk) -> Vec<Value> {
    let ran = desk.run(&["doctor", "--output", "json"]).exits(0);
    assert_eq!(ran.stderr, "");
    examined(&ran)
}

#[test]
fn a_sound_store_is_found_good() {
    let desk = Desk::new();
    desk.create("root", &["--role", "admin"]);
    let findings = doctor(&desk);
    let checks: Vec<&Value> = findings.iter().map(|finding| &finding["check"]).collect();
    assert_eq!(json!(checks), json!(CHECKS));
    for finding in &findings {
        let names: Vec<&String> = finding.as_object().unwrap().keys().collect();
        assert_eq!(names, ["check", "verdict", "detail", "advice"]);
        // Nothing encrypts the signing keys by default, and it says so.
        let verdict = if finding["check"] == "signing keys" { "warning" } else { "good" };
        assert_eq!(finding["verdict"], verdict, "{finding}");
        assert!(finding["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{finding}");
    }
    let database = finding(&findings, "database")["detail"].as_str().unwrap().to_owned();
    assert!(database.contains(&desk.database().display().to_string()), "{database}");
    let hashing = finding(&findings, "hashing")["detail"].as_str().unwrap().to_owned();
    assert!(hashing.contains(" ms"), "{hashing}");
}

#[test]
fn findings_are_printed_in_every_format() {
    let desk = Desk::empty();
    let csv = desk.run(&["doctor", "--output", "csv"]).done();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "check,verdict,detail,advice");
    for (line, check) in lines[1..].iter().zip(CHECKS) {
        assert!(line.starts_with(&format!("{check},")), "{line}");
    }
    assert_eq!(lines.len(), 1 + CHECKS.len());
    let table = desk.run(&["doctor"]).done();
    assert!(CHECKS.iter().chain(&["check", "verdict", "detail", "advice"]).all(|word| table.contains(word)), "{table}");
}

#[test]
fn without_an_active_admin_it_warns() {
    let desk = Desk::empty();
    let administrators = || finding(&doctor(&desk), "administrators");
    assert_eq!(administrators()["verdict"], "warning");
    let advice = administrators()["advice"].as_str().unwrap().to_owned();
    assert!(advice.contains("userstore-cli grant-role NAME admin"), "{advice}");

    desk.create("alice", &[]);
    assert_eq!(administrators()["verdict"], "warning");
    desk.run(&["grant-role", "alice", "admin"]).done();
    assert_eq!((&administrators()["verdict"], &administrators()["advice"]), (&json!("good"), &Value::Null));
}

/// Every bit that lets somebody else in counts, and the advice, followed to the letter, puts it right.
#[cfg(unix)]
#[test]
fn a_database_that_others_can_open_is_warned_about() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::new();
    desk.create("alice", &[]);
    for mode in [0o644, 0o640, 0o620, 0o606] {
        std::fs::set_permissions(desk.database(), std::fs::Permissions::from_mode(mode)).unwrap();
        let modes = finding(&doctor(&desk), "file modes");
        assert_eq!(modes["verdict"], "warning", "{mode:o}: {modes}");
        let path = desk.database().display().to_string();
        assert!(modes["detail"].as_str().unwrap().contains(&path), "{modes}");
        let advice = modes["advice"].as_str().unwrap().to_owned();
        assert!(advice.starts_with("chmod 600 ") && advice.contains(&path), "{advice}");
        let mut words = advice.split(' ');
        let files = std::process::Command::new(words.next().unwrap()).args(words).status().unwrap();
        assert!(files.success() || advice.contains("-wal"), "{advice}");
        assert_eq!(finding(&doctor(&desk), "file modes")["verdict"], "good");
    }
}

#[cfg(unix)]
#[test]
fn a_tls_key_that_others_can_open_is_warned_about() {
    use std::os::unix::fs::PermissionsExt as _;

    let desk = Desk::empty();
    for file in ["cert.pem", "key.pem"] {
        desk.write(file, "canary");
    }
    let (cert, key) = (desk.path("cert.pem").display().to_string(), desk.path("key.pem"));
    let shown = key.display().to_string();
    let settings = [("USERSTORE_SERVER_TLS_CERT", cert.as_str()), ("USERSTORE_SERVER_TLS_KEY", &shown)];
    let found = || finding(&examined(&desk.with(&settings, &["doctor", "-o", "json"]).exits(0)), "TLS key");
    for mode in [0o644, 0o640, 0o604, 0o660] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let open = found();
        assert_eq!((&open["verdict"], &open["advice"]), (&json!("warning"), &json!(format!("chmod 600 {shown}"))));
        assert!(open["detail"].as_str().unwrap().contains(&shown), "{mode:o}: {open}");
    }
    for mode in [0o600, 0o400] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!((&found()["verdict"], &found()["advice"]), (&json!("good"), &Value::Null), "{mode:o}");
    }
    std::fs::remove_file(&key).unwrap();
    let gone = found();
    assert_eq!(gone["verdict"], "warning");
    assert!(gone["advice"].as_str().unwrap().contains("server.tls_key"), "{gone}");
    assert!(doctor(&desk).iter().all(|finding| finding["check"] != "TLS key"), "there is none");
}

#[test]
fn a_pepper_is_noticed_and_not_shown() {
    let desk = Desk::empty();
    desk.write("pepper", "canary pepper of a good length\n");
    let path = desk.path("pepper").display().to_string();
    let ran = desk.with(&[("USERSTORE_PASSWORDS_PEPPER_FILE", &path)], &["doctor", "-o", "json"]).exits(0);
    let pepper = finding(&examined(&ran), "pepper");
    assert_eq!((&pepper["verdict"], &pepper["advice"]), (&json!("good"), &Value::Null));
    assert!(finding(&doctor(&desk), "pepper")["advice"].as_str().unwrap().contains("passwords.pepper"));
}

/// Once a pepper is changed or lost, those whose hashes it went into cannot sign in.
#[test]
fn hashes_that_need_another_pepper_are_counted() {
    let desk = Desk::new();
    let old = [("USERSTORE_PASSWORDS_PEPPER", "canary pepper of a good length")];
    let new = [("USERSTORE_PASSWORDS_PEPPER", "canary pepper of another length")];
    let create = |name: &str, variables: &[(&str, &str)]| {
        let mut command = desk.command(&["create-user", name, "--password-stdin"]);
        Ran::of(command.envs(variables.iter().copied()).write_stdin(PASSWORD)).done();
    };
    let pepper = |variables: &[(&str, &str)], code: i32| {
        finding(&examined(&desk.with(variables, &["doctor", "-o", "json"]).exits(code)), "pepper")
    };
    create("alice", &[]);
    assert_eq!(pepper(&old, 0)["verdict"], "good", "a hash without a pepper is renewed when it is used");
    create("bob", &old);
    assert_eq!(pepper(&old, 0)["verdict"], "good");
    for (variables, count) in [(&[][..], "1 password hash needs"), (&new, "1 password hash needs")] {
        let found = pepper(variables, 1);
        assert_eq!(found["verdict"], "failed");
        assert!(found["detail"].as_str().unwrap().starts_with(count), "{found}");
        let advice = found["advice"].as_str().unwrap();
        assert!(advice.contains("passwords.pepper") && advice.contains("set-password"), "{advice}");
    }
    create("carol", &new);
    create("dora", &new);
    assert!(pepper(&old, 1)["detail"].as_str().unwrap().starts_with("2 password hashes need"));
    assert!(pepper(&[], 1)["detail"].as_str().unwrap().starts_with("3 password hashes need"));
}

#[test]
fn a_check_that_cannot_be_made_is_a_finding_with_its_cause() {
    let desk = Desk::empty();
    let findings = desk.store(async |store| {
        store.close().await;
        store.operator().diagnose().await
    });
    for check in ["database", "administrators", "pepper"] {
        let finding = findings.iter().find(|finding| finding.check == check).unwrap();
        assert_eq!(finding.verdict, userstore_core::Verdict::Failed);
        assert!(finding.detail.contains("pool"), "{finding:?}");
    }
}

#[test]
fn settings_that_do_not_load_are_a_finding() {
    let ran = Desk::new().with(&[("USERSTORE_NO_SUCH", "canary")], &["doctor", "-o", "json"]).exits(2);
    let findings = examined(&ran);
    assert_eq!(
        (findings.len(), &findings[0]["check"], &findings[0]["verdict"]),
        (1, &json!("settings"), &json!("failed"))
    );
    assert!(findings[0]["detail"].as_str().unwrap().contains("USERSTORE_NO_SUCH"), "{ran:?}");
    assert!(findings[0]["advice"].is_string() && ran.stderr.starts_with("error: "), "{ran:?}");
}

#[test]
fn a_database_that_does_not_open_is_a_finding_with_its_cause() {
    let desk = Desk::new();
    desk.write("users.db", "no database ".repeat(1000));
    let ran = desk.run(&["doctor", "-o", "json"]).exits(8);
    let findings = examined(&ran);
    assert_eq!(finding(&findings, "settings")["verdict"], "good");
    let database = finding(&findings, "database");
    assert_eq!(database["verdict"], "failed");
    assert!(database["detail"].as_str().unwrap().contains("file is not a database"), "{database}");
    assert!(database["advice"].is_string() && ran.stderr.starts_with("error: "), "{ran:?}");
}

/// The last page of a fresh database belongs to an index that opening does not look into.
#[test]
fn a_database_that_is_damaged_inside_fails() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let mut bytes = std::fs::read(desk.database()).unwrap();
    // The last two pages say which tables there are, without which the file does not open. Before them is an index.
    let index = bytes.len() - 3 * 4096;
    bytes[index..][..4096].fill(0xee);
    desk.write("users.db", &bytes);
    let ran = desk.run(&["doctor", "-o", "json"]).exits(1);
    let database = finding(&examined(&ran), "database");
    assert_eq!(database["verdict"], "failed", "{ran:?}");
    assert!(database["advice"].as_str().unwrap().contains("backup"), "{database}");
    assert!(ran.stderr.starts_with("error: a check failed"), "{ran:?}");
    assert_eq!(std::fs::read(desk.database()).unwrap(), bytes, "the doctor repairs nothing");
}

#[test]
fn without_limits_it_warns() {
    let ran = Desk::empty().with(&[("USERSTORE_LIMITS_ENABLED", "false")], &["doctor", "-o", "json"]).exits(0);
    let limits = finding(&examined(&ran), "limits");
    assert_eq!(limits["verdict"], "warning");
    assert!(limits["advice"].as_str().unwrap().contains("limits.enabled"), "{limits}");
}

#[test]
fn whose_word_is_taken_for_an_address_is_looked_at() {
    let desk = Desk::empty();
    for (host, trusted, verdict, told) in [
        ("127.0.0.1", "", "good", "none is trusted"),
        ("0.0.0.0", "", "warning", "none is trusted"),
        ("0.0.0.0", "10.0.0.0/8, ::1", "good", "10.0.0.0/8, ::1"),
        ("0.0.0.0", "0.0.0.0/0", "warning", "0.0.0.0/0"),
        ("127.0.0.1", "::/0,127.0.0.1", "warning", "::/0, 127.0.0.1"),
    ] {
        let settings = [("HOST", host), ("USERSTORE_SERVER_TRUSTED_PROXIES", trusted)];
        let proxies = finding(&examined(&desk.with(&settings, &["doctor", "-o", "json"]).exits(0)), "proxies");
        assert_eq!(proxies["verdict"], verdict, "{proxies}");
        assert!(proxies["detail"].as_str().unwrap().contains(told), "{proxies}");
        let advice = proxies["advice"].as_str().unwrap_or_default();
        assert_eq!(advice.contains("server.trusted_proxies"), verdict == "warning", "{proxies}");
    }
}
