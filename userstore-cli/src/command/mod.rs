//! One command, one file: parse, call one operation, print.

mod audit;
mod block_user;
mod completions;
mod confirm;
mod create_user;
mod delete_member;
mod delete_user;
mod doctor;
mod end_sessions;
mod grant_role;
mod inspect_jwt;
mod list_keys;
mod list_members;
mod list_sessions;
mod list_users;
mod migrate;
mod mint_jwt;
mod pages;
mod put_member;
mod revoke_key;
mod rotate_keys;
mod set_password;
mod show_member;
mod show_user;
mod unblock_user;
mod update_user;

use crate::args::{Command, Migrate};
use crate::context::Context;
use crate::exit::Failure;

impl Command {
    /// Whether it may ask something on the terminal.
    pub(crate) fn may_ask(&self) -> bool {
        matches!(
            self,
            Self::CreateUser(_)
                | Self::DeleteUser(_)
                | Self::SetPassword(_)
                | Self::DeleteMember(_)
                | Self::RevokeKey(_)
        )
    }

    /// Whether it makes the database where there is none: the others read or change what is there.
    pub(crate) fn may_create_database(&self) -> bool {
        matches!(self, Self::CreateUser(_) | Self::Migrate(Migrate { to: None }))
    }

    pub(crate) async fn run(&self, context: &mut Context<'_>) -> Result<(), Failure> {
        match self {
            Self::CreateUser(args) => create_user::run(args, context).await,
            Self::ListUsers(args) => list_users::run(args, context).await,
            Self::ShowUser(args) => show_user::run(args, context).await,
            Self::UpdateUser(args) => update_user::run(args, context).await,
            Self::DeleteUser(args) => delete_user::run(args, context).await,
            Self::SetPassword(args) => set_password::run(args, context).await,
            Self::GrantRole(args) => grant_role::run(args, context).await,
            Self::BlockUser(args) => block_user::run(args, context).await,
            Self::UnblockUser(args) => unblock_user::run(args, context).await,
            Self::ListSessions(args) => list_sessions::run(args, context).await,
            Self::EndSessions(args) => end_sessions::run(args, context).await,
            Self::MintJwt(args) => mint_jwt::run(args, context).await,
            Self::InspectJwt => inspect_jwt::run(context).await,
            Self::ListKeys => list_keys::run(context).await,
            Self::RotateKeys(args) => rotate_keys::run(args, context).await,
            Self::RevokeKey(args) => revoke_key::run(args, context).await,
            Self::ListMembers(args) => list_members::run(args, context).await,
            Self::ShowMember(args) => show_member::run(args, context).await,
            Self::PutMember(args) => put_member::run(args, context).await,
            Self::DeleteMember(args) => delete_member::run(args, context).await,
            Self::Audit(args) => audit::run(args, context).await,
            Self::Migrate(args) => migrate::run(args, context).await,
            Self::Doctor => doctor::run(context).await,
            Self::Completions(args) => completions::run(args, context.io),
        }
    }
}
