//! What is denied on one server is refused by the first request on the other one after the answer, each time.

use serde_json::json;
use tests::{Answer, Persona};
use userstore_core::Role;

use super::{ADVISED, Nodes};

const ROUNDS: usize = 200;

/// Two servers, an administrator, and alice, an editor.
struct Scene {
    nodes: Nodes,
    root: Persona,
    alice: Persona,
}

impl Scene {
    fn new() -> Self {
        let nodes = Nodes::new(ADVISED);
        let (root, alice) = (nodes.persona("root.one", Role::Admin), nodes.persona("alice", Role::Editor));
        Self { nodes, root, alice }
    }

    /// In each round something is denied on one server (`deny`, which gives what is asked next on the other one), and the
    /// answer to that has to be a refusal.
    fn rounds(&self, deny: impl Fn(&Round<'_>) -> Box<dyn Fn() -> Answer>) {
        let mut late = Vec::new();
        for number in 0..ROUNDS {
            let ask = deny(&Round { scene: self, number });
            let answer = ask();
            if !matches!(answer.status(), 401 | 403) {
                late.push((number, answer));
            }
        }
        assert!(late.is_empty(), "{} of {ROUNDS} were let in; the first: {:?}", late.len(), late[0]);
    }
}

struct Round<'a> {
    scene: &'a Scene,
    number: usize,
}

impl Round<'_> {
    /// On the server on which it happens.
    fn here(&self, persona: &Persona) -> Persona {
        persona.at(self.scene.nodes.clients(self.number).0)
    }

    /// On the other one.
    fn there(&self, persona: &Persona) -> Persona {
        persona.at(self.scene.nodes.clients(self.number).1)
    }

    /// A session that both servers have seen, and may remember.
    fn session(&self) -> Persona {
        let session = self.here(&self.scene.alice).signed_in();
        assert!(self.there(&session).is_in() && self.here(&session).is_in() && self.there(&session).is_in());
        session
    }

    /// What a session is asked for on the other server.
    fn asked_there(&self, session: &Persona) -> Box<dyn Fn() -> Answer> {
        let there = self.there(session);
        Box::new(move || there.get("/user/me"))
    }
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_session_that_was_signed_out() {
    Scene::new().rounds(|round| {
        let session = round.session();
        round.here(&session).delete("/auth").is(204);
        round.asked_there(&session)
    });
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_user_who_was_deleted() {
    let scene = Scene::new();
    scene.rounds(|round| {
        if round.number > 0 {
            round.here(&round.scene.alice).sign_up().is(201);
        }
        let session = round.session();
        if round.number % 4 < 2 {
            round.here(&session).delete("/user/me").is(204);
        } else {
            round.here(&scene.root).delete("/user/alice").is(204);
        }
        round.asked_there(&session)
    });
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_role_that_was_taken() {
    let scene = Scene::new();
    let token = scene.alice.logged_in();
    scene.rounds(|round| {
        let grant = |role: &str| drop(round.here(&scene.root).put("/user/alice/role", json!({"role": role})).is(200));
        grant("editor");
        // With a session and with an access token, which says that she is an editor.
        let there = round.there([&scene.alice, &token][round.number / 2 % 2]);
        let write = move || there.put("/members/7", json!({}));
        assert_eq!(write().status(), 422);
        grant("reader");
        Box::new(write)
    });
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_user_who_was_blocked() {
    let scene = Scene::new();
    scene.rounds(|round| {
        let status =
            |status: &str| drop(round.here(&scene.root).put("/user/alice/status", json!({"status": status})).is(200));
        status("active");
        let session = round.session();
        status("blocked");
        round.asked_there(&session)
    });
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_password_that_was_changed() {
    let scene = Scene::new();
    let passwords = ["a first plum, 1".to_owned(), "a second plum, 2".to_owned()];
    let set = |round: &Round<'_>, password: &str| {
        round.here(&scene.root).put("/user/alice/password", json!({"new_password": password})).is(204);
    };
    scene.rounds(|round| {
        if round.number == 0 {
            set(round, &passwords[0]);
        }
        let (old, new) = (&passwords[round.number % 2], &passwords[(round.number + 1) % 2]);
        let alice = scene.alice.with_password(old);
        let session = round.here(&alice).signed_in();
        assert!(round.there(&session).is_in());
        if round.number % 4 < 2 {
            set(round, new);
            round.asked_there(&session)
        } else {
            // Changed by another session of her own, what is refused is the old password.
            let body = json!({"current_password": old, "new_password": new});
            round.here(&session).put("/user/me/password", body).is(204);
            let there = round.there(&alice);
            Box::new(move || there.sign_in())
        }
    });
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn a_key_that_was_revoked() {
    let scene = Scene::new();
    scene.rounds(|round| {
        let token = round.here(&scene.alice).logged_in();
        let there = round.there(&token);
        for persona in [&there, &token, &there] {
            persona.get("/members").is(200);
        }
        let server = &scene.nodes.0[round.number % 2];
        let keys = server.store().keys();
        server.run(async {
            let list = keys.list_keys().await.unwrap();
            // The one that signs, which is the last of them: none waits.
            keys.revoke_key(&list.last().unwrap().kid).await.unwrap();
        });
        Box::new(move || there.get("/members"))
    });
}

#[test]
#[cfg_attr(not(all(has_postgres, has_redis)), ignore = "needs PostgreSQL's programs and redis-server")]
fn what_a_command_has_changed() {
    let scene = Scene::new();
    let cli = scene.nodes.cli();
    let run = |arguments: &[&str], input: &str| drop(cli.run(arguments, input).success());
    scene.rounds(|round| {
        let session = round.session();
        match round.number % 5 {
            0 => run(&["end-sessions", "alice"], ""),
            1 => {
                run(&["block-user", "alice"], "");
                run(&["unblock-user", "alice"], "");
            }
            2 => {
                let id = session.get("/auth").str_at("/id");
                run(&["end-sessions", "alice", "--session", &id], "");
            }
            3 => run(&["set-password", "alice", "--password-stdin"], scene.alice.password()),
            _ => {
                let there = round.there(&session);
                let write = move || there.put("/members/7", json!({}));
                run(&["grant-role", "alice", "editor"], "");
                assert_eq!(write().status(), 422);
                run(&["grant-role", "alice", "user"], "");
                return Box::new(write);
            }
        }
        round.asked_there(&session)
    });
}
