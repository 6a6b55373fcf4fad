//! `show-member`

use crate::args::ShowMember;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &ShowMember, context: &mut Context<'_>) -> Result<(), Failure> {
    let member = context.operator().await?.read_members().get_member(args.id).await?;
    context.show(&*member)
}
