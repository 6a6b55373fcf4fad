//! `delete-user`

use userstore_core::Precondition;

use super::confirm::Question;
use crate::args::DeleteUser;
use crate::context::Context;
use crate::exit::Failure;

const QUESTION: Question = Question { act: "delete the user", undone: "the user is not deleted" };

pub(super) async fn run(args: &DeleteUser, context: &mut Context<'_>) -> Result<(), Failure> {
    QUESTION.check(args.yes, context)?;
    let account = context.operator().await?.account_of(&args.name);
    let precondition = if args.yes {
        Precondition::NONE
    } else {
        // The answer is bound to the user it was given for: one that changes meanwhile is not deleted.
        let user = account.get().await?;
        let question = format!("Delete {} ({}) and everything of it, for good? [y/N]", user.username, user.role);
        QUESTION.ask(question, context).await?;
        Precondition::matches(user.tag())
    };
    account.delete(&precondition).await?;
    context.io.tell("The user is deleted.");
    Ok(())
}
