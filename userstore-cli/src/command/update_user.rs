//! `update-user`

use userstore_core::{Data, Precondition};

use crate::args::UpdateUser;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &UpdateUser, context: &mut Context<'_>) -> Result<(), Failure> {
    let object = args.data.object(context.io)?;
    let account = context.operator().await?.account_of(&args.name);
    let user = if args.merge {
        account.merge_data(&object, &Precondition::NONE).await?
    } else {
        account.replace_data(Data::new(object)?, &Precondition::NONE).await?
    };
    context.show(&*user)
}
