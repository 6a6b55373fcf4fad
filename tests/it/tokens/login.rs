//! `POST /login`: an access token for a username and a password.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{START, TestServer, is_uuid_v7};
use userstore_core::jwt::SigningAlgorithm;
use userstore_core::{Precondition, Role};

use super::{ALL, NO_TOKEN, opens, read};

/// Every role, and the scopes it gives.
const ROLES: [(Role, &str); 4] = [
    (Role::User, ""),
    (Role::Reader, "members:read"),
    (Role::Editor, "members:read members:write"),
    (Role::Admin, ALL),
];

#[test]
fn a_token_has_the_scopes_of_its_users_role() {
    let server = TestServer::start();
    for (role, scope) in ROLES {
        let persona = server.account(&format!("a-{}", role.as_str()), role, "{}");
        let answer = persona.log_in().is(200);
        assert_eq!(answer.header("Cache-Control"), Some("no-store"));
        let body = answer.json();
        let names: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(names, ["access_token", "token_type", "expires_in", "scope"]);
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 900);
        assert_eq!(body["scope"], scope, "{role:?}");
        let (_, claims) = read(body["access_token"].as_str().unwrap());
        assert_eq!((&claims["scope"], &claims["role"]), (&json!(scope), &json!(role.as_str())));
    }
}

#[test]
fn a_token_can_be_asked_to_do_less() {
    let server = TestServer::start();
    let ada = server.account("ada", Role::Admin, "{}");
    for (asked, given) in [
        ("", ""),
        ("members:read", "members:read"),
        ("members:delete", "members:delete"),
        ("members:write members:read", "members:read members:write"),
        ("members:read members:read", "members:read"),
        (ALL, ALL),
    ] {
        let answer = ada.log_in_for(asked).is(200);
        assert_eq!(answer.str_at("/scope"), given, "{asked:?}");
        let (_, claims) = read(&answer.str_at("/access_token"));
        assert_eq!(claims["scope"], given);
        assert_eq!(claims["role"], "admin");
        assert_eq!(opens(&ada.with_token(&answer.str_at("/access_token"))), given);
    }
}

#[test]
fn a_token_cannot_be_asked_to_do_more() {
    let server = TestServer::start();
    for (role, given) in ROLES {
        let persona = server.account(&format!("a-{}", role.as_str()), role, "{}");
        for scope in ["members:read", "members:write", "members:delete", "members:read members:delete", ALL] {
            let answer = persona.log_in_for(scope);
            if scope.split(' ').all(|word| given.contains(word)) {
                let _narrower = answer.is(200);
                continue;
            }
            let answer = answer.refused(403, "forbidden");
            let challenge = answer.header("WWW-Authenticate").unwrap();
            let missing = scope.split(' ').find(|word| !given.contains(word)).unwrap();
            assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
            assert!(challenge.contains(&format!("scope=\"{missing}\"")), "{challenge}");
            // Who does not know the password does not learn what the role gives.
            persona.with_password("not the plum").log_in_for(scope).refused(401, "invalid_credentials");
        }
    }
}

#[test]
fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Editor, "{}");
    let body = |answer: &tests::Answer| {
        let mut json = answer.json();
        json["request_id"] = Value::Null;
        json
    };
    let wrong = alice.with_password("not the plum").log_in().refused(401, "invalid_credentials");
    assert_eq!(wrong.header("WWW-Authenticate"), Some(NO_TOKEN));
    for (name, password) in
        [("nobody", "not the plum"), ("me", "x"), ("", ""), ("a b", "not the plum"), ("ALICE", "A plum for alice, 7")]
    {
        let answer = server.anonymous().post("/login", json!({"username": name, "password": password}));
        let answer = answer.refused(401, "invalid_credentials");
        assert_eq!(body(&answer), body(&wrong), "{name:?}");
        assert_eq!(answer.lasting_headers(), wrong.lasting_headers(), "{name:?}");
    }
}

#[test]
fn a_blocked_user_hears_so_with_the_right_password_alone() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Editor, "{}");
    server.run(server.store().operator().block_user("alice", None, &Precondition::NONE)).unwrap();
    let blocked = alice.log_in().refused(403, "account_blocked");
    assert_eq!(blocked.header("WWW-Authenticate"), None);
    alice.log_in_for(ALL).refused(403, "account_blocked");
    alice.with_password("not the plum").log_in().refused(401, "invalid_credentials");
    server.run(server.store().operator().unblock_user("alice", &Precondition::NONE)).unwrap();
    assert_eq!(opens(&alice.logged_in()), "members:read members:write");
}

#[test]
fn a_body_that_is_not_as_it_has_to_be_is_refused() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Admin, "{}");
    let nobody = server.anonymous();
    let (name, password) = (alice.name(), alice.password());
    for (body, places) in [
        (json!({}), vec!["/password", "/username"]),
        (json!({"username": name}), vec!["/password"]),
        (json!({"username": 7, "password": password}), vec!["/username"]),
        (json!({"username": name, "password": ["x"]}), vec!["/password"]),
        (json!({"username": name, "password": "x".repeat(1025)}), vec!["/password"]),
        (json!({"username": name, "password": password, "scope": 7}), vec!["/scope"]),
        (json!({"username": name, "password": password, "scope": ["members:read"]}), vec!["/scope"]),
        (json!({"username": name, "password": password, "scope": null}), vec!["/scope"]),
        (json!({"username": name, "password": password, "scope": "openid"}), vec!["/scope"]),
        (json!({"username": name, "password": password, "scope": "members:READ"}), vec!["/scope"]),
        (json!({"username": name, "password": password, "scope": "members:read,members:write"}), vec!["/scope"]),
        (json!({"username": name, "password": password, "scope": "members:read admin"}), vec!["/scope"]),
        (json!({"username": name, "password": password, "role": "admin"}), vec!["/role"]),
        (json!({"username": name, "password": password, "ttl": 86400}), vec!["/ttl"]),
        (json!({"username": "nobody", "password": "x", "scope": "openid"}), vec!["/scope"]),
    ] {
        nobody.post("/login", body).invalid(&places);
    }
    nobody.request("POST", "/login").text("application/json", "[]").send().refused(400, "malformed_json");
    let form = format!("grant_type=password&username={name}&password={password}");
    let form = nobody.request("POST", "/login").text("application/x-www-form-urlencoded", form);
    form.send().refused(415, "unsupported_media_type");
}

#[test]
fn a_token_says_who_it_is_for_and_how_long() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Editor, "{}");
    let id = alice.signed_in().get("/user/me").str_at("/id");
    server.advance(Duration::from_millis(400));
    let spelt = json!({"username": "ALICE", "password": alice.password()});
    let answers = [alice.log_in().is(200), server.anonymous().post("/login", spelt).is(200)];
    let mut ids = Vec::new();
    for answer in answers {
        let (header, claims) = read(&answer.str_at("/access_token"));
        let kid = header["kid"].as_str().unwrap();
        assert_eq!(header, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid}));
        assert_eq!(kid, server.get("/.well-known/jwks.json").str_at("/keys/0/kid"));
        let (jti, epoch) = (claims["jti"].as_str().unwrap().to_owned(), claims["epoch"].as_i64().unwrap());
        assert!(is_uuid_v7(&jti) && jti != id, "{jti}");
        ids.push(jti.clone());
        let seconds = (START.as_millis() + 400).div_euclid(1000);
        let wanted = json!({
            "iss": "userstore", "sub": id, "aud": "userstore", "exp": seconds + 900, "iat": seconds, "nbf": seconds,
            "jti": jti, "client_id": "userstore", "scope": "members:read members:write", "username": "alice",
            "role": "editor", "epoch": epoch,
        });
        assert_eq!(claims, wanted);
    }
    assert_ne!(ids[0], ids[1], "each token has a name of its own");
}

#[test]
fn algorithm_life_issuer_and_audience_are_settings() {
    for (algorithm, name, kty, bytes) in [
        (SigningAlgorithm::EdDsa, "EdDSA", "OKP", 64),
        (SigningAlgorithm::Es256, "ES256", "EC", 64),
        (SigningAlgorithm::Rs256, "RS256", "RSA", 256),
    ] {
        let server = TestServer::with(|settings| {
            settings.tokens.algorithm = algorithm;
            settings.tokens.ttl = Duration::from_mins(61);
            settings.tokens.issuer = format!("https://{name}.example/");
            settings.tokens.audience = "the directory".to_owned();
        });
        let eddy = server.account("eddy", Role::Editor, "{}");
        let answer = eddy.log_in().is(200);
        assert_eq!(answer.json()["expires_in"], 3660);
        let token = answer.str_at("/access_token");
        let (header, claims) = read(&token);
        assert_eq!(header["alg"], name);
        assert_eq!(claims["iss"], format!("https://{name}.example/"));
        assert_eq!(claims["aud"], "the directory");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3660);
        // Base64url without padding has four characters for three bytes.
        assert_eq!(token.rsplit('.').next().unwrap().len(), (bytes * 4_usize).div_ceil(3));
        let keys = server.get("/.well-known/jwks.json").is(200);
        assert_eq!((keys.str_at("/keys/0/kty"), keys.str_at("/keys/0/alg")), (kty.to_owned(), name.to_owned()));
        let eddy = eddy.with_token(&token);
        assert_eq!(opens(&eddy), "members:read members:write");
        server.advance(Duration::from_mins(61));
        assert_eq!(opens(&eddy), "members:read members:write", "5 s of leeway");
        server.advance(Duration::from_secs(5));
        super::is_refused(&eddy);
    }
}

#[test]
fn a_token_that_is_shown_there_is_not_looked_at() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::Reader, "{}");
    let (session, access) = (alice.signed_in(), alice.logged_in());
    for header in
        ["Bearer nonsense".to_owned(), format!("Bearer {}", session.token()), format!("Bearer {}", access.token())]
    {
        let request = server.request("POST", "/login").header("Authorization", &header).json(&alice.credentials());
        let answer = request.send().is(200);
        assert_eq!(answer.str_at("/scope"), "members:read");
        let twice = request.header("Authorization", "Bearer x").send();
        assert!([200, 400].contains(&twice.status()), "{twice:?}");
    }
    assert!(session.is_in());
}
