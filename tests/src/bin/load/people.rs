//! Users of a server under measurement.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use userstore_core::{Data, NewMember, Password, Precondition, Role, Signup, TokenRequest, UserStore};

use crate::http::{Connection, get, post};
use crate::{Failure, Result};

/// The id of the member that is read.
const MEMBER: &str = "7";
/// How long all of them may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody with an account and a session.
pub(crate) struct Person {
    /// The request that signs in.
    pub(crate) sign_in: Vec<u8>,
    /// The request for the own account.
    pub(crate) read: Vec<u8>,
}

/// Makes a member and a reader in this file, and gives the request that reads the one with the other's access token.
pub(crate) fn reader_of_a_member(file: &Path) -> Result<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let token = runtime.block_on(async {
        let store = UserStore::connect(&format!("sqlite://{}?mode=rwc", file.display())).await?;
        let operator = store.operator();
        let (email, phone) = ("ada@example.org".to_owned(), "+44 20 7946 0000".to_owned());
        let member = NewMember { name: "Ada Lovelace".to_owned(), email: Some(email), phone: Some(phone) };
        operator.write_members().put_member(MEMBER.parse()?, member, &Precondition::NONE).await?;
        let password = Password::new("a rather long password");
        let signup = Signup { username: "reader".to_owned(), password, data: Data::default() };
        operator.create_user(signup, Role::Reader).await?;
        let token = store.keys().mint_user_token("reader", &TokenRequest::default()).await?;
        store.close().await;
        Ok::<_, Failure>(token)
    })?;
    Ok(get(&format!("/members/{MEMBER}"), token.reveal()))
}

/// The body of the answer to a request.
pub(crate) fn answer(address: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        Ok(ask(&mut connection, request, 200).await?.to_vec())
    })
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
        Ok(Self { sign_in, read })
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
