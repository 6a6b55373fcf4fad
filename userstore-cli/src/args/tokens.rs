//! What can be said about access tokens and the keys that sign them.

use std::time::Duration;

use clap::Args;
use clap::builder::TypedValueParser as _;
use userstore_core::Scopes;

#[derive(Debug, Args)]
#[command(after_help = "The token alone is printed: TOKEN=$(userstore-cli mint-jwt alice)")]
pub(crate) struct MintJwt {
    /// The username, in any spelling, of the user whose token it is.
    #[arg(value_name = "NAME", required_unless_present = "service")]
    pub(crate) name: Option<String>,

    /// Make it for a service instead, which has no account: its scopes alone say what it may do.
    #[arg(long, value_name = "NAME", conflicts_with = "name", requires = "scope")]
    pub(crate) service: Option<String>,

    /// What it may do, of "members:read members:write members:delete"; by default all that the user's role gives.
    #[arg(long, value_name = "SCOPES", value_parser = scopes())]
    pub(crate) scope: Option<Scopes>,

    /// How long it lives, such as 30s, 15m or 24h: at most 24h, and 90days for a service.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) ttl: Option<Duration>,

    /// Make it for this audience; to test a client with.
    #[arg(long, value_name = "TEXT")]
    pub(crate) audience: Option<String>,

    /// Make one whose time is over; to test a client with.
    #[arg(long, conflicts_with = "not_yet_valid")]
    pub(crate) expired: bool,

    /// Make one whose time comes in an hour; to test a client with.
    #[arg(long)]
    pub(crate) not_yet_valid: bool,

    /// Sign it with a key that nobody knows; to test a client with.
    #[arg(long)]
    pub(crate) unknown_key: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RotateKeys {
    /// Let the next key sign at once. Clients that keep the key set may refuse its tokens for 5 minutes.
    #[arg(long)]
    pub(crate) now: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeKey {
    /// The key, as `list-keys` names it. It may start with a hyphen.
    #[arg(value_name = "KID", allow_hyphen_values = true)]
    pub(crate) kid: String,

    /// Do it also where the keys cannot be opened, because `tokens.key_encryption_key` is lost.
    #[arg(long)]
    pub(crate) lost: bool,

    /// Do not ask first. Needed where there is no terminal.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

fn scopes() -> impl clap::builder::TypedValueParser<Value = Scopes> {
    clap::builder::StringValueParser::new().try_map(|text| text.parse::<Scopes>())
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text).map_err(|_| "must be a length of time such as 30s, 15m or 24h")
}
