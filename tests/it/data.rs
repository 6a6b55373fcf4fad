//! `data`: any JSON object, returned as it came, within limits that hold to the byte.

use serde_json::{Value, json};
use tests::{Persona, TestServer};
use userstore_core::Role;

const MAX_BYTES: usize = 16 * 1024;

/// An object that has this many bytes when serialised.
fn sized(bytes: usize) -> Value {
    json!({"a": "x".repeat(bytes - r#"{"a":""}"#.len())})
}

/// An object of this many levels.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!({}), |inner, _| json!({"a": inner}))
}

fn in_lists(levels: usize) -> Value {
    json!({"a": (2..levels).fold(json!([]), |inner, _| json!([inner]))})
}

fn data(persona: &Persona) -> Value {
    persona.get("/user/me").is(200).json()["data"].clone()
}

#[test]
fn it_is_returned_as_it_came() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for (sent, shown) in [
        (r#"{"z":1,"a":2,"m":{"y":1,"b":2}}"#, r#"{"z":1,"a":2,"m":{"y":1,"b":2}}"#),
        (
            r#"{"n":[18446744073709551615,-9223372036854775808,0,-1]}"#,
            r#"{"n":[18446744073709551615,-9223372036854775808,0,-1]}"#,
        ),
        (
            r#"{"n":[0.30000000000000004,0.1,123456789012345680]}"#,
            r#"{"n":[0.30000000000000004,0.1,123456789012345680]}"#,
        ),
        (
            r#"{"s":["e\u0301","é","\ud83e\udd80","\u2028\/","\\\"\b\f\n\r\t","\u0001"]}"#,
            "{\"s\":[\"e\u{301}\",\"é\",\"🦀\",\"\u{2028}/\",\"\\\\\\\"\\b\\f\\n\\r\\t\",\"\\u0001\"]}",
        ),
        (
            r#"{"":{"":[]},"a b":null,"Ключ":true,"$ne":1,"__proto__":{},"a/b~c":false}"#,
            r#"{"":{"":[]},"a b":null,"Ключ":true,"$ne":1,"__proto__":{},"a/b~c":false}"#,
        ),
        ("{ \"a\" :\t[ 1 ,\r\n2 ] }", r#"{"a":[1,2]}"#),
        ("{}", "{}"),
    ] {
        let request = alice.request("PUT", "/user/me").text("application/json", format!("{{\"data\": {sent}}}"));
        let put = request.send().is(200);
        let wanted = format!("\"data\":{shown},");
        assert!(put.body().contains(&wanted), "{wanted}: {put:?}");
        let read = alice.get("/user/me");
        assert!(read.body().contains(&wanted), "{wanted}: {read:?}");
    }
}

/// To the bit; how a number is spelt is JSON's to choose.
#[test]
fn numbers_are_the_nearest_there_are() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for (sent, number) in [
        ("0.1", 0.1_f64),
        ("1.5e300", 1.5e300),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", f64::MAX),
        ("2.2250738585072011e-308", 2.225_073_858_507_201e-308),
        ("0.1234567890123456789012345678901234567890", 0.123_456_789_012_345_68),
        ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ("-9223372036854775809", -9_223_372_036_854_775_808.0),
        ("1.0", 1.0),
        ("-0.0", -0.0),
        ("1e-400", 0.0),
    ] {
        let body = format!("{{\"data\":{{\"n\":{sent}}}}}");
        alice.request("PUT", "/user/me").text("application/json", body).send().is(200);
        let kept = data(&alice)["n"].clone();
        assert!(kept.is_f64(), "{sent} became {kept}");
        assert_eq!(kept.as_f64().unwrap().to_bits(), number.to_bits(), "{sent} became {kept}");
    }
}

#[test]
fn put_replaces_the_whole() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, r#"{"a": 1, "b": {"c": 2}}"#).signed_in();
    alice.put("/user/me", json!({"data": {"d": 3}})).is(200);
    assert_eq!(data(&alice), json!({"d": 3}));
    for wrong in [json!([]), json!("x"), json!(1), json!(null), json!(true)] {
        alice.put("/user/me", json!({"data": wrong})).invalid(&["/data"]);
    }
    alice.put("/user/me", json!({})).invalid(&["/data"]);
    alice.put("/user/me", json!({"data": {}, "username": "bob"})).invalid(&["/username"]);
    assert_eq!(data(&alice), json!({"d": 3}));
}

#[test]
fn patch_merges() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, r#"{"a": 1, "b": {"c": 2, "d": 3}, "l": [1, 2]}"#).signed_in();
    alice.patch("/user/me", json!({"data": {"b": {"c": null, "e": 4}, "l": [3], "n": {"x": null}}})).is(200);
    assert_eq!(data(&alice), json!({"a": 1, "b": {"d": 3, "e": 4}, "l": [3], "n": {}}));
    let merge = alice.request("PATCH", "/user/me").text("application/merge-patch+json", r#"{"data": {"a": null}}"#);
    merge.send().is(200);
    assert_eq!(data(&alice), json!({"b": {"d": 3, "e": 4}, "l": [3], "n": {}}));
    alice.patch("/user/me", json!({"data": {}})).is(200);
    alice.patch("/user/me", json!({})).is(200);
    for wrong in [json!(null), json!([]), json!("x"), json!(0)] {
        alice.patch("/user/me", json!({"data": wrong})).invalid(&["/data"]);
    }
    alice.patch("/user/me", json!({"role": "admin"})).invalid(&["/role"]);
    assert_eq!(data(&alice), json!({"b": {"d": 3, "e": 4}, "l": [3], "n": {}}));
}

#[test]
fn sixteen_kib_to_the_byte() {
    let server = TestServer::start();
    let alice = server.user("alice");
    alice.put("/user/me", json!({"data": sized(MAX_BYTES)})).is(200);
    alice.put("/user/me", json!({"data": sized(MAX_BYTES + 1)})).invalid(&["/data"]);
    assert_eq!(data(&alice), sized(MAX_BYTES));
    // The limit is on what is kept, not on the white space around it.
    let spaced = format!("{{\"data\": {{{} \"a\": 1}}}}", " ".repeat(MAX_BYTES));
    alice.request("PUT", "/user/me").text("application/json", spaced).send().is(200);
    let sign_up = |name: &str, bytes| {
        server
            .anonymous()
            .post("/user", json!({"username": name, "password": "a plum for all, 7", "data": sized(bytes)}))
    };
    sign_up("carl", MAX_BYTES).is(201);
    sign_up("dora", MAX_BYTES + 1).invalid(&["/data"]);
}

#[test]
fn the_result_of_a_patch_obeys_the_limits() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let half = json!({"a": "x".repeat(8 * 1024)});
    alice.put("/user/me", json!({"data": half})).is(200);
    alice.patch("/user/me", json!({"data": {"b": "x".repeat(8 * 1024)}})).invalid(&["/data"]);
    assert_eq!(data(&alice), half);
    // `{"a":…,"b":…}` has 15 bytes besides the two texts.
    let fits = json!({"b": "x".repeat(8 * 1024 - 15)});
    alice.patch("/user/me", json!({"data": fits})).is(200);
    alice.patch("/user/me", json!({"data": {"b": "x".repeat(8 * 1024 - 14)}})).invalid(&["/data"]);
    alice.put("/user/me", json!({"data": nested(32)})).is(200);
    let deeper = (0..31).fold(json!({"b": {}}), |inner, _| json!({"a": inner}));
    alice.patch("/user/me", json!({"data": deeper})).invalid(&["/data"]);
    assert_eq!(data(&alice), nested(32));
}

#[test]
fn thirty_two_levels() {
    let server = TestServer::start();
    let alice = server.user("alice");
    for deep in [nested(32), in_lists(32)] {
        alice.put("/user/me", json!({"data": deep})).is(200);
        assert_eq!(data(&alice), deep);
    }
    for deep in [nested(33), in_lists(33), nested(100)] {
        alice.put("/user/me", json!({"data": deep})).invalid(&["/data"]);
        alice.patch("/user/me", json!({"data": deep})).invalid(&["/data"]);
    }
    assert_eq!(data(&alice), in_lists(32));
}
