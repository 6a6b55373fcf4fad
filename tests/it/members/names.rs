//! Names: unique to the byte, after NFC.

use serde_json::json;

use super::{everything, id, post, put, server_and_ada};

/// Pairs of spellings of one name.
const SAME: [(&str, &str); 4] = [
    ("Zo\u{e9}", "Zoe\u{301}"),
    ("\u{c5}sa", "A\u{30a}sa"),
    ("\u{ac00}", "\u{1100}\u{1161}"),
    // Marks in either order.
    ("q\u{323}\u{307}", "q\u{307}\u{323}"),
];

/// Names that are near, and not the same.
const DIFFERENT: [&str; 14] = [
    "ada",
    "Ada",
    "ADA",
    "ada ",
    " ada",
    "ada  ",
    "ada\t",
    "ad\u{e1}",
    "\u{ff41}da",
    "\u{430}da",
    "a\u{200b}da",
    "\u{1f600}",
    "\u{1f601}",
    " ",
];

/// Every byte of it percent-encoded.
fn escaped(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

#[test]
fn composed_and_decomposed_is_one_name() {
    for (composed, decomposed) in SAME {
        let (_server, ada) = server_and_ada();
        assert_eq!(post(&ada, decomposed).is(201).str_at("/name"), composed);
        for name in [composed, decomposed] {
            post(&ada, name).refused(409, "name_taken");
            put(&ada, 9, name).refused(409, "name_taken");
            let query = escaped(name);
            for parameter in ["name", "prefix"] {
                let found = ada.get(&format!("/members?{parameter}={query}")).is(200).json();
                assert_eq!(found["items"][0]["name"], composed, "{parameter} {name:?}");
            }
        }
        // Its own name, in whatever spelling, is no conflict, and no change.
        let tag = ada.get("/members/1").etag();
        assert_eq!(put(&ada, 1, decomposed).is(200).etag(), tag);
    }
}

#[test]
fn names_that_differ_in_anything_else_are_two() {
    let (_server, ada) = server_and_ada();
    for name in DIFFERENT {
        assert_eq!(post(&ada, name).is(201).str_at("/name"), name, "{name:?}");
    }
    for name in DIFFERENT {
        post(&ada, name).refused(409, "name_taken");
        let query = escaped(name);
        let found = ada.get(&format!("/members?name={query}")).is(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{name:?}");
        assert_eq!(found["items"][0]["name"], name);
    }
}

#[test]
fn a_name_is_taken_by_others_alone_and_free_once_it_is_given_up() {
    let (_server, ada) = server_and_ada();
    put(&ada, 1, "Ada").is(201);
    put(&ada, 2, "Eva").is(201);
    let before = everything(&ada);
    put(&ada, 2, "Ada").refused(409, "name_taken");
    put(&ada, 3, "Ada").refused(409, "name_taken");
    post(&ada, "Eva").refused(409, "name_taken");
    assert_eq!(everything(&ada), before);
    put(&ada, 1, "Ada").is(200);
    ada.put("/members/1", json!({"name": "Ada", "phone": "1"})).is(200);
    put(&ada, 1, "Augusta").is(200);
    put(&ada, 2, "Ada").is(200);
    ada.delete("/members/2").is(204);
    assert_eq!(post(&ada, "Ada").is(201).str_at("/name"), "Ada");
    assert_eq!(ada.get("/members/1").str_at("/name"), "Augusta");
}

/// A `POST` that was refused has used up no id.
#[test]
fn a_refusal_leaves_nothing_behind() {
    let (_server, ada) = server_and_ada();
    assert_eq!(id(&post(&ada, "Ada").is(201)), 1);
    for _ in 0..3 {
        post(&ada, "Ada").refused(409, "name_taken");
    }
    assert_eq!(id(&post(&ada, "Eva").is(201)), 2);
}
