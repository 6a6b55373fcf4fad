//! The attempts that all servers know of, in Redis: each of them takes or gives back in one step, by one script.

use std::sync::Arc;

use deadpool_redis::redis::{Script, cmd};

use super::account::{
    KEPT, KNOWN_FOR, LAST_TRIES, LOCK, LONG_MEMORY, LONGEST_LOCK, MEMORY, MOST, MOST_KNOWN, MOST_STRANGERS, WINDOW,
};
use super::key::{Id, Who};
use super::pace::Micros;
use super::{Paces, Waits};
use crate::error::Result;
use crate::redis::Link;

/// What answers when Redis does not.
const PART: &str = "limits";

/// What is asked of the script.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Take,
    /// With whether the address was known when it was taken.
    GiveBack(bool),
    Succeed(bool),
}

/// The attempts in Redis.
#[derive(Debug)]
pub(super) struct Shared {
    link: Arc<Link>,
    store: String,
    script: Script,
}

impl Shared {
    pub(super) fn new(link: Arc<Link>, store: &str) -> Self {
        let numbers = format!(
            "local MOST, WINDOW, KEPT, MEMORY, LONG_MEMORY = {MOST}, {WINDOW}, {KEPT}, {MEMORY}, {LONG_MEMORY}\n\
             local KNOWN_FOR, MOST_KNOWN, MOST_STRANGERS = {KNOWN_FOR}, {MOST_KNOWN}, {MOST_STRANGERS}\n\
             local LOCK, LONGEST_LOCK, LAST_TRIES = {LOCK}, {LONGEST_LOCK}, {LAST_TRIES}\n"
        );
        let script = Script::new(&(numbers + include_str!("attempt.lua")));
        Self { link, store: store.to_owned(), script }
    }

    /// The braces are a hash tag: all keys are in one place.
    fn key(&self, kind: &str, id: Option<Id>) -> String {
        format!("{{{}}}:l:{kind}:{}", self.store, id.map(Id::name).unwrap_or_default())
    }

    pub(super) async fn forget(&self, account: Id) -> Result<()> {
        let exchange = self.link.begin(PART).await?;
        exchange.query::<u64>(cmd("DEL").arg(self.key("a", Some(account)))).await.map(drop)
    }

    /// Takes an attempt, and says whether its address is known; or how long to wait. What is given back need not wait.
    pub(super) async fn ask(
        &self,
        step: Step,
        who: Who,
        paces: Paces,
        now: Micros,
    ) -> Result<std::result::Result<bool, Waits>> {
        let (step, was_known) = match step {
            Step::Take => ("take", false),
            Step::GiveBack(was_known) => ("give_back", was_known),
            Step::Succeed(was_known) => ("succeed", was_known),
        };
        let account = who.account.and(paces.account).map(|terms| terms.pace);
        let place = who.place.map(|_| paces.place);
        let mut asked = self.script.key(self.key("a", who.account));
        // Two kinds of attempts are made from an address; each has its own.
        asked.key(self.key(if account.is_some() { "i" } else { "n" }, who.place));
        asked.arg(step).arg(now).arg(format!("{:016x}", who.address()));
        for pace in [account, place] {
            let (interval, burst) = pace.map_or((0, 0), |pace| (pace.interval, pace.burst));
            asked.arg(interval).arg(burst);
        }
        asked.arg(u8::from(was_known));
        let (account, place, is_known): (Micros, Micros, u8) = self.link.begin(PART).await?.run(&asked).await?;
        let waits = Waits { account, place };
        Ok(if waits.is_none() { Ok(is_known == 1) } else { Err(waits) })
    }
}
