//! The text: one JSON object, and nothing that two parsers could read differently.

use serde_json::Value;

use super::Bench;

#[test]
fn it_has_to_be_one_object() {
    let bench = Bench::new();
    for text in [
        "",
        " ",
        "[]",
        "[{}]",
        "null",
        "true",
        "1",
        "\"{}\"",
        "{",
        "{}}",
        "{} {}",
        "{},",
        "{}x",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "\u{feff}{}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":+1}",
        "// {}\n{}",
    ] {
        bench.spoilt(
            |request, _| request.text("application/json", text),
            |answer, name| {
                let answer = answer.refused(400, "malformed_json");
                assert!(text.len() < 4 || !answer.body().contains(text), "{name}: {answer:?}");
            },
        );
    }
    bench.spoilt(
        |request, body| request.text("application/json", format!("[{body}]")),
        |answer, _| {
            answer.refused(400, "malformed_json");
        },
    );
    bench.spoilt(
        |request, body| request.text("application/json", format!("{body} {body}")),
        |answer, _| {
            answer.refused(400, "malformed_json");
        },
    );
    bench.good();
}

/// The good body with one more member, which as such would be a 422: what is wrong with the text comes first.
fn with_member(body: &Value, member: &[u8]) -> Vec<u8> {
    let text = body.to_string();
    [&text.as_bytes()[..text.len() - 1], b",", member, b"}"].concat()
}

#[test]
fn text_that_is_no_json_is_refused_anywhere() {
    let bench = Bench::new();
    let (open, close) = (r#"{"a":"#, "}");
    let deep = format!("\"x\":{}1{}", open.repeat(127), close.repeat(127));
    let lists = format!("\"x\":{}{}", "[".repeat(127), "]".repeat(127));
    for member in [
        &b"\"x\":1,\"x\":1"[..],
        b"\"x\":{\"a\":1,\"a\":2}",
        b"\"x\":[[{\"a\":{\"b\":0,\"\\u0062\":0}}]]",
        b"\"x\":1e400",
        b"\"x\":[-1e999]",
        b"\"x\":\"\\ud800\"",
        b"\"x\":\"\xff\"",
        b"\"\xc3\":1",
        b"\"x\":\"\n\"",
        b"\"x\":\"\\x\"",
        b"\"x\":tru",
        b"x:1",
        deep.as_bytes(),
        lists.as_bytes(),
    ] {
        bench.spoilt(
            |request, body| request.text("application/json", with_member(body, member)),
            |answer, name| {
                assert_eq!(answer.status(), 400, "{name} {}: {answer:?}", String::from_utf8_lossy(member));
                answer.refused(400, "malformed_json");
            },
        );
    }
    bench.good();
}

#[test]
fn a_member_given_twice_is_refused() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| {
            let text = body.to_string();
            request.text("application/json", format!("{},{}", &text[..text.len() - 1], &text[1..]))
        },
        |answer, _| {
            answer.refused(400, "malformed_json");
        },
    );
    bench.good();
}

#[test]
fn nesting_is_read_to_127_levels() {
    let bench = Bench::new();
    bench.spoilt(
        |request, body| {
            // With the body itself, 127 levels: JSON, and a member that no route knows.
            let member = format!("\"x\":{}1{}", r#"{"a":"#.repeat(126), "}".repeat(126));
            request.text("application/json", with_member(body, member.as_bytes()))
        },
        |answer, _| {
            answer.invalid(&["/x"]);
        },
    );
    bench.good();
}
