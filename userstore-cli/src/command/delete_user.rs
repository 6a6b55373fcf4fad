//! `delete-user`

use userstore_core::{Account, Precondition, User};

use crate::args::DeleteUser;
use crate::context::Context;
use crate::exit::Failure;
use crate::terminal;

pub(super) async fn run(args: &DeleteUser, context: &mut Context<'_>) -> Result<(), Failure> {
    if !args.yes && context.io.terminal(false).is_none() {
        let advice = "there is no terminal to ask whether to delete the user; say `--yes` to delete it without asking";
        return Err(Failure::Usage(advice.to_owned()));
    }
    let account = context.operator().await?.account_of(&args.name);
    let precondition = if args.yes { Precondition::NONE } else { confirm(&account, context).await? };
    account.delete(&precondition).await?;
    context.io.tell("The user is deleted.");
    Ok(())
}

/// Asks, and binds the answer to the user it was given for: one that changes meanwhile is not deleted.
async fn confirm(account: &Account, context: &Context<'_>) -> Result<Precondition, Failure> {
    let user = account.get().await?;
    let terminal = context.io.terminal(false).ok_or(Failure::Refused(NOTHING_DONE))?;
    let question = question(&user);
    let answer = terminal::ask(terminal, move |terminal| terminal.ask(&question)).await?;
    if is_yes(&answer) { Ok(Precondition::matches(user.tag())) } else { Err(Failure::Refused(NOTHING_DONE)) }
}

const NOTHING_DONE: &str = "the user is not deleted";

fn question(user: &User) -> String {
    format!("Delete {} ({}) and everything of it, for good? [y/N]", user.username, user.role)
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        assert!(is_yes("y\n") && is_yes(" YES \r\n"));
        assert!(!is_yes("") && !is_yes("\n") && !is_yes("n\n") && !is_yes("yy\n") && !is_yes("no, y\n"));
    }
}
