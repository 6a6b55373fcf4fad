//! Where a request comes from.

use std::net::IpAddr;

/// The most characters of a `User-Agent` that are kept.
const USER_AGENT_CHARS: usize = 256;

/// The most characters of what names a request.
const REQUEST_ID_CHARS: usize = 128;

/// Where a request comes from: what the owner of a session sees in the list of sessions, and the audit log has.
/// [`UserStore::for_client`](crate::UserStore::for_client) takes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    ip: Option<IpAddr>,
    user_agent: Option<String>,
    request_id: Option<String>,
}

impl Client {
    /// A client of which nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// The address it was reached from. One of IPv4 that is written as one of IPv6 is taken for what it is.
    #[must_use]
    pub fn ip(mut self, ip: IpAddr) -> Self {
        self.ip = Some(ip.to_canonical());
        self
    }

    /// What it calls itself: the first 256 characters, control characters left out.
    #[must_use]
    pub fn user_agent(mut self, text: &str) -> Self {
        let kept: String = text.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS).collect();
        self.user_agent = (!kept.is_empty()).then_some(kept);
        self
    }

    /// What names its request: at most 128 visible ASCII characters, else it has no name.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        let is_fit = (1..=REQUEST_ID_CHARS).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        self.request_id = is_fit.then(|| id.to_owned());
        self
    }

    pub(crate) fn its_ip(&self) -> Option<IpAddr> {
        self.ip
    }

    pub(crate) fn its_user_agent(&self) -> Option<&str> {
        self.user_agent.as_deref()
    }

    pub(crate) fn its_request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}
