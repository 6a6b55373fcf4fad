//! Tokens of outside issuers: what they open, and that nobody's key or word counts for somebody else.

use std::time::Duration;

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Persona, START, TestServer};
use userstore_core::jwt::IssuerSettings;
use userstore_core::{Precondition, Role};

use super::forge::{Signer, hmac, with, without};
use super::{ALL, is_refused_after, opens, read};

pub(super) const ISSUER: &str = "https://a.example/";
const OTHER: &str = "https://b.example/";
pub(super) const AUDIENCE: &str = "the directory";

/// The claims of a good token, at the start of the clock.
pub(super) fn claims() -> Value {
    let now = START.as_millis() / 1000;
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "exp": now + 3600, "iat": now, "scope": ALL})
}

/// A server that trusts two issuers, each with a key in a file.
pub(crate) struct Scene {
    pub(crate) server: TestServer,
    a: Signer,
    b: Signer,
    _folder: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// Somebody outside, with a token that has these scopes and ends an hour from now.
    pub(crate) fn outsider(&self, scope: &str) -> Persona {
        let now = self.server.store().clock().now().as_millis() / 1000;
        let claims = with(&with(&claims(), "exp", now + 3600), "iat", now);
        self.shows(&self.a.sign(&with(&claims, "scope", scope)))
    }

    fn with(tune: impl Fn(&mut IssuerSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (Signer::es(), Signer::ed());
        let mut issuers = Vec::new();
        for (issuer, key, name) in [(ISSUER, &a, "a.json"), (OTHER, &b, "b.json")] {
            let file = folder.path().join(name);
            std::fs::write(&file, json!({"keys": [key.jwk()]}).to_string()).unwrap();
            let mut settings = IssuerSettings::new(issuer, AUDIENCE);
            settings.jwks_file = Some(file);
            tune(&mut settings);
            issuers.push(settings);
        }
        let server = TestServer::with(|settings| settings.issuers = issuers);
        Self { server, a, b, _folder: folder }
    }

    fn shows(&self, token: &str) -> Persona {
        self.server.anonymous().with_token(token)
    }

    #[track_caller]
    fn opens(&self, claims: &Value) -> String {
        opens(&self.shows(&self.a.sign(claims)))
    }
}

#[test]
fn scopes_are_read_from_scope_or_else_from_scp() {
    let scene = Scene::new();
    let none = without(&claims(), "scope");
    assert_eq!(scene.opens(&claims()), ALL);
    assert_eq!(scene.opens(&none), "");
    for (name, value, opened) in [
        ("scope", json!("members:read"), "members:read"),
        ("scope", json!("openid members:write profile"), "members:write"),
        ("scope", json!(["members:read", "members:delete"]), "members:read members:delete"),
        ("scope", json!(["members:read members:write", "x"]), "members:read members:write"),
        ("scope", json!(""), ""),
        ("scope", json!([]), ""),
        ("scope", json!("MEMBERS:READ members:reader admin"), ""),
        ("scp", json!("members:read"), "members:read"),
        ("scp", json!(["members:write", "members:read"]), "members:read members:write"),
        ("scp", json!([]), ""),
    ] {
        assert_eq!(scene.opens(&with(&none, name, value.clone())), opened, "{name}: {value}");
    }
    let both = with(&with(&none, "scope", "members:read"), "scp", ALL);
    assert_eq!(scene.opens(&both), "members:read", "scope goes before scp");
    assert_eq!(scene.opens(&with(&both, "scope", "")), "", "also where it gives nothing");
    for name in ["scope", "scp"] {
        for value in [json!(7), json!(null), json!([7]), json!({"members:read": true})] {
            is_refused_after(
                &format!("{name} {value}"),
                &scene.shows(&scene.a.sign(&with(&none, name, value.clone()))),
            );
        }
    }
}

#[test]
fn nobody_outside_is_a_user_whatever_the_token_says() {
    let scene = Scene::new();
    let (alice, root) = (scene.server.account("alice", Role::User, "{}"), scene.server.admin("root"));
    let (_, own) = read(alice.logged_in().token());
    let names = [own["sub"].clone(), json!("alice"), json!("root"), json!("service:importer"), json!("me")];
    let as_alice = |sub: &Value, scope: &str| {
        let mut claims = with(&with(&claims(), "sub", sub.clone()), "scope", scope);
        for name in ["username", "role", "epoch", "client_id"] {
            claims[name] = own[name].clone();
        }
        claims
    };
    let operator = scene.server.store().operator();
    let mut tokens: Vec<(String, Persona)> = Vec::new();
    for sub in &names {
        for scope in [ALL, "members:read", ""] {
            tokens.push((scope.to_owned(), scene.shows(&scene.a.sign(&as_alice(sub, scope)))));
        }
    }
    let all_open = |what: &str| {
        for (scope, token) in &tokens {
            assert_eq!(opens(token), *scope, "{what}");
            token.get("/user/me").refused(403, "forbidden");
            token.get("/user/alice").refused(403, "forbidden");
            token.get("/users").refused(403, "forbidden");
            token.delete("/user/root").refused(403, "forbidden");
            super::refused_token(&token.get("/auth"));
            assert_eq!(token.get("/").json(), json!({"message": "Hello World"}));
        }
    };
    all_open("a user of that name has no scope");
    scene.server.run(operator.grant_role("alice", Role::Admin, &Precondition::NONE)).unwrap();
    all_open("a user of that name is an administrator");
    scene.server.run(operator.block_user("alice", None, &Precondition::NONE)).unwrap();
    all_open("a user of that name is blocked");
    scene.server.run(operator.account_of("alice").delete(&Precondition::NONE)).unwrap();
    all_open("a user of that name is gone");
    assert!(root.is_in());
}

#[test]
fn a_key_counts_for_its_issuer_alone() {
    let scene = Scene::new();
    let alice = scene.server.account("alice", Role::Admin, "{}").logged_in();
    let own_key = Signer::stolen(&scene.server);
    let (_, own) = read(alice.token());
    let (a, b) = (&scene.a, &scene.b);
    let of = |issuer: &str| with(&claims(), "iss", issuer);
    // Else the others might be refused for another reason than the one they are made for.
    assert_eq!(opens(&scene.shows(&b.sign(&of(OTHER)))), ALL);
    assert_eq!(opens(&scene.shows(&own_key.sign(&own))), ALL);
    for (what, token) in [
        ("a key of B, for A", b.sign(&of(ISSUER))),
        ("a key of A, for B", a.sign(&of(OTHER))),
        ("a key of A, for the store", a.sign(&own)),
        ("a key of B, for the store", b.sign(&own)),
        ("a key of A, with all that A says, for the store", a.sign(&of("userstore"))),
        ("a key of the store, for A", own_key.sign(&of(ISSUER))),
        ("a key of the store, for A, as a user", own_key.sign(&with(&own, "iss", ISSUER))),
        ("a key of A by the kid of B", a.sign_with(&with(&a.header(), "kid", b.kid.as_str()), &of(OTHER))),
        ("a key of A by the kid of the store", a.sign_with(&with(&a.header(), "kid", own_key.kid.as_str()), &own)),
        ("an issuer that is not trusted", a.sign(&of("https://c.example/"))),
        ("an issuer by nearly its name", a.sign(&of("https://a.example"))),
        ("an issuer in other letters", a.sign(&of("https://A.example/"))),
        ("two issuers", a.sign(&with(&claims(), "iss", json!([ISSUER, OTHER])))),
    ] {
        is_refused_after(what, &scene.shows(&token));
    }
}

#[test]
fn the_algorithm_is_that_of_the_key() {
    let scene = Scene::new();
    let a = &scene.a;
    let named = |key: Signer| key.named(&a.kid);
    let secret = |jwk: &Value| jwk.to_string().into_bytes();
    let mut forged = vec![("another type of key by the kid of A", named(Signer::ed()).sign(&claims()))];
    for alg in ["EdDSA", "ES384", "RS256", "PS256", "HS256", "none", "es256", ""] {
        forged.push((alg, a.sign_with(&with(&a.header(), "alg", alg), &claims())));
    }
    forged.push(("HMAC", hmac(Algorithm::HS256, &with(&a.header(), "alg", "HS256"), &claims(), &secret(&a.jwk()))));
    forged.push(("HMAC, said to be ES256", hmac(Algorithm::HS256, &a.header(), &claims(), &secret(&a.jwk()))));
    for (what, token) in forged {
        is_refused_after(what, &scene.shows(&token));
    }
}

#[test]
fn claims_and_header_are_held_to_what_the_issuer_is_trusted_with() {
    let scene = Scene::new();
    let now = START.as_millis() / 1000;
    for (name, value) in [
        ("aud", json!("userstore")),
        ("aud", json!([])),
        ("aud", json!([AUDIENCE, 7])),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("exp", json!(now - 5)),
        ("exp", json!(now + 24 * 3600 + 6)),
        ("exp", json!("4000000000")),
        ("nbf", json!(now + 6)),
        ("iat", json!(now + 6)),
        ("jti", json!(7)),
    ] {
        is_refused_after(
            &format!("{name} {value}"),
            &scene.shows(&scene.a.sign(&with(&claims(), name, value.clone()))),
        );
    }
    for name in ["iss", "aud", "sub", "exp"] {
        is_refused_after(&format!("no {name}"), &scene.shows(&scene.a.sign(&without(&claims(), name))));
    }
    for value in [json!([AUDIENCE, "elsewhere"]), json!(AUDIENCE)] {
        assert_eq!(scene.opens(&with(&claims(), "aud", value)), ALL);
    }
    assert_eq!(scene.opens(&with(&claims(), "exp", now + 24 * 3600)), ALL);
    for (typ, is_good) in [
        (json!("JWT"), true),
        (json!("jwt"), true),
        (json!("at+jwt"), true),
        (json!("application/AT+JWT"), true),
        (json!("id+jwt"), false),
        (json!("dpop+jwt"), false),
        (json!(""), false),
        (json!(7), false),
    ] {
        let token = scene.shows(&scene.a.sign_with(&with(&scene.a.header(), "typ", typ.clone()), &claims()));
        if is_good { assert_eq!(opens(&token), ALL, "{typ}") } else { is_refused_after(&typ.to_string(), &token) }
    }
    let bare = json!({"alg": scene.a.alg()});
    assert_eq!(opens(&scene.shows(&scene.a.sign_with(&bare, &claims()))), ALL, "no typ, and the only key that fits");
    for (name, value) in [("crit", json!(["exp"])), ("kid", json!("unknown")), ("kid", json!(7))] {
        let token = scene.a.sign_with(&with(&scene.a.header(), name, value), &claims());
        is_refused_after(name, &scene.shows(&token));
    }
}

#[test]
fn how_far_ahead_a_token_may_end_is_a_setting() {
    let scene = Scene::with(|issuer| issuer.max_ttl = Duration::from_mins(10));
    let now = START.as_millis() / 1000;
    let token = |seconds: i64| scene.shows(&scene.a.sign(&with(&claims(), "exp", now + seconds)));
    assert_eq!(opens(&token(605)), ALL);
    let late = token(607);
    is_refused_after("607 s", &late);
    scene.server.advance(Duration::from_secs(2));
    assert_eq!(opens(&late), ALL, "what ends too late now will be good later");
}

/// A token that was verified is remembered, and yet ends with its time.
#[test]
fn a_token_that_was_used_ends_with_its_time() {
    let scene = Scene::new();
    let token = scene.shows(&scene.a.sign(&claims()));
    for _ in 0..3 {
        assert_eq!(opens(&token), ALL);
    }
    // The clock stands at 678 ms past a second.
    scene.server.advance(Duration::from_millis(3_604_321));
    assert_eq!(opens(&token), ALL);
    scene.server.advance(Duration::from_millis(1));
    is_refused_after("its time", &token);
}
