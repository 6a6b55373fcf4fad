//! Many at once: what must hold whoever comes first.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tests::{Answer, Persona, TestServer};
use userstore_core::{PageRequest, Precondition, Role, Status, UserFilter};

/// Does all of these at the same moment.
pub(crate) fn at_once<T: Send>(acts: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    let start = Barrier::new(acts.len());
    std::thread::scope(|scope| {
        let threads: Vec<_> = acts
            .into_iter()
            .map(|act| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    act()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(Answer::status).collect();
    statuses.sort_unstable();
    statuses
}

#[test]
fn of_fifty_sign_ups_of_one_name_one_succeeds() {
    let server = TestServer::start();
    let spellings = ["alice", "Alice", "ALICE", "ａｌｉｃｅ", "aLiCe"];
    let nobody = server.anonymous();
    let act = |index: usize| -> Box<dyn FnOnce() -> Answer + Send> {
        let nobody = nobody.clone();
        let password = format!("plum number {index}");
        let body = json!({"username": spellings[index % 5], "password": password, "data": {"index": index}});
        Box::new(move || nobody.post("/user", body))
    };
    let answers = at_once((0..50).map(act).collect());
    let made: Vec<usize> = (0..50).filter(|index| answers[*index].status() == 201).collect();
    assert_eq!(made.len(), 1, "{:?}", statuses(&answers));
    for answer in answers.into_iter().filter(|answer| answer.status() != 201) {
        answer.refused(409, "username_taken");
    }
    // The account is that of the one who was told so, whole.
    let owner = json!({"username": "alice", "password": format!("plum number {}", made[0])});
    let signed_in = nobody.post("/auth", owner).is(200);
    assert_eq!(signed_in.json()["user"]["data"]["index"], made[0]);
}

/// The names of the administrators who are not blocked.
fn active_admins(server: &TestServer) -> Vec<String> {
    let filter = UserFilter { role: Some(Role::Admin), status: Some(Status::Active), prefix: None };
    let page = server.run(server.store().operator().list_users(&filter, PageRequest::first())).unwrap();
    page.items.iter().map(|user| user.username.to_string()).collect()
}

/// In each round two administrators do this to each other at the same moment.
fn duel(act: fn(&Persona, &str) -> Answer, done: u16) {
    let server = TestServer::start();
    let operator = server.store().operator();
    let (mut ada, mut eva) = (server.admin("ada"), server.admin("eva"));
    for round in 0..20 {
        let answers = at_once(vec![Box::new(|| act(&ada, "eva")), Box::new(|| act(&eva, "ada"))]);
        let left = active_admins(&server);
        assert_eq!(left.len(), 1, "round {round}: {left:?} are left, {:?}", statuses(&answers));
        let succeeded = answers.iter().filter(|answer| answer.status() == done).count();
        assert_eq!(succeeded, 1, "round {round}: {:?}", statuses(&answers));
        let refused = answers.iter().find(|answer| answer.status() != done).unwrap();
        assert!(matches!(refused.status(), 401 | 403 | 409), "round {round}: {refused:?}");
        for (persona, name) in [(&mut ada, "ada"), (&mut eva, "eva")] {
            if !left.contains(&name.to_owned()) {
                let restored = server.run(async {
                    operator.grant_role(name, Role::Admin, &Precondition::NONE).await?;
                    operator.unblock_user(name, &Precondition::NONE).await
                });
                *persona = match restored {
                    Ok(_) if persona.is_in() => persona.clone(),
                    Ok(_) => persona.signed_in(),
                    Err(_) => server.admin(name),
                };
            }
        }
    }
}

#[test]
fn two_admins_who_demote_each_other() {
    duel(|admin, other| admin.put(&format!("/user/{other}/role"), json!({"role": "user"})), 200);
}

#[test]
fn two_admins_who_block_each_other() {
    duel(|admin, other| admin.put(&format!("/user/{other}/status"), json!({"status": "blocked"})), 200);
}

#[test]
fn two_admins_who_delete_each_other() {
    duel(|admin, other| admin.delete(&format!("/user/{other}")), 204);
}

/// Each may step down while there is another: not both at once.
#[test]
fn two_admins_who_step_down() {
    let server = TestServer::start();
    let (ada, eva) = (server.admin("ada"), server.admin("eva"));
    for _ in 0..20 {
        let step_down = |admin: &Persona| {
            let admin = admin.clone();
            move || admin.put("/user/me/role", json!({"role": "user"}))
        };
        let answers = at_once(vec![Box::new(step_down(&ada)), Box::new(step_down(&eva))]);
        assert_eq!(statuses(&answers), [200, 409]);
        assert_eq!(active_admins(&server).len(), 1);
        for name in ["ada", "eva"] {
            server.run(server.store().operator().grant_role(name, Role::Admin, &Precondition::NONE)).unwrap();
        }
    }
}

/// Signs in again and again, from several places, while this is done; afterwards no token that was handed out before
/// it was answered may open anything.
fn against_sign_ins(rounds: usize, end: impl Fn(&TestServer, &str)) {
    let server = TestServer::start();
    for round in 0..rounds {
        let name = format!("alice{round}");
        let alice = server.account(&name, Role::User, "{}");
        let (first, over) = (Barrier::new(4), AtomicBool::new(false));
        let tokens: Vec<String> = std::thread::scope(|scope| {
            let signing_in: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let mut tokens = vec![alice.signed_in().token().to_owned()];
                        first.wait();
                        loop {
                            let was_over = over.load(Ordering::SeqCst);
                            let answer = alice.sign_in();
                            match answer.status() {
                                200 => tokens.push(answer.str_at("/token")),
                                401 | 403 => return tokens,
                                _ => panic!("{answer:?}"),
                            }
                            assert!(!was_over, "a sign-in that began after the end has succeeded");
                        }
                    })
                })
                .collect();
            first.wait();
            end(&server, &name);
            over.store(true, Ordering::SeqCst);
            signing_in.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert!(tokens.len() >= 3);
        for token in tokens {
            assert!(!alice.with_token(&token).is_in(), "a token outlived the end");
        }
    }
}

#[test]
fn sign_ins_while_the_account_is_deleted() {
    against_sign_ins(10, |server, name| {
        server.run(server.store().operator().account_of(name).delete(&Precondition::NONE)).unwrap();
    });
}

#[test]
fn sign_ins_while_the_account_is_blocked() {
    against_sign_ins(10, |server, name| {
        server.run(server.store().operator().block_user(name, None, &Precondition::NONE)).unwrap();
    });
}

#[test]
fn sign_ins_while_the_password_is_changed() {
    against_sign_ins(10, |server, name| {
        let new = userstore_core::Password::new("another plum, 8");
        server.run(server.store().operator().account_of(name).change_password(None, new)).unwrap();
    });
}

#[test]
fn with_if_match_no_update_is_lost() {
    const WRITERS: usize = 6;
    const TIMES: usize = 10;
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, r#"{"count": 0}"#).signed_in();
    let count = || {
        for _ in 0..TIMES {
            loop {
                let read = alice.get("/user/me").is(200);
                let next = read.json()["data"]["count"].as_u64().unwrap() + 1;
                let put = alice.request("PUT", "/user/me").header("If-Match", &read.etag());
                let put = put.json(&json!({"data": {"count": next}})).send();
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
    assert_eq!(alice.get("/user/me").json()["data"]["count"], WRITERS * TIMES);
}

/// Each patch is whole: of many that set different members none is lost, with no precondition at all.
#[test]
fn patches_of_different_members_all_stand() {
    let server = TestServer::start();
    let alice = server.user("alice");
    let patch = |index: usize| -> Box<dyn FnOnce() -> Answer + Send> {
        let (alice, member) = (alice.clone(), format!("m{index}"));
        Box::new(move || alice.patch("/user/me", json!({"data": {member: index}})).is(200))
    };
    let _answers = at_once((0..20).map(patch).collect());
    assert_eq!(alice.get("/user/me").json()["data"].as_object().unwrap().len(), 20);
}

/// A change that was answered is seen by every request that starts afterwards, whatever was read meanwhile.
#[test]
fn reads_never_go_back() {
    let server = TestServer::start();
    let alice = server.account("alice", Role::User, r#"{"count": 0}"#).signed_in();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut seen = 0;
                while !over.load(Ordering::SeqCst) {
                    let count = alice.get("/user/me").json()["data"]["count"].as_u64().unwrap();
                    assert!(count >= seen, "{count} after {seen}");
                    seen = count;
                }
            });
        }
        for count in 1..=60 {
            alice.put("/user/me", json!({"data": {"count": count}})).is(200);
            assert_eq!(alice.get("/user/me").json()["data"]["count"], count, "the own write is seen at once");
        }
        over.store(true, Ordering::SeqCst);
    });
}
