//! What can be said about sessions.

use clap::Args;
use userstore_core::SessionId;

use super::Limit;

#[derive(Debug, Args)]
pub(crate) struct ListSessions {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) limit: Limit,
}

#[derive(Debug, Args)]
pub(crate) struct EndSessions {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// End only this one; its id is in `list-sessions`.
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<SessionId>,
}
