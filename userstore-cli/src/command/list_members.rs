//! `list-members`

use userstore_core::{Member, MemberFilter};

use super::pages;
use crate::args::ListMembers;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &ListMembers, context: &mut Context<'_>) -> Result<(), Failure> {
    let filter = MemberFilter { name: None, prefix: args.prefix.clone() };
    let members = context.operator().await?.read_members();
    pages::print::<Member, _, _>(&args.limit, context, async |page| members.list_members(&filter, page).await).await
}
