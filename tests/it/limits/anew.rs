//! What begins anew: an account that another one has by the same name, and one whose password an administrator has set.

use serde_json::json;
use tests::{Persona, TestServer};

use super::{alice, from, start, storm, wrong};

/// Wrong passwords from ten addresses, until none is tested any more.
fn siege(server: &TestServer, persona: &Persona) {
    let answers = storm(40, |number| wrong(persona).at(from(server, u8::try_from(number % 10).unwrap() + 1)).sign_in());
    assert!(answers[&429] >= 30, "{answers:?}");
    persona.sign_in().refused(429, "too_many_requests");
}

#[test]
fn a_new_user_of_a_name_inherits_no_failures() {
    let server = start();
    let ada = server.admin("ada");
    let first = alice(&server);
    siege(&server, &first);
    ada.delete("/user/alice").is(204);
    first.sign_up().is(201);
    first.sign_in().is(200);
}

#[test]
fn an_owner_who_is_kept_out_gets_in_with_a_password_that_an_administrator_sets() {
    let server = start();
    let ada = server.admin("ada");
    let alice = alice(&server);
    siege(&server, &alice);
    ada.put("/user/alice/password", json!({"new_password": "another plum, 8"})).is(204);
    alice.with_password("another plum, 8").sign_in().is(200);
}
