//! Lists: in the order of bytes, a page at a time, by prefixes that are nothing but prefixes.

use serde_json::json;
use tests::Persona;
use userstore_core::Role;

use super::Scene;
use crate::lists::pages;

fn found(persona: &Persona, target: &str, key: &str) -> Vec<String> {
    let pages = pages(persona, target);
    pages.concat().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
}

pub(super) fn users(scene: &Scene) {
    let root = &scene.root;
    // As bytes have it, and no language: `-` before `.` before digits before letters before marks.
    let all =
        ["list-b", "list.b", "list_", "list_a", "lista", "listab", "listb", "list\u{e9}", "list\u{f6}", "list\u{153}"];
    for (index, name) in all.iter().rev().enumerate() {
        let _account = scene.server.account(name, [Role::User, Role::Reader][index % 2], "{}");
    }
    assert_eq!(found(root, "/users?prefix=list", "username"), all);
    for limit in [1, 3, 10] {
        assert_eq!(found(root, &format!("/users?prefix=LIST&limit={limit}"), "username"), all, "{limit}");
    }
    for (query, wanted) in [
        ("prefix=list_", &all[2..4]),
        ("prefix=list%25", &[]),
        ("prefix=listA", &all[4..6]),
        ("prefix=list%C3%89", &all[7..8]),
        ("prefix=liste", &[]),
        ("prefix=list%20", &[]),
        ("prefix=list%00", &[]),
        ("prefix=nobody", &[]),
    ] {
        assert_eq!(found(root, &format!("/users?{query}"), "username"), wanted, "{query}");
    }
    let readers = found(root, "/users?prefix=list&role=reader&limit=2", "username");
    assert_eq!(readers, ["list-b", "list_", "lista", "listb", "list\u{f6}"]);
    root.put("/user/lista/status", json!({"status": "blocked"})).is(200);
    assert_eq!(found(root, "/users?prefix=list&status=blocked", "username"), ["lista"]);
    assert_eq!(found(root, "/users?prefix=list&status=active&role=reader", "username").len(), 4);
    let everybody = found(root, "/users?limit=7", "username");
    assert!(everybody.is_sorted() && everybody.len() > all.len(), "{everybody:?}");
}

pub(super) fn members(scene: &Scene) {
    let ada = &scene.root;
    let names =
        ["L1 100%", "L1 100 %", "L1 a_b", "L1 axb", "L1 A_b", "L1 \u{1f600} one", "L1 \u{1f600} two", "L1 \u{1f601}"];
    for (name, id) in names.iter().zip([1509, 1510, 1502, 1508, 1501, 1599, 1500, 1511]) {
        ada.put(&format!("/members/{id}"), json!({"name": name})).is(201);
    }
    let by_id = [6, 4, 2, 3, 0, 1, 7, 5].map(|index| names[index]);
    for limit in [1, 3, 8, 50] {
        assert_eq!(found(ada, &format!("/members?prefix=L1&limit={limit}"), "name"), by_id, "{limit}");
    }
    for (query, wanted) in [
        ("prefix=L1+100%25", vec!["L1 100%"]),
        ("prefix=L1+100", vec!["L1 100%", "L1 100 %"]),
        ("prefix=L1+a_", vec!["L1 a_b"]),
        ("prefix=l1", vec![]),
        ("prefix=L1+%F0%9F%98%80", vec!["L1 \u{1f600} two", "L1 \u{1f600} one"]),
        ("prefix=L1%00", vec![]),
        ("name=L1+A_b", vec!["L1 A_b"]),
        ("name=L1+A_B", vec![]),
        ("name=L1+A_b+", vec![]),
        ("name=L1+A_b&prefix=L2", vec![]),
    ] {
        assert_eq!(found(ada, &format!("/members?{query}"), "name"), wanted, "{query}");
    }
    // What comes and goes between two pages hides and repeats nothing else.
    let first = ada.get("/members?prefix=L1&limit=3").is(200).json();
    ada.delete("/members/1502").is(204);
    ada.put("/members/1503", json!({"name": "L1 late"})).is(201);
    let rest = format!("/members?prefix=L1&limit=1000&after={}", first["next"].as_str().unwrap());
    assert_eq!(found(ada, &rest, "name"), [&["L1 late"], &by_id[3..]].concat());
}

pub(super) fn what_is_no_page(scene: &Scene) {
    let root = &scene.root;
    let cursor = |target: &str| root.get(target).is(200).str_at("/next");
    let _phone = root.signed_in();
    let foreign = cursor("/user/me/sessions?limit=1");
    for target in ["/users", "/members", "/user/me/sessions"] {
        let get = |query: &str| root.get(&format!("{target}?{query}"));
        for bad in ["0", "1001", "abc", ""] {
            get(&format!("limit={bad}")).invalid(&["limit"]);
        }
        get("limit=1&limit=1").invalid(&["limit"]);
        get("foo=1").invalid(&["foo"]);
        get("after=abc").invalid(&["after"]);
        if target != "/user/me/sessions" {
            get(&format!("after={foreign}")).invalid(&["after"]);
        }
    }
    root.get("/users?role=boss").invalid(&["role"]);
    root.get("/users?status=gone").invalid(&["status"]);
}
