//! Users of a server under measurement.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::Result;
use crate::http::{Connection, get, post};

/// How long all of them may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody with an account and a session.
pub(crate) struct Person {
    /// The request that signs in.
    pub(crate) sign_in: Vec<u8>,
    /// The request for the own account.
    pub(crate) read: Vec<u8>,
    /// The answer to that.
    pub(crate) account: Vec<u8>,
}

/// Signs up this many, and in.
pub(crate) fn sign_up(address: SocketAddr, count: usize) -> Result<Vec<Person>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let all = async {
        let mut connection = Connection::open(address).await?;
        let mut people = Vec::with_capacity(count);
        for number in 0..count {
            people.push(Person::sign_up(&mut connection, number).await?);
        }
        Ok(people)
    };
    runtime.block_on(async { timeout(PATIENCE, all).await })?
}

impl Person {
    async fn sign_up(connection: &mut Connection, number: usize) -> Result<Self> {
        let (username, password) = (format!("person-{number}"), format!("a rather long password {number}"));
        let data =
            json!({"given_name": "Ada", "family_name": "Lovelace", "languages": ["en", "fr"], "newsletter": true});
        let new = json!({"username": username, "password": password, "data": data});
        ask(connection, &post("/user", &new.to_string()), 201).await?;
        let sign_in = post("/auth", &json!({"username": username, "password": password}).to_string());
        let session: Value = serde_json::from_slice(ask(connection, &sign_in, 200).await?)?;
        let token = session["token"].as_str().ok_or("a sign-in without a token")?;
        let read = get("/user/me", token);
        let account = ask(connection, &read, 200).await?.to_vec();
        Ok(Self { sign_in, read, account })
    }
}

async fn ask<'c>(connection: &'c mut Connection, request: &[u8], expected: u16) -> Result<&'c [u8]> {
    let status = connection.exchange(request).await?;
    if status == expected {
        Ok(connection.body())
    } else {
        Err(format!("an answer of {status}: {}", String::from_utf8_lossy(connection.body())).into())
    }
}
