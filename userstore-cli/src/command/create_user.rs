//! `create-user`

use userstore_core::{Data, Signup};

use crate::args::CreateUser;
use crate::context::Context;
use crate::exit::Failure;
use crate::input;

pub(super) async fn run(args: &CreateUser, context: &mut Context<'_>) -> Result<(), Failure> {
    let password = input::password(&args.password, args.data.as_ref(), context.io)?;
    let data = args.data.as_ref().map_or_else(|| Ok(Data::default()), |data| data.data(context.io))?;
    let operator = context.operator().await?;
    if password.is_asked() {
        // Nobody should type a password twice to hear that the name is taken.
        operator.check_username(&args.name).await?;
    }
    let password = password.get(context.io, "/password").await?;
    let signup = Signup { username: args.name.clone(), password, data };
    let user = operator.create_user(signup, args.role).await?;
    context.show(&*user)
}
