//! One table: looked at, checked, copied, verified.

use std::future::Future;
use std::pin::Pin;

use super::{Between, CopiedTable};
use crate::UserStore;
use crate::database::{Written, is_refusal};
use crate::error::{Error, Result};
use crate::op::row::Copied;
use crate::op::row::copied::{self, Mark};

/// How many rows are held at a time, on either side; and the most of one transaction.
pub(super) const PAGE: usize = 300;

/// Told how many rows more are done.
pub(super) type Tell<'a> = &'a mut (dyn FnMut(usize) + Send);

type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What is done with a table, whichever it is.
pub(super) trait Step: Send + Sync {
    /// Notes what the table is like at first.
    fn look<'a>(&'a mut self, between: &'a Between<'_>) -> Work<'a, ()>;

    /// Makes sure that the other database has no row but those that were copied from this one.
    fn check<'a>(&'a mut self, between: &'a Between<'_>) -> Work<'a, ()>;

    /// Copies the rows that the other database does not have.
    fn copy<'a>(&'a mut self, between: &'a Between<'_>, tell: Tell<'a>) -> Work<'a, ()>;

    /// Makes sure that both have the same rows.
    fn verify<'a>(&'a mut self, between: &'a Between<'_>, tell: Tell<'a>) -> Work<'a, ()>;

    /// Whether the table is not what it was like at first.
    fn has_changed<'a>(&'a self, between: &'a Between<'_>) -> Work<'a, bool>;

    /// What there is to tell of it.
    fn told(&self) -> CopiedTable;
}

/// The table of an entity, and what is known of it so far.
pub(super) struct Table<E: Copied> {
    mark: Mark,
    /// Rows that the other store had from the day it was made. Those of this one take their place.
    unused: Vec<E::Key>,
    /// Whether the other database has rows that were copied before.
    is_begun: bool,
    copied: u64,
    verified: u64,
}

impl<E: Copied> Table<E> {
    pub(super) fn boxed() -> Box<dyn Step> {
        Box::new(Self { mark: Mark::default(), unused: Vec::new(), is_begun: false, copied: 0, verified: 0 })
    }

    fn name(row: &E::Model) -> String {
        E::shown(&E::key(row))
    }

    fn conflict(row: &E::Model) -> Error {
        Error::NotACopy { table: E::TABLE, row: Self::name(row) }
    }

    /// The first row of the other database that this one has not, or has otherwise. Unused ones are noted.
    async fn stranger(&mut self, between: &Between<'_>) -> Result<Option<E::Model>> {
        self.unused.clear();
        let mut after = None;
        loop {
            let rows = copied::page::<E>(between.to.reads(), after, PAGE).await.map_err(there)?;
            let Some(last) = rows.last() else { return Ok(None) };
            after = Some(E::key(last));
            let here = copied::like::<E>(between.from.reads(), &rows).await?;
            for row in rows {
                let key = E::key(&row);
                match here.get(&key) {
                    Some(original) if *original == row => self.is_begun = true,
                    _ if E::is_unused(&row) => self.unused.push(key),
                    _ => return Ok(Some(row)),
                }
            }
        }
    }

    /// Of these rows, those that the other database does not have.
    async fn missing(&self, rows: Vec<E::Model>, to: &UserStore) -> Result<Vec<E::Model>> {
        let copies = copied::like::<E>(to.reads(), &rows).await.map_err(there)?;
        let is_missing = |row: &E::Model| match copies.get(&E::key(row)) {
            Some(copy) if copy == row => Ok(false),
            Some(copy) if !self.unused.contains(&E::key(copy)) => Err(Self::conflict(copy)),
            _ => Ok(true),
        };
        let mut missing = Vec::new();
        for row in rows {
            if is_missing(&row)? {
                missing.push(row);
            }
        }
        Ok(missing)
    }
}

impl<E: Copied> Step for Table<E> {
    fn look<'a>(&'a mut self, between: &'a Between<'_>) -> Work<'a, ()> {
        Box::pin(async move {
            self.mark = copied::mark::<E>(between.from.reads()).await?;
            Ok(())
        })
    }

    fn check<'a>(&'a mut self, between: &'a Between<'_>) -> Work<'a, ()> {
        Box::pin(async move {
            match self.stranger(between).await? {
                Some(row) => Err(Self::conflict(&row)),
                None => Ok(()),
            }
        })
    }

    fn copy<'a>(&'a mut self, between: &'a Between<'_>, tell: Tell<'a>) -> Work<'a, ()> {
        Box::pin(async move {
            let mut after = None;
            loop {
                let rows = copied::page::<E>(between.from.reads(), after, PAGE).await?;
                let (count, last) = (rows.len(), rows.last().map(E::key));
                let missing = if self.is_begun { self.missing(rows, between.to).await? } else { rows };
                let (unused, written) = (std::mem::take(&mut self.unused), missing.len() as u64);
                if !unused.is_empty() || written > 0 {
                    write::<E>(between.to, unused, missing).await?;
                }
                self.copied += written;
                tell(count);
                if last.is_none() {
                    return Ok(());
                }
                after = last;
            }
        })
    }

    fn verify<'a>(&'a mut self, between: &'a Between<'_>, tell: Tell<'a>) -> Work<'a, ()> {
        Box::pin(async move {
            let mut after = None;
            loop {
                let rows = copied::page::<E>(between.from.reads(), after, PAGE).await?;
                let Some(last) = rows.last() else { break };
                after = Some(E::key(last));
                let copies = copied::like::<E>(between.to.reads(), &rows).await.map_err(there)?;
                if let Some(row) = rows.iter().find(|row| copies.get(&E::key(row)) != Some(*row)) {
                    return Err(Error::CopyDiffers { table: E::TABLE, row: Self::name(row) });
                }
                self.verified += rows.len() as u64;
                tell(rows.len());
            }
            if copied::mark::<E>(between.to.reads()).await.map_err(there)?.rows == self.verified {
                return Ok(());
            }
            let more = self.stranger(between).await?.as_ref().map(Self::name);
            let row = more.or_else(|| self.unused.first().map(E::shown)).unwrap_or_default();
            Err(Error::CopyDiffers { table: E::TABLE, row })
        })
    }

    fn has_changed<'a>(&'a self, between: &'a Between<'_>) -> Work<'a, bool> {
        Box::pin(async move { Ok(copied::mark::<E>(between.from.reads()).await? != self.mark) })
    }

    fn told(&self) -> CopiedTable {
        CopiedTable { table: E::TABLE, rows: self.mark.rows, copied: self.copied, verified: self.verified }
    }
}

/// Adds rows, all in one transaction. Where that is refused, one after the other, to tell which it was.
async fn write<E: Copied>(to: &UserStore, mut unused: Vec<E::Key>, rows: Vec<E::Model>) -> Result<()> {
    match attempt::<E>(to, unused.clone(), rows.clone()).await {
        Err(Error::RowRefused { .. }) if rows.len() > 1 => {
            for row in rows {
                attempt::<E>(to, std::mem::take(&mut unused), vec![row]).await?;
            }
            Ok(())
        }
        outcome => outcome,
    }
}

async fn attempt<E: Copied>(to: &UserStore, unused: Vec<E::Key>, rows: Vec<E::Model>) -> Result<()> {
    let row = rows.first().map(|row| Table::<E>::name(row)).unwrap_or_default();
    let write = to.writes().run(move |tx| {
        Box::pin(async move {
            copied::remove::<E>(tx, unused).await?;
            match copied::insert::<E>(tx, rows).await {
                Err(error) if is_refusal(&error) => Err(Error::RowRefused { table: E::TABLE, row }),
                result => {
                    result?;
                    // Whatever of the rows a cache could hold was not there before, but for the keys.
                    Ok(Written::of_keys(()))
                }
            }
        })
    });
    write.await.map_err(there)
}

/// What the other database says, said of it and not of this one.
fn there(error: impl Into<Error>) -> Error {
    match error.into() {
        Error::Unavailable { part: "database", source } => Error::Unavailable { part: "database to copy to", source },
        error => error,
    }
}
