//! Bodies: one JSON object, strictly, or a refusal that changes nothing.

mod media_types;
mod members;
mod size;
mod text;

use serde_json::{Value, json};
use tests::{Answer, Persona, Request, TestServer};
use userstore_core::{MemberFilter, PageRequest, Role, UserFilter};

/// Every route that takes a body, and one that it would accept. None of them ends a session of those who ask.
fn routes(server: &TestServer) -> Vec<(Request, String, Value)> {
    let (ada, alice) = (server.admin("ada"), server.user("alice"));
    let _bob = server.account("bob", Role::User, "{}");
    let own = json!({"current_password": alice.password(), "new_password": alice.password()});
    let route = |persona: &Persona, method: &str, target: &str, body: Value| {
        (persona.request(method, target), format!("{method} {target}"), body)
    };
    vec![
        route(&server.anonymous(), "POST", "/user", json!({"username": "carl", "password": "a plum for carl, 7"})),
        route(&ada, "POST", "/user", json!({"username": "dora", "password": "a plum for dora, 7"})),
        route(&alice, "PUT", "/user/me", json!({"data": {"a": 1}})),
        route(&alice, "PATCH", "/user/me", json!({"data": {"b": 1}})),
        route(&alice, "PUT", "/user/me/password", own),
        route(&ada, "PUT", "/user/bob/password", json!({"new_password": "another plum, 8"})),
        route(&ada, "PUT", "/user/bob/role", json!({"role": "reader"})),
        route(&ada, "PUT", "/user/bob/status", json!({"status": "blocked"})),
        route(&server.anonymous(), "POST", "/auth", alice.credentials()),
        route(&server.anonymous(), "POST", "/login", alice.credentials()),
        route(&ada, "POST", "/members", json!({"name": "Grace"})),
        route(&ada, "PUT", "/members/7", json!({"name": "Augusta"})),
    ]
}

/// What is there to see of all users and members.
fn everything(server: &TestServer) -> String {
    let operator = server.store().operator();
    let users = server.run(operator.list_users(&UserFilter::default(), PageRequest::first())).unwrap();
    let members = operator.read_members();
    let members = server.run(members.list_members(&MemberFilter::default(), PageRequest::first())).unwrap();
    serde_json::to_string(&(users.items, members.items)).unwrap()
}

/// A server, with a good request for each route that takes a body.
struct Bench {
    server: TestServer,
    routes: Vec<(Request, String, Value)>,
    before: String,
}

impl Bench {
    fn new() -> Self {
        let server = TestServer::start();
        let routes = routes(&server);
        let before = everything(&server);
        Self { server, routes, before }
    }

    /// Sends to each route what `spoil` makes of its request and good body, and sees that nothing has come of it.
    fn spoilt(&self, spoil: impl Fn(Request, &Value) -> Request, check: impl Fn(Answer, &str)) {
        for (request, name, body) in &self.routes {
            check(spoil(request.clone(), body).send(), name);
            assert_eq!(everything(&self.server), self.before, "{name} has changed something");
        }
    }

    /// Sends the good requests as they are: nothing was wrong with them but what was spoilt.
    fn good(self) {
        for (request, name, body) in &self.routes {
            let answer = request.clone().json(body).send();
            assert!(answer.status() < 300, "{name}: {answer:?}");
        }
    }
}
