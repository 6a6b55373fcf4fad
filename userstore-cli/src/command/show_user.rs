//! `show-user`

use crate::args::Name;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &Name, context: &mut Context<'_>) -> Result<(), Failure> {
    let user = context.operator().await?.account_of(&args.name).get().await?;
    context.show(&*user)
}
