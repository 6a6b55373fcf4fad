//! `audit`

use std::time::Duration;

use userstore_core::{AuditEntry, AuditFilter, AuditFollower};

use super::pages;
use crate::args::{Audit, Limit, Since};
use crate::context::Context;
use crate::exit::Failure;
use crate::interrupt;

/// How long it takes to look again where nothing has come.
const PAUSE: Duration = Duration::from_millis(500);
/// How many entries come first when others are to follow.
const FIRST: u64 = 10;

pub(super) async fn run(args: &Audit, context: &mut Context<'_>) -> Result<(), Failure> {
    let store = context.store().await?;
    let since = args.since.map(|since| match since {
        Since::At(time) => time,
        Since::Ago(ago) => store.clock().now().minus(ago),
    });
    let last = args.limit.or((args.follow && since.is_none()).then_some(FIRST));
    let (user, action, outcome) = (args.user.clone(), args.action, args.outcome.clone());
    let filter = AuditFilter { user, action, outcome, since, until: None, last };
    let operator = store.operator();
    if args.follow {
        return follow(operator.follow_audit(filter), context).await;
    }
    let all = Limit { limit: None };
    pages::print::<AuditEntry, _, _>(&all, context, async |page| operator.audit(&filter, page).await).await
}

/// Prints what there is and what comes, until somebody has seen enough, which is no failure.
async fn follow(mut entries: AuditFollower, context: &mut Context<'_>) -> Result<(), Failure> {
    let enough = interrupt::received();
    tokio::pin!(enough);
    let mut lines = context.lines::<AuditEntry>()?;
    loop {
        let next = tokio::select! {
            _ = &mut enough => return Ok(()),
            next = entries.next_entries() => next?,
        };
        next.iter().try_for_each(|entry| lines.add(entry))?;
        lines.flush()?;
        if next.is_empty() {
            tokio::select! {
                _ = &mut enough => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}
