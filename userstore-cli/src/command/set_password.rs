//! `set-password`

use crate::args::SetPassword;
use crate::context::Context;
use crate::exit::Failure;
use crate::input;

pub(super) async fn run(args: &SetPassword, context: &mut Context<'_>) -> Result<(), Failure> {
    let password = input::password(&args.password, None, context.io)?;
    let account = context.operator().await?.account_of(&args.name);
    // Nobody should type a password twice to hear that there is no such user.
    account.get().await?;
    let password = password.get(context.io, "/new_password").await?;
    account.change_password(None, password).await?;
    let user = account.get().await?;
    context.show(&*user)
}
