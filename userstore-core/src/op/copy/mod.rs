//! Copying everything to another database, and making sure that it is there.

mod table;

use serde::Serialize;

use self::table::{Step, Table};
use super::row::{audit_log, ended_sessions, member_ids, members, sessions, signing_keys, store_state, users};
use crate::UserStore;
use crate::error::{Error, Result};

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CopiedTable {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were copied now. The others were there from a copy that was begun before.
    pub copied: u64,
    /// How many of them were read again on both sides, and are the same in every column.
    pub verified: u64,
}

/// How far a copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyProgress {
    /// The table at hand.
    pub table: &'static str,
    /// Whether its rows are being verified, after all were copied.
    pub verifies: bool,
    /// How many rows are done, each once when it is there and once when it is verified.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// Where the rows come from, and where they go.
pub(super) struct Between<'a> {
    pub(super) from: &'a UserStore,
    pub(super) to: &'a UserStore,
}

/// Every table but those that another database has its own of: its history, and what tells it from others. Keys and ids
/// come first, so that whoever opened a copy that is not complete would give out nothing twice; users come before what
/// refers to them.
fn tables() -> [Box<dyn Step>; 7] {
    [
        Table::<signing_keys::Entity>::boxed(),
        Table::<member_ids::Entity>::boxed(),
        Table::<users::Entity>::boxed(),
        Table::<sessions::Entity>::boxed(),
        Table::<ended_sessions::Entity>::boxed(),
        Table::<members::Entity>::boxed(),
        Table::<audit_log::Entity>::boxed(),
    ]
}

/// Looks whether the other database holds nothing else, copies what it does not have, reads all of it again on both
/// sides, and looks whether this one has stayed as it was.
pub(crate) async fn copy(
    from: &UserStore,
    to: &UserStore,
    mut progress: impl FnMut(CopyProgress) + Send,
) -> Result<Vec<CopiedTable>> {
    if store_state::get(from.reads()).await?.store == store_state::get(to.reads()).await?.store {
        return Err(Error::SameDatabase);
    }
    let (between, mut tables) = (Between { from, to }, tables());
    for table in &mut tables {
        table.look(&between).await?;
    }
    let outcome = carry_out(&between, &mut tables, &mut progress).await;
    // What does not fit together may not have belonged together: rows that were read at different times.
    if !matches!(outcome, Err(Error::Unavailable { .. })) && has_changed(&between, &tables).await? {
        return Err(Error::SourceChanged);
    }
    outcome.map(|()| tables.iter().map(|table| table.told()).collect())
}

async fn carry_out(
    between: &Between<'_>,
    tables: &mut [Box<dyn Step>],
    progress: &mut (dyn FnMut(CopyProgress) + Send),
) -> Result<()> {
    for table in &mut *tables {
        table.check(between).await?;
    }
    let (mut done, total) = (0, 2 * tables.iter().map(|table| table.told().rows).sum::<u64>());
    for verifies in [false, true] {
        for table in &mut *tables {
            let name = table.told().table;
            let mut tell = |rows: usize| {
                done += rows as u64;
                progress(CopyProgress { table: name, verifies, done, total: total.max(done) });
            };
            tell(0);
            if verifies { table.verify(between, &mut tell).await? } else { table.copy(between, &mut tell).await? }
        }
    }
    Ok(())
}

async fn has_changed(between: &Between<'_>, tables: &[Box<dyn Step>]) -> Result<bool> {
    for table in tables {
        if table.has_changed(between).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
