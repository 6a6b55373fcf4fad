//! Who sends a request, and the store as this client has it.

use std::ops::Deref;

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use userstore_core::{Client, UserStore};

use crate::caller::outcome;
use crate::problem::Problem;
use crate::request_id;

/// The store, for the work of the client whose request it is.
pub(crate) struct Store(UserStore);

impl Deref for Store {
    type Target = UserStore;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Store {
    type Error = Problem;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Problem> {
        outcome(store(request).map(Self))
    }
}

/// The store, for the work of the client whose request it is.
pub(crate) fn store(request: &Request<'_>) -> Result<UserStore, Problem> {
    let store = request.rocket().state::<UserStore>().ok_or_else(|| Problem::of(Status::InternalServerError))?;
    Ok(store.for_client(of(request)))
}

/// Where it comes from: the socket's peer, and what it calls itself. What may change something is told by its name, too.
fn of(request: &Request<'_>) -> Client {
    let client = request.remote().map_or_else(Client::unknown, |peer| Client::unknown().ip(peer.ip()));
    let client = if request_id::is_kept(request) { client.request_id(request_id::of(request)) } else { client };
    match request.headers().get_one("user-agent") {
        Some(text) => client.user_agent(text),
        None => client,
    }
}
