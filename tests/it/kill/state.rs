//! What an account should be like, and whether it is.

use serde_json::{Value, json};
use tests::Persona;

/// All that an account shows of itself.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) exists: bool,
    pub(crate) password: String,
    pub(crate) role: &'static str,
    pub(crate) blocked: bool,
    pub(crate) counter: u64,
    /// How many sessions are live, with those whose token nobody was told.
    pub(crate) sessions: usize,
    pub(crate) live: Vec<String>,
    pub(crate) ended: Vec<String>,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            exists: false,
            password: "the first plum, 0".to_owned(),
            role: "user",
            blocked: false,
            counter: 0,
            sessions: 0,
            live: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Ends all sessions whose tokens are known but the first `kept`, and all others.
    pub(crate) fn end_sessions(&mut self, kept: usize) {
        self.ended.extend(self.live.split_off(kept.min(self.live.len())));
        self.sessions = self.live.len();
    }

    /// The JSON object of an account whose counter is this: one that is torn would be noticed.
    pub(crate) fn data(counter: u64) -> Value {
        json!({"n": counter, "copies": vec![counter; 100]})
    }

    /// Whether the account is like this, as an administrator, its sessions and its password tell.
    pub(crate) fn check(&self, name: &str, root: &Persona) -> Result<(), String> {
        let same = |what: &str, found: Value, wanted: Value| {
            (found == wanted).then_some(()).ok_or(format!("{what} of {name} is {found}, not {wanted}"))
        };
        let shown = root.get(&format!("/user/{name}"));
        if self.exists {
            let user = shown.json();
            same("role", user["role"].clone(), self.role.into())?;
            same("status", user["status"].clone(), if self.blocked { "blocked" } else { "active" }.into())?;
            same("data", user["data"].clone(), Self::data(self.counter))?;
            let sessions = root.get(&format!("/user/{name}/sessions?limit=1000")).json();
            let count = sessions["items"].as_array().map(Vec::len);
            same("number of sessions", json!(count), json!(self.sessions))?;
        } else {
            same("answer to GET", shown.status().into(), 404.into())?;
        }
        for (token, status) in self.live.iter().map(|token| (token, 200)).chain(self.ended.iter().map(|t| (t, 401))) {
            same("a session", root.with_token(token).get("/auth").status().into(), status.into())?;
        }
        let credentials = json!({"username": name, "password": self.password});
        let answer = root.post("/auth", credentials);
        let wanted = if !self.exists {
            401
        } else if self.blocked {
            403
        } else {
            200
        };
        same("sign-in", answer.status().into(), wanted.into())?;
        if answer.status() == 200 {
            assert_eq!(root.with_token(&answer.str_at("/token")).delete("/auth").status(), 204);
        }
        Ok(())
    }
}
