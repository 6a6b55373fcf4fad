//! Access tokens, and the keys that sign them.

use serde_json::json;
use tests::Persona;
use userstore_core::{KeyInfo, Role};

use super::Scene;

const ALL: &str = "members:read members:write members:delete";

pub(super) fn logging_in(scene: &Scene) {
    for (role, gives) in [
        (Role::User, ""),
        (Role::Reader, "members:read"),
        (Role::Editor, "members:read members:write"),
        (Role::Admin, ALL),
    ] {
        let persona = scene.server.account(&format!("log.{role}"), role, "{}");
        let answer = persona.log_in().is(200);
        let shown = answer.json();
        assert_eq!(
            (&shown["scope"], &shown["token_type"], &shown["expires_in"]),
            (&json!(gives), &json!("Bearer"), &json!(900))
        );
        let token = persona.with_token(&answer.str_at("/access_token"));
        assert_eq!(token.get("/members").status() == 200, role != Role::User);
        // Accounts take sessions.
        token.get("/user/me").refused(403, "forbidden");
        token.get("/users").refused(403, "forbidden");
        token.get("/auth").refused(401, "unauthenticated");
        token.delete("/auth").refused(401, "unauthenticated");
        assert_eq!(token.get("/").json(), json!({"message": "Hello World"}));
    }
    let reader = Persona::named(scene.server.client(), "log.reader");
    reader.log_in_for(ALL).refused(403, "forbidden");
    reader.log_in_for("members").invalid(&["/scope"]);
    reader.logged_in_for("").get("/members").refused(403, "forbidden");
    let admin = Persona::named(scene.server.client(), "log.admin").logged_in_for("members:read");
    admin.get("/members").is(200);
    admin.delete("/members/7000").refused(403, "forbidden");
    reader.with_password("a wrong plum, 9").log_in().refused(401, "invalid_credentials");
    // The last admin is not counted on by others.
    scene.root.delete("/user/log.admin").is(204);
}

pub(super) fn what_ends_them(scene: &Scene) {
    let root = &scene.root;
    let alice = scene.persona("end.alice", Role::Editor);
    let token = |alice: &Persona| {
        let token = alice.logged_in();
        token.get("/members").is(200);
        token
    };
    let demoted = token(&alice);
    root.put("/user/end.alice/role", json!({"role": "reader"})).is(200);
    demoted.put("/members/7000", json!({})).refused(403, "forbidden");
    demoted.get("/members").is(200);
    root.put("/user/end.alice/role", json!({"role": "user"})).is(200);
    demoted.get("/members").refused(403, "forbidden");
    root.put("/user/end.alice/role", json!({"role": "editor"})).is(200);
    demoted.put("/members/7000", json!({})).is(422);
    let ended = token(&alice);
    alice.delete("/user/me/sessions").is(204);
    ended.get("/members").refused(401, "unauthenticated");
    let service = scene.server.service("importer", "members:read");
    service.get("/members").is(200);
    service.put("/members/7000", json!({})).refused(403, "forbidden");
}

pub(super) fn keys(scene: &Scene) {
    let (server, keys) = (&scene.server, scene.server.store().keys());
    let kids = || {
        let set = scene.nobody().get("/.well-known/jwks.json").is(200).json();
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let reader = server.account("key.reader", Role::Reader, "{}");
    let listed = || server.run(keys.list_keys()).unwrap().into_iter().map(|key: KeyInfo| key.kid).collect::<Vec<_>>();
    let first = reader.logged_in();
    assert_eq!(kids(), listed());
    let next = server.run(keys.rotate_keys_now()).unwrap().kid;
    let second = reader.logged_in();
    assert_eq!(kids().last(), Some(&next));
    let other = scene.beside(|_| ());
    for token in [&first, &second] {
        token.get("/members").is(200);
        token.at(other.client()).get("/members").is(200);
    }
    server.run(keys.revoke_key(&next)).unwrap();
    second.get("/members").refused(401, "unauthenticated");
    first.get("/members").is(200);
    assert!(!kids().contains(&next));
    reader.logged_in().get("/members").is(200);
    assert!(server.run(keys.revoke_key("no such key")).is_err());
}
