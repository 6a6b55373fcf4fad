//! Who may do what: every operation, really called by everyone, against the table in `golden/roles.txt`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p tests --test it roles` writes the table anew, to be looked over line by line.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Persona, TestServer, golden};
use userstore_core::{MemberFilter, NewMember, PageRequest, Precondition, Role};

use crate::routes::{example, routes};
use crate::tokens::Scene;

/// One operation: its method and path, and the body it is called with, by the account's owner or by anybody else.
struct Operation {
    method: &'static str,
    path: &'static str,
    body: fn(owner: Option<&Persona>) -> Option<Value>,
}

/// Every operation. Where there is a `{username}`, it is alice's; where there is a `{member_id}`, there is a member.
const OPERATIONS: &[Operation] = &[
    Operation { method: "GET", path: "/", body: |_| None },
    Operation { method: "GET", path: "/healthz", body: |_| None },
    Operation { method: "GET", path: "/readyz", body: |_| None },
    Operation { method: "GET", path: "/metrics", body: |_| None },
    Operation { method: "GET", path: "/problems/{code}", body: |_| None },
    Operation { method: "GET", path: "/openapi.json", body: |_| None },
    Operation { method: "GET", path: "/docs", body: |_| None },
    Operation { method: "GET", path: "/docs/{name}", body: |_| None },
    Operation {
        method: "POST",
        path: "/auth",
        body: |_| Some(json!({"username": "carl", "password": "a plum for carl, 7"})),
    },
    Operation { method: "GET", path: "/auth", body: |_| None },
    Operation { method: "DELETE", path: "/auth", body: |_| None },
    Operation {
        method: "POST",
        path: "/user",
        body: |_| Some(json!({"username": "new", "password": "a plum for new, 7"})),
    },
    Operation { method: "GET", path: "/user/{username}", body: |_| None },
    Operation { method: "PUT", path: "/user/{username}", body: |_| Some(json!({"data": {"a": 1}})) },
    Operation { method: "PATCH", path: "/user/{username}", body: |_| Some(json!({"data": {"a": 1}})) },
    Operation { method: "DELETE", path: "/user/{username}", body: |_| None },
    Operation {
        method: "PUT",
        path: "/user/{username}/password",
        body: |owner| {
            let mut body = json!({"new_password": "another plum, 8"});
            if let Some(owner) = owner {
                body["current_password"] = json!(owner.password());
            }
            Some(body)
        },
    },
    Operation { method: "PUT", path: "/user/{username}/role", body: |_| Some(json!({"role": "admin"})) },
    Operation { method: "PUT", path: "/user/{username}/status", body: |_| Some(json!({"status": "blocked"})) },
    Operation { method: "GET", path: "/user/{username}/sessions", body: |_| None },
    Operation { method: "DELETE", path: "/user/{username}/sessions", body: |_| None },
    Operation { method: "DELETE", path: "/user/{username}/sessions/{id}", body: |_| None },
    Operation { method: "GET", path: "/users", body: |_| None },
    Operation {
        method: "POST",
        path: "/login",
        body: |_| Some(json!({"username": "carl", "password": "a plum for carl, 7"})),
    },
    Operation { method: "GET", path: "/.well-known/jwks.json", body: |_| None },
    Operation { method: "GET", path: "/members", body: |_| None },
    Operation { method: "POST", path: "/members", body: |_| Some(json!({"name": "Grace"})) },
    Operation { method: "GET", path: "/members/{member_id}", body: |_| None },
    Operation { method: "PUT", path: "/members/{member_id}", body: |_| Some(json!({"name": "Augusta"})) },
    Operation { method: "DELETE", path: "/members/{member_id}", body: |_| None },
];

/// Everyone who asks, in the order of the table's columns: with a session, and from [`OWNERS_TOKEN`] on with an access
/// token. The owner is alice.
const COLUMNS: &[&str] = &[
    "no token",
    "bad token",
    "expired",
    "ended",
    "blocked",
    "deleted",
    "owner",
    "other user",
    "reader",
    "editor",
    "admin",
    "expired token",
    "blocked's token",
    OWNERS_TOKEN,
    "reader's token",
    "editor's token",
    "admin's token",
    "admin's, to read",
    "service, to read",
    "service, to write",
    "service, to delete",
    "outsider, all",
    "outsider, none",
];

const OWNERS_TOKEN: &str = "owner's token";

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// What everyone is answered, on a server of its own.
    fn row(&self) -> Vec<String> {
        let scene = Scene::new();
        let everyone = everyone(&scene);
        assert_eq!(everyone.len(), COLUMNS.len());
        COLUMNS.iter().zip(everyone).map(|(column, persona)| self.cell(&scene.server, column, persona)).collect()
    }

    fn cell(&self, server: &TestServer, column: &str, persona: Option<Persona>) -> String {
        let alice = alice(server);
        members(server);
        let id = if self.path.contains("{id}") { alice.get("/auth").str_at("/id") } else { String::new() };
        let target = example(&self.path.replace("{username}", "alice").replace("{id}", &id));
        let owner = (column == "owner").then_some(&alice);
        let persona = persona.unwrap_or_else(|| if column == OWNERS_TOKEN { alice.logged_in() } else { alice.clone() });
        let request = persona.request(self.method, &target);
        let request = if let Some(body) = (self.body)(owner) { request.json(&body) } else { request };
        let answer = request.send();
        let operator = server.store().operator();
        let _made = server.run(operator.account_of("new").delete(&Precondition::NONE));
        if answer.status() >= 400 {
            format!("{} {}", answer.status(), answer.str_at("/code"))
        } else {
            answer.status().to_string()
        }
    }
}

/// Alice as she is at first, whatever became of her in the cell before.
fn alice(server: &TestServer) -> Persona {
    let operator = server.store().operator();
    let _gone = server.run(operator.account_of("alice").delete(&Precondition::NONE));
    server.user("alice")
}

/// One member, as it is at first, whatever became of the directory in the cell before.
fn members(server: &TestServer) {
    let operator = server.store().operator();
    server.run(async {
        let (read, delete) = (operator.read_members(), operator.delete_members());
        for member in read.list_members(&MemberFilter::default(), PageRequest::first()).await.unwrap().items {
            delete.delete_member(member.member_id, &Precondition::NONE).await.unwrap();
        }
        let ada = NewMember { name: "Ada".to_owned(), ..NewMember::default() };
        operator.write_members().put_member("7".parse().unwrap(), ada, &Precondition::NONE).await.unwrap();
    });
}

/// In the order of the columns; `None` stands for alice herself.
fn everyone(scene: &Scene) -> Vec<Option<Persona>> {
    let server = &scene.server;
    let expired = server.user("expired");
    let expired_token = server.account("expired-too", Role::Admin, "{}").logged_in();
    server.advance(Duration::from_hours(24));
    let operator = server.store().operator();
    let (ended, blocked, deleted) = (server.user("ended"), server.user("blocked"), server.user("deleted"));
    let blocked_token = blocked.logged_in();
    ended.delete("/auth").is(204);
    server.run(operator.block_user("blocked", None, &Precondition::NONE)).unwrap();
    server.run(operator.account_of("deleted").delete(&Precondition::NONE)).unwrap();
    let _signs_in = server.account("carl", Role::User, "{}");
    let nobody = server.anonymous();
    let others = [("bob", Role::User), ("rita", Role::Reader), ("eddy", Role::Editor), ("ada", Role::Admin)];
    let [bob, rita, eddy, ada] = others.map(|(name, role)| server.persona(name, role));
    let tokens = [rita.logged_in(), eddy.logged_in(), ada.logged_in(), ada.logged_in_for("members:read")];
    let services = ["members:read", "members:write", "members:delete"].map(|scope| server.service("importer", scope));
    let outsiders = ["members:read members:write members:delete", ""].map(|scope| scene.outsider(scope));
    let mut everyone = vec![Some(nobody.clone()), Some(nobody.with_token("ust_nonsense")), Some(expired)];
    everyone.extend([Some(ended), Some(blocked), Some(deleted), None]);
    everyone.extend([bob, rita, eddy, ada, expired_token, blocked_token].map(Some));
    everyone.push(None);
    everyone.extend(tokens.into_iter().chain(services).chain(outsiders).map(Some));
    everyone
}

fn table() -> String {
    let rows: Vec<(String, Vec<String>)> = std::thread::scope(|scope| {
        let rows: Vec<_> =
            OPERATIONS.iter().map(|operation| scope.spawn(|| (operation.name(), operation.row()))).collect();
        rows.into_iter().map(|row| row.join().unwrap()).collect()
    });
    let header = ("operation".to_owned(), COLUMNS.iter().map(|column| (*column).to_owned()).collect());
    let mut table = String::new();
    for (name, cells) in std::iter::once(&header).chain(&rows) {
        let mut line = format!("{name:<38}");
        for cell in cells {
            write!(line, "| {cell:<20}").unwrap();
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}

const GOLDEN: &str = "tests/it/golden/roles.txt";

#[test]
fn everyone_may_do_what_the_table_says() {
    golden(GOLDEN, &table());
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(GOLDEN);
    let table = std::fs::read_to_string(file).unwrap();
    let rows: Vec<String> =
        table.lines().skip(1).map(|line| line.split('|').next().unwrap().trim().to_owned()).collect();
    let rows_once: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(rows_once.len(), rows.len(), "a row is there twice");
    let routes: BTreeSet<String> = routes()
        .into_iter()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    assert_eq!(rows_once, routes);
    let called: BTreeSet<String> = OPERATIONS.iter().map(Operation::name).collect();
    assert_eq!(called, routes);
}
