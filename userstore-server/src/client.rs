//! Who sends a request, and the store as this client has it.

mod forwarded;

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use userstore_core::config::{Network, Settings};
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

/// The proxies that are believed when they say whose request they forward.
pub(crate) struct Proxies {
    trusted: Vec<Network>,
    is_warned_of: AtomicBool,
}

impl Proxies {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { trusted: settings.server.trusted_proxies.clone(), is_warned_of: AtomicBool::new(false) }
    }

    fn trust(&self, peer: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(peer))
    }

    /// Says once that what somebody says is not believed: he may be a proxy that nobody has told of.
    fn warn_of(&self, peer: IpAddr) {
        if !self.is_warned_of.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                %peer,
                "a request says that it was forwarded, but its sender is not in server.trusted_proxies, so that it is \
                 taken for the client's own address; if that is your proxy, add it there, or all of its clients share \
                 the limits of one address. This is said once"
            );
        }
    }
}

/// The address of the client: the socket's peer, or whom a trusted proxy has forwarded.
pub(crate) fn address(request: &Request<'_>) -> Option<IpAddr> {
    find(request).map(|found| found.unwrap_or_else(|nearest| nearest))
}

/// The same, where it is certain: of a request that says it was forwarded, a trusted proxy has to say for whom. What
/// another machine calls its own address is not an address of this one.
pub(crate) fn certain_address(request: &Request<'_>) -> Option<IpAddr> {
    let peer = request.remote()?.ip().to_canonical();
    find(request)?.ok().filter(|client| !client.is_loopback() || peer.is_loopback())
}

/// The address of the client; or, where it cannot be told, that of the nearest to it who is known.
fn find(request: &Request<'_>) -> Option<Result<IpAddr, IpAddr>> {
    struct Found(Option<Result<IpAddr, IpAddr>>);
    let find = || {
        let peer = request.remote()?.ip().to_canonical();
        if !forwarded::is_said(request) {
            return Some(Ok(peer));
        }
        let Some(proxies) = request.rocket().state::<Proxies>() else { return Some(Err(peer)) };
        if !proxies.trust(peer) {
            proxies.warn_of(peer);
            return Some(Err(peer));
        }
        Some(forwarded::client(request, peer, &proxies.trusted))
    };
    request.local_cache(|| Found(find())).0
}

/// Where it comes from, and what it calls itself. What may change something is told by its name, too.
fn of(request: &Request<'_>) -> Client {
    let client = address(request).map_or_else(Client::unknown, |ip| Client::unknown().ip(ip));
    let client = if request_id::is_kept(request) { client.request_id(request_id::of(request)) } else { client };
    match request.headers().get_one("user-agent") {
        Some(text) => client.user_agent(text),
        None => client,
    }
}
