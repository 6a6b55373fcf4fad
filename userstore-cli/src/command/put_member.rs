//! `put-member`

use userstore_core::{NewMember, Precondition};

use crate::args::PutMember;
use crate::context::Context;
use crate::exit::Failure;

pub(super) async fn run(args: &PutMember, context: &mut Context<'_>) -> Result<(), Failure> {
    let new = NewMember { name: args.name.clone(), email: args.email.clone(), phone: args.phone.clone() };
    let members = context.operator().await?.write_members();
    let member = members.put_member(args.id, new, &Precondition::NONE).await?.into_member();
    context.show(&*member)
}
