//! Changes of records that are in a shared cache: telling it before the commit, and after it.

use sea_orm::DbErr;
use tokio::time::sleep;

use super::{Shared, mark, member_key, signing_keys_key, user_key};
use crate::cache::shared::Mark;
use crate::cache::terms::TRUST;
use crate::database::{Stale, Tx};
use crate::error::Result;
use crate::op::row::store_state;

/// Records that are about to change, and whether the shared cache knows of it.
#[derive(Debug)]
pub(crate) struct Barred {
    keys: Vec<String>,
    mark: Mark,
    told: Told,
}

/// Whether the shared cache was told, and in which term.
#[derive(Debug)]
enum Told {
    /// There are bars in it.
    In(i64),
    /// It does not know, and the term is closed.
    Closed(i64),
}

impl Shared {
    /// Puts bars where these records are; where that fails, closes the term with the transaction.
    pub(in crate::cache) async fn bar(&self, tx: &Tx, stale: &[Stale]) -> Result<Option<Barred>, DbErr> {
        let keys: Vec<String> = stale.iter().flat_map(keys_of).collect();
        if keys.is_empty() {
            return Ok(None);
        }
        let mark = mark();
        if let Some(term) = self.terms.trusted()
            && self.try_bar(term, &keys, mark).await
        {
            return Ok(Some(Barred { keys, mark, told: Told::In(term) }));
        }
        // Until the end of the transaction, nobody opens or closes a term.
        let state = store_state::lock(tx).await?;
        if state.is_open {
            if self.terms.trusted() != Some(state.term) && self.try_bar(state.term, &keys, mark).await {
                return Ok(Some(Barred { keys, mark, told: Told::In(state.term) }));
            }
            tracing::warn!("the shared cache does not answer: servers do without it");
            store_state::close(tx).await?;
        }
        Ok(Some(Barred { keys, mark, told: Told::Closed(state.term) }))
    }

    async fn try_bar(&self, term: i64, keys: &[String], mark: Mark) -> bool {
        let names: Vec<String> = keys.iter().map(|key| self.name_in(term, key)).collect();
        self.cache.bar(&names, mark).await.is_ok()
    }

    /// Removes what is under the bars; where that cannot be done, waits until every server does without the cache.
    pub(in crate::cache) async fn clear(&self, barred: Barred) -> Result<()> {
        let term = match barred.told {
            Told::In(term) => term,
            Told::Closed(term) => {
                sleep(self.terms.until_all_know(term)).await;
                return Ok(());
            }
        };
        let names: Vec<String> = barred.keys.iter().map(|key| self.name_in(term, key)).collect();
        if self.cache.clear(&names, barred.mark).await.is_ok() && self.is_still(term).await? {
            return Ok(());
        }
        store_state::close(&self.reads).await?;
        sleep(TRUST).await;
        Ok(())
    }

    /// Whether this term is open: then every later one begins after this moment.
    async fn is_still(&self, term: i64) -> Result<bool> {
        if self.terms.trusted() == Some(term) {
            return Ok(true);
        }
        let state = store_state::get(&self.reads).await?;
        Ok(state.is_open && state.term == term)
    }
}

fn keys_of(stale: &Stale) -> Vec<String> {
    // Sessions are not kept here.
    let Stale { user, sessions: _, member, keys } = stale;
    let user = user.map(user_key);
    let member = member.map(member_key);
    user.into_iter().chain(member).chain(keys.then(signing_keys_key)).collect()
}
