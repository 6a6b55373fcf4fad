//! `unblock-user`

use userstore_core::Precondition;

use crate::args::Name;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &Name, context: &mut Context<'_>) -> Result<(), Failure> {
    let user = context.operator().await?.unblock_user(&args.name, &Precondition::NONE).await?;
    context.show(&*user)
}
