//! The settings of the limits.

use tests::{Backend, Footing, Persona, ServerProcess, TestServer};

use super::{alice, hashes, limited, storm, wrong};

#[test]
fn the_rates_are_settings() {
    let server = TestServer::with(|settings| {
        limited(settings);
        settings.limits.sign_in_per_account = "3/h".parse().unwrap();
        settings.limits.sign_up_per_ip = "2/d".parse().unwrap();
    });
    let alice = alice(&server);
    let before = hashes(&server);
    assert_eq!(storm(20, |_| wrong(&alice).sign_in())[&401], 3);
    assert_eq!(hashes(&server) - before, 3);
    let refused = alice.sign_in().refused(429, "too_many_requests");
    assert_eq!(refused.header("RateLimit-Policy"), Some("\"account\";q=3;w=3600"));
    assert_eq!(storm(10, |number| Persona::named(server.client(), &format!("user{number}")).sign_up())[&201], 2);
}

#[test]
fn they_can_be_turned_off() {
    let server = TestServer::with(|settings| settings.limits.enabled = false);
    let alice = alice(&server);
    (0..70).for_each(|_| drop(wrong(&alice).sign_in().refused(401, "invalid_credentials")));
    alice.sign_in().is(200);
}

/// Whoever sets nothing has them.
#[test]
fn by_default_there_are_limits() {
    let footing = Footing::new(Backend::SQLITE);
    let server = ServerProcess::on_with(&footing, [("USERSTORE_LIMITS_ENABLED", "true")]);
    assert!(userstore_core::Settings::default().limits.enabled);
    let alice = Persona::named(server.client(), "alice");
    alice.sign_up().is(201);
    let tested = (0..30).filter(|_| wrong(&alice).sign_in().status() == 401).count();
    assert!((10..=12).contains(&tested), "{tested}");
}
