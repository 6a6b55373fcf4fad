//! What the body says it is.

use tests::TestServer;

use super::Bench;

#[test]
fn the_type_has_to_be_said() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| request.bytes(body.to_string()),
        |answer, _| {
            answer.refused(415, "unsupported_media_type");
        },
    );
    bench.good();
}

#[test]
fn other_types_are_refused() {
    let bench = Bench::new();
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "*/*",
        "json",
        "",
        "application/xml",
        "text/json",
    ] {
        bench.spoilt(
            |request, body| request.text(content_type, body.to_string()),
            |answer, name| {
                assert_eq!(answer.status(), 415, "{content_type:?} {name}: {answer:?}");
            },
        );
    }
    bench.spoilt(
        |request, body| request.header("Content-Encoding", "gzip").json(body),
        |answer, name| {
            assert!(matches!(answer.status(), 400 | 415), "{name}: {answer:?}");
        },
    );
    bench.good();
}

#[test]
fn a_merge_patch_is_for_patch() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| {
            request.text(
                "application/merge-patch+json",
                if body["data"]["b"] == 1 { "[]".to_owned() } else { body.to_string() },
            )
        },
        |answer, name| {
            assert_eq!(answer.status(), if name.starts_with("PATCH") { 400 } else { 415 }, "{name}");
        },
    );
    bench.good();
}

#[test]
fn parameters_of_the_type_are_allowed() {
    let server = TestServer::start();
    for content_type in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "application/json; x=\"y\"",
    ] {
        let alice = server.user(&format!("alice{}", content_type.len()));
        for method in ["PUT", "PATCH"] {
            alice.request(method, "/user/me").text(content_type, r#"{"data":{}}"#).send().is(200);
        }
    }
}
