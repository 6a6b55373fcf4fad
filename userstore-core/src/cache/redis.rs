//! The shared cache in Redis.

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::{Script, cmd, pipe};

use super::shared::{Answer, BAR, LEASE, Mark, SharedCache, Slot, record};
use crate::redis::{Exchange, Link};

/// What answers when Redis does not.
const PART: &str = "cache";

/// Puts a record in the place of a lease.
const PUT: &str = "
if redis.pcall('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end";

/// Removes what is under keys, but for the bar of another.
const CLEAR: &str = "
for _, key in ipairs(KEYS) do
  local value = redis.pcall('GET', key)
  if type(value) ~= 'string' or string.sub(value, 1, 1) ~= 'B' or value == ARGV[1] then
    redis.call('DEL', key)
  end
end";

/// A cache in Redis. To every key it adds which process of Redis has it, so that what a Redis restarted from an old
/// copy brings back is never looked at.
#[derive(Debug)]
pub(crate) struct RedisCache {
    link: Arc<Link>,
    ttl: Duration,
    put: Script,
    clear: Script,
}

impl RedisCache {
    /// A cache whose records last for `ttl` at most.
    pub(crate) fn new(link: Arc<Link>, ttl: Duration) -> Self {
        Self { link, ttl, put: Script::new(PUT), clear: Script::new(CLEAR) }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}

fn of_this_run(exchange: &Exchange<'_>, keys: &[String]) -> Vec<String> {
    keys.iter().map(|key| exchange.of_this_run(key)).collect()
}

impl SharedCache for RedisCache {
    fn get<'a>(&'a self, keys: &'a [String]) -> Answer<'a, Vec<Slot>> {
        Box::pin(async move {
            if keys.is_empty() {
                return Ok(Vec::new());
            }
            let exchange = self.link.begin(PART).await?;
            let values: Vec<Option<Vec<u8>>> = exchange.query(cmd("MGET").arg(of_this_run(&exchange, keys))).await?;
            Ok(values.into_iter().map(Slot::read).collect())
        })
    }

    fn lease<'a>(&'a self, key: &'a str, mark: Mark) -> Answer<'a, bool> {
        Box::pin(async move {
            let exchange = self.link.begin(PART).await?;
            let mut set = cmd("SET");
            set.arg(exchange.of_this_run(key)).arg(mark.lease()).arg("PX").arg(millis(LEASE)).arg("NX");
            exchange.query(&set).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, mark: Mark, bytes: &'a [u8]) -> Answer<'a, ()> {
        Box::pin(async move {
            let exchange = self.link.begin(PART).await?;
            let mut put = self.put.key(exchange.of_this_run(key));
            put.arg(mark.lease()).arg(record(bytes)).arg(millis(self.ttl));
            exchange.run(&put).await
        })
    }

    fn bar<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()> {
        Box::pin(async move {
            if keys.is_empty() {
                return Ok(());
            }
            let exchange = self.link.begin(PART).await?;
            let mut bar = pipe();
            for key in keys {
                let set = bar.cmd("SET").arg(exchange.of_this_run(key)).arg(mark.bar());
                set.arg("PX").arg(millis(BAR)).ignore();
            }
            exchange.query_all(&bar).await
        })
    }

    fn clear<'a>(&'a self, keys: &'a [String], mark: Mark) -> Answer<'a, ()> {
        Box::pin(async move {
            if keys.is_empty() {
                return Ok(());
            }
            let exchange = self.link.begin(PART).await?;
            let mut clear = self.clear.key(of_this_run(&exchange, keys));
            exchange.run(clear.arg(mark.bar())).await
        })
    }
}

#[cfg(test)]
mod tests;
