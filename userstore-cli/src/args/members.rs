//! The arguments of the commands for the member directory.

use clap::Args;
use userstore_core::MemberId;

use super::Limit;

#[derive(Debug, Args)]
pub(crate) struct ListMembers {
    /// Only members whose name starts so, in this case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<String>,

    #[command(flatten)]
    pub(crate) limit: Limit,
}

#[derive(Debug, Args)]
pub(crate) struct ShowMember {
    /// The id of the member.
    #[arg(value_name = "ID")]
    pub(crate) id: MemberId,
}

#[derive(Debug, Args)]
pub(crate) struct PutMember {
    /// The id of the member: a number from 1 on.
    #[arg(value_name = "ID")]
    pub(crate) id: MemberId,

    /// Its name, which no other member has.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,

    /// Its e-mail address. Without this, it has none.
    #[arg(long, value_name = "EMAIL")]
    pub(crate) email: Option<String>,

    /// Its telephone number. Without this, it has none.
    #[arg(long, value_name = "PHONE")]
    pub(crate) phone: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteMember {
    /// The id of the member.
    #[arg(value_name = "ID")]
    pub(crate) id: MemberId,

    /// Do not ask first. Needed where there is no terminal.
    #[arg(long, short)]
    pub(crate) yes: bool,
}
