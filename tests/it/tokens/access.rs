//! What an access token opens: the member directory, as far as its scopes and its user's live role go, and nothing else.

use serde_json::{Value, json};
use tests::{Persona, TestServer};
use userstore_core::{Precondition, Role, Scopes};

use super::{ALL, INVALID_TOKEN, NO_TOKEN, opens};

/// Every set of scopes, as a text.
fn every_scope() -> Vec<String> {
    let words: Vec<&str> = ALL.split(' ').collect();
    let of = |bits: usize| {
        let chosen: Vec<&str> = (0..3).filter(|at| bits & (1 << at) != 0).map(|at| words[at]).collect();
        chosen.join(" ")
    };
    (0..8).map(of).collect()
}

fn grant(server: &TestServer, name: &str, role: Role) {
    server.run(server.store().operator().grant_role(name, role, &Precondition::NONE)).unwrap();
}

#[test]
fn a_token_does_what_its_scopes_say_and_the_live_role_gives() {
    let server = TestServer::start();
    let ada = server.account("ada", Role::Admin, "{}");
    let _other = server.account("other", Role::Admin, "{}");
    let tokens: Vec<(String, Persona)> =
        every_scope().into_iter().map(|scope| (scope.clone(), ada.logged_in_for(&scope))).collect();
    assert_eq!(tokens.len(), 8);
    for role in [Role::Admin, Role::Reader, Role::Editor, Role::User, Role::Admin] {
        grant(&server, "ada", role);
        let given = Scopes::of_role(role);
        for (scope, token) in &tokens {
            let wanted = scope.parse::<Scopes>().unwrap().and(given).to_string();
            assert_eq!(opens(token), wanted, "a token for {scope:?} of a user who is now {role:?}");
        }
    }
}

#[test]
fn a_token_stays_as_narrow_as_it_was_when_its_user_rises() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, "{}");
    let none = alice.logged_in();
    grant(&server, "alice", Role::Reader);
    let read = alice.logged_in();
    grant(&server, "alice", Role::Admin);
    assert_eq!((opens(&none), opens(&read)), (String::new(), "members:read".to_owned()));
    assert_eq!(opens(&alice.logged_in()), ALL);
}

#[test]
fn a_token_really_reads_writes_and_deletes() {
    let server = TestServer::start();
    let ada = server.account("ada", Role::Admin, "{}").logged_in();
    let service = server.service("import", ALL);
    for (number, token) in [ada, service].iter().enumerate() {
        let id = 10 + number;
        let target = format!("/members/{id}");
        token.put(&target, json!({"name": "Ada"})).is(201);
        assert_eq!(token.get(&target).is(200).str_at("/name"), "Ada");
        token.put(&target, json!({"name": "Augusta"})).is(200);
        let new = token.post("/members", json!({"name": "Grace"})).is(201);
        assert_eq!(token.get("/members").is(200).json()["items"].as_array().unwrap().len(), 2);
        token.delete(new.header("Location").unwrap()).is(204);
        token.delete(&target).is(204);
        token.get(&target).refused(404, "not_found");
    }
}

#[test]
fn a_service_does_what_its_scopes_say() {
    let server = TestServer::start();
    for scope in every_scope().iter().filter(|scope| !scope.is_empty()) {
        assert_eq!(opens(&server.service("importer", scope)), *scope);
    }
    // A user of the same name is somebody else.
    let namesake = server.account("importer", Role::Reader, "{}");
    let service = server.service("importer", ALL);
    server.run(server.store().operator().block_user("importer", None, &Precondition::NONE)).unwrap();
    assert_eq!(opens(&service), ALL);
    namesake.log_in().refused(403, "account_blocked");
}

/// Every request to an account; the target is alice's own, whose access token is the most powerful there is.
fn about_accounts() -> Vec<(&'static str, &'static str, Option<Value>)> {
    let id = "0198d2f0-0000-7000-8000-00000000abcd";
    let session: &'static str = Box::leak(format!("/user/me/sessions/{id}").into_boxed_str());
    vec![
        ("GET", "/user/me", None),
        ("GET", "/user/alice", None),
        ("GET", "/user/nobody", None),
        ("PUT", "/user/me", Some(json!({"data": {"a": 1}}))),
        ("PATCH", "/user/me", Some(json!({"data": {"a": 1}}))),
        ("PUT", "/user/alice", Some(json!({"data": 7}))),
        ("DELETE", "/user/me", None),
        ("DELETE", "/user/bob", None),
        (
            "PUT",
            "/user/me/password",
            Some(json!({"current_password": "a plum for alice, 7", "new_password": "plums, 8"})),
        ),
        ("PUT", "/user/bob/password", Some(json!({"new_password": "another plum, 8"}))),
        ("PUT", "/user/bob/role", Some(json!({"role": "admin"}))),
        ("PUT", "/user/bob/status", Some(json!({"status": "blocked"}))),
        ("GET", "/user/me/sessions", None),
        ("DELETE", "/user/me/sessions", None),
        ("DELETE", session, None),
        ("GET", "/users", None),
        ("GET", "/users?limit=0", None),
    ]
}

#[test]
fn accounts_are_closed_to_every_access_token() {
    let server = TestServer::start();
    let (alice, bob) = (server.account("alice", Role::Admin, "{}"), server.user("bob"));
    let session = alice.signed_in();
    let accounts = || (session.get("/users").is(200).json(), session.get("/user/me/sessions").is(200).json());
    let before = accounts();
    let refused = alice.logged_in().with_token("eyJhbGciOiJFZERTQSJ9.e30.AAAA");
    for token in [alice.logged_in(), alice.logged_in_for(""), server.service("importer", ALL)] {
        for (method, target, body) in about_accounts() {
            let ask = |persona: &Persona| {
                let request = persona.request(method, target);
                let request = if let Some(body) = &body { request.json(body) } else { request };
                request.send()
            };
            let answer = ask(&token).refused(403, "forbidden");
            let challenge = r#"Bearer realm="userstore", error="insufficient_scope""#;
            assert_eq!(answer.header("WWW-Authenticate"), Some(challenge), "{method} {target}");
            super::refused_token(&ask(&refused));
        }
        // These two are about the session that is shown, and it is none.
        for method in ["GET", "DELETE"] {
            super::refused_token(&token.request(method, "/auth").send());
        }
    }
    assert_eq!(accounts(), before);
    assert!(bob.is_in() && session.is_in());
}

#[test]
fn home_and_the_doors_that_are_open_to_anyone_do_not_mind_it() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Admin, "{}");
    let token = alice.logged_in();
    for persona in [&token, &server.service("importer", ALL), &token.with_token("a.b.c")] {
        assert_eq!(persona.get("/").is(200).json(), json!({"message": "Hello World"}));
        let _keys = persona.get("/.well-known/jwks.json").is(200);
        let _alive = persona.get("/healthz").is(200);
        for target in ["/auth", "/login"] {
            let _in = persona.request("POST", target).json(&alice.credentials()).send().is(200);
            let wrong = json!({"username": "alice", "password": "not a plum"});
            let wrong = persona.post(target, wrong).refused(401, "invalid_credentials");
            assert_eq!(wrong.header("WWW-Authenticate"), Some(NO_TOKEN));
        }
    }
    // An administrator may create `root`, and others only what anyone may.
    let sign_up = |name: &str| json!({"username": name, "password": "a plum for others, 7"});
    token.post("/user", sign_up("root")).invalid(&["/username"]);
    assert_eq!(token.post("/user", sign_up("carl")).is(201).str_at("/role"), "user");
    alice.signed_in().post("/user", sign_up("root")).is(201);

    let closed = TestServer::with(|settings| settings.signup.mode = userstore_core::config::SignupMode::Closed);
    let alice = closed.account("alice", Role::Admin, "{}");
    alice.logged_in().post("/user", sign_up("carl")).refused(403, "signup_closed");
    alice.signed_in().post("/user", sign_up("carl")).is(201);
}

#[test]
fn a_token_comes_in_one_header_by_one_scheme() {
    let server = TestServer::start();
    let rita = server.account("rita", Role::Reader, "{}").logged_in();
    let ask = |value: &str| server.request("GET", "/members").header("Authorization", value);
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let _list = ask(&format!("{scheme} {}", rita.token())).send().is(200);
    }
    let none = server.get("/members").refused(401, "unauthenticated");
    assert_eq!(none.header("WWW-Authenticate"), Some(NO_TOKEN));
    for value in [format!("Basic {}", rita.token()), rita.token().to_owned(), "Bearer".to_owned(), String::new()] {
        let answer = ask(&value).send().refused(401, "unauthenticated");
        assert_eq!(answer.header("WWW-Authenticate"), Some(NO_TOKEN), "{value:?}");
    }
    for value in ["nonsense", "a.b.c", "..", "ust_nonsense"] {
        let answer = ask(&format!("Bearer {value}")).send().refused(401, "unauthenticated");
        assert_eq!(answer.header("WWW-Authenticate"), Some(INVALID_TOKEN), "{value:?}");
    }
    for second in [rita.token(), "nonsense", ""] {
        let twice = ask(&format!("Bearer {}", rita.token())).header("Authorization", &format!("Bearer {second}"));
        twice.send().refused(400, "malformed_request");
    }
    // Not from a query, a cookie or a form (RFC 6750, sections 2.2 and 2.3).
    let query = server.get(&format!("/members/7?access_token={}", rita.token()));
    query.refused(401, "unauthenticated");
    let cookie = server.request("GET", "/members").header("Cookie", &format!("access_token={}", rita.token()));
    cookie.send().refused(401, "unauthenticated");
}
