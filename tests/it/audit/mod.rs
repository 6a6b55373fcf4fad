//! The audit log: every operation that changes something leaves one entry, and what reads leaves none.

mod commands;
mod requests;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Backend, DatabaseKind, Persona, TestServer};
use userstore_core::config::{CacheKind, SessionStoreKind};
use userstore_core::{AuditEntry, AuditFilter, PageRequest, Precondition, Role};

use crate::routes::routes;

/// Who asks.
#[derive(Debug, Clone, Copy)]
enum By {
    Nobody,
    Owner,
    Bob,
    Root,
    /// An editor, with an access token.
    Editor,
    Service,
}

/// A request, and what it has to leave in the log: actor, action, target, outcome.
struct Case {
    by: By,
    operation: &'static str,
    body: fn(&Persona) -> Value,
    status: u16,
    entry: &'static str,
}

const fn case(by: By, operation: &'static str, body: fn(&Persona) -> Value, status: u16, entry: &'static str) -> Case {
    Case { by, operation, body, status, entry }
}

fn none(_: &Persona) -> Value {
    Value::Null
}

fn data(_: &Persona) -> Value {
    json!({"data": {"a": 1}})
}

fn new_password(alice: &Persona) -> Value {
    json!({"current_password": alice.password(), "new_password": "another plum, 8"})
}

/// Where there is a `{username}`, it is alice's, and new; where there is a `{member_id}`, there is a member.
const CASES: &[Case] = &[
    case(By::Nobody, "POST /auth", Persona::credentials, 200, "anyone - sign_in user alice done"),
    case(
        By::Nobody,
        "POST /auth",
        |_| json!({"username": "ALICE", "password": "not this one"}),
        401,
        "anyone - sign_in user alice invalid_credentials",
    ),
    case(
        By::Nobody,
        "POST /auth",
        |_| json!({"username": "nobody", "password": "not this one"}),
        401,
        "anyone - sign_in - - invalid_credentials",
    ),
    case(By::Nobody, "POST /login", Persona::credentials, 200, "anyone - log_in user alice done"),
    case(
        By::Nobody,
        "POST /login",
        |alice| json!({"username": "alice", "password": alice.password(), "scope": "members:read"}),
        403,
        "anyone - log_in user alice forbidden",
    ),
    case(By::Owner, "DELETE /auth", none, 204, "user alice sign_out user alice done"),
    case(
        By::Nobody,
        "POST /user",
        |_| json!({"username": "New", "password": "a plum for new, 7"}),
        201,
        "anyone - sign_up user new done",
    ),
    case(
        By::Root,
        "POST /user",
        |_| json!({"username": "New", "password": "a plum for new, 7"}),
        201,
        "user root create_user user new done",
    ),
    case(By::Owner, "PUT /user/{username}", data, 200, "user alice update_data user alice done"),
    case(By::Root, "PUT /user/{username}", data, 200, "user root update_data user alice done"),
    case(By::Owner, "PATCH /user/{username}", data, 200, "user alice update_data user alice done"),
    case(By::Root, "PATCH /user/{username}", data, 200, "user root update_data user alice done"),
    case(By::Owner, "DELETE /user/{username}", none, 204, "user alice delete_user user alice done"),
    case(By::Root, "DELETE /user/{username}", none, 204, "user root delete_user user alice done"),
    case(By::Bob, "DELETE /user/{username}", none, 403, "user bob administer - - forbidden"),
    case(By::Owner, "PUT /user/{username}/password", new_password, 204, "user alice change_password user alice done"),
    case(
        By::Owner,
        "PUT /user/{username}/password",
        |_| json!({"current_password": "not this one", "new_password": "another plum, 8"}),
        403,
        "user alice change_password user alice invalid_credentials",
    ),
    case(
        By::Root,
        "PUT /user/{username}/password",
        |_| json!({"new_password": "another plum, 8"}),
        204,
        "user root set_password user alice done",
    ),
    case(
        By::Root,
        "PUT /user/{username}/role",
        |_| json!({"role": "admin"}),
        200,
        "user root grant_role user alice done",
    ),
    case(
        By::Owner,
        "PUT /user/{username}/role",
        |_| json!({"role": "admin"}),
        403,
        "user alice administer - - forbidden",
    ),
    case(
        By::Root,
        "PUT /user/{username}/status",
        |_| json!({"status": "blocked", "reason": "plums"}),
        200,
        "user root block_user user alice done",
    ),
    case(
        By::Root,
        "PUT /user/me/status",
        |_| json!({"status": "blocked"}),
        409,
        "user root block_user user root last_admin",
    ),
    case(By::Owner, "DELETE /user/{username}/sessions", none, 204, "user alice end_sessions user alice done"),
    case(By::Root, "DELETE /user/{username}/sessions", none, 204, "user root end_sessions user alice done"),
    case(By::Owner, "DELETE /user/{username}/sessions/{id}", none, 204, "user alice end_session user alice done"),
    case(By::Root, "DELETE /user/{username}/sessions/{id}", none, 204, "user root end_session user alice done"),
    case(By::Editor, "POST /members", |_| json!({"name": "Grace"}), 201, "user eddy create_member member - done"),
    case(
        By::Service,
        "PUT /members/{member_id}",
        |_| json!({"name": "Augusta"}),
        200,
        "service importer put_member member - done",
    ),
    case(By::Root, "DELETE /members/{member_id}", none, 204, "user root delete_member member - done"),
];

struct Scene {
    server: TestServer,
    root: Persona,
    bob: Persona,
    eddy: Persona,
}

impl Scene {
    fn new(backend: Backend) -> Self {
        let server = TestServer::on(backend);
        let (root, bob) = (server.admin("root"), server.user("bob"));
        let eddy = server.account("eddy", Role::Editor, "{}");
        Self { server, root, bob, eddy }
    }

    fn entries(&self) -> Vec<AuditEntry> {
        let operator = self.server.store().operator();
        let mut request = PageRequest::first().limit(1000).unwrap();
        let mut entries = Vec::new();
        loop {
            let filter = AuditFilter::default();
            let page = self.server.run(operator.audit(&filter, request.clone())).unwrap();
            entries.extend(page.items);
            match page.next {
                Some(next) => request = request.after(next),
                None => return entries,
            }
        }
    }

    /// Has everything that the case needs anew, asks, and gives the entries that came of it.
    fn play(&self, case: &Case) -> Vec<AuditEntry> {
        let operator = self.server.store().operator();
        for name in ["alice", "new"] {
            let _gone = self.server.run(operator.account_of(name).delete(&Precondition::NONE));
        }
        self.server.run(async {
            let new = |name: &str| userstore_core::NewMember { name: name.to_owned(), ..Default::default() };
            let members = operator.write_members();
            members.put_member("7".parse().unwrap(), new("Ada"), &Precondition::NONE).await.unwrap();
        });
        let alice = self.server.user("alice");
        let asking = match case.by {
            By::Nobody => self.server.anonymous(),
            By::Owner => alice.clone(),
            By::Bob => self.bob.clone(),
            By::Root => self.root.clone(),
            By::Editor => self.eddy.logged_in(),
            By::Service => self.server.service("importer", "members:write"),
        };
        let (method, path) = case.operation.split_once(' ').unwrap();
        let id = alice.get("/auth").str_at("/id");
        let path = path.replace("{username}", "alice").replace("{id}", &id).replace("{member_id}", "7");
        // Like refusals are counted for a minute.
        self.server.advance(Duration::from_mins(2));
        let before = self.entries().len();
        let request = asking.request(method, &path).header("User-Agent", "plum/7");
        let body = (case.body)(&alice);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request.send().is(case.status);
        let entries = self.entries().split_off(before);
        for entry in &entries {
            assert_eq!(entry.ip.as_deref(), Some("127.0.0.1"), "{entry:?}");
            assert_eq!(entry.user_agent.as_deref(), Some("plum/7"), "{entry:?}");
            assert_eq!(entry.request_id.as_deref(), answer.header("X-Request-Id"), "{entry:?}");
            assert_eq!(entry.times, 1, "{entry:?}");
        }
        entries
    }
}

/// What an entry says in short.
fn short(entry: &AuditEntry) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let kind = entry.target_kind.map_or("-", |kind| kind.as_str());
    let (actor, target) = (name(&entry.actor_name), name(&entry.target_name));
    format!("{} {actor} {} {kind} {target} {}", entry.actor_kind, entry.action, entry.outcome)
}

fn all(backend: Backend) {
    let scene = Scene::new(backend);
    for case in CASES {
        let told: Vec<String> = scene.play(case).iter().map(short).collect();
        assert_eq!(told, [case.entry], "{} by {:?}", case.operation, case.by);
    }
}

#[test]
fn no_operation_that_changes_something_is_left_out() {
    let known: BTreeSet<&str> = CASES.iter().filter(|case| case.status < 400).map(|case| case.operation).collect();
    let operations = routes().into_iter().flat_map(|(path, methods)| {
        methods.into_iter().map(move |method| format!("{method} {path}")).collect::<Vec<_>>()
    });
    let changing: BTreeSet<String> = operations.filter(|operation| !operation.starts_with("GET ")).collect();
    assert_eq!(known.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), changing);
}

#[test]
fn every_change_leaves_one_entry_on_sqlite() {
    all(Backend::SQLITE);
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL's programs")]
fn every_change_leaves_one_entry_on_postgres() {
    all(Backend::plain(DatabaseKind::Postgres));
}

#[test]
#[cfg_attr(not(has_mariadb), ignore = "needs MariaDB's programs")]
fn every_change_leaves_one_entry_on_mariadb() {
    all(Backend::plain(DatabaseKind::MariaDb));
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn every_change_leaves_one_entry_with_sessions_in_redis() {
    let (sessions, cache) = (SessionStoreKind::Redis, CacheKind::Redis);
    all(Backend { database: DatabaseKind::Postgres, sessions, cache });
}
