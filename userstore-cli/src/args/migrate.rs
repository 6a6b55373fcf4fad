//! What can be said about moving to another database.

use clap::Args;
use clap::builder::TypedValueParser as _;

use crate::input::UrlArgument;

const MOVING: &str = "\
To move to another database, make an empty one there, and write its URL to a file that only you can read. Stop the
servers, copy, set DATABASE_URL to the new one, and start the servers again:
  userstore-cli migrate --to @new-database.url

Every row is copied, and then read again on both sides. A copy that was stopped goes on when it is run again.";

#[derive(Debug, Args)]
#[command(after_long_help = MOVING)]
pub(crate) struct Migrate {
    /// Copy everything to the database at this URL, which is empty: @FILE with the URL in it, - for standard input, or
    /// the URL itself. What an argument says, with its password, every process of the machine can read.
    #[arg(long, value_name = "URL", value_parser = url())]
    pub(crate) to: Option<UrlArgument>,
}

fn url() -> impl clap::builder::TypedValueParser<Value = UrlArgument> {
    clap::builder::StringValueParser::new().map(UrlArgument::from)
}
