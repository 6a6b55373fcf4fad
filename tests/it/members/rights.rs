//! What a session may do to members: what the live role of its user gives. Who may what, `roles.rs` has as a table.

use serde_json::json;
use tests::{Answer, Persona, TestServer};
use userstore_core::{Error, MemberFilter, NewMember, PageRequest, Precondition, Role, Scope};

use super::{everything, put, server_and_ada};

/// Every route, the scope it needs, and a request for it.
fn routes(persona: &Persona) -> Vec<(Scope, Answer)> {
    vec![
        (Scope::ReadMembers, persona.get("/members")),
        (Scope::ReadMembers, persona.get("/members/7")),
        (Scope::ReadMembers, persona.request("HEAD", "/members/7").send()),
        (Scope::ReadMembers, persona.get("/members/8")),
        (Scope::ReadMembers, persona.get("/members?limit=0")),
        (Scope::WriteMembers, persona.post("/members", json!({"name": "Grace"}))),
        (Scope::WriteMembers, persona.post("/members", json!({"name": 7}))),
        (Scope::WriteMembers, persona.put("/members/7", json!({"name": "Grace"}))),
        (Scope::WriteMembers, persona.request("PUT", "/members/7").bytes("text").send()),
        (Scope::WriteMembers, persona.put("/members/8", json!({"name": "Ada"}))),
        (
            Scope::WriteMembers,
            persona.request("PUT", "/members/7").header("If-Match", "\"other\"").json(&json!({})).send(),
        ),
        (Scope::DeleteMembers, persona.delete("/members/7")),
        (Scope::DeleteMembers, persona.delete("/members/8")),
        (Scope::DeleteMembers, persona.request("DELETE", "/members/8").header("If-Match", "*").send()),
    ]
}

/// Whatever is at the address, and whatever is wrong with the request.
#[test]
fn a_missing_scope_is_told_first_and_named() {
    let (server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    let before = everything(&ada);
    for (name, role) in [("ulla", Role::User), ("rita", Role::Reader), ("eddy", Role::Editor)] {
        let persona = server.persona(name, role);
        let given = userstore_core::Scopes::of_role(role);
        let refused: Vec<_> = routes(&persona).into_iter().filter(|(scope, _)| !given.contains(*scope)).collect();
        assert!(refused.len() >= 3);
        for (scope, answer) in refused {
            assert_eq!(answer.status(), 403, "{name}: {answer:?}");
            let wanted = format!(r#"Bearer realm="userstore", error="insufficient_scope", scope="{scope}""#);
            assert_eq!(answer.header("WWW-Authenticate"), Some(wanted.as_str()), "{name}");
            if !answer.bytes().is_empty() {
                let answer = answer.refused(403, "forbidden");
                assert!(answer.str_at("/detail").contains(scope.as_str()), "{answer:?}");
            }
        }
        if role != Role::Editor {
            assert_eq!(everything(&ada), before, "{name} has changed something");
        }
    }
}

#[test]
fn without_a_live_session_nobody_is_asked_for_more() {
    let (server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    let gone = server.persona("gone", Role::Admin);
    gone.delete("/auth").is(204);
    for (persona, challenge) in [
        (server.anonymous(), "Bearer realm=\"userstore\""),
        (gone, "Bearer realm=\"userstore\", error=\"invalid_token\""),
        (server.anonymous().with_token("ust_nonsense"), "Bearer realm=\"userstore\", error=\"invalid_token\""),
    ] {
        for (_, answer) in routes(&persona) {
            assert_eq!(answer.status(), 401, "{answer:?}");
            assert_eq!(answer.header("WWW-Authenticate"), Some(challenge));
        }
    }
    let twice = ada.request("GET", "/members").header("Authorization", "Bearer x").send();
    twice.refused(400, "malformed_request");
}

/// A role that was given or taken away holds for the next request.
#[test]
fn a_session_has_what_its_users_role_gives_at_the_moment() {
    let (server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    let alice = server.user("alice");
    let can = || {
        let read = alice.get("/members/7").status() == 200;
        let write = alice.put("/members/7", json!({"name": "Ada"})).status() == 200;
        let delete = alice.delete("/members/8").status() == 404;
        (read, write, delete)
    };
    assert_eq!(can(), (false, false, false));
    for (role, wanted) in [
        ("reader", (true, false, false)),
        ("admin", (true, true, true)),
        ("editor", (true, true, false)),
        ("user", (false, false, false)),
        ("editor", (true, true, false)),
    ] {
        ada.put("/user/alice/role", json!({"role": role})).is(200);
        assert_eq!(can(), wanted, "{role}");
    }
    ada.put("/user/alice/status", json!({"status": "blocked"})).is(200);
    alice.get("/members/7").refused(401, "unauthenticated");
}

/// A door that was opened before its right ended opens nothing any more.
#[test]
fn a_right_that_has_ended_meanwhile_is_no_right() {
    let server = TestServer::start();
    let operator = server.store().operator();
    let eddy = server.persona("eddy", Role::Admin);
    let _ada = server.admin("ada");
    let bearer = server.run(server.store().bearer(eddy.token())).unwrap();
    let (write, delete) = (bearer.write_members().unwrap(), bearer.delete_members().unwrap());
    let caller = server.run(server.store().authenticate(eddy.token())).unwrap();
    let by_admin = caller.admin().unwrap().write_members();
    let new = |name: &str| NewMember { name: name.to_owned(), ..NewMember::default() };
    let member = server.run(write.create_member(new("a"))).unwrap();
    server.run(by_admin.create_member(new("b"))).unwrap();

    server.run(operator.grant_role("eddy", Role::Reader, &Precondition::NONE)).unwrap();
    let put = server.run(write.put_member(member.member_id, new("c"), &Precondition::NONE));
    assert!(matches!(put, Err(Error::InsufficientScope(Scope::WriteMembers))), "{put:?}");
    let created = server.run(by_admin.create_member(new("c")));
    assert!(matches!(created, Err(Error::InsufficientScope(Scope::WriteMembers))), "{created:?}");
    let deleted = server.run(delete.delete_member(member.member_id, &Precondition::NONE));
    assert!(matches!(deleted, Err(Error::InsufficientScope(Scope::DeleteMembers))), "{deleted:?}");

    server.run(operator.block_user("eddy", None, &Precondition::NONE)).unwrap();
    let created = server.run(write.create_member(new("c")));
    assert!(matches!(created, Err(Error::Unauthenticated)), "{created:?}");
    server.run(operator.account_of("eddy").delete(&Precondition::NONE)).unwrap();
    let created = server.run(write.create_member(new("c")));
    assert!(matches!(created, Err(Error::Unauthenticated)), "{created:?}");
    let names = server.run(async {
        let page = operator.read_members().list_members(&MemberFilter::default(), PageRequest::first()).await.unwrap();
        page.items.iter().map(|member| member.name.clone()).collect::<Vec<_>>()
    });
    assert_eq!(names, ["a", "b"]);
}
