//! Sessions: how one is had, what is seen of it, and when it is over.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Persona, TestServer, is_session_token, is_timestamp};
use userstore_core::Clock;

use super::Scene;

fn id(persona: &Persona) -> String {
    persona.get("/auth").is(200).str_at("/id")
}

fn ids(persona: &Persona, name: &str) -> Vec<String> {
    let list = persona.get(&format!("/user/{name}/sessions")).is(200).json();
    list["items"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

pub(super) fn signing_in_and_out(scene: &Scene) {
    let alice = scene.user("in.alice");
    let answer = alice.sign_in().is(200);
    let shown = answer.json();
    assert!(is_session_token(&answer.str_at("/token")) && is_timestamp(&answer.str_at("/expires_at")));
    assert_eq!((&shown["token_type"], &shown["expires_in"]), (&json!("Bearer"), &json!(86_400)));
    assert_eq!(shown["user"], alice.get("/user/me").json());
    let phone = alice.with_token(&answer.str_at("/token"));
    assert_ne!(phone.token(), alice.token(), "always a fresh one");
    assert_eq!(phone.get("/").json(), phone.get("/user/me").json());
    let session = phone.get("/auth").is(200).json();
    assert_eq!(session["current"], true);
    assert_eq!(session["expires_at"], shown["expires_at"]);
    phone.delete("/auth").is(204);
    assert!(!phone.is_in() && alice.is_in());
    phone.get("/auth").refused(401, "unauthenticated");
    phone.delete("/auth").refused(401, "unauthenticated");
    assert_eq!(phone.get("/").json(), json!({"message": "Hello World"}));
    assert_eq!(ids(&alice, "me"), [id(&alice)]);
    // An unknown name and a wrong password are told alike.
    let wrong = alice.with_password("a wrong plum, 9").sign_in().refused(401, "invalid_credentials");
    let unknown = Persona::named(scene.server.client(), "nobody.here").sign_in().refused(401, "invalid_credentials");
    assert_eq!(wrong.str_at("/detail"), unknown.str_at("/detail"));
    let agent = alice.request("POST", "/auth").header("User-Agent", "plum/7 \"\u{1f351}\"").json(&alice.credentials());
    let plum = alice.with_token(&agent.send().is(200).str_at("/token"));
    assert!(plum.get("/auth").str_at("/user_agent").starts_with("plum/7"));
    assert_eq!(plum.get("/auth").str_at("/ip"), "127.0.0.1");
}

pub(super) fn of_one_user(scene: &Scene) {
    let (alice, bob) = (scene.user("many.alice"), scene.user("many.bob"));
    let (phone, tablet) = (alice.signed_in(), alice.signed_in());
    let (first, second, third) = (id(&alice), id(&phone), id(&tablet));
    assert_eq!(ids(&alice, "me"), [first, second.clone(), third.clone()], "oldest first");
    let list = alice.get("/user/many.ALICE/sessions").is(200);
    assert!(!list.body().contains("ust_"));
    let current = |list: &Value| list["items"].as_array().unwrap().iter().filter(|it| it["current"] == true).count();
    assert_eq!((current(&list.json()), current(&scene.root.get("/user/many.alice/sessions").json())), (1, 0));
    // A page at a time.
    let page = alice.get("/user/me/sessions?limit=2").is(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let rest = alice.get(&format!("/user/me/sessions?limit=2&after={}", page["next"].as_str().unwrap())).is(200).json();
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&json!(third), &Value::Null));
    // One of them, by whoever may.
    bob.delete(&format!("/user/me/sessions/{second}")).refused(404, "not_found");
    bob.delete(&format!("/user/many.alice/sessions/{second}")).refused(403, "forbidden");
    scene.root.delete(&format!("/user/many.bob/sessions/{second}")).refused(404, "not_found");
    assert!(phone.is_in());
    alice.delete(&format!("/user/me/sessions/{second}")).is(204);
    alice.delete(&format!("/user/me/sessions/{second}")).refused(404, "not_found");
    assert!(!phone.is_in() && tablet.is_in());
    scene.root.delete(&format!("/user/many.alice/sessions/{third}")).is(204);
    assert!(!tablet.is_in() && alice.is_in());
    // All of them, the own included.
    let token = alice.logged_in_for("");
    alice.delete("/user/me/sessions").is(204);
    assert!(!alice.is_in() && bob.is_in());
    token.get("/members").refused(401, "unauthenticated");
    let again = alice.signed_in();
    assert_eq!(ids(&again, "me"), [id(&again)]);
    scene.root.delete("/user/many.alice/sessions").is(204);
    assert!(!again.is_in());
}

pub(super) fn how_many(scene: &Scene) {
    let few = scene.beside(|settings| settings.sessions.max_per_user = 3);
    let alice = few.account("few.alice", userstore_core::Role::User, "{}");
    let sessions: Vec<Persona> = (0..5).map(|_| alice.signed_in()).collect();
    let live: Vec<bool> = sessions.iter().map(Persona::is_in).collect();
    assert_eq!(live, [false, false, true, true, true], "the oldest end");
    assert_eq!(ids(&sessions[4], "me").len(), 3);
    for session in &sessions[..2] {
        assert!(!session.at(scene.server.client()).is_in());
    }
}

pub(super) fn their_time(scene: &Scene) {
    let later = |by: Duration| {
        let clock = Clock::manual(scene.server.store().clock().now());
        clock.advance(by);
        TestServer::at(scene.server.footing(), clock, |_| ())
    };
    let alice = scene.user("time.alice");
    let late = later(Duration::from_secs(86_300));
    assert!(alice.at(late.client()).is_in());
    drop(late);
    let over = later(Duration::from_secs(86_401));
    assert!(!alice.at(over.client()).is_in());
    assert_eq!(ids(&scene.root.at(over.client()).signed_in(), "time.alice"), [""; 0]);
}
