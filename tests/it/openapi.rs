//! The OpenAPI document against the server: every route, every code, nothing else; and the page that shows it. That
//! each answer is as the document says, the harness asserts of every answer in every test.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::TestServer;

use crate::routes::routes;

/// Served, and not in the document.
const LEFT_OUT: &[&str] = &["GET /openapi.json", "GET /docs", "GET /docs/{name}"];

fn document() -> Value {
    serde_json::from_str(userstore_server::openapi()).unwrap()
}

/// Every operation, by method and path.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
        })
        .collect()
}

/// What a reference leads to.
fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    value["$ref"].as_str().map_or(value, |reference| document.pointer(&reference[1..]).expect(reference))
}

/// The codes that an operation is refused with, such as `403 forbidden`.
fn refusals(document: &Value, operation: &Value) -> BTreeSet<String> {
    let answers = operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.as_str() >= "400");
    answers
        .flat_map(|(status, answer)| {
            let content = &resolved(document, answer)["content"]["application/problem+json"];
            let codes = content["examples"].as_object().unwrap().keys();
            codes.map(move |code| format!("{status} {code}")).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_route_is_in_it_and_nothing_else() {
    let document = document();
    let in_document: BTreeSet<String> = operations(&document).into_keys().collect();
    let mut served: BTreeSet<String> = routes()
        .into_iter()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    for route in LEFT_OUT {
        assert!(served.remove(*route), "{route} is not served");
    }
    assert_eq!(in_document, served);
}

/// The table of roles says what everyone is really answered.
#[test]
fn what_everyone_is_answered_is_in_it() {
    let document = document();
    let operations = operations(&document);
    for row in include_str!("golden/roles.txt").lines().skip(1) {
        let mut cells = row.split('|').map(str::trim);
        let name = cells.next().unwrap();
        let answers: BTreeSet<&str> = cells.collect();
        let Some(operation) = operations.get(name) else {
            assert!(LEFT_OUT.contains(&name), "{name} is not in the document");
            continue;
        };
        let refusals = refusals(&document, operation);
        for answer in &answers {
            let known = operation["responses"].get(answer).is_some() || refusals.contains(*answer);
            assert!(known, "{name} answers {answer}, which is not in the document");
        }
        // Whom a route refuses for who he is, the table shows.
        for refusal in ["401 unauthenticated", "403 forbidden"] {
            let (told, happens) = (refusals.contains(refusal), answers.contains(refusal));
            // Some are refused for what they ask for, or for where they ask from.
            let is_else = ["POST /login", "GET /metrics"].contains(&name);
            assert!(told == happens || is_else, "{name} and {refusal}: {told} {happens}");
        }
    }
}

#[test]
fn everything_in_it_is_named_and_described() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["license"]["identifier"], "MIT OR Apache-2.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (name, operation) in operations(&document) {
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name} has another's operationId");
        assert!(is_text(&operation["summary"]) && is_text(&operation["description"]), "{name} is not described");
        assert!(operation["tags"].as_array().unwrap().iter().all(|tag| tags.contains(&tag)), "{name}");
        assert!(operation["security"].is_array(), "{name} does not say who may");
        let mut places = BTreeSet::new();
        for parameter in operation["parameters"].as_array().unwrap() {
            let parameter = resolved(&document, parameter);
            assert!(is_text(&parameter["description"]), "{name}: {parameter}");
            assert!(places.insert((parameter["in"].to_string(), parameter["name"].to_string())), "{name}: {parameter}");
        }
        let variables = name.matches('{').count();
        assert_eq!(places.iter().filter(|(place, _)| place == "\"path\"").count(), variables, "{name}");
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = resolved(&document, answer);
            assert!(is_text(&answer["description"]), "{name} {status} is not described");
            assert!(answer["headers"].get("X-Request-Id").is_some(), "{name} {status}");
        }
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(is_text(&schema["description"]), "{name} is not described");
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            let reference = schema.get("$ref").is_some() || schema.get("oneOf").is_some();
            assert!(is_text(&schema["description"]) || reference, "{name}.{member} is not described");
        }
    }
}

/// A reference that leads nowhere, or a component that nothing leads to.
#[test]
fn references_lead_somewhere() {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| collect(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    collect(&document, &mut found);
    assert!(found.len() > 50, "{found:?}");
    for reference in &found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
    for kind in ["schemas", "responses", "examples", "headers", "parameters"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let reference = format!("#/components/{kind}/{name}");
            assert!(found.contains(&reference), "nothing leads to {reference}");
        }
    }
}

#[test]
fn it_is_served_as_it_is() {
    let server = TestServer::start();
    let answer = server.get("/openapi.json").is(200);
    assert_eq!(answer.body(), userstore_server::openapi());
    assert_eq!(answer.header("Cache-Control"), Some("public, max-age=300"));
}

/// All that the page loads comes from this server, and nothing in it would run without its policy's leave.
#[test]
fn the_page_needs_nobody_else() {
    let server = TestServer::start();
    let page = server.get("/docs").is(200);
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
    let policy = page.header("Content-Security-Policy").unwrap();
    for rule in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.split(';').any(|part| part.trim() == rule), "{policy}");
    }
    let text = page.body();
    assert!(!text.contains("://") && !text.contains("<style") && !text.contains(" style="), "{text}");
    assert!(text.split("<script").skip(1).all(|script| script.starts_with(" src=") && script.contains("></script>")));
    let files: Vec<&str> = text.split("=\"docs/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(files, ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"]);
    for (file, kind) in files.iter().zip(["text/css", "text/javascript", "text/javascript"]) {
        let answer = server.get(&format!("/docs/{file}")).is(200);
        assert!(answer.header("Content-Type").unwrap().starts_with(kind), "{answer:?}");
        assert!(answer.bytes().len() > 100);
    }
    let start = server.get("/docs/start.js").is(200);
    assert!(start.body().contains("validatorUrl: null"), "it would ask a validator elsewhere");
    for other in ["/docs/index.html", "/docs/nothing", "/docs/..", "/docs/swagger-initializer.js"] {
        server.get(other).refused(404, "not_found");
    }
}

#[test]
fn a_setting_turns_both_off() {
    let server = TestServer::with(|settings| settings.server.docs = false);
    for target in ["/openapi.json", "/docs", "/docs/start.js"] {
        for method in ["GET", "POST", "OPTIONS"] {
            server.request(method, target).send().refused(404, "not_found");
        }
    }
    server.get("/problems/not_found").is(200);
}
