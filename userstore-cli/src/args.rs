//! The command line: what can be said on it, and what its help says.

mod audit;
mod members;
mod migrate;
mod sessions;
mod tokens;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use userstore_core::{Role, Status};

use crate::input::DataArgument;

pub(crate) use self::audit::{Audit, Since};
pub(crate) use self::members::{DeleteMember, ListMembers, PutMember, ShowMember};
pub(crate) use self::migrate::Migrate;
pub(crate) use self::sessions::{EndSessions, ListSessions};
pub(crate) use self::tokens::{MintJwt, RevokeKey, RotateKeys};

const EXIT_CODES: &str = "\
Exit codes:
  0  done                        4  refused, by a rule or by a \"no\"
  1  failed                      5  conflict: with another name, key, or the last active admin
  2  wrong usage or settings     6  the input breaks a rule
  3  no such record              8  the database does not answer

Settings come from userstore.toml in the working directory (or --config, or USERSTORE_CONFIG), then from the
environment: DATABASE_URL, and every key as USERSTORE_<SECTION>_<KEY>. They are the server's own, so run it where
the server runs: a database that is not there is made by create-user and migrate alone. A running server sees a change
within 100 ms.";

/// Administers userstore, straight on its database.
///
/// Data goes to standard output, all else to standard error.
#[derive(Debug, Parser)]
#[command(name = "userstore-cli", version, arg_required_else_help = true, after_long_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// Read settings from this file instead of userstore.toml.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,

    /// How data is printed.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t, global = true)]
    pub(crate) output: Format,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table, as wide as the terminal; control characters are made visible.
    #[default]
    Table,
    /// An object, or an array for a list, with the field names of the API.
    Json,
    /// Comma-separated values under a header; null is empty, `data` is JSON.
    Csv,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account, under any name and with any role.
    CreateUser(CreateUser),
    /// List accounts by username; all of them, unless told otherwise.
    ListUsers(ListUsers),
    /// Show one account.
    ShowUser(Name),
    /// Replace the JSON object of an account, or merge into it.
    UpdateUser(UpdateUser),
    /// Delete an account and everything of it, for good.
    DeleteUser(DeleteUser),
    /// Set a new password. Every session and access token of the account ends.
    SetPassword(SetPassword),
    /// Give an account a role. It holds from the next request on.
    GrantRole(GrantRole),
    /// Block an account: it cannot sign in, and every session and access token it has ends.
    BlockUser(BlockUser),
    /// Let a blocked account sign in again.
    UnblockUser(Name),
    /// List the live sessions of an account, oldest first.
    ListSessions(ListSessions),
    /// End every session and access token of an account, or one session.
    EndSessions(EndSessions),
    /// Make an access token, and print it alone.
    MintJwt(MintJwt),
    /// Tell what the access token on standard input carries, and whether it is accepted here. Exits 0 or 4.
    InspectJwt,
    /// List the keys that sign access tokens, in the order they sign.
    ListKeys,
    /// Make the next signing key, and say when it will sign.
    RotateKeys(RotateKeys),
    /// End a signing key, and every token that it signed, at once.
    RevokeKey(RevokeKey),
    /// List members by id; all of them, unless told otherwise.
    ListMembers(ListMembers),
    /// Show one member.
    ShowMember(ShowMember),
    /// Create a member, or put it in the place of the one with this id, whole.
    PutMember(PutMember),
    /// Delete a member, for good.
    DeleteMember(DeleteMember),
    /// List who did what to whom, from where, and with what outcome, oldest first; or follow it.
    Audit(Audit),
    /// Bring the database up to date, and list the migrations it has; or copy everything to another database.
    Migrate(Migrate),
    /// Check settings, database, file modes and hashing, and say what to do.
    Doctor,
    /// Print a completion script for a shell.
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(crate) struct Name {
    /// The username, in any spelling: Alice and alice are one account.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// Where a password comes from: never from an argument, which every process of the machine can read.
#[derive(Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct PasswordOptions {
    /// Read the password from the first line of standard input, instead of asking on the terminal.
    #[arg(long)]
    pub(crate) password_stdin: bool,

    /// Read the password from the first line of a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct CreateUser {
    /// The username: an e-mail address will do. It is shown in lower case.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// What the account may do.
    #[arg(long, value_name = "ROLE", default_value = Role::User.as_str(), value_parser = role())]
    pub(crate) role: Role,

    /// Its JSON object: the JSON itself, @FILE, or - for standard input. Empty by default.
    #[arg(long, value_name = "JSON", value_parser = data())]
    pub(crate) data: Option<DataArgument>,

    #[command(flatten)]
    pub(crate) password: PasswordOptions,
}

#[derive(Debug, Args)]
pub(crate) struct ListUsers {
    /// Only accounts with this role.
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub(crate) role: Option<Role>,

    /// Only accounts with this status.
    #[arg(long, value_name = "STATUS", value_parser = status())]
    pub(crate) status: Option<Status>,

    /// Only accounts whose username starts so.
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<String>,

    #[command(flatten)]
    pub(crate) limit: Limit,
}

#[derive(Debug, Args)]
pub(crate) struct Limit {
    /// Stop after so many. All are listed by default.
    #[arg(long, value_name = "NUMBER", value_parser = limit)]
    pub(crate) limit: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateUser {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// The new JSON object: the JSON itself, @FILE, or - for standard input.
    #[arg(long, value_name = "JSON", value_parser = data())]
    pub(crate) data: DataArgument,

    /// Merge it into the object there is (RFC 7396): a null takes its key away, what is not named stays.
    #[arg(long)]
    pub(crate) merge: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteUser {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Do not ask first. Needed where there is no terminal.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SetPassword {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) password: PasswordOptions,
}

#[derive(Debug, Args)]
pub(crate) struct GrantRole {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// What the account may do from now on.
    #[arg(value_name = "ROLE", value_parser = role())]
    pub(crate) role: Role,
}

#[derive(Debug, Args)]
pub(crate) struct BlockUser {
    /// The username, in any spelling.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Why, for other administrators to read: 500 characters at most.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "For bash: userstore-cli completions bash > ~/.local/share/bash-completion/completions/userstore-cli"
)]
pub(crate) struct Completions {
    /// The shell to complete in.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

fn limit(text: &str) -> Result<u64, &'static str> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or("must be a whole number, 1 or more")
}

fn role() -> impl clap::builder::TypedValueParser<Value = Role> {
    let words = Role::ALL.iter().map(|role| role.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Role>())
}

fn status() -> impl clap::builder::TypedValueParser<Value = Status> {
    let words = Status::ALL.iter().map(|status| status.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Status>())
}

fn data() -> impl clap::builder::TypedValueParser<Value = DataArgument> {
    clap::builder::StringValueParser::new().map(DataArgument::from)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn nothing_takes_a_password_or_a_database_url_but_what_takes_a_file_in_its_place() {
        for command in Arguments::command().get_subcommands() {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                let names = argument.get_value_names().unwrap_or_default();
                let takes_secret = (id.contains("password") && id != "password_stdin" && id != "password_file")
                    || names.iter().any(|name| name.as_str() == "URL")
                    || id.contains("url")
                    || id.contains("database");
                assert_eq!(
                    takes_secret,
                    (command.get_name(), id) == ("migrate", "to"),
                    "{} --{id}",
                    command.get_name()
                );
            }
        }
    }
}
