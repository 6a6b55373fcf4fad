//! The shared cache in Memcached.
//!
//! What Redis does in a script is done here by comparison: a value is read with the number that Memcached gives to each
//! change of it, and replaced or removed only while it still has that number.

use std::time::Duration;

use memcache::exp::{AsyncMemcache, Delete, Error as Failure, Get, GetResult, Meta, MutationStatus, Set, Ttl};
use reqwest::Url;
use tracing::Span;

use super::shared::{Answer, BAR, LEASE, Mark, SharedCache, Slot, record};
use crate::config::Secret;
use crate::error::{Error, Result};
use crate::figures::step;
use crate::gate::{Fault, Gate, Outage, Passage, Remote};

/// What answers when Memcached does not.
const PART: &str = "cache";
/// The most connections at the same time; whoever comes then waits for one.
const CONNECTIONS: usize = 64;
/// How often a removal is tried while others change the value.
const ATTEMPTS: u32 = 16;
/// The port where the URL names none.
const PORT: u16 = 11211;

/// A cache in Memcached, 1.6 or newer. Keys may have 250 characters of ASCII, and no blank.
#[derive(Debug)]
pub(crate) struct MemcachedCache {
    gate: Gate<Target>,
    ttl: Duration,
}

/// A Memcached.
#[derive(Debug)]
struct Target {
    host: String,
    port: u16,
}

impl MemcachedCache {
    /// The cache at this URL, which has `timeout` for each operation, and whose records last for `ttl` at most. Nothing
    /// is asked of it yet.
    ///
    /// # Errors
    /// [`Error::Settings`] for a URL that is none.
    pub(crate) fn new(url: &Secret, timeout: Duration, ttl: Duration) -> Result<Self> {
        Ok(Self { gate: Gate::new(Target::parse(url)?, timeout), ttl })
    }

    async fn enter(&self) -> Result<Passage<'_, Target>> {
        self.gate.enter().await.map_err(unavailable)
    }
}

fn unavailable(outage: Outage) -> Error {
    Error::unavailable(PART, outage)
}

/// Checks a URL as [`MemcachedCache::new`] does.
pub(crate) fn check(url: &Secret) -> Result<()> {
    Target::parse(url).map(drop)
}

impl Target {
    fn parse(url: &Secret) -> Result<Self> {
        let parsed = Url::parse(url.reveal()).ok().filter(|url| {
            url.scheme() == "memcache"
                && matches!(url.path(), "" | "/")
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        let host = parsed.as_ref().and_then(Url::host_str).filter(|host| !host.is_empty());
        let (Some(url), Some(host)) = (&parsed, host) else {
            let message = "cache.memcached_url must be memcache://HOST or memcache://HOST:11211";
            return Err(Error::Settings(message.to_owned()));
        };
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port: url.port().unwrap_or(PORT) })
    }
}

impl Remote for Target {
    const NAME: &'static str = "Memcached";

    type Connection = AsyncMemcache;

    fn step(&self) -> Span {
        step!("memcached", otel.kind = "client", db.system.name = "memcached")
    }

    async fn connect(&self) -> Result<AsyncMemcache, Fault> {
        // How long anything may take, the gate knows. The name is looked up anew with each client.
        let builder = AsyncMemcache::builder().timeout(None).connect_timeout(None);
        let builder = builder.max_connections(CONNECTIONS).max_idle(CONNECTIONS);
        let client = builder.connect_async([(self.host.as_str(), self.port)]).await?;
        client.meta().noop().await?;
        Ok(client)
    }

    /// Connections that were closed are replaced by the client.
    fn is_closed(_: &AsyncMemcache) -> bool {
        false
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        if is_refusal(&failure) { Self::Refused(failure.to_string()) } else { Self::Lost(failure.to_string()) }
    }
}

/// Whether Memcached, or the client before it, has said no to one thing. The client calls the outcome unknown whatever
/// was answered to a change.
fn is_refusal(failure: &Failure) -> bool {
    match failure {
        Failure::Server(_) | Failure::Rejected(_) | Failure::Usage(_) => true,
        Failure::Ambiguous { source, .. } => is_refusal(source),
        _ => false,
    }
}

/// The number of a value's last change.
fn number(found: &GetResult) -> Result<u64, Fault> {
    let none = || Fault::Refused("values have no numbers; start Memcached without -C".to_owned());
    found.item.cas.filter(|number| *number != 0).ok_or_else(none)
}

/// What is under a key, with its number.
async fn read(client: &AsyncMemcache, key: &str) -> Result<GetResult, Fault> {
    Ok(client.meta().run(Get::new(key).meta(Meta::NONE.cas())).await?)
}

/// Removes what was found, but for the bar of another; `false` when it has changed since.
async fn remove(client: &AsyncMemcache, key: &str, found: &GetResult, mark: Mark) -> Result<bool, Fault> {
    let Some(value) = &found.value else { return Ok(true) };
    if mark.is_barred_by_another(value) {
        return Ok(true);
    }
    let removed = client.meta().run(Delete::new(key).compare_cas(number(found)?)).await?;
    Ok(removed.status != MutationStatus::CasMismatch)
}

async fn clear(client: &AsyncMemcache, key: &str, mark: Mark) -> Result<(), Fault> {
    for _ in 0..ATTEMPTS {
        if remove(client, key, &read(client, key).await?, mark).await? {
            return Ok(());
        }
    }
    Err(Fault::Refused("a value could not be removed: it changes all the time".to_owned()))
}

/// Puts a record in the place of what was found, if that is the lease, and unless it has changed since.
async fn replace(client: &AsyncMemcache, found: &GetResult, mark: Mark, put: Set) -> Result<(), Fault> {
    if found.value.as_deref() == Some(mark.lease().as_bytes()) {
        client.meta().run(put.compare_cas(number(found)?)).await?;
    }
    Ok(())
}

async fn bar(client: &AsyncMemcache, keys: &[String], mark: Mark) -> Result<(), Fault> {
    let set = |key: &String| Set::new(key, mark.bar()).ttl(Ttl::from(BAR));
    for set in client.meta().run_many(keys.iter().map(set)).await? {
        if !set?.applied() {
            return Err(Fault::Refused("a bar was not put".to_owned()));
        }
    }
    Ok(())
}

impl SharedCache for MemcachedCache {
    fn get<'a>(&'a self, keys: &'a [String]) -> Answer<'a, Vec<Slot>> {
        Box::pin(async move {
            let passage = self.enter().await?;
            let get = async {
                let found = passage.connection().meta().run_many(keys.iter().map(Get::new)).await?;
                found.into_iter().map(|found| Ok(Slot::read(found?.value))).collect()
            };
            passage.run(get).await.map_err(unavailable)
        })
    }

    fn lease<'a>(&'a self, key: &'a str, mark: Mark) -> Answer<'a, bool> {
        Box::pin(async move {
            let passage = self.enter().await?;
            let add = Set::new(key, mark.lease()).add().ttl(Ttl::from(LEASE));
            let lease = async { Ok(passage.connection().meta().run(add).await?.applied()) };
            passage.run(lease).await.map_err(unavailable)
        })
    }

    fn put<'a>(&'a self, key: &'a str, mark: Mark, bytes: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async move {
            let passage = self.enter().await?;
            let client = passage.connection();
            let put = Set::new(key, record(bytes)).ttl(Ttl::from(self.ttl.max(Duration::from_secs(1))));
            let put = async { replace(client, &read(client, key).await?, mark, put).await };
            passage.run(put).await.map_err(unavailable)
        })
    }

    fn bar<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()> {
        Box::pin(async move {
            let passage = self.enter().await?;
            passage.run(bar(passage.connection(), keys, mark)).await.map_err(unavailable)
        })
    }

    fn clear<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()> {
        Box::pin(async move {
            let passage = self.enter().await?;
            let clear = async {
                for key in keys {
                    clear(passage.connection(), key, mark).await?;
                }
                Ok(())
            };
            passage.run(clear).await.map_err(unavailable)
        })
    }
}

#[cfg(test)]
mod tests;
