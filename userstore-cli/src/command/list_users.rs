//! `list-users`

use userstore_core::{User, UserFilter};

use super::pages;
use crate::args::ListUsers;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &ListUsers, context: &mut Context<'_>) -> Result<(), Failure> {
    let filter = UserFilter { role: args.role, status: args.status, prefix: args.prefix.clone() };
    let operator = context.operator().await?;
    pages::print::<User, _, _>(&args.limit, context, async |page| operator.list_users(&filter, page).await).await
}
