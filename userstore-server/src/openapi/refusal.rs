//! What refuses each operation: THE table of its codes, besides those that its own form gives.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::header;
use crate::problem::Kind;
use crate::problem::kind::{
    ACCOUNT_BLOCKED, FORBIDDEN, INTERNAL_ERROR, INVALID_CREDENTIALS, LAST_ADMIN, MALFORMED_JSON, MALFORMED_REQUEST,
    NAME_TAKEN, NOT_FOUND, PAYLOAD_TOO_LARGE, PRECONDITION_FAILED, SIGNUP_CLOSED, TOO_MANY_REQUESTS, UNAUTHENTICATED,
    UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE, USERNAME_TAKEN, VALIDATION_FAILED, WRONG_PASSWORD,
};

/// By `operationId`.
fn of(operation: &str) -> Vec<&'static Kind> {
    match operation {
        "signUp" => vec![&SIGNUP_CLOSED, &USERNAME_TAKEN, &TOO_MANY_REQUESTS],
        "signIn" => vec![&INVALID_CREDENTIALS, &ACCOUNT_BLOCKED, &TOO_MANY_REQUESTS],
        "logIn" => vec![&INVALID_CREDENTIALS, &ACCOUNT_BLOCKED, &FORBIDDEN, &TOO_MANY_REQUESTS],
        "changePassword" => vec![&FORBIDDEN, &WRONG_PASSWORD, &NOT_FOUND, &TOO_MANY_REQUESTS],
        "getUser" | "replaceUserData" | "mergeUserData" | "listSessions" | "endSessions" | "endSession" => {
            vec![&FORBIDDEN, &NOT_FOUND]
        }
        "deleteUser" | "grantRole" | "setStatus" => vec![&FORBIDDEN, &NOT_FOUND, &LAST_ADMIN],
        "listUsers" | "listMembers" | "getMetrics" => vec![&FORBIDDEN],
        "createMember" => vec![&FORBIDDEN, &NAME_TAKEN],
        "putMember" => vec![&FORBIDDEN, &NOT_FOUND, &NAME_TAKEN],
        "getMember" | "deleteMember" => vec![&FORBIDDEN, &NOT_FOUND],
        "explainProblem" => vec![&NOT_FOUND],
        _ => Vec::new(),
    }
}

/// Every kind of problem that an operation answers with.
fn kinds(operation: &Value) -> Vec<&'static Kind> {
    let mut kinds = vec![&MALFORMED_REQUEST, &INTERNAL_ERROR, &UNAVAILABLE];
    let has = |place: &str, name: Option<&str>| {
        let mut parameters = operation["parameters"].as_array().into_iter().flatten();
        parameters.any(|it| it["in"] == place && name.is_none_or(|name| it["name"] == name))
    };
    if operation.get("requestBody").is_some() {
        kinds.extend([&MALFORMED_JSON, &PAYLOAD_TOO_LARGE, &UNSUPPORTED_MEDIA_TYPE, &VALIDATION_FAILED]);
    }
    if has("query", None) {
        kinds.push(&VALIDATION_FAILED);
    }
    if has("header", Some("If-Match")) {
        kinds.push(&PRECONDITION_FAILED);
    }
    let tokens = operation["security"].as_array();
    if tokens.is_some_and(|tokens| tokens.iter().all(|token| token.as_object().is_some_and(|it| !it.is_empty()))) {
        kinds.push(&UNAUTHENTICATED);
    }
    kinds.extend(of(operation["operationId"].as_str().unwrap_or_default()));
    kinds
}

/// The refusals of an operation, by status, as references to components, which are made where they are missing.
pub(super) fn answers(operation: &Value, components: &mut Value) -> Vec<(String, Value)> {
    let mut by_status = BTreeMap::<u16, BTreeMap<&str, &Kind>>::new();
    for kind in kinds(operation) {
        by_status.entry(kind.status.code).or_default().entry(kind.code).or_insert(kind);
    }
    let reference = |(status, kinds): (u16, BTreeMap<&str, &Kind>)| {
        let names: Vec<&str> = kinds.keys().copied().collect();
        let name = format!("{status}-{}", names.join("-"));
        let reference = json!({"$ref": format!("#/components/responses/{name}")});
        if components["responses"].get(&name).is_none() {
            let examples = kinds.iter().map(|(code, kind)| ((*code).to_owned(), example(kind, components))).collect();
            components["responses"][name] = answer(status, &kinds, &examples);
        }
        (status.to_string(), reference)
    };
    by_status.into_iter().map(reference).collect()
}

fn answer(status: u16, kinds: &BTreeMap<&str, &Kind>, examples: &Map<String, Value>) -> Value {
    let meanings: Vec<String> = kinds.values().map(|kind| format!("`{}`: {}.", kind.code, kind.title)).collect();
    json!({
        "description": meanings.join(" "),
        "headers": header::of_refusal(status),
        "content": {"application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": examples,
        }},
    })
}

/// A reference to an example of this kind.
fn example(kind: &Kind, components: &mut Value) -> Value {
    let name = format!("{}-{}", kind.status.code, kind.code);
    let reference = json!({"$ref": format!("#/components/examples/{name}")});
    let mut value = json!({
        "type": format!("/problems/{}", kind.code),
        "title": kind.title,
        "status": kind.status.code,
        "detail": kind.advice,
        "code": kind.code,
        "request_id": header::REQUEST_ID,
    });
    if kind.status.code == VALIDATION_FAILED.status.code {
        value["errors"] = json!([{"pointer": "/password", "detail": "must have at least 8 characters"}]);
    }
    components["examples"][name] = json!({"summary": kind.title, "value": value});
    reference
}
