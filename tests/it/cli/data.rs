//! `--data`: where an account's JSON object comes from, and what becomes of it.

use serde_json::{Value, json};

use super::{Desk, PASSWORD};

#[test]
fn data_is_an_argument_or_a_file_or_standard_input() {
    let desk = Desk::new();
    desk.create("alice", &["--data", r#"{"from": "argument"}"#]);
    desk.write("data.json", "{\n  \"from\": \"file\"\n}\n");
    desk.write("password", PASSWORD);
    let from = |user: &Value| user["data"]["from"].as_str().map(str::to_owned);
    assert_eq!(from(&desk.user("alice")).as_deref(), Some("argument"));

    let update = |data| ["update-user", "alice", "--data", data, "-o", "json"];
    assert_eq!(from(&desk.run(&update("@data.json")).json()).as_deref(), Some("file"));
    assert_eq!(from(&desk.fed(&update("-"), r#"{"from": "input"}"#).json()).as_deref(), Some("input"));
    assert_eq!(from(&desk.run(&update(r#"{"from": "text"}"#)).json()).as_deref(), Some("text"));

    let create = |name, data| ["create-user", name, "--password-file", "password", "-o", "json", "--data", data];
    assert_eq!(from(&desk.run(&create("bob", "@data.json")).json()).as_deref(), Some("file"));
    assert_eq!(from(&desk.fed(&create("carol", "-"), r#"{"from": "input"}"#).json()).as_deref(), Some("input"));
}

#[test]
fn data_is_replaced_or_merged() {
    let desk = Desk::new();
    desk.create("alice", &["--data", r#"{"a": {"b": 1, "c": 2}, "d": 3}"#]);
    let merge = |patch| desk.run(&["update-user", "alice", "--merge", "--data", patch, "-o", "json"]).json();
    assert_eq!(merge(r#"{"a": {"b": null, "e": 4}}"#)["data"], json!({"a": {"c": 2, "e": 4}, "d": 3}));
    assert_eq!(merge(r#"{"a": [null], "d": null}"#)["data"], json!({"a": [null]}));
    assert_eq!(merge("{}")["data"], json!({"a": [null]}));
    let replaced = desk.run(&["update-user", "alice", "--data", r#"{"a": null}"#, "-o", "json"]).json();
    assert_eq!(replaced["data"], json!({"a": null}));
    assert_eq!(desk.user("alice"), replaced);
}

#[test]
fn data_comes_back_as_it_went_in() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    let data = r#"{"z":18446744073709551615,"a":-9223372036854775808,"f":0.1,"s":"é 日本 \\ \" / ","o":{},"l":[]}"#;
    desk.run(&["update-user", "alice", "--data", data]).exits(0);
    let csv = desk.shown("alice", "csv");
    assert!(csv.contains(&data.replace('"', "\"\"")), "{data} is not in {csv}");
    assert_eq!(desk.user("alice")["data"], serde_json::from_str::<Value>(data).unwrap());
}

#[test]
fn what_is_no_json_object_is_invalid_and_changes_nothing() {
    let desk = Desk::new();
    let before = desk.create("alice", &["--data", r#"{"kept": true}"#]);
    let large = format!(r#"{{"a": "{}"}}"#, "x".repeat(16 * 1024));
    let deep = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let (too_deep, far_too_deep) = (deep(33), deep(200));
    let malformed: [&str; 14] = [
        "",
        "canary",
        "[]",
        "null",
        "\"canary\"",
        "{",
        r#"{"a": 1"#,
        r#"{"a": 1} {}"#,
        r#"{"canary": 1, "canary": 2}"#,
        r#"{"a": {"b": 1, "b": 2}}"#,
        r#"{"a": 1e400}"#,
        r#"{"a": "\u0000"}"#,
        &too_deep,
        &far_too_deep,
    ];
    for (number, text) in malformed.iter().chain([&large.as_str()]).enumerate() {
        desk.fed(&["update-user", "alice", "--data", "-"], text).refused(6, "data");
        if number % 2 == 0 {
            desk.write("data.json", text);
            desk.run(&["update-user", "alice", "--data", text]).refused(6, "data");
            desk.run(&["update-user", "alice", "--data", "@data.json"]).refused(6, "data");
            desk.run(&["update-user", "alice", "--data", text, "--merge"]).refused(6, "data");
            let create = ["create-user", "bob", "--password-stdin", "--data", text];
            desk.fed(&create, PASSWORD).refused(6, "data");
        }
    }
    assert_eq!(desk.user("alice"), before);
    assert_eq!(desk.names(&[]), ["alice"]);
}

#[test]
fn what_is_too_much_only_when_merged_is_invalid_and_changes_nothing() {
    let desk = Desk::new();
    let half = |key: &str| format!(r#"{{"{key}": "{}"}}"#, "x".repeat(9 * 1024));
    let before = desk.create("alice", &["--data", &half("a")]);
    desk.run(&["update-user", "alice", "--merge", "--data", &half("b")]).refused(6, "data");
    assert_eq!(desk.user("alice"), before);
}

#[test]
fn bytes_that_are_no_text_are_invalid() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    desk.write("data.json", b"{\"a\": \"\xff\"}");
    desk.run(&["update-user", "alice", "--data", "@data.json"]).refused(6, "data");
}

#[test]
fn a_file_that_cannot_be_read_is_wrong_usage() {
    let desk = Desk::new();
    desk.create("alice", &[]);
    for data in ["@nowhere.json", "@", "@."] {
        desk.run(&["update-user", "alice", "--data", data]).refused(2, "cannot be read");
    }
    desk.run(&["update-user", "alice"]).refused(2, "--data");
}
