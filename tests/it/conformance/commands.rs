//! The commands, on the same engines as a running server: it sees what they do, and they see what it does.

use serde_json::{Value, json};
use tests::{Persona, is_timestamp};
use userstore_core::Role;

use super::Scene;
use crate::cli::running_server::is_seen_in_time;

const PASSWORD: &str = "canary sings at dawn 7";

impl Scene {
    /// What a command prints as JSON.
    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        self.command(&[arguments, &["--output", "json"]].concat()).json()
    }

    /// The account that a command has made, as its owner.
    #[track_caller]
    fn created(&self, name: &str, more: &[&str]) -> (Value, Persona) {
        let arguments = [&["create-user", name, "--password-stdin", "-o", "json"], more].concat();
        let made = self.fed(&arguments, PASSWORD).json();
        (made, Persona::named(self.server.client(), name).with_password(PASSWORD))
    }
}

pub(super) fn accounts(scene: &Scene) {
    let root = &scene.root;
    let data = r#"{"b": 1, "a": "\u00e9 \ud83d\ude00"}"#;
    let (made, carl) = scene.created("cli.carl", &["--role", "reader", "--data", data]);
    let carl = carl.signed_in();
    assert_eq!(scene.json(&["show-user", "CLI.carl"]), made);
    assert_eq!(root.get("/user/cli.carl").json(), made);
    scene.fed(&["create-user", "CLI.Carl", "--password-stdin"], PASSWORD).refused(5, "taken");
    scene.fed(&["create-user", "cli carl", "--password-stdin"], PASSWORD).refused(6, "the input is not valid");
    let listed = scene.json(&["list-users", "--prefix", "cli.", "--role", "reader", "--status", "active"]);
    assert_eq!(listed, json!([made]));
    assert_eq!(scene.json(&["list-users", "--prefix", "cli_"]), json!([]));

    scene.json(&["update-user", "cli.carl", "--data", r#"{"a": null, "c": [1]}"#, "--merge"]);
    is_seen_in_time("the data", || carl.get("/user/me").json()["data"] == json!({"b": 1, "c": [1]}));
    scene.json(&["update-user", "cli.carl", "--data", "{}"]);
    is_seen_in_time("the data", || carl.get("/user/me").json()["data"] == json!({}));
    carl.put("/user/me", json!({"data": {"by": "carl"}})).is(200);
    assert_eq!(scene.json(&["show-user", "cli.carl"])["data"], json!({"by": "carl"}));

    assert_eq!(scene.json(&["grant-role", "cli.carl", "admin"])["role"], "admin");
    is_seen_in_time("the role", || carl.get("/users").status() == 200);
    assert_eq!(scene.json(&["grant-role", "cli.carl", "user"])["role"], "user");
    is_seen_in_time("its loss", || carl.get("/users").status() == 403);
    let blocked = scene.json(&["block-user", "cli.carl", "--reason", "plums \u{1f351}"]);
    is_seen_in_time("the block", || !carl.is_in());
    assert_eq!(root.get("/user/cli.carl").json(), blocked);
    carl.sign_in().refused(403, "account_blocked");
    scene.command(&["mint-jwt", "cli.carl"]).refused(4, "blocked");
    scene.json(&["unblock-user", "cli.carl"]);
    is_seen_in_time("its end", || carl.sign_in().status() == 200);
    let carl = carl.signed_in();
    scene.fed(&["set-password", "cli.carl", "--password-stdin"], "canary of another day").done();
    is_seen_in_time("the password", || !carl.is_in());
    carl.sign_in().refused(401, "invalid_credentials");
    let carl = carl.with_password("canary of another day").signed_in();
    assert!(carl.is_in());
    scene.command(&["delete-user", "cli.carl", "--yes"]).exits(0);
    is_seen_in_time("the deletion", || !carl.is_in());
    scene.command(&["show-user", "cli.carl"]).refused(3, "no such user");
    for last in
        [&["delete-user", root.name(), "--yes"][..], &["block-user", root.name()], &["grant-role", root.name(), "user"]]
    {
        scene.command(last).refused(5, "last active admin");
    }
}

pub(super) fn sessions(scene: &Scene) {
    let alice = scene.user("cli.alice");
    let phone = alice.signed_in();
    let listed = scene.json(&["list-sessions", "cli.alice"]);
    let ids: Vec<&str> = listed.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    let of = |persona: &Persona| persona.get("/auth").is(200).str_at("/id");
    assert_eq!(ids, [of(&alice), of(&phone)]);
    scene.command(&["end-sessions", "cli.alice", "--session", ids[1]]).exits(0);
    is_seen_in_time("the end of one", || !phone.is_in());
    assert!(alice.is_in());
    scene.command(&["end-sessions", "cli.alice", "--session", ids[1]]).refused(3, "no such session");
    scene.command(&["end-sessions", "cli.alice"]).exits(0);
    is_seen_in_time("the end of all", || !alice.is_in());
    assert_eq!(scene.json(&["list-sessions", "cli.alice"]), json!([]));
    scene.command(&["list-sessions", "nobody.here"]).refused(3, "no such user");
}

pub(super) fn members(scene: &Scene) {
    let ada = &scene.root;
    ada.get("/members/1800").refused(404, "not_found");
    let put = scene.json(&["put-member", "1800", "--name", "L2 Zoe\u{301} \u{1f600}", "--email", "zoe@example.org"]);
    is_seen_in_time("the member", || ada.get("/members/1800").status() == 200);
    assert_eq!(ada.get("/members/1800").json(), put);
    assert_eq!(scene.json(&["show-member", "1800"]), put);
    ada.put("/members/1801", json!({"name": "L2 by the server"})).is(201);
    assert_eq!(scene.json(&["list-members", "--prefix", "L2", "--limit", "1"]), json!([put]));
    assert_eq!(scene.json(&["list-members", "--prefix", "L2"]).as_array().unwrap().len(), 2);
    scene.command(&["put-member", "1800", "--name", "L2 by the server"]).refused(5, "another member");
    scene.json(&["put-member", "1800", "--name", "L2 Zoe"]);
    is_seen_in_time("the new name", || ada.get("/members/1800").str_at("/name") == "L2 Zoe");
    scene.command(&["delete-member", "1800", "--yes"]).exits(0);
    is_seen_in_time("the deletion", || ada.get("/members/1800").status() == 404);
    scene.command(&["show-member", "1800"]).refused(3, "no such member");
    scene.command(&["put-member", "1800", "--name", ""]).refused(6, "the input is not valid");
}

pub(super) fn keys(scene: &Scene) {
    let reader = scene.server.account("cli.reader", Role::Reader, "{}");
    let minted =
        |arguments: &[&str]| reader.with_token(scene.command(&[&["mint-jwt"], arguments].concat()).done().trim());
    let (own, service) = (minted(&["cli.reader"]), minted(&["--service", "ci", "--scope", "members:read"]));
    for token in [&own, &service] {
        token.get("/members").is(200);
        scene.fed(&["inspect-jwt", "-o", "json"], token.token()).exits(0);
    }
    minted(&["cli.reader", "--expired"]).get("/members").refused(401, "unauthenticated");
    let listed = || scene.json(&["list-keys"]).as_array().unwrap().clone();
    let active = |keys: &[Value]| {
        let key = keys.iter().find(|key| key["state"] == "active").expect("an active key");
        key["kid"].as_str().unwrap().to_owned()
    };
    let first = active(&listed());
    assert!(listed().iter().all(|key| is_timestamp(key["created_at"].as_str().unwrap())));
    scene.command(&["rotate-keys"]).exits(0);
    scene.command(&["rotate-keys"]).refused(5, "the next key waits already");
    scene.command(&["rotate-keys", "--now"]).exits(0);
    let second = active(&listed());
    assert_ne!(first, second);
    is_seen_in_time("the key", || {
        let set = scene.nobody().get("/.well-known/jwks.json").is(200);
        set.body().contains(&second)
    });
    own.get("/members").is(200);
    scene.command(&["revoke-key", &first, "--yes"]).exits(0);
    is_seen_in_time("the revocation", || own.get("/members").status() == 401);
    service.get("/members").refused(401, "unauthenticated");
    scene.fed(&["inspect-jwt"], own.token()).exits(4);
    reader.logged_in().get("/members").is(200);
    scene.command(&["revoke-key", "no-such-key", "--yes"]).refused(3, "no such");
}

pub(super) fn operations(scene: &Scene) {
    let migrations = scene.json(&["migrate"]);
    assert!(migrations.as_array().unwrap().len() >= 2, "{migrations}");
    assert_eq!(scene.json(&["migrate"]), migrations, "a second time changes nothing");
    scene.command(&["doctor"]).exits(0);
    // What the commands and the server did, on whichever engine, is in one log.
    let entries = scene.json(&["audit", "--user", "cli.alice"]);
    let entry = |index: usize| {
        let entry = &entries[index];
        format!("{} {} {}", entry["actor_kind"], entry["action"], entry["outcome"]).replace('"', "")
    };
    let told: Vec<String> = (0..entries.as_array().unwrap().len()).map(entry).collect();
    let wanted =
        ["operator create_user", "anyone sign_in", "anyone sign_in", "operator end_session", "operator end_sessions"];
    assert_eq!(told, wanted.map(|entry| format!("{entry} done")));
}
