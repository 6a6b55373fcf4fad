//! `block-user`

use userstore_core::Precondition;

use crate::args::BlockUser;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &BlockUser, context: &mut Context<'_>) -> Result<(), Failure> {
    let operator = context.operator().await?;
    let user = operator.block_user(&args.name, args.reason.clone(), &Precondition::NONE).await?;
    context.show(&*user)
}
