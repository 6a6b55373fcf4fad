//! What every command works with.

use std::path::PathBuf;

use serde::Serialize;
use userstore_core::config::{Sources, load};
use userstore_core::{Admin, Client, Settings, UserStore};

use crate::args::{Arguments, Format};
use crate::exit::Failure;
use crate::io::Io;
use crate::output::{Lines, List, Record, print, print_json};

/// What the audit log has of what was done by it.
const PROGRAM: &str = concat!("userstore-cli/", env!("CARGO_PKG_VERSION"));

/// The streams, what the global arguments say, and the store once it is open.
pub(crate) struct Context<'io> {
    pub(crate) io: &'io mut Io,
    format: Format,
    config: Option<PathBuf>,
    creates: bool,
    store: Option<UserStore>,
}

impl<'io> Context<'io> {
    pub(crate) fn new(arguments: &Arguments, io: &'io mut Io) -> Self {
        let creates = arguments.command.may_create_database();
        Self { io, format: arguments.output, config: arguments.config.clone(), creates, store: None }
    }

    /// The settings, as the server would load them.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(load(&Sources::from_process().file(self.config.clone()))?)
    }

    /// Opens the store, and brings its tables up to date. One that is not there is made by the commands that may: in the
    /// wrong directory, the others would be told of an empty one.
    pub(crate) async fn open(&mut self, settings: Settings) -> Result<UserStore, Failure> {
        let builder = UserStore::builder().settings(settings).for_one_task();
        let store = if self.creates { builder } else { builder.existing_only() }.connect().await?;
        let store = store.for_client(Client::unknown().user_agent(PROGRAM));
        self.store = Some(store.clone());
        Ok(store)
    }

    /// The store.
    pub(crate) async fn store(&mut self) -> Result<UserStore, Failure> {
        let settings = self.settings()?;
        self.open(settings).await
    }

    /// The operator's door.
    pub(crate) async fn operator(&mut self) -> Result<Admin, Failure> {
        Ok(self.store().await?.operator())
    }

    /// Finishes what was written.
    pub(crate) async fn close(&mut self) {
        if let Some(store) = self.store.take() {
            store.close().await;
        }
    }

    /// Prints a record, as `show-…` does.
    pub(crate) fn show<R: Record>(&mut self, record: &R) -> Result<(), Failure> {
        Ok(print(self.io, self.format, record)?)
    }

    /// How data is to be printed.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Prints a value that has no columns.
    pub(crate) fn print_json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        Ok(print_json(self.io, value)?)
    }

    /// Starts to print records that come one after the other.
    pub(crate) fn lines<R: Record>(&mut self) -> Result<Lines<'_, R>, Failure> {
        Ok(Lines::start(self.io, self.format)?)
    }

    /// Starts to print a list.
    pub(crate) fn list<R: Record>(&mut self) -> Result<List<'_, R>, Failure> {
        Ok(List::start(self.io, self.format)?)
    }
}
