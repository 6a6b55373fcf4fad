//! `list-keys`, `rotate-keys`, `revoke-key`

use serde_json::{Value, json};
use tests::is_timestamp;
use userstore_core::KeyInfo;

use super::{Desk, KEY};

const SERVICE: [&str; 4] = ["--service", "ci", "--scope", "members:read"];

/// The state of each key, in the order they sign.
#[track_caller]
fn states(desk: &Desk) -> Vec<String> {
    desk.keys().iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn kid(desk: &Desk, state: &str) -> String {
    let keys = desk.keys();
    let key = keys.iter().find(|key| key["state"] == state).unwrap_or_else(|| panic!("no {state} key: {keys:?}"));
    key["kid"].as_str().unwrap().to_owned()
}

/// Every key, with times to reckon with.
fn infos(desk: &Desk) -> Vec<KeyInfo> {
    desk.store(async |store| store.keys().list_keys().await.unwrap())
}

#[test]
fn a_fresh_store_has_one_key_and_it_signs() {
    let desk = Desk::empty();
    let keys = desk.keys();
    assert_eq!(states(&desk), ["active"]);
    let names: Vec<&str> = keys[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names.join(","), KEY);
    let kid = keys[0]["kid"].as_str().unwrap();
    assert!(kid.len() == 43 && is_timestamp(keys[0]["created_at"].as_str().unwrap()), "{keys:?}");
    assert_eq!((&keys[0]["algorithm"], &keys[0]["gone_at"]), (&json!("EdDSA"), &Value::Null));
    assert_eq!(keys[0]["signs_at"], keys[0]["created_at"]);

    let csv = desk.run(&["list-keys", "--output", "csv"]).done();
    let time = keys[0]["created_at"].as_str().unwrap();
    assert_eq!(csv, format!("{KEY}\n{kid},EdDSA,active,{time},{time},\n"));
    let table = desk.run(&["list-keys"]).done();
    assert!(KEY.split(',').chain([kid, "active", time]).all(|text| table.contains(text)), "{table}");
}

/// A new key is of the algorithm that the settings name; those there are stay what they are.
#[test]
fn a_key_is_made_of_the_algorithm_of_the_settings() {
    let desk = Desk::empty();
    for algorithm in ["ES256", "RS256", "EdDSA"] {
        let made = desk.with(&[("USERSTORE_TOKENS_ALGORITHM", algorithm)], &["rotate-keys", "--now", "-o", "csv"]);
        assert!(made.exits(0).stdout.contains(&format!(",{algorithm},active,")), "{algorithm}");
        let token = desk.mint(&SERVICE);
        let shown = desk.fed(&["inspect-jwt", "-o", "json"], &token).json();
        assert_eq!(shown["header"]["alg"], algorithm);
    }
    let algorithms: Vec<Value> = desk.keys().iter().map(|key| key["algorithm"].clone()).collect();
    assert_eq!(algorithms, ["EdDSA", "ES256", "RS256", "EdDSA"]);
}

#[cfg(unix)]
#[test]
fn a_kid_can_be_copied_from_a_narrow_terminal() {
    use super::pseudo_terminal::PseudoTerminal;

    let desk = Desk::empty();
    desk.run(&["rotate-keys"]).exits(0);
    for columns in [60, 80, 120] {
        let command = desk.terminal_command(&["list-keys"]).env("NO_COLOR", "1");
        let table = PseudoTerminal::start(command, columns).ends(0);
        for key in desk.keys() {
            assert!(table.contains(key["kid"].as_str().unwrap()), "{columns}:\n{table}");
        }
    }
}

#[test]
fn the_next_key_is_shown_with_the_time_from_which_it_signs() {
    let desk = Desk::empty();
    let first = kid(&desk, "active");
    let ran = desk.run(&["rotate-keys", "--output", "json"]).exits(0);
    let next: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.stderr, format!("It signs from {} on.\n", next["signs_at"].as_str().unwrap()));
    assert_eq!((&next["state"], &next["gone_at"]), (&json!("next"), &Value::Null));
    let info = &infos(&desk)[1];
    let wait = info.signs_at.as_millis() - info.created_at.as_millis();
    assert!((300_000..360_000).contains(&wait), "published {wait} ms before it signs");
    assert_eq!(desk.keys()[1], next);
    assert_eq!((states(&desk), kid(&desk, "active")), (vec!["active".to_owned(), "next".to_owned()], first));
}

#[test]
fn a_key_that_waits_is_a_conflict_and_the_one_that_signs_now() {
    let desk = Desk::empty();
    let (token, first) = (desk.mint(&SERVICE), kid(&desk, "active"));
    desk.run(&["rotate-keys"]).exits(0);
    let (next, before) = (kid(&desk, "next"), desk.keys());
    for _ in 0..2 {
        desk.run(&["rotate-keys"]).refused(5, "the next key waits already");
    }
    assert_eq!(desk.keys(), before);

    let ran = desk.run(&["rotate-keys", "--now", "-o", "json"]).exits(0);
    let active: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&active["kid"], &active["state"]), (&json!(next), &json!("active")));
    assert_eq!(states(&desk), ["retiring", "active"]);
    assert_eq!((kid(&desk, "retiring"), kid(&desk, "active")), (first, next));
    let infos = infos(&desk);
    let (former, now) = (&infos[0], &infos[1]);
    assert!(former.gone_at.unwrap().as_millis() > former.signs_at.as_millis() + 900_000, "{former:?}");
    assert_eq!(json!(now.signs_at), active["signs_at"]);
    desk.fed(&["inspect-jwt"], &token).done();
    // Where none waits, one is made.
    desk.run(&["rotate-keys", "--now"]).exits(0);
    assert_eq!(desk.keys().len(), 3);
    desk.run(&["rotate-keys"]).exits(0);
}

#[test]
fn a_revoked_key_is_gone_with_all_that_it_signed() {
    let desk = Desk::empty();
    let (token, first) = (desk.mint(&SERVICE), kid(&desk, "active"));
    desk.run(&["rotate-keys", "--now"]).exits(0);
    let (second, later) = (kid(&desk, "active"), desk.mint(&SERVICE));
    let gone = desk.run(&["revoke-key", &first, "--yes", "-o", "json"]).json();
    assert_eq!((&gone["kid"], &gone["state"]), (&json!(first), &json!("gone")));
    assert!(is_timestamp(gone["gone_at"].as_str().unwrap()), "{gone}");
    desk.fed(&["inspect-jwt"], &token).exits(4);
    desk.fed(&["inspect-jwt"], &later).done();
    assert_eq!((desk.keys().len(), kid(&desk, "active")), (2, second));
    // Once more changes nothing.
    assert_eq!(desk.run(&["revoke-key", &first, "-y", "-o", "json"]).json(), gone);
}

#[test]
fn a_revoked_active_key_is_replaced_by_the_next_or_a_new_one() {
    let desk = Desk::empty();
    let first = kid(&desk, "active");
    desk.run(&["revoke-key", &first, "--yes"]).done();
    assert_eq!(states(&desk), ["gone", "active"]);
    desk.fed(&["inspect-jwt"], &desk.mint(&SERVICE)).done();

    desk.run(&["rotate-keys"]).exits(0);
    let (second, next) = (kid(&desk, "active"), kid(&desk, "next"));
    desk.run(&["revoke-key", &second, "--yes"]).done();
    assert_eq!((states(&desk).concat(), kid(&desk, "active")), ("gonegoneactive".to_owned(), next));
    // One that waits is revoked, and leaves the active one where it is.
    desk.run(&["rotate-keys"]).exits(0);
    desk.run(&["revoke-key", &kid(&desk, "next"), "--yes"]).done();
    assert_eq!(states(&desk).iter().filter(|state| *state == "active").count(), 1);
    desk.run(&["rotate-keys"]).exits(0);
}

/// A kid is base64url, which may begin with what flags begin with.
#[test]
fn a_key_that_is_not_there_is_not_found() {
    let desk = Desk::empty();
    let before = desk.keys();
    let kid = kid(&desk, "active");
    for unknown in ["", "7", &kid[1..], &kid.to_uppercase(), &format!("-{}", &kid[1..]), &format!("--{}", &kid[2..])] {
        desk.run(&["revoke-key", unknown, "--yes"]).refused(3, "there is no such signing key");
        desk.run(&["revoke-key", "--yes", unknown]).refused(3, "there is no such signing key");
    }
    desk.run(&["revoke-key", "--yes"]).refused(2, "KID");
    desk.run(&["revoke-key", &kid, "7", "--yes"]).refused(2, "unexpected");
    desk.run(&["revoke-key", &kid]).refused(2, "there is no terminal to ask whether to revoke the key; say `--yes`");
    assert_eq!(desk.keys(), before);
}

#[cfg(unix)]
#[test]
fn a_key_is_revoked_after_a_yes_and_after_nothing_else() {
    let desk = Desk::empty();
    let (first, before) = (kid(&desk, "active"), desk.keys());
    let revoke = |answer: &str| {
        let mut terminal = desk.at_terminal(&["revoke-key", &first]);
        terminal.wait_for("Revoke this active key, and end every token that it signed, for good? [y/N] ");
        terminal.types(answer);
        terminal
    };
    for answer in ["n\n", "\n", "yy\n", "\u{4}"] {
        let text = revoke(answer).ends(4);
        assert!(text.contains("the key is not revoked"), "{answer:?}: {text}");
        assert_eq!(desk.keys(), before, "{answer:?}");
    }
    revoke("\u{3}").ends(130);
    assert_eq!(desk.keys(), before);
    let text = desk.at_terminal(&["revoke-key", "no-such-key"]).ends(3);
    assert!(!text.contains("[y/N]"), "{text}");
    let text = revoke(" Yes\n").ends(0);
    assert!(text.contains("gone") && text.contains(&first), "{text}");
    assert_eq!(states(&desk), ["gone", "active"]);
    let text = desk.at_terminal(&["revoke-key", &kid(&desk, "active"), "--yes"]).ends(0);
    assert!(!text.contains("[y/N]"), "{text}");
}
