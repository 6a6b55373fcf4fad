//! The OpenAPI document, which every answer in the tests is held against.

use std::sync::LazyLock;

use serde_json::Value;

use crate::Answer;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(userstore_server::openapi()).expect("the document is JSON"));

/// Headers that mean something to a client: each is in the document where an answer has it.
const TOLD: &[&str] =
    &["ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "Vary", "WWW-Authenticate"];

/// Asserts that the document has this answer: its status, its code, its headers, its members and their types. What no
/// operation answers, such as 405, is in none.
#[track_caller]
pub(crate) fn check(method: &str, target: &str, answer: &Answer) {
    let Some(operation) = operation(method, target) else { return };
    let status = answer.status().to_string();
    let told = operation["responses"].get(&status).map(resolved);
    let told = told.unwrap_or_else(|| panic!("the document does not have this answer: {answer:?}"));
    let header = |name: &str| told["headers"].as_object().and_then(|headers| headers.get(name)).map(resolved);
    for name in TOLD {
        assert!(header(name).is_some() || answer.header(name).is_none(), "{name} is not in the document: {answer:?}");
    }
    for (name, header) in told["headers"].as_object().into_iter().flatten() {
        let needed = resolved(header)["required"] == true;
        assert!(!needed || answer.header(name).is_some(), "the document has {name}: {answer:?}");
    }
    let Some(content) = told["content"].as_object().filter(|_| method != "HEAD") else { return };
    let kind = answer.header("Content-Type").unwrap_or_default();
    let content = content.get(kind).unwrap_or_else(|| panic!("the document does not have this type: {answer:?}"));
    if kind.ends_with("json")
        && let Err(fault) = fits(&content["schema"], &answer.json())
    {
        panic!("the document has something else: {fault}: {answer:?}");
    }
    if answer.status() >= 400 {
        let code = answer.str_at("/code");
        let known = content["examples"].get(&code).is_some();
        assert!(known, "the document does not have this code here: {answer:?}");
    }
}

/// The operation that a request is for, as the document has it.
fn operation(method: &str, target: &str) -> Option<&'static Value> {
    if method.contains(char::is_lowercase) {
        // Methods are told apart by case: this is none.
        return None;
    }
    let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
    let (_, path) =
        target.split_once("://").map_or(("", target), |(_, rest)| rest.split_at(rest.find('/').unwrap_or(0)));
    let path = path.split('?').next().unwrap_or_default();
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    // What is written out comes before what stands for anything.
    let mut leading: Vec<_> = paths.iter().filter(|(template, _)| leads_to(template, path)).collect();
    leading.sort_by_key(|(template, _)| template.matches('{').count());
    leading.first().and_then(|(_, operations)| operations.get(&method))
}

fn leads_to(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
}

/// What a reference leads to; anything else is what it is.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => value,
    }
}

/// Whether a value has the members that a schema has, of their types, and no others.
fn fits(schema: &'static Value, value: &Value) -> Result<(), String> {
    let schema = resolved(schema);
    for word in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[word].as_array() {
            let faults: Vec<String> = choices.iter().filter_map(|choice| fits(choice, value).err()).collect();
            return if faults.len() < choices.len() { Ok(()) } else { Err(faults.join(", nor: ")) };
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        Value::String(name) => vec![name.as_str()],
        _ => return Ok(()),
    };
    if !types.iter().any(|name| is(name, value)) {
        return Err(format!("{value} is not of type {types:?}"));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        return Err(format!("{value} is not listed"));
    }
    let within = |place: &str, fault: String| format!("{fault} at {place}");
    for item in value.as_array().into_iter().flatten() {
        fits(&schema["items"], item).map_err(|fault| within("items", fault))?;
    }
    let Some((members, known)) = value.as_object().zip(schema["properties"].as_object()) else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        members.get(name).ok_or_else(|| format!("{name} is missing"))?;
    }
    for (name, member) in members {
        let schema = known.get(name).ok_or_else(|| format!("{name} is not known"))?;
        fits(schema, member).map_err(|fault| within(name, fault))?;
    }
    Ok(())
}

fn is(name: &str, value: &Value) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
