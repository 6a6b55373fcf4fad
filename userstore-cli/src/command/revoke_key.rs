//! `revoke-key`

use userstore_core::Error;

use super::confirm::Question;
use crate::args::RevokeKey;
use crate::context::Context;
use crate::exit::Failure;

const QUESTION: Question = Question { act: "revoke the key", undone: "the key is not revoked" };

pub(super) async fn run(args: &RevokeKey, context: &mut Context<'_>) -> Result<(), Failure> {
    QUESTION.check(args.yes, context)?;
    let keys = context.store().await?.keys();
    if !args.yes {
        let known = keys.list_keys().await?.into_iter().find(|key| key.kid == args.kid);
        let state = known.ok_or(Error::NotFound("signing key"))?.state;
        let question =
            format!("Revoke this {} key, and end every token that it signed, for good? [y/N]", state.as_str());
        QUESTION.ask(question, context).await?;
    }
    let key = if args.lost { keys.revoke_lost_key(&args.kid).await? } else { keys.revoke_key(&args.kid).await? };
    context.show(&key)
}
