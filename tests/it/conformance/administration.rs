//! What administrators do to others: roles and blocks.

use serde_json::{Value, json};
use tests::{Answer, Persona};
use userstore_core::{PageRequest, Precondition, Role, Status, UserFilter};

use super::Scene;

pub(super) fn roles(scene: &Scene) {
    let (root, alice) = (&scene.root, scene.user("role.alice"));
    let token = alice.logged_in_for("");
    let may = |persona: &Persona| {
        [
            persona.get("/members/7000").status() == 404,
            persona.put("/members/7000", json!({})).status() == 422,
            persona.delete("/members/7000").status() == 404,
            persona.get("/users").status() == 200,
        ]
    };
    for (role, allowed) in [
        ("reader", [true, false, false, false]),
        ("editor", [true, true, false, false]),
        ("admin", [true, true, true, true]),
        ("user", [false, false, false, false]),
    ] {
        let granted = root.put("/user/role.Alice/role", json!({"role": role})).is(200);
        assert_eq!(granted.str_at("/role"), role);
        assert_eq!(may(&alice), allowed, "{role}");
        let again = root.put("/user/role.alice/role", json!({"role": role})).is(200);
        assert_eq!((again.body(), again.etag()), (granted.body(), granted.etag()), "nothing has changed");
        assert_eq!(alice.get("/").str_at("/role"), role);
        token.get("/members/7000").refused(403, "forbidden");
    }
    root.put("/user/role.alice/role", json!({"role": "root"})).invalid(&["/role"]);
    root.put("/user/nobody.here/role", json!({"role": "user"})).refused(404, "not_found");
    alice.put("/user/me/role", json!({"role": "admin"})).refused(403, "forbidden");
}

pub(super) fn blocks(scene: &Scene) {
    let (root, alice) = (&scene.root, scene.persona("block.alice", Role::Reader));
    let token = alice.logged_in();
    token.get("/members").is(200);
    let block = json!({"status": "blocked", "reason": "plums, \u{1f351} 'and' so on"});
    let blocked = root.put("/user/block.alice/status", block).is(200);
    assert_eq!(blocked.str_at("/blocked_reason"), "plums, \u{1f351} 'and' so on");
    assert!(!alice.is_in());
    token.get("/members").refused(401, "unauthenticated");
    alice.sign_in().refused(403, "account_blocked");
    alice.log_in().refused(403, "account_blocked");
    alice.with_password("a wrong plum, 9").sign_in().refused(401, "invalid_credentials");
    assert_eq!(root.get("/user/block.alice").body(), blocked.body());
    assert_eq!(root.get("/user/block.alice/sessions").json()["items"], json!([]));
    let other = root.put("/user/block.alice/status", json!({"status": "blocked"})).is(200);
    assert_eq!(other.json().get("blocked_reason"), None);
    root.put("/user/block.alice/status", json!({"status": "active", "reason": "x"})).invalid(&["/reason"]);
    let long = json!({"status": "blocked", "reason": "é".repeat(501)});
    root.put("/user/block.alice/status", long).invalid(&["/reason"]);
    root.put("/user/block.alice/status", json!({"status": "active"})).is(200);
    assert!(!alice.is_in(), "what was ended stays so");
    token.get("/members").refused(401, "unauthenticated");
    assert!(alice.signed_in().is_in());
    root.put("/user/nobody.here/status", json!({"status": "active"})).refused(404, "not_found");
}

/// No administrator is left but one for a while.
pub(super) fn the_last_admin(scene: &Scene) {
    let (root, operator) = (&scene.root, scene.server.store().operator());
    let filter = UserFilter { role: Some(Role::Admin), status: Some(Status::Active), prefix: None };
    let admins = scene.server.run(operator.list_users(&filter, PageRequest::first())).unwrap().items;
    assert_eq!(admins.iter().map(|user| user.username.to_string()).collect::<Vec<_>>(), [root.name()]);
    let tries: [(&str, &str, Option<Value>); 3] = [
        ("PUT", "/role", Some(json!({"role": "user"}))),
        ("PUT", "/status", Some(json!({"status": "blocked"}))),
        ("DELETE", "", None),
    ];
    let act = |(method, end, body): &(&str, &str, Option<Value>)| -> Answer {
        let request = root.request(method, &format!("/user/me{end}"));
        if let Some(body) = body { request.json(body).send() } else { request.send() }
    };
    for change in &tries {
        act(change).refused(409, "last_admin");
    }
    // A blocked one does not count.
    let other = scene.persona("last.ada", Role::Admin);
    root.put("/user/last.ada/status", json!({"status": "blocked"})).is(200);
    assert!(!other.is_in());
    for change in &tries {
        act(change).refused(409, "last_admin");
    }
    assert!(root.is_in());
    scene.server.run(operator.account_of("last.ada").delete(&Precondition::NONE)).unwrap();
}
