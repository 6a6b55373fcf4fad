//! `delete-member`

use userstore_core::Precondition;

use super::confirm::Question;
use crate::args::DeleteMember;
use crate::context::Context;
use crate::exit::Failure;
use crate::output::visible;

const QUESTION: Question = Question { act: "delete the member", undone: "the member is not deleted" };

pub(super) async fn run(args: &DeleteMember, context: &mut Context<'_>) -> Result<(), Failure> {
    QUESTION.check(args.yes, context)?;
    let operator = context.operator().await?;
    let precondition = if args.yes {
        Precondition::NONE
    } else {
        // The answer is for the member as it was shown: one that changes meanwhile is not deleted.
        let member = operator.read_members().get_member(args.id).await?;
        let question = format!("Delete member {} ({}), for good? [y/N]", member.member_id, visible(&member.name));
        QUESTION.ask(question, context).await?;
        Precondition::matches(member.tag())
    };
    operator.delete_members().delete_member(args.id, &precondition).await?;
    context.io.tell("The member is deleted.");
    Ok(())
}
