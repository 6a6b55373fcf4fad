//! `end-sessions`

use crate::args::EndSessions;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &EndSessions, context: &mut Context<'_>) -> Result<(), Failure> {
    let account = context.operator().await?.account_of(&args.name);
    if let Some(session) = args.session {
        account.end_session(session).await?;
        context.io.tell("The session is over.");
    } else {
        account.end_sessions().await?;
        context.io.tell("Every session of the user is over.");
    }
    Ok(())
}
