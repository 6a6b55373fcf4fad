//! The way to Redis: one connection, which all share.
//!
//! Commands of many requests go out on it one behind the other and their answers come back in that order, so none
//! waits for a connection and none needs a ping before it.

mod connect;
mod target;

use std::future::Future;

use deadpool_redis::redis::{self, Cmd, FromRedisValue, Pipeline, RedisError, ScriptInvocation, Value};

use self::target::Target;
pub(crate) use self::target::check;
use crate::config;
use crate::error::{Error, Result};
use crate::gate::{Fault, Gate, Passage};

/// The way to one Redis, from every part that keeps something there.
#[derive(Debug)]
pub(crate) struct Link(Gate<Target>);

/// One operation on Redis: everything that it asks shares a connection, and the time that is allowed for it.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    passage: Passage<'a, Target>,
    part: &'static str,
}

impl Link {
    /// The way to the Redis of the settings; `None` where there is none. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`Error::Settings`] for a URL that is none, or certificates of the machine that cannot be used.
    pub(crate) fn new(settings: &config::Redis) -> Result<Option<Self>> {
        let Some(url) = &settings.url else { return Ok(None) };
        Ok(Some(Self(Gate::new(Target::new(url)?, settings.timeout))))
    }

    /// Begins an operation for a part of the store, such as `sessions`.
    ///
    /// # Errors
    /// [`Error::Unavailable`], which names the part: at once, where Redis was out of reach a moment ago.
    pub(crate) async fn begin(&self, part: &'static str) -> Result<Exchange<'_>> {
        let passage = self.0.enter().await.map_err(|outage| Error::unavailable(part, outage))?;
        Ok(Exchange { passage, part })
    }
}

impl Link {
    /// What this Redis does when its memory is full, in its own words.
    pub(crate) async fn eviction(&self, part: &'static str) -> Result<String> {
        let exchange = self.begin(part).await?;
        let memory: String = exchange.query(redis::cmd("INFO").arg("memory")).await?;
        Ok(connect::field(&memory, "maxmemory_policy").unwrap_or("unknown").to_owned())
    }
}

impl Exchange<'_> {
    /// Tells the process of Redis that answers from every other: also from one that was started later with the same
    /// data.
    pub(crate) fn run_id(&self) -> &str {
        self.passage.connection().run_id()
    }

    /// A key of which nothing is ever found that another process of Redis has left.
    pub(crate) fn of_this_run(&self, key: &str) -> String {
        format!("{key}:{}", self.run_id())
    }

    /// Gives what follows the whole time again, on the same connection.
    pub(crate) fn prolong(&mut self) {
        self.passage.prolong();
    }

    /// Asks one thing.
    pub(crate) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T> {
        let mut commands = self.passage.connection().commands();
        self.read(async move { command.query_async::<Value>(&mut commands).await }).await
    }

    /// Asks several things, in one round trip.
    pub(crate) async fn query_all<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T> {
        let mut commands = self.passage.connection().commands();
        self.read(async move { pipeline.query_async::<Value>(&mut commands).await }).await
    }

    /// Runs a script: one round trip, but for the first time in the life of a Redis.
    pub(crate) async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T> {
        let mut commands = self.passage.connection().commands();
        self.read(async move { script.invoke_async::<Value>(&mut commands).await }).await
    }

    async fn read<T: FromRedisValue>(&self, asked: impl Future<Output = Result<Value, RedisError>>) -> Result<T> {
        let answer = self.passage.run(async { asked.await.map_err(Fault::from) }).await;
        let answer = answer.map_err(|outage| Error::unavailable(self.part, outage))?;
        let not_ours = "Redis: a value is not one that userstore writes; does something else write there?";
        redis::from_redis_value(answer).map_err(|_| Error::unavailable(self.part, not_ours))
    }
}

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        use redis::{ErrorKind, ServerErrorKind};

        let reason = error.to_string();
        match error.kind() {
            // One command is refused; the next one may well be answered.
            ErrorKind::Server(
                ServerErrorKind::ResponseError
                | ServerErrorKind::ExecAbort
                | ServerErrorKind::NoScript
                | ServerErrorKind::CrossSlot
                | ServerErrorKind::NoPerm,
            )
            | ErrorKind::Extension
            | ErrorKind::UnexpectedReturnType => Self::Refused(reason),
            // Also what says that this Redis is not, or not any more, the one to ask: it loads, or is a replica now.
            _ => Self::Lost(reason),
        }
    }
}

#[cfg(test)]
mod tests;
