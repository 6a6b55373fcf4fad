//! `list-sessions`

use userstore_core::Session;

use super::pages;
use crate::args::ListSessions;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &ListSessions, context: &mut Context<'_>) -> Result<(), Failure> {
    let account = context.operator().await?.account_of(&args.name);
    pages::print::<Session, _, _>(&args.limit, context, async |page| account.list_sessions(page).await).await
}
