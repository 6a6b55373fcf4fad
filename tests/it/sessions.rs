//! Sessions: what is shown of them, and how each of them ends.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{Persona, TestServer};
use userstore_core::Role;

const DAY: Duration = Duration::from_hours(24);

fn sessions(persona: &Persona, name: &str) -> Vec<Value> {
    persona.get(&format!("/user/{name}/sessions?limit=1000")).is(200).json()["items"].as_array().unwrap().clone()
}

fn id(persona: &Persona) -> String {
    persona.get("/auth").is(200).str_at("/id")
}

#[test]
fn what_is_shown_of_a_session() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, "{}");
    let request = server.request("POST", "/auth").json(&alice.credentials()).header("User-Agent", "Plums/1.0 (é)");
    let alice = alice.with_token(
        &request.header("X-Real-IP", "9.9.9.9").header("X-Forwarded-For", "9.9.9.9").send().str_at("/token"),
    );
    insta::assert_snapshot!(alice.get("/auth").shown(), @r#"
    200 {
      "id": "[uuid v7]",
      "created_at": "2026-01-02T03:04:05.678Z",
      "expires_at": "2026-01-03T03:04:05.678Z",
      "current": true,
      "user_agent": "Plums/1.0 (é)",
      "ip": "127.0.0.1"
    }
    "#);
    server.advance(Duration::from_millis(1));
    let _phone = alice.signed_in();
    let list = alice.get("/user/me/sessions");
    insta::assert_snapshot!(list.shown(), @r#"
    200 {
      "items": [
        {
          "id": "[uuid v7]",
          "created_at": "2026-01-02T03:04:05.678Z",
          "expires_at": "2026-01-03T03:04:05.678Z",
          "current": true,
          "user_agent": "Plums/1.0 (é)",
          "ip": "127.0.0.1"
        },
        {
          "id": "[uuid v7]",
          "created_at": "2026-01-02T03:04:05.679Z",
          "expires_at": "2026-01-03T03:04:05.679Z",
          "current": false,
          "user_agent": null,
          "ip": "127.0.0.1"
        }
      ],
      "next": null
    }
    "#);
    assert!(!list.body().contains("ust_") && !list.body().contains(&alice.token()[4..20]));
}

#[test]
fn current_is_the_one_that_asks() {
    let server = TestServer::start();
    let (alice, ada) = (server.user("alice"), server.admin("ada"));
    let phone = alice.signed_in();
    let current = |persona: &Persona| -> Vec<Value> {
        sessions(persona, "alice").into_iter().filter(|session| session["current"] == true).collect()
    };
    assert_eq!(current(&alice).iter().map(|session| session["id"].as_str().unwrap()).collect::<Vec<_>>(), [id(&alice)]);
    assert_eq!(current(&phone).iter().map(|session| session["id"].as_str().unwrap()).collect::<Vec<_>>(), [id(&phone)]);
    assert_eq!(current(&ada), Vec::<Value>::new());
}

#[test]
fn signing_out_ends_one_session() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let phone = alice.signed_in();
    alice.delete("/auth").is(204);
    assert!(!alice.is_in() && phone.is_in());
    let gone = alice.delete("/auth").refused(401, "unauthenticated");
    assert_eq!(gone.header("WWW-Authenticate"), Some("Bearer realm=\"userstore\", error=\"invalid_token\""));
    alice.get("/auth").refused(401, "unauthenticated");
    assert_eq!(sessions(&phone, "me").len(), 1);
}

#[test]
fn a_session_lasts_a_day_however_much_it_is_used() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for _ in 0..23 {
        server.advance(Duration::from_hours(1));
        assert!(alice.is_in());
    }
    let phone = alice.signed_in();
    server.advance(Duration::from_hours(1) - Duration::from_millis(1));
    assert!(alice.is_in());
    assert_eq!(sessions(&phone, "me").len(), 2);
    server.advance(Duration::from_millis(1));
    alice.get("/user/me").refused(401, "unauthenticated");
    alice.delete("/auth").refused(401, "unauthenticated");
    assert_eq!(sessions(&phone, "me").len(), 1);
    server.advance(DAY);
    assert!(!phone.is_in());
    assert!(phone.signed_in().is_in());
}

#[test]
fn one_of_many_is_ended() {
    let server = TestServer::start();
    let (alice, bob, ada) = (server.user("alice"), server.user("bob"), server.admin("ada"));
    let (phone, tablet) = (alice.signed_in(), alice.signed_in());
    let (phone_id, tablet_id) = (id(&phone), id(&tablet));
    bob.delete(&format!("/user/me/sessions/{phone_id}")).refused(404, "not_found");
    bob.delete(&format!("/user/alice/sessions/{phone_id}")).refused(403, "forbidden");
    ada.delete(&format!("/user/bob/sessions/{phone_id}")).refused(404, "not_found");
    assert!(phone.is_in());
    alice.delete(&format!("/user/me/sessions/{phone_id}")).is(204);
    alice.delete(&format!("/user/me/sessions/{phone_id}")).refused(404, "not_found");
    assert!(!phone.is_in() && tablet.is_in());
    ada.delete(&format!("/user/ALICE/sessions/{tablet_id}")).is(204);
    assert!(!tablet.is_in() && alice.is_in());
    alice.delete(&format!("/user/alice/sessions/{}", id(&alice))).is(204);
    assert!(!alice.is_in());
}

#[test]
fn an_id_is_written_one_way() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let id = id(&alice);
    for other in [id.to_uppercase(), id.replace('-', ""), format!("%7B{id}%7D"), format!("{id}%00"), "1".to_owned()] {
        if other != id {
            let answer = alice.delete(&format!("/user/me/sessions/{other}"));
            assert!(matches!(answer.status(), 400 | 404), "{answer:?}");
        }
    }
    assert!(alice.is_in());
}

#[test]
fn all_are_ended_the_own_included() {
    let server = TestServer::start();
    let (alice, bob, ada) = (server.user("alice"), server.user("bob"), server.admin("ada"));
    let phone = alice.signed_in();
    let tag = alice.get("/user/me").etag();
    bob.delete("/user/alice/sessions").refused(403, "forbidden");
    alice.delete("/user/me/sessions").is(204);
    assert!(!alice.is_in() && !phone.is_in() && bob.is_in() && ada.is_in());
    let alice = alice.signed_in();
    assert!(alice.is_in());
    assert_eq!(alice.get("/user/me").etag(), tag, "nothing shown has changed");
    ada.delete("/user/alice/sessions").is(204);
    assert!(!alice.is_in() && ada.is_in());
    ada.delete("/user/nobody/sessions").refused(404, "not_found");
    ada.get("/user/nobody/sessions").refused(404, "not_found");
}

#[test]
fn one_session_too_many_ends_the_oldest() {
    let server = TestServer::start();
    let oldest = server.user("alice");
    server.advance(Duration::from_secs(1));
    let second = oldest.signed_in();
    server.advance(Duration::from_secs(1));
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..2).map(|_| scope.spawn(|| (0..49).for_each(|_| assert!(oldest.signed_in().is_in())))).collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    assert!(oldest.is_in() && second.is_in());
    assert_eq!(sessions(&second, "me").len(), 100);
    server.advance(Duration::from_secs(1));
    let newest = oldest.signed_in();
    assert!(!oldest.is_in() && second.is_in() && newest.is_in());
    assert_eq!(sessions(&newest, "me").len(), 100);
}

#[test]
fn how_long_and_how_many_are_settings() {
    let server = TestServer::with(|settings| {
        settings.sessions.ttl = Duration::from_mins(1);
        settings.sessions.max_per_user = 1;
    });
    let alice = server.user("alice");
    let answer = alice.sign_in().is(200);
    assert_eq!(answer.json()["expires_in"], json!(60));
    assert!(!alice.is_in(), "one at a time");
    let alice = alice.with_token(&answer.str_at("/token"));
    server.advance(Duration::from_secs(59));
    assert!(alice.is_in());
    server.advance(Duration::from_secs(1));
    assert!(!alice.is_in());
}
