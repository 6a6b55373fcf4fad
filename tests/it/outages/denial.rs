//! What can be taken from somebody: a session, a right, an account, a password, a key.

use std::time::Instant;

use serde_json::json;
use tests::{Answer, Client, Persona};
use userstore_core::{Error, Password, Precondition, Role, SessionId};

use super::{Engine, Fits as _, Ground, HEALED, Node, PAUSE};

/// What must not be had any more.
type Ask = Box<dyn Fn(Client) -> Answer + Send + Sync>;
/// How it is taken, on a server; what is answered is said, where it is HTTP.
type Deny = Box<dyn Fn(&Node) -> bool + Send + Sync>;

/// One thing that is taken from somebody.
pub(super) struct Denial {
    pub(super) name: &'static str,
    asks: Vec<Ask>,
    over_http: Option<Deny>,
    /// By whoever has the database in hand, as the command line does it.
    by_operator: Deny,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Given,
    Refused,
    /// 503.
    Unknown,
}

/// Whether something was done, or could not be guaranteed.
#[track_caller]
fn is_done(answer: &Answer) -> bool {
    answer.fits(&[200, 204, 503]) != 503
}

#[track_caller]
fn is_made<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    match result {
        Ok(_) => true,
        // Of a session that was lost, nothing is said.
        Err(Error::Unavailable { .. } | Error::NotFound("session")) => false,
        Err(error) => panic!("{error:?}"),
    }
}

fn ask(ask: impl Fn(Client) -> Answer + Send + Sync + 'static) -> Ask {
    Box::new(ask)
}

/// Asks for the account.
fn account(persona: &Persona) -> Ask {
    let persona = persona.clone();
    ask(move |client| persona.at(client).get("/user/me"))
}

/// Asks for the directory.
fn directory(persona: &Persona) -> Ask {
    let persona = persona.clone();
    ask(move |client| persona.at(client).get("/members"))
}

/// Asks to write, with what is refused as invalid where that is allowed.
fn writing(persona: &Persona) -> Ask {
    let persona = persona.clone();
    ask(move |client| persona.at(client).put("/members/7", json!({})))
}

/// Asks for a new session.
fn sign_in(persona: &Persona) -> Ask {
    let persona = persona.clone();
    ask(move |client| persona.at(client).sign_in())
}

/// Of HTTP: a request of the administrator.
fn over_http(root: &Persona, act: impl Fn(&Persona) -> Answer + Send + Sync + 'static) -> Deny {
    let root = root.clone();
    Box::new(move |node| is_done(&act(&node.to(&root))))
}

impl Denial {
    /// One of each kind, for people who are known to every server.
    pub(super) fn all<E: Engine>(ground: &Ground<E>) -> Vec<Self> {
        let server = &ground.node().server;
        let root = ground.persona("root.one", Role::Admin);
        let person = |name: &str, role| ground.persona(name, role);
        // His token is signed by a key that nobody else's is.
        let gil = person("gil", Role::Reader).logged_in();
        let old_key = server.run(server.store().keys().list_keys()).unwrap().last().unwrap().kid.clone();
        server.run(server.store().keys().rotate_keys_now()).unwrap();
        let (ann, ben) = (person("ann", Role::User), person("ben", Role::User));
        let (bob, carol) = (person("bob", Role::Reader), person("carol", Role::Editor));
        let (dave, erin, fay) = (person("dave", Role::User), person("erin", Role::Reader), person("fay", Role::Reader));
        let bens: SessionId = ben.get("/auth").str_at("/id").parse().unwrap();
        let url = format!("/user/ben/sessions/{bens}");
        let denials = vec![
            Self {
                name: "a session that is signed out",
                asks: vec![account(&ann)],
                over_http: Some({
                    let ann = ann.clone();
                    Box::new(move |node| is_done(&node.to(&ann).delete("/auth")))
                }),
                by_operator: Box::new(|node| {
                    let ann = node.server.store().operator().account_of("ann");
                    is_made(node.server.run(ann.end_sessions()))
                }),
            },
            Self {
                name: "a session that is ended",
                asks: vec![account(&ben)],
                over_http: Some(over_http(&root, move |root| root.delete(&url))),
                by_operator: Box::new(move |node| {
                    let ben = node.server.store().operator().account_of("ben");
                    is_made(node.server.run(ben.end_session(bens)))
                }),
            },
            Self {
                name: "a blocked user",
                asks: vec![account(&bob), directory(&bob.logged_in()), sign_in(&bob)],
                over_http: Some(over_http(&root, |root| root.put("/user/bob/status", json!({"status": "blocked"})))),
                by_operator: Box::new(|node| {
                    let operator = node.server.store().operator();
                    is_made(node.server.run(operator.block_user("bob", None, &Precondition::NONE)))
                }),
            },
            Self {
                name: "a role that is taken",
                asks: vec![writing(&carol), writing(&carol.logged_in())],
                over_http: Some(over_http(&root, |root| root.put("/user/carol/role", json!({"role": "reader"})))),
                by_operator: Box::new(|node| {
                    let operator = node.server.store().operator();
                    is_made(node.server.run(operator.grant_role("carol", Role::Reader, &Precondition::NONE)))
                }),
            },
            Self {
                name: "a deleted user",
                asks: vec![account(&dave), sign_in(&dave)],
                over_http: Some(over_http(&root, |root| root.delete("/user/dave"))),
                by_operator: Box::new(|node| {
                    let dave = node.server.store().operator().account_of("dave");
                    is_made(node.server.run(dave.delete(&Precondition::NONE)))
                }),
            },
            Self {
                name: "an old password",
                asks: vec![account(&erin), directory(&erin.logged_in()), sign_in(&erin)],
                over_http: Some(over_http(&root, |root| {
                    root.put("/user/erin/password", json!({"new_password": "another plum, 8"}))
                })),
                by_operator: Box::new(|node| {
                    let erin = node.server.store().operator().account_of("erin");
                    is_made(node.server.run(erin.change_password(None, Password::new("another plum, 8"))))
                }),
            },
            Self {
                name: "all sessions of a user",
                asks: vec![account(&fay), directory(&fay.logged_in())],
                over_http: Some(over_http(&root, |root| root.delete("/user/fay/sessions"))),
                by_operator: Box::new(|node| {
                    let fay = node.server.store().operator().account_of("fay");
                    is_made(node.server.run(fay.end_sessions()))
                }),
            },
            Self {
                name: "a revoked key",
                asks: vec![directory(&gil)],
                over_http: None,
                by_operator: Box::new(move |node| {
                    is_made(node.server.run(node.server.store().keys().revoke_key(&old_key)))
                }),
            },
        ];
        for denial in &denials {
            denial.is_given(ground);
        }
        denials
    }

    /// Takes it over HTTP, where there is a way; whether that was done is said.
    pub(super) fn deny(&self, node: &Node) -> bool {
        self.over_http.as_ref().unwrap_or(&self.by_operator)(node)
    }

    /// Takes it as the command line does.
    pub(super) fn deny_by_operator(&self, node: &Node) -> bool {
        (self.by_operator)(node)
    }

    /// Asks for it on a server, in every way that there is.
    #[track_caller]
    pub(super) fn ask(&self, node: &Node) -> Vec<Verdict> {
        self.asks.iter().map(|ask| verdict(&ask(node.client()))).collect()
    }

    /// Asserts that it is not given on a server, whatever else is answered.
    #[track_caller]
    pub(super) fn is_not_given(&self, node: &Node) {
        let verdicts = self.ask(node);
        assert!(!verdicts.contains(&Verdict::Given), "{}: {verdicts:?}", self.name);
    }

    /// Asserts that it is given on every server, twice, so that it is remembered wherever things are.
    #[track_caller]
    fn is_given<E: Engine>(&self, ground: &Ground<E>) {
        for node in ground.nodes.iter().chain(&ground.nodes) {
            let verdicts = self.ask(node);
            assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Given), "{}: {verdicts:?}", self.name);
        }
    }
}

#[track_caller]
fn verdict(answer: &Answer) -> Verdict {
    match answer.fits(&[200, 401, 403, 422, 503]) {
        503 => Verdict::Unknown,
        401 | 403 => Verdict::Refused,
        _ => Verdict::Given,
    }
}

/// Asserts that none of these is given on any server from now on, and that soon each is refused.
#[track_caller]
pub(super) fn all_are_refused<E: Engine>(ground: &Ground<E>, denials: &[Denial]) {
    let started = Instant::now();
    loop {
        let mut unknown = Vec::new();
        for node in &ground.nodes {
            for denial in denials {
                denial.is_not_given(node);
                if denial.ask(node).contains(&Verdict::Unknown) {
                    unknown.push(denial.name);
                }
            }
        }
        if unknown.is_empty() {
            return;
        }
        assert!(started.elapsed() < HEALED, "it does not heal: {unknown:?}");
        std::thread::sleep(PAUSE);
    }
}
