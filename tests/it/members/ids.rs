//! Ids: one spelling, chosen by `PUT` or by the store, which never gives one out twice.

use std::collections::BTreeSet;

use serde_json::json;

use super::{everything, id, post, put, server_and_ada};

#[test]
fn an_id_is_written_one_way() {
    let (server, ada) = server_and_ada();
    put(&ada, 7, "Ada").is(201);
    let reader = server.persona("rita", userstore_core::Role::Reader);
    for id in [
        "07",
        "+7",
        "%2B7",
        "0",
        "00",
        "-7",
        "-0",
        "7.0",
        "7e0",
        "0x7",
        "%207",
        "7%20",
        "7%00",
        "%EF%BC%97",
        "%D9%A7",
        "9223372036854775808",
        "18446744073709551623",
        "99999999999999999999999999999999",
        "ada",
        "7,8",
        "*",
        "%FF",
    ] {
        let target = format!("/members/{id}");
        ada.get(&target).refused(404, "not_found");
        ada.put(&target, json!({"name": "Eva"})).refused(404, "not_found");
        ada.delete(&target).refused(404, "not_found");
        // Who may not write hears of that first.
        reader.put(&target, json!({"name": "Eva"})).refused(403, "forbidden");
    }
    for target in ["/members/", "/members//7", "/members/7/", "/members/7/8"] {
        ada.get(target).refused(404, "not_found");
    }
    assert_eq!(everything(&ada).as_array().unwrap().len(), 1);
    ada.get("/members/%37").is(200);
}

#[test]
fn the_greatest_id_is_one_like_others_and_no_end() {
    let (_server, ada) = server_and_ada();
    let greatest = put(&ada, i64::MAX, "last").is(201);
    assert_eq!(greatest.header("Location"), Some("/members/9223372036854775807"));
    assert!(greatest.body().contains("\"member_id\":9223372036854775807,"), "{greatest:?}");
    assert_eq!(id(&ada.get("/members/9223372036854775807").is(200)), i64::MAX);
    for wanted in 1..=3 {
        assert_eq!(id(&post(&ada, &format!("member {wanted}")).is(201)), wanted);
    }
    assert_eq!(everything(&ada)[3]["member_id"], i64::MAX);
    ada.delete("/members/9223372036854775807").is(204);
    assert_eq!(id(&post(&ada, "member 4").is(201)), 4);
}

#[test]
fn an_id_that_the_store_chose_is_never_chosen_again() {
    let (_server, ada) = server_and_ada();
    let mut chosen = BTreeSet::new();
    for round in 0..6 {
        let new = id(&post(&ada, &format!("member {round}")).is(201));
        assert!(chosen.iter().all(|old| *old < new), "{new} after {chosen:?}");
        assert!(chosen.insert(new));
        ada.delete(&format!("/members/{new}")).is(204);
    }
}

#[test]
fn the_store_chooses_no_id_that_is_taken() {
    let (_server, ada) = server_and_ada();
    // A run, scattered ones, and the very ids that are tried first.
    let taken: BTreeSet<i64> = (1..=40).chain([43, 50, 64]).chain((0..=62).map(|power| 1 << power)).collect();
    for taken in &taken {
        put(&ada, *taken, &format!("put {taken}")).is(201);
    }
    let mut last = 0;
    for round in 0..40 {
        let new = id(&post(&ada, &format!("post {round}")).is(201));
        assert!(!taken.contains(&new) && new > last, "{new} after {last}");
        last = new;
    }
    // It has not run away: there are as many ids left as anyone can use.
    assert!(last < 1 << 33, "{last}");
    assert_eq!(everything(&ada).as_array().unwrap().len(), taken.len() + 40);
}

/// Each of the ids that are tried first is taken, and those that are tried then.
#[test]
fn the_store_finds_an_id_among_any_that_are_taken() {
    let (_server, ada) = server_and_ada();
    for power in 0..=30_i64 {
        put(&ada, 1 << power, &format!("put {power}")).is(201);
    }
    assert_eq!(id(&post(&ada, "post").is(201)), 3);
}
