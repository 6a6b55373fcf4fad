//! One write: what is to be done in the transaction, and who waits for it.

use std::future::Future;
use std::pin::Pin;

use sea_orm::DbErr;
use tokio::sync::oneshot;

use super::write::Tx;
use crate::error::{Error, Result};
use crate::model::id::UserId;
use crate::model::member::MemberId;
use crate::model::session::TokenHash;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A write under way.
pub(crate) type Work<'t, T> = BoxFuture<'t, Result<Written<T>>>;

/// What a write gives, and what of the cache it makes stale.
#[derive(Debug)]
pub(crate) struct Written<T> {
    value: T,
    stale: Stale,
}

/// What the cache has to forget once a write is committed.
#[derive(Debug, Default)]
pub(crate) struct Stale {
    pub(crate) user: Option<UserId>,
    pub(crate) sessions: Vec<TokenHash>,
    pub(crate) member: Option<MemberId>,
    /// Whether the signing keys have changed.
    pub(crate) keys: bool,
}

impl Stale {
    pub(crate) fn is_empty(&self) -> bool {
        let Self { user, sessions, member, keys } = self;
        user.is_none() && sessions.is_empty() && member.is_none() && !keys
    }
}

impl<T> Written<T> {
    pub(super) fn take_stale(&mut self) -> Stale {
        std::mem::take(&mut self.stale)
    }

    pub(super) fn into_value(self) -> T {
        self.value
    }

    /// A write that changes nothing that is cached.
    pub(crate) fn new(value: T) -> Self {
        Self { value, stale: Stale::default() }
    }

    /// A write after which what is known of this user is stale.
    pub(crate) fn of_user(user: UserId, value: T) -> Self {
        Self { value, stale: Stale { user: Some(user), ..Stale::default() } }
    }

    /// A write after which these sessions are over.
    pub(crate) fn of_sessions(sessions: Vec<TokenHash>, value: T) -> Self {
        Self { value, stale: Stale { sessions, ..Stale::default() } }
    }

    /// A write after which what is known of the signing keys is stale.
    pub(crate) fn of_keys(value: T) -> Self {
        Self { value, stale: Stale { keys: true, ..Stale::default() } }
    }

    /// A write after which what is known of this member is stale.
    pub(crate) fn of_member(member: MemberId, value: T) -> Self {
        Self { value, stale: Stale { member: Some(member), ..Stale::default() } }
    }
}

/// A write in the queue, whatever it gives.
pub(super) trait Job: Send {
    /// Whether somebody still waits for it; one that was not begun in time is left undone.
    fn is_wanted(&self) -> bool;

    /// Does the work; `false` when it refuses and is to be undone.
    ///
    /// # Errors
    /// The database's own, after which nothing in the same transaction can be trusted.
    fn run<'a>(&'a mut self, transaction: &'a Tx) -> BoxFuture<'a, Result<bool, DbErr>>;

    /// What the work makes stale, if it was done.
    fn stale(&mut self) -> Option<Stale>;

    /// Answers, once the commit has succeeded, and nobody remembers what is stale, or has failed.
    fn finish(self: Box<Self>, failure: Option<&str>);
}

struct Waiting<T, W> {
    work: Option<W>,
    result: Option<Result<Written<T>>>,
    reply: oneshot::Sender<Result<T>>,
}

pub(super) fn boxed<T, W>(work: W, reply: oneshot::Sender<Result<T>>) -> Box<dyn Job>
where
    W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Send + 'static,
    T: Send + 'static,
{
    Box::new(Waiting { work: Some(work), result: None, reply })
}

impl<T, W> Job for Waiting<T, W>
where
    W: for<'t> FnOnce(&'t Tx) -> Work<'t, T> + Send,
    T: Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run<'a>(&'a mut self, transaction: &'a Tx) -> BoxFuture<'a, Result<bool, DbErr>> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return Ok(false) };
            match work(transaction).await {
                Err(Error::Unavailable { part, source }) => match source.downcast::<DbErr>() {
                    Ok(error) => Err(*error),
                    Err(source) => {
                        self.result = Some(Err(Error::Unavailable { part, source }));
                        Ok(false)
                    }
                },
                result => {
                    let done = result.is_ok();
                    self.result = Some(result);
                    Ok(done)
                }
            }
        })
    }

    fn stale(&mut self) -> Option<Stale> {
        let written = self.result.as_mut()?.as_mut().ok()?;
        Some(written.take_stale())
    }

    fn finish(self: Box<Self>, failure: Option<&str>) {
        let answer = match (self.result, failure) {
            (Some(Err(refusal)), _) => Err(refusal),
            (Some(Ok(written)), None) => Ok(written.value),
            (_, failure) => Err(Error::unavailable("database", failure.unwrap_or("the write was not made").to_owned())),
        };
        // Nobody may be waiting any more; the write stands all the same.
        let _unheard = self.reply.send(answer);
    }
}
