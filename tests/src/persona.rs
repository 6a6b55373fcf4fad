//! Somebody who asks.

use serde_json::{Value, json};

use crate::{Answer, Client, Request};

/// Somebody: nobody in particular, or the owner of an account, with or without a session.
#[derive(Debug, Clone)]
pub struct Persona {
    client: Client,
    name: String,
    password: String,
    token: Option<String>,
}

impl Persona {
    pub(crate) fn anonymous(client: Client) -> Self {
        Self { client, name: String::new(), password: String::new(), token: None }
    }

    /// The owner of an account of this name, whose password is a function of the name.
    #[must_use]
    pub fn named(client: Client, name: &str) -> Self {
        Self { password: format!("a plum for {name}, 7"), name: name.to_owned(), ..Self::anonymous(client) }
    }

    /// The same somebody, who turns to this server.
    #[must_use]
    pub fn at(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }

    /// The same somebody, showing this token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same somebody, with this password in mind.
    #[must_use]
    pub fn with_password(&self, password: &str) -> Self {
        Self { password: password.to_owned(), ..self.clone() }
    }

    /// The same somebody with a new session.
    #[track_caller]
    #[must_use]
    pub fn signed_in(&self) -> Self {
        self.with_token(&self.sign_in().is(200).str_at("/token"))
    }

    /// What an attempt to sign in is answered.
    #[track_caller]
    #[must_use]
    pub fn sign_in(&self) -> Answer {
        self.client.request("POST", "/auth").json(&self.credentials()).send()
    }

    /// The same somebody with a new access token.
    #[track_caller]
    #[must_use]
    pub fn logged_in(&self) -> Self {
        self.with_token(&self.log_in().is(200).str_at("/access_token"))
    }

    /// The same somebody with a new access token that has these scopes.
    #[track_caller]
    #[must_use]
    pub fn logged_in_for(&self, scope: &str) -> Self {
        self.with_token(&self.log_in_for(scope).is(200).str_at("/access_token"))
    }

    /// What an attempt to log in is answered.
    #[track_caller]
    #[must_use]
    pub fn log_in(&self) -> Answer {
        self.client.request("POST", "/login").json(&self.credentials()).send()
    }

    /// What an attempt to log in for these scopes is answered.
    #[track_caller]
    #[must_use]
    pub fn log_in_for(&self, scope: &str) -> Answer {
        let mut body = self.credentials();
        body["scope"] = scope.into();
        self.client.request("POST", "/login").json(&body).send()
    }

    /// What an attempt to sign up is answered.
    #[track_caller]
    #[must_use]
    pub fn sign_up(&self) -> Answer {
        self.client.request("POST", "/user").json(&self.credentials()).send()
    }

    /// `{"username": …, "password": …}`
    #[must_use]
    pub fn credentials(&self) -> Value {
        json!({"username": self.name, "password": self.password})
    }

    /// The username.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The token of the session, or the access token.
    #[track_caller]
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a token")
    }

    /// A request of this somebody.
    pub fn request(&self, method: &str, target: &str) -> Request {
        self.client.request(method, target).token(self.token.as_deref())
    }

    /// What a `GET` is answered.
    #[track_caller]
    #[must_use]
    pub fn get(&self, target: &str) -> Answer {
        self.request("GET", target).send()
    }

    /// What a `DELETE` is answered.
    #[track_caller]
    #[must_use]
    pub fn delete(&self, target: &str) -> Answer {
        self.request("DELETE", target).send()
    }

    /// What a `POST` of this JSON is answered.
    #[track_caller]
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "it is written in place")]
    pub fn post(&self, target: &str, body: Value) -> Answer {
        self.request("POST", target).json(&body).send()
    }

    /// What a `PUT` of this JSON is answered.
    #[track_caller]
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "it is written in place")]
    pub fn put(&self, target: &str, body: Value) -> Answer {
        self.request("PUT", target).json(&body).send()
    }

    /// What a `PATCH` with this JSON is answered.
    #[track_caller]
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "it is written in place")]
    pub fn patch(&self, target: &str, body: Value) -> Answer {
        self.request("PATCH", target).json(&body).send()
    }

    /// Whether the session is live: whether it opens the account.
    #[track_caller]
    #[must_use]
    pub fn is_in(&self) -> bool {
        let answer = self.get("/user/me");
        assert!(matches!(answer.status(), 200 | 401), "{answer:?}");
        answer.status() == 200
    }
}
