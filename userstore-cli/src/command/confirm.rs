//! Asking before something is done for good.

use crate::context::Context;
use crate::exit::Failure;
use crate::terminal;

/// What is asked for, in the words of the one who asks.
pub(super) struct Question {
    /// What is to be done, as in "delete the user".
    pub(super) act: &'static str,
    /// What to say when it is not done.
    pub(super) undone: &'static str,
}

impl Question {
    /// Makes sure that there is someone to ask, or that nobody is to be asked.
    pub(super) fn check(&self, yes: bool, context: &Context<'_>) -> Result<(), Failure> {
        if yes || context.io.terminal(false).is_some() {
            return Ok(());
        }
        let act = self.act;
        Err(Failure::Usage(format!(
            "there is no terminal to ask whether to {act}; say `--yes` to do it without asking"
        )))
    }

    /// Asks, with the question as it stands.
    pub(super) async fn ask(&self, question: String, context: &Context<'_>) -> Result<(), Failure> {
        let terminal = context.io.terminal(false).ok_or(Failure::Refused(self.undone))?;
        let answer = terminal::ask(terminal, move |terminal| terminal.ask(&question)).await?;
        if is_yes(&answer) { Ok(()) } else { Err(Failure::Refused(self.undone)) }
    }
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
