//! The command line: the real program, by what it is told, what it prints, and how it ends.

mod accounts;
mod audit;
mod copy;
mod data;
mod database;
mod doctor;
mod exit_codes;
mod inspect;
mod keys;
mod lists;
mod members;
mod operations;
mod other_databases;
mod output;
mod passwords;
#[cfg(unix)]
mod prompts;
#[cfg(unix)]
mod pseudo_terminal;
pub(crate) mod ran;
pub(crate) mod running_server;
mod sealed_keys;
mod secrets;
mod sessions;
mod settings;
#[cfg(unix)]
mod terminal;
mod token_settings;
mod tokens;
mod tokens_in_use;

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use tests::Cli;
use userstore_core::{Client, Password, SignIn, UserStore};

use self::ran::Ran;

/// The password of everyone here. No output may hold it: see [`Ran::of`].
const PASSWORD: &str = "canary sings at dawn 7";

/// Every command, as `--help` has to list them.
pub(crate) const COMMANDS: [&str; 24] = [
    "create-user",
    "list-users",
    "show-user",
    "update-user",
    "delete-user",
    "set-password",
    "grant-role",
    "block-user",
    "unblock-user",
    "list-sessions",
    "end-sessions",
    "list-members",
    "show-member",
    "put-member",
    "delete-member",
    "mint-jwt",
    "inspect-jwt",
    "list-keys",
    "rotate-keys",
    "revoke-key",
    "audit",
    "migrate",
    "doctor",
    "completions",
];

/// The columns of a user, as the API names them.
const USER: &str = "id,username,role,status,blocked_reason,data,created_at,updated_at";

/// The columns of a session, as the API names them.
const SESSION: &str = "id,created_at,expires_at,current,user_agent,ip";

/// The columns of a member, as the API names them.
const MEMBER: &str = "member_id,name,email,phone,created_at,updated_at";
/// The columns of a signing key, as the contract names them.
const KEY: &str = "kid,algorithm,state,created_at,signs_at,gone_at";

/// A working directory with a database of its own, and an administrator who sits there.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One whose database is made, and nobody in it.
    fn empty() -> Self {
        let desk = Self::new();
        desk.run(&["migrate"]).done();
        desk
    }

    /// A file in the working directory.
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.path("users.db")
    }

    fn url(&self) -> String {
        format!("sqlite://{}?mode=rwc", self.database().display())
    }

    /// Writes a file into the working directory.
    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// The program with these arguments, to be run on the database, with nothing else in its environment.
    fn command(&self, arguments: &[&str]) -> assert_cmd::Command {
        Cli::new(&self.database()).command(arguments)
    }

    /// The same, for those who see to its streams themselves.
    fn bare_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tests::program("userstore-cli"));
        command.env_clear().env("DATABASE_URL", self.url()).current_dir(self.path(".")).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs it with this on standard input.
    fn fed(&self, arguments: &[&str], input: &str) -> Ran {
        Ran::of(self.command(arguments).write_stdin(input))
    }

    /// Runs it with these variables in its environment.
    fn with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).envs(variables.iter().copied()))
    }

    /// Creates an account with [`PASSWORD`].
    #[track_caller]
    fn create(&self, name: &str, more: &[&str]) -> Value {
        let arguments = [&["create-user", name, "--password-stdin", "--output", "json"], more].concat();
        self.fed(&arguments, PASSWORD).json()
    }

    /// The account as `show-user` prints it in this format.
    #[track_caller]
    fn shown(&self, name: &str, format: &str) -> String {
        self.run(&["show-user", name, "--output", format]).done()
    }

    #[track_caller]
    fn user(&self, name: &str) -> Value {
        self.run(&["show-user", name, "--output", "json"]).json()
    }

    /// The names that `list-users` gives with these options.
    #[track_caller]
    fn names(&self, more: &[&str]) -> Vec<String> {
        let list = self.run(&[&["list-users", "--output", "json"], more].concat()).json();
        list.as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
    }

    /// The access token that `mint-jwt` makes with these arguments.
    #[track_caller]
    fn mint(&self, arguments: &[&str]) -> String {
        let line = self.run(&[&["mint-jwt"], arguments].concat()).done();
        line.strip_suffix('\n').expect("a line").to_owned()
    }

    /// The signing keys, as `list-keys` has them.
    #[track_caller]
    fn keys(&self) -> Vec<Value> {
        let list = self.run(&["list-keys", "--output", "json"]).json();
        list.as_array().unwrap().clone()
    }

    /// Does something to the same database by the library, as another process would.
    fn store<T>(&self, act: impl AsyncFnOnce(&UserStore) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = UserStore::connect(&self.url()).await.unwrap();
            let done = act(&store).await;
            store.close().await;
            done
        })
    }

    /// Signs somebody in, whose client says this of itself.
    fn sign_in(&self, name: &str, password: &str, client: Client) -> Result<SignIn, userstore_core::Error> {
        self.store(async |store| store.for_client(client).anyone().sign_in(name, Password::new(password)).await)
    }

    /// Whether this is the password of the account.
    #[track_caller]
    fn opens(&self, name: &str, password: &str) -> bool {
        match self.sign_in(name, password, Client::unknown()) {
            Ok(_) => true,
            Err(userstore_core::Error::InvalidCredentials) => false,
            Err(error) => panic!("{error}"),
        }
    }
}
