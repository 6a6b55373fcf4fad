//! Members, by many at once.

use std::collections::BTreeSet;

use serde_json::json;
use tests::{Answer, Persona};

use super::{everything, id, post, put, server_and_ada};
use crate::at_once::at_once;

type Act<'a> = Box<dyn FnOnce() -> Answer + Send + 'a>;

#[test]
fn of_many_members_of_one_name_one_is_made() {
    let (_server, ada) = server_and_ada();
    for round in 0..5_i64 {
        let act = |index: i64| -> Act<'_> {
            let (ada, round) = (&ada, round);
            let name = if index % 2 == 0 { format!("Zo\u{e9} {round}") } else { format!("Zoe\u{301} {round}") };
            Box::new(move || if index % 4 < 2 { post(ada, &name) } else { put(ada, 1000 * (round + 1) + index, &name) })
        };
        let answers = at_once((0..24).map(act).collect());
        assert_eq!(answers.iter().filter(|answer| answer.status() == 201).count(), 1, "round {round}");
        for answer in answers.into_iter().filter(|answer| answer.status() != 201) {
            answer.refused(409, "name_taken");
        }
        let made = everything(&ada);
        assert_eq!(made.as_array().unwrap().len(), usize::try_from(round).unwrap() + 1);
    }
}

#[test]
fn of_many_puts_under_one_id_one_creates_and_the_last_one_stands() {
    let (_server, ada) = server_and_ada();
    let act = |index: usize| -> Act<'_> {
        let ada = &ada;
        Box::new(move || put(ada, 7, &format!("member {index}")))
    };
    let answers = at_once((0..20).map(act).collect());
    assert_eq!(answers.iter().filter(|answer| answer.status() == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status() == 200).count(), 19);
    let tags: BTreeSet<String> = answers.iter().map(Answer::etag).collect();
    assert_eq!(tags.len(), 20, "each is a state of its own");
    let left = ada.get("/members/7").is(200);
    assert!(answers.iter().any(|answer| (answer.etag(), answer.body()) == (left.etag(), left.body())));
    let create_only = |index: usize| -> Act<'_> {
        let ada = &ada;
        let body = json!({"name": format!("other {index}")});
        Box::new(move || ada.request("PUT", "/members/8").header("If-None-Match", "*").json(&body).send())
    };
    let answers = at_once((0..20).map(create_only).collect());
    assert_eq!(answers.iter().filter(|answer| answer.status() == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status() == 412).count(), 19);
}

/// Some choose the ids that the store would choose next; others have it choose.
#[test]
fn chosen_ids_never_collide_with_put_ones() {
    const EACH: i64 = 30;
    let (_server, ada) = server_and_ada();
    let posting = |thread: i64, persona: Persona| {
        move || -> Vec<i64> { (0..EACH).map(|n| id(&post(&persona, &format!("post {thread} {n}")).is(201))).collect() }
    };
    // Either of the two may come first; a member that was posted is never replaced, as the put is to create only.
    let putting = |persona: Persona| {
        move || -> Vec<i64> {
            let create = |number: i64| {
                let request = persona.request("PUT", &format!("/members/{number}")).header("If-None-Match", "*");
                request.json(&json!({"name": format!("put {number}")})).send()
            };
            let made = |number: &i64| match create(*number).status() {
                201 => true,
                412 => false,
                status => panic!("{status}"),
            };
            (1..=4 * EACH).filter(made).collect()
        }
    };
    let mut acts: Vec<Box<dyn FnOnce() -> Vec<i64> + Send>> = vec![Box::new(putting(ada.clone()))];
    for thread in 0..3 {
        acts.push(Box::new(posting(thread, ada.clone())));
    }
    let given = at_once(acts);
    assert!(!given[0].is_empty() && given[0].len() < 4 * usize::try_from(EACH).unwrap(), "both had their turn");
    let all: Vec<i64> = given.concat();
    let once: BTreeSet<i64> = all.iter().copied().collect();
    assert_eq!(once.len(), all.len(), "an id was given to two: {given:?}");
    let there: Vec<i64> =
        everything(&ada).as_array().unwrap().iter().map(|member| member["member_id"].as_i64().unwrap()).collect();
    assert_eq!(there, once.into_iter().collect::<Vec<_>>());
}

#[test]
fn with_if_match_no_update_is_lost() {
    const WRITERS: usize = 5;
    const TIMES: usize = 8;
    let (_server, ada) = server_and_ada();
    ada.put("/members/7", json!({"name": "Ada", "phone": "0"})).is(201);
    let count = || {
        for _ in 0..TIMES {
            loop {
                let read = ada.get("/members/7").is(200);
                let next = read.str_at("/phone").parse::<usize>().unwrap() + 1;
                let put = ada.request("PUT", "/members/7").header("If-Match", &read.etag());
                let put = put.json(&json!({"name": "Ada", "phone": next.to_string()})).send();
                match put.status() {
                    200 => break,
                    412 => {}
                    _ => panic!("{put:?}"),
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(count);
        }
    });
    assert_eq!(ada.get("/members/7").str_at("/phone"), (WRITERS * TIMES).to_string());
}
