//! Lists, a page at a time: `/users` and `/user/{username}/sessions`.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Answer, Persona, TestServer};
use userstore_core::Role;

/// Follows the links from this page on: the items of each page.
pub(crate) fn pages(persona: &Persona, first: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut target = Some(first.to_owned());
    while let Some(page) = target {
        let answer = persona.get(&page).is(200);
        pages.push(answer.json()["items"].as_array().unwrap().clone());
        target = next(&answer);
        assert!(pages.len() < 100, "the list has no end");
    }
    pages
}

/// Where the next page is, by the `Link`, which must agree with the cursor in the body.
pub(crate) fn next(answer: &Answer) -> Option<String> {
    let json = answer.json();
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["items", "next"]);
    let Some(link) = answer.header("Link") else {
        assert_eq!(json["next"], Value::Null);
        return None;
    };
    let target = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).expect(link);
    let cursor = json["next"].as_str().expect("a cursor");
    assert!(target.split(['?', '&']).any(|parameter| parameter == format!("after={cursor}")), "{link} {cursor}");
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)), "{cursor}");
    Some(target.to_owned())
}

fn names(pages: &[Vec<Value>]) -> Vec<Vec<&str>> {
    pages.iter().map(|page| page.iter().map(|user| user["username"].as_str().unwrap()).collect()).collect()
}

fn five(server: &TestServer) -> Persona {
    for (name, role) in [
        ("zoe", Role::User),
        ("al", Role::Reader),
        ("alan", Role::User),
        ("éva", Role::User),
        ("alb@x.org", Role::User),
    ] {
        let _account = server.account(name, role, "{}");
    }
    server.admin("ada")
}

#[test]
fn users_by_name() {
    let server = TestServer::start();
    let ada = five(&server);
    let all = ["ada", "al", "alan", "alb@x.org", "zoe", "éva"];
    assert_eq!(names(&pages(&ada, "/users")), [all]);
    assert_eq!(names(&pages(&ada, "/users?limit=1000")), [all]);
    assert_eq!(names(&pages(&ada, "/users?limit=6")), [all]);
    assert_eq!(names(&pages(&ada, "/users?limit=4")), [all[..4].to_vec(), all[4..].to_vec()]);
    assert_eq!(names(&pages(&ada, "/users?limit=1")), all.map(|name| vec![name]));
    assert_eq!(ada.get("/users").json()["items"][0], ada.get("/user/ada").json());
    assert_eq!(ada.get("/users").header("Cache-Control"), Some("no-store"));
}

#[test]
fn users_of_a_kind() {
    let server = TestServer::start();
    let ada = five(&server);
    ada.put("/user/alan/status", json!({"status": "blocked"})).is(200);
    for (query, wanted) in [
        ("role=user", vec!["alan", "alb@x.org", "zoe", "éva"]),
        ("role=admin", vec!["ada"]),
        ("role=editor", vec![]),
        ("status=blocked", vec!["alan"]),
        ("status=active&role=user", vec!["alb@x.org", "zoe", "éva"]),
        ("prefix=al", vec!["al", "alan", "alb@x.org"]),
        ("prefix=AL", vec!["al", "alan", "alb@x.org"]),
        ("prefix=%EF%BC%A1L", vec!["al", "alan", "alb@x.org"]),
        ("prefix=%C3%89", vec!["éva"]),
        ("prefix=e%CC%81v", vec!["éva"]),
        ("prefix=alb%40", vec!["alb@x.org"]),
        ("prefix=alb@X", vec!["alb@x.org"]),
        ("prefix=", vec!["ada", "al", "alan", "alb@x.org", "zoe", "éva"]),
        ("prefix=a&role=user&status=active&limit=5", vec!["alb@x.org"]),
        ("prefix=b", vec![]),
        ("prefix=a%20l", vec![]),
        ("prefix=%25", vec![]),
        ("prefix=_", vec![]),
        ("prefix=%F0%9F%A6%80", vec![]),
        ("prefix=%00", vec![]),
    ] {
        let found = pages(&ada, &format!("/users?{query}"));
        assert_eq!(names(&found), std::slice::from_ref(&wanted), "{query}");
        if !query.contains("limit") {
            let one_by_one = pages(&ada, &format!("/users?limit=1&{query}"));
            assert_eq!(names(&one_by_one).concat(), wanted, "{query}: a link lost the filter");
        }
    }
}

#[test]
fn sessions_by_age() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for _ in 0..4 {
        server.advance(Duration::from_secs(1));
        let _phone = alice.signed_in();
    }
    let pages = pages(&alice, "/user/alice/sessions?limit=2");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let times: Vec<&str> = pages.iter().flatten().map(|session| session["created_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted() && times.first() < times.last(), "{times:?}");
    // The way there stays the caller's own, as it was written.
    let first = alice.get("/user/me/sessions?limit=2");
    alice.get(&next(&first).expect("a next page")).is(200);
}

/// `/user/{username}/sessions` shares the parameters that are about pages.
#[test]
fn what_is_no_page_is_refused() {
    let server = TestServer::start();
    let ada = five(&server);
    let _phone = ada.signed_in();
    let cursor = |target: &str| ada.get(target).is(200).json()["next"].as_str().expect("a cursor").to_owned();
    let (of_users, of_sessions) = (cursor("/users?limit=1"), cursor("/user/me/sessions?limit=1"));
    for (target, own, other) in [("/users", &of_users, &of_sessions), ("/user/me/sessions", &of_sessions, &of_users)] {
        let get = |query: &str| ada.get(&format!("{target}?{query}"));
        for bad in [
            "0",
            "1001",
            "-1",
            "abc",
            "",
            "1.5",
            "1e1",
            "99999999999999999999",
            "%31%30%30%31",
            "1%00",
            "0x10",
            "%FF",
            "1%2C2",
            "1;2",
        ] {
            get(&format!("limit={bad}")).invalid(&["limit"]);
        }
        get("limit").invalid(&["limit"]);
        get("limit=1&limit=1").invalid(&["limit"]);
        get("LIMIT=1").invalid(&["LIMIT"]);
        get("foo=1").invalid(&["foo"]);
        get("limit%5B%5D=1").is(422);
        for bad in ["abc", "", "%FF", "null", other, &other[1..], &"x".repeat(5000)] {
            get(&format!("after={bad}")).invalid(&["after"]);
        }
        get(&format!("after={own}&after={own}")).invalid(&["after"]);
        get(&format!("after={own}&limit=1")).is(200);
        get("limit=0&foo=1&after=x").is(422);
        get("").is(200);
        for (parameter, values) in [("role", ["boss", "", "Admin"]), ("status", ["gone", "", "BLOCKED"])] {
            for value in values {
                get(&format!("{parameter}={value}")).invalid(&[parameter]);
            }
        }
    }
    ada.get("/users?role=user&role=admin").invalid(&["role"]);
    ada.get("/users?role=user&role=user").invalid(&["role"]);
    ada.get("/users?prefix=a&prefix=b").invalid(&["prefix"]);
    ada.get("/users?prefix=%FF").invalid(&["prefix"]);
    ada.get("/user/me/sessions?prefix=a").invalid(&["prefix"]);
}

#[test]
fn a_page_neither_hides_nor_repeats_what_stays() {
    let server = TestServer::start();
    let ada = five(&server);
    let first = ada.get("/users?limit=3").is(200);
    // The one the cursor names goes, one comes before it, and one after it.
    ada.delete("/user/alan").is(204);
    let (_before, _after) = (server.account("aaron", Role::User, "{}"), server.account("bea", Role::User, "{}"));
    let rest = pages(&ada, &next(&first).expect("a next page"));
    assert_eq!(names(&rest).concat(), ["alb@x.org", "bea", "zoe", "éva"]);
}

#[test]
fn other_routes_ignore_queries() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for target in ["/?limit=0", "/user/me?limit=0&limit=1", "/auth?x", "/healthz?after=%FF", "/readyz?a=b"] {
        alice.get(target).is(200);
    }
    alice.put("/user/me?data=1&role=admin", json!({"data": {"a": 1}})).is(200);
    assert_eq!(alice.get("/user/me").str_at("/role"), "user");
}
