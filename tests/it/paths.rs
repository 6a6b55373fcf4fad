//! A record has one address, and what is no address is a 404.

use tests::TestServer;
use userstore_core::Role;

#[test]
fn there_is_nothing_elsewhere() {
    let server = TestServer::start();
    let (alice, ada) = (server.user("alice"), server.admin("ada"));
    for target in [
        "/nowhere",
        "/user/me/nowhere",
        "/user/me/password/x",
        "/users/alice",
        "/auth/",
        "/healthz/",
        "/index.html",
        "/favicon.ico",
        "/user/me/sessions/0198d2f0-0000-7000-8000-00000000abcd/x",
        "/USER/me",
        "/User/me",
        "/-",
        "/members2",
        "/%2F",
        "/user%2Fme",
        "/api/user/me",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            server.request(method, target).send().refused(404, "not_found");
            alice.request(method, target).send().refused(404, "not_found");
            ada.request(method, target).send().refused(404, "not_found");
        }
    }
    assert!(alice.is_in());
}

#[test]
fn no_path_is_another_spelling_of_one() {
    let server = TestServer::start();
    let (alice, ada) = (server.user("alice"), server.admin("ada"));
    for target in [
        "//user/alice",
        "/user//alice",
        "/user/alice/",
        "/user/alice//",
        "///user/alice",
        "//",
        "/./user/alice",
        "/user/./alice",
        "/user/../user/alice",
        "/user/alice/.",
        "/user/alice/..",
        "/user/alice/sessions/",
        "/user//alice/sessions",
        "/users/",
        "//users",
        "/user/alice;x=1",
        "/user/alice%2F",
        "/user/alice%2Fsessions",
        "/user/%2E%2E/alice",
        "/user/%2Falice",
        "/user/alice%5C",
        "/user/alice%00",
        "/user/%00alice",
        "/user/alice%20",
        "/user/alice%0A",
    ] {
        for persona in [&alice, &ada] {
            for method in ["GET", "DELETE"] {
                let answer = persona.request(method, target).send();
                assert!(matches!(answer.status(), 400 | 403 | 404), "{answer:?}");
                assert!(persona.name() != "ada" || answer.status() != 403, "{answer:?}");
            }
        }
    }
    assert!(alice.is_in() && ada.is_in());
}

/// Bytes that are no UTF-8 never stand for one another.
#[test]
fn a_path_that_is_no_text_is_nobody() {
    let server = TestServer::start();
    let (alice, ada) = (server.user("alice"), server.admin("ada"));
    let _replaced = server.account("al", Role::User, "{}");
    for target in [
        "/user/%FF",
        "/user/%FE",
        "/user/al%FF",
        "/user/%C3",
        "/user/%ED%A0%80",
        "/user/%C0%AFalice",
        "/user/%",
        "/user/%4",
        "/user/%zz",
    ] {
        for method in ["GET", "DELETE"] {
            let answer = ada.request(method, target).send();
            assert!(matches!(answer.status(), 400 | 404), "{answer:?}");
            let answer = alice.request(method, target).send();
            assert!(matches!(answer.status(), 400 | 403 | 404), "{answer:?}");
        }
    }
    ada.get("/user/al").is(200);
}

#[test]
fn the_whole_address_may_stand_in_the_request_line() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let target = format!("http://{}/user/me", server.client().address());
    assert_eq!(alice.get(&target).is(200).str_at("/username"), "alice");
}
