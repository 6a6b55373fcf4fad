//! `/problems/{code}`, and docs/errors.md, which says the same.
//!
//! `UPDATE_GOLDEN=1 cargo test -p tests --test it errors` writes the page anew.

use std::fmt::Write as _;

use serde_json::Value;
use tests::{Answer, TestServer, golden};

/// Every code, as the document lists them.
fn codes() -> Vec<String> {
    let document: Value = serde_json::from_str(userstore_server::openapi()).unwrap();
    let codes = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].as_array().unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

fn explained(server: &TestServer, code: &str, accept: &str) -> Answer {
    server.request("GET", &format!("/problems/{code}")).header("Accept", accept).send()
}

#[test]
fn every_code_is_explained() {
    let server = TestServer::start();
    assert!(codes().len() > 15);
    for code in codes() {
        let answer = server.get(&format!("/problems/{code}")).is(200);
        assert_eq!(answer.header("Vary"), Some("Accept"));
        assert_eq!(answer.header("Cache-Control"), Some("public, max-age=300"));
        assert_eq!((answer.str_at("/code"), answer.str_at("/type")), (code.clone(), format!("/problems/{code}")));
        let page = explained(&server, &code, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8").is(200);
        assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("Vary"), Some("Accept"));
        for member in ["/code", "/title", "/meaning", "/remedy"] {
            assert!(page.body().contains(&answer.str_at(member)), "{page:?}");
        }
    }
}

/// A problem says the same of itself as the page that its type leads to.
#[test]
fn a_problem_leads_to_its_meaning() {
    let server = TestServer::start();
    for problem in [server.get("/nowhere"), server.get("/user/me"), server.request("POST", "/auth").send()] {
        let meaning = server.get(&problem.str_at("/type")).is(200);
        assert_eq!(meaning.str_at("/title"), problem.str_at("/title"));
        assert!(meaning.json()["statuses"].as_array().unwrap().contains(&problem.status().into()), "{problem:?}");
    }
}

#[test]
fn there_are_no_other_codes() {
    let server = TestServer::start();
    for code in ["nothing", "NOT_FOUND", "404", "not_found%00", "..", "%FF"] {
        explained(&server, code, "*/*").refused(404, "not_found");
        explained(&server, code, "text/html").refused(404, "not_found");
    }
}

#[test]
fn it_is_json_unless_a_page_is_preferred() {
    let server = TestServer::start();
    for accept in ["*/*", "application/json", "application/problem+json", "image/png", "text/html;q=0.1, */*", "%"] {
        assert_eq!(explained(&server, "forbidden", accept).is(200).header("Content-Type"), Some("application/json"));
    }
}

/// The page of the documentation.
fn written(server: &TestServer) -> String {
    let mut page = String::from(
        "# Errors\n\nEvery answer of 400 or more is a problem (RFC 9457), `application/problem+json`, with a `code` that \
         is stable. A running\nserver explains each at `/problems/{code}`, where the `type` of a problem leads.\n\n\
         | code | status | meaning | what to do |\n| --- | --- | --- | --- |\n",
    );
    for code in codes() {
        let meaning = server.get(&format!("/problems/{code}"));
        let statuses: Vec<String> =
            meaning.json()["statuses"].as_array().unwrap().iter().map(Value::to_string).collect();
        let texts = ["/meaning", "/remedy"].map(|member| meaning.str_at(member));
        writeln!(page, "| `{code}` | {} | {} | {} |", statuses.join(", "), texts[0], texts[1]).unwrap();
    }
    page
}

#[test]
fn the_documentation_says_the_same() {
    golden("docs/errors.md", &written(&TestServer::start()));
}
