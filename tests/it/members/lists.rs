//! `GET /members`: by id, a page at a time.

use serde_json::{Value, json};
use tests::{Persona, TestServer};
use userstore_core::{MemberFilter, NewMember, PageRequest, Precondition};

use super::{put, server_and_ada};
use crate::lists::pages;

fn ids(pages: &[Vec<Value>]) -> Vec<Vec<i64>> {
    pages.iter().map(|page| page.iter().map(|member| member["member_id"].as_i64().unwrap()).collect()).collect()
}

fn names(persona: &Persona, query: &str) -> Vec<String> {
    let pages = pages(persona, &format!("/members?{query}"));
    pages.concat().iter().map(|member| member["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn members_by_id() {
    let (_server, ada) = server_and_ada();
    let all = [1, 2, 9, 10, 100, i64::MAX - 1, i64::MAX];
    // Ids that are not in the order of the names, nor in that of their digits.
    for (index, id) in all.iter().enumerate().rev() {
        put(&ada, *id, &format!("member {}", 9 - index)).is(201);
    }
    assert_eq!(ids(&pages(&ada, "/members")), [all]);
    assert_eq!(ids(&pages(&ada, "/members?limit=7")), [all]);
    assert_eq!(ids(&pages(&ada, "/members?limit=5")), [all[..5].to_vec(), all[5..].to_vec()]);
    assert_eq!(ids(&pages(&ada, "/members?limit=1")), all.map(|id| vec![id]));
    assert_eq!(ada.get("/members").json()["items"][2], ada.get("/members/9").json());
    assert_eq!(ada.get("/members").header("Cache-Control"), Some("no-store"));
}

#[test]
fn an_empty_directory_is_an_empty_list() {
    let (_server, ada) = server_and_ada();
    assert_eq!(ada.get("/members").is(200).json(), json!({"items": [], "next": null}));
}

const NAMES: [&str; 14] = [
    "Ada",
    "Ada Lovelace",
    "ada",
    "Adam",
    "Zo\u{e9}",
    "Zoe",
    "100%",
    "100 %",
    "a_b",
    "axb",
    "\u{1f600} one",
    "\u{1f600} two",
    "\u{1f601}",
    "\u{10ffff}\u{10ffff}",
];

fn directory() -> (TestServer, Persona) {
    let (server, ada) = server_and_ada();
    for name in NAMES {
        super::post(&ada, name).is(201);
    }
    (server, ada)
}

#[test]
fn members_by_name_or_its_start() {
    let (_server, ada) = directory();
    for (query, wanted) in [
        ("name=Ada", vec!["Ada"]),
        ("name=ADA", vec![]),
        ("name=Ada+Lovelace", vec!["Ada Lovelace"]),
        ("name=Zoe%CC%81", vec!["Zo\u{e9}"]),
        ("name=", vec![]),
        ("name=%00", vec![]),
        ("name=Ad", vec![]),
        ("name=Ada&prefix=A", vec!["Ada"]),
        ("name=Ada&prefix=B", vec![]),
        ("name=Ada&prefix=%00", vec![]),
        ("prefix=Ad", vec!["Ada", "Ada Lovelace", "Adam"]),
        ("prefix=Ada", vec!["Ada", "Ada Lovelace", "Adam"]),
        ("prefix=ad", vec!["ada"]),
        ("prefix=Zo", vec!["Zo\u{e9}", "Zoe"]),
        ("prefix=Zoe", vec!["Zoe"]),
        ("prefix=Zoe%CC%81", vec!["Zo\u{e9}"]),
        ("prefix=100", vec!["100%", "100 %"]),
        ("prefix=100%25", vec!["100%"]),
        ("prefix=%25", vec![]),
        ("prefix=a_", vec!["a_b"]),
        ("prefix=_", vec![]),
        ("prefix=*", vec![]),
        ("prefix=%F0%9F%98%80", vec!["\u{1f600} one", "\u{1f600} two"]),
        ("prefix=%F0%9F%98%81", vec!["\u{1f601}"]),
        ("prefix=%F4%8F%BF%BF", vec!["\u{10ffff}\u{10ffff}"]),
        ("prefix=%00", vec![]),
        ("prefix=Ada%00", vec![]),
        ("prefix=Ada%20Lovelace", vec!["Ada Lovelace"]),
        ("prefix=Ada%20Lovelaces", vec![]),
        ("prefix=", NAMES.to_vec()),
    ] {
        assert_eq!(names(&ada, query), wanted, "{query}");
        assert_eq!(names(&ada, &format!("limit=1&{query}")), wanted, "{query}: a link lost the filter");
    }
    assert_eq!(names(&ada, &format!("prefix={}", "a".repeat(255))), [""; 0]);
    assert_eq!(names(&ada, &format!("prefix={}", "a".repeat(256))), [""; 0]);
}

/// Few members with a prefix are found in another way than many; the list is the same.
#[test]
fn many_members_with_one_prefix_are_listed_as_few_are() {
    const MANY: i64 = 2300;
    let (server, ada) = server_and_ada();
    let write = server.store().operator().write_members();
    server.run(async {
        let mut puts = tokio::task::JoinSet::new();
        for number in 1..=MANY {
            let write = write.clone();
            let kind = if number % 2 == 0 || number > 1000 { "many" } else { "few" };
            // Names in the opposite order of ids.
            let new = NewMember { name: format!("{kind} {:05}", MANY - number), ..NewMember::default() };
            let id = number.try_into().unwrap();
            puts.spawn(async move { write.put_member(id, new, &Precondition::NONE).await.map(drop) });
        }
        puts.join_all().await.into_iter().collect::<Result<(), _>>().unwrap();
    });
    for number in (1..=1000).step_by(7) {
        // Names change kind: what leads to them follows.
        put(&ada, number, &format!("many {number:05} more")).is(200);
    }
    let all = server.run(listed(&server, MemberFilter::default()));
    for prefix in ["many", "few", "many 0", "many 00", "", "m", "few 02"] {
        let filter = MemberFilter { prefix: Some(prefix.to_owned()), name: None };
        let wanted: Vec<_> = all.iter().filter(|(_, name)| name.starts_with(prefix)).cloned().collect();
        assert!(!wanted.is_empty(), "{prefix}");
        assert_eq!(server.run(listed(&server, filter)), wanted, "{prefix}");
    }
    assert!(all.iter().filter(|(_, name)| name.starts_with("many")).count() > 1500);
}

async fn listed(server: &TestServer, filter: MemberFilter) -> Vec<(i64, String)> {
    let read = server.store().operator().read_members();
    let mut request = PageRequest::first().limit(333).unwrap();
    let mut found = Vec::new();
    loop {
        let page = read.list_members(&filter, request.clone()).await.unwrap();
        found.extend(page.items.iter().map(|member| (member.member_id.get(), member.name.clone())));
        match page.next {
            Some(next) => request = request.after(next),
            None => return found,
        }
    }
}

#[test]
fn what_is_no_page_is_refused() {
    let (_server, ada) = directory();
    let get = |query: &str| ada.get(&format!("/members?{query}"));
    let cursor = |target: &str| ada.get(target).is(200).json()["next"].as_str().map(str::to_owned);
    let own = cursor("/members?limit=1").expect("a cursor");
    let _eva = ada.post("/user", json!({"username": "eva", "password": "a plum for eva, 7"})).is(201);
    let of_users = cursor("/users?limit=1").expect("a cursor");
    for bad in ["0", "1001", "-1", "abc", "", "1.5", "99999999999999999999", "%FF"] {
        get(&format!("limit={bad}")).invalid(&["limit"]);
    }
    for bad in ["abc", "", "%FF", "7", &of_users, &own[1..], &"x".repeat(5000)] {
        get(&format!("after={bad}")).invalid(&["after"]);
    }
    ada.get(&format!("/users?after={own}")).invalid(&["after"]);
    ada.get(&format!("/user/me/sessions?after={own}")).invalid(&["after"]);
    // Cursors of this kind whose key is no id: `member:07`, `member:0`, `member:x`, `member:`.
    for forged in ["bWVtYmVyOjA3", "bWVtYmVyOjA", "bWVtYmVyOng", "bWVtYmVyOg"] {
        get(&format!("after={forged}")).invalid(&["after"]);
    }
    get("after=bWVtYmVyOjc").is(200);
    get("limit=1&limit=1").invalid(&["limit"]);
    get("name=a&name=b").invalid(&["name"]);
    get("prefix=a&prefix=b").invalid(&["prefix"]);
    get("prefix=%FF").invalid(&["prefix"]);
    get("name=%ED%A0%80").invalid(&["name"]);
    get("role=user").invalid(&["role"]);
    get("Name=a&email=b").invalid(&["Name", "email"]);
    get("limit=0&prefix=a&prefix=b&x").invalid(&["limit", "prefix", "x"]);
    // A cursor is refused also where the filter leaves nothing.
    get("prefix=%00&after=abc").invalid(&["after"]);
    get("name=nobody&after=abc").invalid(&["after"]);
    ada.get("/members/1?limit=0&x").is(200);
}

#[test]
fn a_page_neither_hides_nor_repeats_what_stays() {
    let (_server, ada) = server_and_ada();
    for id in [10, 20, 30, 40, 50] {
        put(&ada, id, &format!("member {id}")).is(201);
    }
    for query in ["limit=2", "limit=2&prefix=m"] {
        let first = ada.get(&format!("/members?{query}")).is(200);
        // The one the cursor names goes, one comes before it, and one after it.
        ada.delete("/members/20").is(204);
        put(&ada, 15, "member 15").is(201);
        put(&ada, 35, "member 35").is(201);
        let rest = pages(&ada, &crate::lists::next(&first).expect("a next page"));
        assert_eq!(ids(&rest).concat(), [30, 35, 40, 50], "{query}");
        ada.delete("/members/15").is(204);
        ada.delete("/members/35").is(204);
        put(&ada, 20, "member 20").is(201);
    }
}
