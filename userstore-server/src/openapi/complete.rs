//! What holds for all operations, put into each: refusals, headers, what the parts of paths stand for.

use serde_json::{Value, json};

use super::{header, refusal};

/// Completes a document.
pub(super) fn complete(document: &mut Value) {
    let mut components = document["components"].take();
    components["headers"] = header::components();
    components["parameters"] = json!({"Request-Id": {
        "name": "X-Request-Id",
        "in": "header",
        "description": "Names the request: 1 to 128 visible ASCII characters. Anything else is as if there were none.",
        "schema": {"type": "string"},
        "example": header::REQUEST_ID,
    }});
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in paths.flat_map(|path| path.as_object_mut().into_iter().flat_map(|path| path.values_mut())) {
        describe_path(operation);
        put_headers(operation);
        put_not_modified(operation);
        for (status, answer) in refusal::answers(operation, &mut components) {
            operation["responses"][status] = answer;
        }
        put_request_id(operation);
    }
    components["schemas"]["Problem"]["properties"]["code"]["enum"] =
        crate::problem::Meaning::all().map(|meaning| meaning.code).collect();
    document["components"] = components;
}

fn parameters(operation: &mut Value) -> impl Iterator<Item = &mut Value> {
    operation["parameters"].as_array_mut().into_iter().flatten()
}

/// The parts of paths are the same everywhere.
fn describe_path(operation: &mut Value) {
    for parameter in parameters(operation).filter(|parameter| parameter["in"] == "path") {
        let (description, schema, example) = match parameter["name"].as_str() {
            Some("username") => (
                "The username, in any spelling; or `me`, the caller's own account.",
                json!({"type": "string", "format": "username", "minLength": 1}),
                json!("me"),
            ),
            Some("member_id") => (
                "The id of the member, written in one way: without zeros or a sign before it.",
                json!({"type": "integer", "format": "int64", "minimum": 1}),
                json!(7),
            ),
            Some("id") => (
                "The id of the session.",
                json!({"type": "string", "format": "uuid"}),
                json!("0198d2f0-0000-7000-8000-00000000abcd"),
            ),
            _ => continue,
        };
        parameter["description"] = description.into();
        parameter["schema"] = schema;
        parameter["example"] = example;
    }
}

fn put_headers(operation: &mut Value) {
    for (status, answer) in operation["responses"].as_object_mut().into_iter().flatten() {
        let schema = answer["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
        let shape = schema.rsplit('/').next().unwrap_or_default();
        answer["headers"] = header::of_answer(status, shape);
    }
}

/// Where a client says what it has already.
fn put_not_modified(operation: &mut Value) {
    let mut names = operation["parameters"].as_array().into_iter().flatten().map(|parameter| &parameter["name"]);
    if names.clone().any(|name| name == "If-None-Match") && !names.any(|name| name == "If-Match") {
        operation["responses"]["304"] = json!({
            "description": "The client has this state already.",
            "headers": header::of_answer("304", "User"),
        });
    }
}

fn put_request_id(operation: &mut Value) {
    let reference = json!({"$ref": "#/components/parameters/Request-Id"});
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(reference),
        None => operation["parameters"] = json!([reference]),
    }
}
