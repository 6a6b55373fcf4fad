//! `list-members`, `show-member`, `put-member`, `delete-member`

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::is_timestamp;
use userstore_core::{NewMember, Precondition};

use super::running_server::{is_seen_in_time, server_and_alice};
use super::{Desk, MEMBER};

/// The greatest id, which no binary floating-point number is.
const GREATEST: &str = "9223372036854775807";

impl Desk {
    #[track_caller]
    fn member(&self, id: &str) -> Value {
        self.run(&["show-member", id, "--output", "json"]).json()
    }

    /// The names that `list-members` gives with these options.
    #[track_caller]
    fn members(&self, more: &[&str]) -> Vec<String> {
        let list = self.run(&[&["list-members", "--output", "json"], more].concat()).json();
        list.as_array().unwrap().iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
    }

    #[track_caller]
    fn put(&self, id: &str, name: &str) -> Value {
        self.run(&["put-member", id, "--name", name, "--output", "json"]).json()
    }
}

#[test]
fn a_member_is_put_and_shown_with_the_names_of_the_api() {
    let desk = Desk::empty();
    let put = ["put-member", "7", "--name", "Zoe\u{301}, \"Z\"", "--email", "zoe@example.org", "--phone", "+44 20"];
    let member = desk.run(&[&put[..], &["-o", "json"]].concat()).json();
    let names: Vec<&String> = member.as_object().unwrap().keys().collect();
    assert_eq!(names, MEMBER.split(',').collect::<Vec<_>>());
    assert_eq!(member["member_id"], 7);
    assert_eq!((&member["name"], &member["email"]), (&json!("Zo\u{e9}, \"Z\""), &json!("zoe@example.org")));
    assert!(is_timestamp(member["created_at"].as_str().unwrap()), "{member}");
    assert_eq!(member["updated_at"], member["created_at"]);
    assert_eq!(desk.member("7"), member);
    for format in ["table", "json", "csv"] {
        let printed = desk.run(&[&put[..], &["--output", format]].concat()).done();
        assert_eq!(printed, desk.run(&["show-member", "7", "--output", format]).done());
    }
    // All of it is replaced: what is not said is null.
    let replaced = desk.put("7", "Zoe");
    assert_eq!((&replaced["email"], &replaced["phone"]), (&Value::Null, &Value::Null));
    assert_eq!(replaced["created_at"], member["created_at"]);
}

#[test]
fn a_member_in_every_format() {
    let desk = Desk::empty();
    desk.run(&["put-member", GREATEST, "--name", "a, \"b\"", "--phone", "007"]).exits(0);
    let member = desk.member(GREATEST);
    let times = [member["created_at"].as_str().unwrap(), member["updated_at"].as_str().unwrap()];
    let shown = |format: &str| {
        let text = desk.run(&["show-member", GREATEST, "-o", format]).done();
        times.iter().fold(text, |text, time| text.replacen(time, "[time]..................", 1))
    };
    assert_snapshot!(shown("csv"), @r#"
    member_id,name,email,phone,created_at,updated_at
    9223372036854775807,"a, ""b""",,007,[time]..................,[time]..................
    "#);
    assert_snapshot!(shown("json"), @r#"
    {
      "member_id": 9223372036854775807,
      "name": "a, \"b\"",
      "email": null,
      "phone": "007",
      "created_at": "[time]..................",
      "updated_at": "[time].................."
    }
    "#);
    assert_snapshot!(shown("table"), @r#"
    ┌─────────────────────┬────────┬───────┬───────┬──────────────────────────┬──────────────────────────┐
    │ member_id           ┆ name   ┆ email ┆ phone ┆ created_at               ┆ updated_at               │
    ╞═════════════════════╪════════╪═══════╪═══════╪══════════════════════════╪══════════════════════════╡
    │ 9223372036854775807 ┆ a, "b" ┆       ┆ 007   ┆ [time].................. ┆ [time].................. │
    └─────────────────────┴────────┴───────┴───────┴──────────────────────────┴──────────────────────────┘
    "#);
    // What somebody put into a name is shown, not obeyed.
    desk.put("7", "\u{1b}[31m\u{202e}");
    let table = desk.run(&["show-member", "7"]).done();
    assert!(table.contains("\\u001b[31m\\u202e"), "{table}");
}

#[test]
fn members_are_listed_by_id_or_those_that_fit() {
    let desk = Desk::empty();
    assert_eq!(desk.run(&["list-members", "--output", "json"]).json(), json!([]));
    assert_eq!(desk.run(&["list-members", "--output", "csv"]).done(), format!("{MEMBER}\n"));
    for (id, name) in [(GREATEST, "Adam"), ("10", "ada"), ("9", "Ada"), ("2", "100%"), ("30", "Eva")] {
        desk.put(id, name);
    }
    assert_eq!(desk.members(&[]), ["100%", "Ada", "ada", "Eva", "Adam"]);
    assert_eq!(desk.members(&["--prefix", "Ad"]), ["Ada", "Adam"]);
    assert_eq!(desk.members(&["--prefix", "%"]), [""; 0]);
    assert_eq!(desk.members(&["--prefix", ""]).len(), 5);
    assert_eq!(desk.members(&["--limit", "2"]), ["100%", "Ada"]);
    assert_eq!(desk.members(&["--limit", "1", "--prefix", "A"]), ["Ada"]);
    let csv = desk.run(&["list-members", "--output", "csv"]).done();
    let ids: Vec<&str> = csv.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids, ["member_id", "2", "9", "10", "30", GREATEST]);
    assert!(desk.run(&["list-members"]).done().contains(GREATEST));
}

/// More members than the program asks for at a time.
#[test]
fn a_list_longer_than_a_page_is_whole() {
    let desk = Desk::empty();
    let mut names: Vec<String> = (0..203).map(|number| format!("member {number:03}")).collect();
    desk.store(async |store| {
        let write = store.operator().write_members();
        for (number, name) in (1_i64..).zip(&names) {
            let new = NewMember { name: name.clone(), ..NewMember::default() };
            write.put_member(number.try_into().unwrap(), new, &Precondition::NONE).await.unwrap();
        }
    });
    assert_eq!(desk.members(&[]), names);
    assert_eq!(desk.members(&["--prefix", "member"]), names);
    names.truncate(201);
    assert_eq!(desk.members(&["--limit", "201"]), names);
}

#[test]
fn a_deleted_member_is_gone() {
    let desk = Desk::empty();
    desk.put("7", "Ada");
    let ran = desk.run(&["delete-member", "7", "--yes", "--output", "json"]).exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "The member is deleted.\n"));
    assert!(desk.members(&[]).is_empty());
    desk.put("7", "Ada");
    desk.run(&["delete-member", "7", "-y"]).exits(0);
}

#[test]
fn an_id_in_another_spelling_is_wrong_usage() {
    let desk = Desk::empty();
    desk.put("7", "Ada");
    for id in ["07", "+7", "0", "-7", "7.0", "seven", "", " 7", "\u{ff17}", "9223372036854775808"] {
        for command in [&["show-member", id][..], &["put-member", id, "--name", "Eva"], &["delete-member", id, "--yes"]]
        {
            desk.run(command).refused(2, "");
        }
    }
    for command in [&["show-member"][..], &["put-member", "7"], &["put-member", "7", "Eva"], &["delete-member"]] {
        desk.run(command).refused(2, "");
    }
    for limit in ["0", "-1", "many"] {
        desk.run(&["list-members", "--limit", limit]).refused(2, "");
    }
    assert_eq!(desk.members(&[]), ["Ada"]);
}

#[test]
fn refusals_have_the_codes_of_their_kind() {
    let desk = Desk::empty();
    let before = [desk.put("7", "Zo\u{e9}"), desk.put("8", "Eva")];
    for command in [&["show-member", "9"][..], &["show-member", GREATEST], &["delete-member", "9", "--yes"]] {
        desk.run(command).refused(3, "there is no such member");
    }
    for id in ["8", "9"] {
        desk.run(&["put-member", id, "--name", "Zoe\u{301}"]).refused(5, "another member has this name");
    }
    let long = "\u{e9}".repeat(256);
    desk.run(&["put-member", "8", "--name", ""]).refused(6, "name must have 1 to 255 characters");
    desk.run(&["put-member", "8", "--name", &long]).refused(6, "name must have 1 to 255 characters");
    let all = desk.run(&["put-member", "9", "--name", "", "--email", "eva", "--phone", ""]).exits(6);
    for line in ["  name must have", "  email must be an e-mail address", "  phone must have"] {
        assert!(all.stderr.contains(line), "{all:?}");
    }
    assert_eq!([desk.member("7"), desk.member("8")], before);
    assert_eq!(desk.members(&[]).len(), 2);
}

#[test]
fn what_is_put_and_deleted_holds_on_a_running_server_within_100_ms() {
    let desk = Desk::empty();
    let (server, alice) = server_and_alice(&desk);
    desk.run(&["grant-role", "alice", "editor"]).done();
    let alice = alice.signed_in();
    is_seen_in_time("the role", || alice.get("/members").status() == 200);
    for round in 0..10 {
        let name = format!("member {round}");
        desk.put("7", &name);
        is_seen_in_time("the member", || {
            let answer = alice.get("/members/7");
            answer.status() == 200 && answer.str_at("/name") == name
        });
        // And the other way round.
        let put = alice.put("/members/8", json!({"name": format!("other {round}")}));
        assert_eq!(put.status(), if round == 0 { 201 } else { 200 });
        assert_eq!(desk.member("8")["name"], format!("other {round}"));
        if round % 3 == 2 {
            desk.run(&["delete-member", "7", "--yes"]).exits(0);
            is_seen_in_time("the deletion", || alice.get("/members/7").status() == 404);
        }
    }
    let (status, _log) = server.stop();
    assert!(status.success());
}
