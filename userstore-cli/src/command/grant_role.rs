//! `grant-role`

use userstore_core::Precondition;

use crate::args::GrantRole;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &GrantRole, context: &mut Context<'_>) -> Result<(), Failure> {
    let user = context.operator().await?.grant_role(&args.name, args.role, &Precondition::NONE).await?;
    context.show(&*user)
}
