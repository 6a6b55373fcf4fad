//! Somebody who writes as fast as the server answers, and remembers what it has acknowledged.

use std::net::SocketAddr;
use std::sync::mpsc::Sender;

use serde_json::{Value, json};
use tests::Persona;

use super::state::State;
use super::wire::{Call, ask};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    SignUp,
    SignIn,
    Replace,
    Merge,
    SignOut,
    Password,
    Role,
    EndSessions,
    Block,
    Unblock,
    Delete,
}

use Step::{Block, Delete, EndSessions, Merge, Password, Replace, Role, SignIn, SignOut, SignUp, Unblock};

/// What is done to an account once it is there, starting at any of these. Nobody signs in while blocked.
const STEPS: [Step; 16] = [
    Replace,
    SignOut,
    Merge,
    Password,
    SignIn,
    Role,
    Replace,
    SignIn,
    EndSessions,
    Replace,
    SignIn,
    Block,
    Merge,
    Unblock,
    SignIn,
    Replace,
];

/// An account, as far as the one who writes to it knows.
#[derive(Debug)]
pub(crate) struct Account {
    name: String,
    /// After the last write that was acknowledged.
    acknowledged: State,
    /// After a write that was sent, and not answered.
    sent: Option<State>,
}

impl Account {
    /// Asserts that all that was acknowledged is there, and that what was not is there as a whole or not at all.
    pub(crate) fn check(&mut self, root: &Persona) {
        let Err(refuted) = self.acknowledged.check(&self.name, root) else { return };
        let Some(sent) = &self.sent else { panic!("an acknowledged write is lost: {refuted}; {self:?}") };
        if let Err(half) = sent.check(&self.name, root) {
            panic!("neither before the last write: {refuted}; nor after it: {half}; {self:?}");
        }
        self.acknowledged = sent.clone();
    }

    /// Asserts that the audit log has every change of the account, and no other.
    pub(crate) fn check_audit(&self, entries: &[Value]) {
        let of = |action: &str| {
            let is_it = |entry: &&Value| {
                entry["target_name"] == self.name && entry["action"] == action && entry["outcome"] == "done"
            };
            entries.iter().filter(is_it).collect::<Vec<_>>()
        };
        let state = &self.acknowledged;
        assert_eq!(of("update_data").len() as u64, state.counter, "{self:?}");
        let role = of("grant_role").last().map_or("user", |entry| entry["detail"]["role"]["to"].as_str().unwrap());
        assert_eq!(role, state.role, "{self:?}");
        assert_eq!(of("block_user").len() - of("unblock_user").len(), usize::from(state.blocked), "{self:?}");
    }

    /// What a step asks for, and what it makes of the account.
    fn plan(&self, step: Step, root: &str) -> (Call, u16, State) {
        let mut after = self.acknowledged.clone();
        let (own, password) = (after.live.first().cloned(), after.password.clone());
        let token = own.clone().unwrap_or_else(|| root.to_owned());
        let at = |rest: &str| format!("/user/{}{rest}", self.name);
        let call = |method, target: String, token: Option<String>, body: Value| Call {
            method,
            target,
            token,
            body: (!body.is_null()).then_some(body),
        };
        let credentials = json!({"username": self.name, "password": password});
        let (call, status) = match step {
            SignUp => {
                after.exists = true;
                let mut body = credentials;
                body["data"] = State::data(0);
                (call("POST", "/user".to_owned(), None, body), 201)
            }
            SignIn => {
                after.sessions += 1;
                (call("POST", "/auth".to_owned(), None, credentials), 200)
            }
            Replace | Merge => {
                after.counter += 1;
                let method = if step == Replace { "PUT" } else { "PATCH" };
                (call(method, at(""), Some(token), json!({"data": State::data(after.counter)})), 200)
            }
            SignOut => {
                let last = after.live.pop().expect("a session");
                after.sessions -= 1;
                after.ended.push(last.clone());
                (call("DELETE", "/auth".to_owned(), Some(last), Value::Null), 204)
            }
            Password => {
                after.password = format!("plum {}, the next one", after.counter);
                let mut body = json!({"new_password": after.password});
                if own.is_some() {
                    body["current_password"] = password.into();
                }
                after.end_sessions(1);
                (call("PUT", at("/password"), Some(token), body), 204)
            }
            Role => {
                after.role = if after.role == "user" { "editor" } else { "user" };
                (call("PUT", at("/role"), Some(root.to_owned()), json!({"role": after.role})), 200)
            }
            EndSessions => {
                after.end_sessions(0);
                (call("DELETE", at("/sessions"), Some(token), Value::Null), 204)
            }
            Block | Unblock => {
                after.blocked = step == Block;
                if after.blocked {
                    after.end_sessions(0);
                }
                let status = if after.blocked { "blocked" } else { "active" };
                (call("PUT", at("/status"), Some(root.to_owned()), json!({"status": status})), 200)
            }
            Delete => {
                after.exists = false;
                after.end_sessions(0);
                (call("DELETE", at(""), Some(token), Value::Null), 204)
            }
        };
        (call, status, after)
    }
}

/// Writes to one account after another, named after `name`, until the server is gone; tells of each acknowledgement.
pub(crate) fn write(server: SocketAddr, root: &str, name: &str, turn: usize, told: &Sender<()>) -> Vec<Account> {
    let mut accounts = Vec::new();
    loop {
        let number = accounts.len();
        let mut account = Account { name: format!("{name}-{number}"), acknowledged: State::new(), sent: None };
        let mut steps = vec![SignUp, SignIn, SignIn];
        steps.extend(STEPS.iter().cycle().skip((turn + 5 * number) % STEPS.len()).take(STEPS.len()));
        steps.extend((number + turn).is_multiple_of(2).then_some(Delete));
        for step in steps {
            if step == SignOut && account.acknowledged.live.is_empty() {
                continue;
            }
            let (call, wanted, after) = account.plan(step, root);
            account.sent = Some(after);
            let Some((status, answer)) = ask(server, &call) else {
                accounts.push(account);
                return accounts;
            };
            assert_eq!(status, wanted, "{step:?} of {account:?}: {answer}");
            account.acknowledged = account.sent.take().expect("a write");
            account.acknowledged.live.extend(answer["token"].as_str().map(str::to_owned));
            // Nobody counts any more once the server is to be killed.
            let _enough = told.send(());
        }
        accounts.push(account);
    }
}
