//! The script as it is played: what the dice choose, and what was learnt on the way.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
use tests::{Answer, Persona, TestServer};
use userstore_core::{Data, Password, Precondition, Role, Signup};

use super::dice::Dice;
use super::mask::Mask;
use super::words::{DATA, IDS, MEMBERS, PASSWORDS, PREFIXES, USERS, USUAL};

pub(super) struct Play<'a> {
    server: &'a TestServer,
    dice: Dice,
    mask: Mask,
    root: Persona,
    /// The tokens that were given out, oldest first.
    tokens: Vec<String>,
    /// The tag that each path was last seen with.
    tags: BTreeMap<String, String>,
    /// Where the last page ended, of each list.
    cursors: BTreeMap<&'static str, String>,
    /// The session that was last listed.
    session: Option<String>,
    number: usize,
}

/// As it stands in a path or a query.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").unwrap();
        }
        escaped
    })
}

/// The administrator, whatever became of the account.
fn restored(server: &TestServer) -> Persona {
    let root = Persona::named(server.client(), "root.one");
    let operator = server.store().operator();
    server.run(async {
        let account = operator.account_of("root.one");
        if account.change_password(None, Password::new(root.password())).await.is_ok() {
            operator.grant_role("root.one", Role::Admin, &Precondition::NONE).await.unwrap();
            operator.unblock_user("root.one", &Precondition::NONE).await.unwrap();
        } else {
            let username = "root.one".to_owned();
            let signup = Signup { username, password: Password::new(root.password()), data: Data::default() };
            operator.create_user(signup, Role::Admin).await.unwrap();
        }
    });
    root.signed_in()
}

/// A request that the dice have chosen.
struct Step {
    method: &'static str,
    target: String,
    body: Option<String>,
}

impl Step {
    fn new(method: &'static str, target: impl Into<String>, body: Option<Value>) -> Self {
        Self { method, target: target.into(), body: body.map(|body| body.to_string()) }
    }
}

impl<'a> Play<'a> {
    pub(super) fn new(server: &'a TestServer, seed: u64) -> Self {
        let root = server.persona("root.one", Role::Admin);
        Self {
            server,
            dice: Dice::new(seed),
            mask: Mask::default(),
            root,
            tokens: Vec::new(),
            tags: BTreeMap::new(),
            cursors: BTreeMap::new(),
            session: None,
            number: 0,
        }
    }

    /// Plays one step, and gives what was asked and answered.
    pub(super) fn step(&mut self) -> String {
        self.number += 1;
        if self.number.is_multiple_of(5) && self.root.get("/users").status() != 200 {
            self.root = restored(self.server);
        }
        // No two things happen at the same time, which might put them in another order.
        self.server.advance(Duration::from_millis(1));
        if self.dice.once_in(50) {
            self.server.advance(Duration::from_mins(37));
        }
        let step = self.chosen();
        let (who, token) = self.asking();
        let mut request = self.server.request(step.method, &step.target).token(token.as_deref());
        let mut shown = format!("{} {} by {who}", step.method, self.mask.masked(&step.target));
        if let Some((name, value)) = self.precondition(&step) {
            request = request.header(name, &value);
            write!(shown, ", {name}: {}", self.mask.masked(&value)).unwrap();
        }
        if let Some(body) = &step.body {
            write!(shown, ", {body}").unwrap();
            request = request.text("application/json", body.as_str());
        }
        let answer = request.header("X-Request-Id", &format!("step-{}", self.number)).send();
        self.remember(&step, &answer);
        format!("{shown}\n{}", self.mask.shown(&answer))
    }

    fn chosen(&mut self) -> Step {
        match self.dice.below(100) {
            0..10 => self.sign_up(),
            10..19 => self.sign_in(),
            19..22 => Step::new("DELETE", "/auth", None),
            22..30 => Step::new("GET", self.user(), None),
            30..43 => {
                let body = format!(r#"{{"data": {}}}"#, self.dice.pick(&DATA));
                Step { method: self.dice.pick(&["PUT", "PATCH"]), target: self.user(), body: Some(body) }
            }
            43..46 => Step::new("DELETE", self.user(), None),
            46..50 => {
                let role = self.dice.pick(&["user", "reader", "editor", "admin", "boss"]);
                Step::new("PUT", format!("{}/role", self.user()), Some(json!({"role": role})))
            }
            50..54 => self.status(),
            54..57 => {
                let body =
                    json!({"current_password": self.dice.pick(&PASSWORDS), "new_password": self.dice.pick(&PASSWORDS)});
                Step::new("PUT", format!("{}/password", self.user()), Some(body))
            }
            57..61 => self.sessions(),
            61..70 => self.list("/users"),
            70..77 => Step::new("POST", "/members", Some(self.member())),
            77..86 => Step::new("PUT", self.member_path(), Some(self.member())),
            86..89 => Step::new("DELETE", self.member_path(), None),
            89..93 => Step::new("GET", self.member_path(), None),
            _ => self.list("/members"),
        }
    }

    fn sign_up(&mut self) -> Step {
        let long = "a".repeat(128 + self.dice.below(2));
        let name = if self.dice.once_in(20) { long.as_str() } else { self.username() };
        let password = if self.dice.once_in(8) { PASSWORDS[2] } else { PASSWORDS[0] };
        Step::new("POST", "/user", Some(json!({"username": name, "password": password})))
    }

    fn sign_in(&mut self) -> Step {
        let password = if self.dice.once_in(5) { PASSWORDS[1] } else { PASSWORDS[0] };
        let name = self.username();
        Step::new("POST", "/auth", Some(json!({"username": name, "password": password})))
    }

    /// Mostly one that is likely to be there.
    fn username(&mut self) -> &'static str {
        if self.dice.once_in(4) { self.dice.pick(&USERS) } else { self.dice.pick(&USUAL) }
    }

    fn user(&mut self) -> String {
        match self.dice.below(6) {
            0 => "/user/me".to_owned(),
            1 => "/user/root.one".to_owned(),
            _ => format!("/user/{}", escaped(self.username())),
        }
    }

    fn status(&mut self) -> Step {
        let body = match self.dice.below(4) {
            0 => json!({"status": "blocked", "reason": "plums, \u{1f351} 'and' so on "}),
            1 => json!({"status": "blocked"}),
            2 => json!({"status": "active"}),
            _ => json!({"status": "active", "reason": "none"}),
        };
        Step::new("PUT", format!("{}/status", self.user()), Some(body))
    }

    fn sessions(&mut self) -> Step {
        let user = self.user();
        match (self.dice.below(4), &self.session) {
            (0, Some(id)) => Step::new("DELETE", format!("{user}/sessions/{id}"), None),
            (1, _) => Step::new("DELETE", format!("{user}/sessions"), None),
            _ => Step::new("GET", format!("{user}/sessions?limit=2"), None),
        }
    }

    fn member(&mut self) -> Value {
        let long = "\u{1f600}".repeat(255 + self.dice.below(2));
        let mut member = json!({"name": if self.dice.once_in(25) { long.as_str() } else { self.dice.pick(&MEMBERS) }});
        if self.dice.once_in(3) {
            member["email"] =
                json!(self.dice.pick(&["ada@example.org", "ADA@example.org", "no address", "\u{e9}@example.org"]));
        }
        if self.dice.once_in(3) {
            member["phone"] = json!(self.dice.pick(&["007", " 7 ", "\u{1f600}", ""]));
        }
        member
    }

    fn member_path(&mut self) -> String {
        format!("/members/{}", self.dice.pick(&IDS))
    }

    fn list(&mut self, list: &'static str) -> Step {
        let mut query =
            vec![format!("limit={}", self.dice.pick(&["1", "2", "2", "3", "3", "50", "50", "1000", "1000", "0"]))];
        if self.dice.once_in(2) {
            query.push(format!("prefix={}", escaped(self.dice.pick(&PREFIXES))));
        }
        match self.dice.below(4) {
            0 if list == "/users" => query.push(format!("role={}", self.dice.pick(&["user", "reader", "admin"]))),
            1 if list == "/users" => query.push(format!("status={}", self.dice.pick(&["active", "blocked"]))),
            0 => query.push(format!("name={}", escaped(self.dice.pick(&MEMBERS)))),
            _ => {}
        }
        if let Some(cursor) = self.cursors.get(list).filter(|_| self.dice.once_in(2)) {
            query.push(format!("after={cursor}"));
        }
        Step::new("GET", format!("{list}?{}", query.join("&")), None)
    }

    /// The administrator, somebody with a token that was good once, or nobody.
    fn asking(&mut self) -> (String, Option<String>) {
        match self.dice.below(11) {
            0..8 => ("root".to_owned(), Some(self.root.token().to_owned())),
            8..10 if !self.tokens.is_empty() => {
                // The later ones more often.
                let back = self.dice.below(self.tokens.len()).min(self.dice.below(self.tokens.len()));
                let token = self.tokens[self.tokens.len() - 1 - back].clone();
                (self.mask.masked(&token), Some(token))
            }
            _ => ("nobody".to_owned(), None),
        }
    }

    fn precondition(&mut self, step: &Step) -> Option<(&'static str, String)> {
        let path = step.target.trim_end_matches("/role").trim_end_matches("/status");
        if !self.dice.once_in(3) || !["/user/", "/members/"].iter().any(|start| step.target.starts_with(start)) {
            return None;
        }
        let known = self.tags.get(path).cloned();
        let value = match (self.dice.below(5), known) {
            (0, _) => "*".to_owned(),
            (1, _) => "\"another\"".to_owned(),
            (_, Some(tag)) => tag,
            (_, None) => return None,
        };
        let name =
            if step.method == "GET" || value == "*" && step.method == "PUT" { "If-None-Match" } else { "If-Match" };
        Some((name, value))
    }

    fn remember(&mut self, step: &Step, answer: &Answer) {
        if step.target == "/auth" && answer.status() == 200 {
            self.tokens.push(answer.str_at("/token"));
        }
        if let Some(tag) = answer.header("ETag") {
            self.tags.insert(step.target.clone(), tag.to_owned());
        }
        let list = ["/users", "/members"].into_iter().find(|list| step.target.starts_with(&format!("{list}?")));
        if answer.status() == 200 && (list.is_some() || step.target.contains("/sessions?")) {
            let json = answer.json();
            match (list, json["next"].as_str()) {
                (Some(list), Some(cursor)) => drop(self.cursors.insert(list, cursor.to_owned())),
                (Some(list), None) => drop(self.cursors.remove(list)),
                (None, _) => self.session = json["items"][0]["id"].as_str().map(str::to_owned),
            }
        }
    }
}
